"""Whatever is sent, the REST service answers as its OpenAPI document says."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from docai.api.app import create_app
from docai.api.dependencies import ApiLimits
from docai.assembly.parts import Assembled
from docai.pdf.draw import plain
from tests.end_to_end.limits import LIMITS

BEYOND_SCHEMAS = {
    "unsupported_format",  # the bytes are no document
    "empty_file",
    "unsupported_media_type",
    "webhook_url_refused",  # the address leads inside, or cannot be looked up
    "page_out_of_range",
    "invalid_correction",  # it names no value of the page
    "invalid_schema",  # it is not of an object, refers to itself, or is larger than a setting allows
}
"""Problems of requests that no schema can tell from good ones."""
OPAQUE = (
    "limit: at most",
    "The form cannot be read: Too many fields",
    "cursor: not one",
    "Last-Event-ID: not one",
    "crop: four numbers",
    "model: ",
    "only: ",
)
"""The same, among what `invalid_request` says: bounds that are settings, and texts that only the service makes."""


def is_beyond_schemas(response: Response) -> bool:
    """Whether a request was refused for what its schema cannot say."""
    if response.status_code not in {415, 422}:
        return False
    problem = response.json()
    return problem["code"] in BEYOND_SCHEMAS or problem["detail"].startswith(OPAQUE)


def aim(case: Case, known: dict[str, UUID]) -> None:
    """Have every other request that names something name what there is."""
    given_ids = case.path_parameters or {}
    for name, value in given_ids.items():
        if name in known and UUID(str(value)).int % 2:
            given_ids[name] = str(known[name])
        elif name == "number":
            given_ids[name] = 1 + int(value) % 2


def is_lost_on_the_way(case: Case) -> bool:
    """Whether what is wrong with a request cannot be seen any more when it arrives.

    The parts of a form are bytes, whatever they were before. In a URL, an object becomes parameters that nobody asked
    for, null an empty text, and of a list for a single value the last one counts.
    """
    if case.media_type == "multipart/form-data":
        return True
    asked_for = {parameter.name for parameter in case.operation.query}
    return any(
        name not in asked_for or value is None or isinstance(value, dict | list)
        for name, value in (case.query or {}).items()
    )


class Probe:
    """Sends requests, applies all checks, and keeps what they found."""

    def __init__(self, local: Assembled, key: str) -> None:
        limits = ApiLimits(max_bytes=LIMITS.max_bytes, max_wait_s=1, max_page_size=200)
        self.schema = schemathesis.openapi.from_asgi("/openapi.json", create_app(local.system, limits))
        self.found: dict[str, str] = {}
        self._headers = {"Authorization": f"Bearer {key}"}
        submission = local.system.submit(local.tenant.id, BytesIO(plain(1, 12.25).pdf), "known.pdf")
        local.system.wait(local.tenant.id, submission.job.id, 100)
        self._known = {"document_id": UUID(str(submission.document.id)), "job_id": UUID(str(submission.job.id))}

    def send_good(self, case: Case) -> None:
        """A request that its schema allows; every other one names what there is."""
        given_ids = case.path_parameters or {}
        for name, value in given_ids.items():
            if name == "number":
                given_ids[name] = 1 + int(value) % 2
            elif name in self._known and case.method != "DELETE" and UUID(str(value)).int % 2:
                given_ids[name] = str(self._known[name])
        self.send(case)

    def send(self, case: Case) -> None:
        """Any request."""
        response = case.call(headers=self._headers)
        allowed = [positive_data_acceptance] if is_beyond_schemas(response) else []
        if is_lost_on_the_way(case):
            allowed.append(negative_data_rejection)
        try:
            case.validate_response(response, excluded_checks=allowed)
        except FailureGroup as group:
            for failure in group.exceptions:
                told = f"{response.status_code} {response.text} {failure} {case.as_curl_command()}"
                self.found.setdefault(f"{case.operation.label} {failure.title}", told)


def failures(local: Assembled, key: str, n_cases: int) -> str:
    """What so many good and as many bad requests to every operation have found."""
    probe = Probe(local, key)
    bounded = settings(
        max_examples=n_cases,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    for result in probe.schema.get_all_operations():
        operation = result.ok()
        for mode, send in ((GenerationMode.POSITIVE, probe.send_good), (GenerationMode.NEGATIVE, probe.send)):
            with suppress(Unsatisfiable):  # nothing can be wrong with a request that has no parameters
                bounded(given(operation.as_strategy(generation_mode=mode))(send))()
    return "\n\n".join(f"{name}: {told}" for name, told in probe.found.items())


def test_the_service_answers_as_it_says(local: Assembled, key: str) -> None:
    assert failures(local, key, 12) == ""


@pytest.mark.full
@pytest.mark.timeout(7200)
def test_the_service_answers_thousands_of_requests_as_it_says(local: Assembled, key: str) -> None:
    assert failures(local, key, 200) == ""
