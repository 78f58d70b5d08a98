"""Spans as an exporter in this process gets them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from docai.tracing import Tracing

CALLER = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracing(exporter: InMemorySpanExporter) -> Iterator[Tracing]:
    tracing = Tracing()
    tracing.start(exporter, "docai-test")
    yield tracing
    tracing.stop()


def test_a_request_goes_on_with_its_callers_trace_and_its_work_refers_to_it(
    tracing: Tracing, exporter: InMemorySpanExporter
) -> None:
    with tracing.span("POST", {"docai.request_id": "r"}, parent=CALLER):
        kept = tracing.traceparent
        tracing.rename("POST /v1/documents", {"http.response.status_code": 202})
    with tracing.span("batch read", {"docai.items": 2}, begun_ns=5):
        tracing.past("claim", 5, 9)
        tracing.link(kept)
        with tracing.span("stage read"):
            tracing.failed("page_crashed")
    tracing.stop()
    spans = {span.name: span for span in exporter.get_finished_spans()}
    assert set(spans) == {"POST /v1/documents", "batch read", "claim", "stage read"}
    request, batch = spans["POST /v1/documents"], spans["batch read"]
    assert f"{request.context.trace_id:032x}" == CALLER.split("-")[1]
    assert request.parent is not None
    assert f"{request.parent.span_id:016x}" == CALLER.split("-")[2]
    assert dict(request.attributes or {}) == {"docai.request_id": "r", "http.response.status_code": 202}
    assert kept == f"00-{request.context.trace_id:032x}-{request.context.span_id:016x}-01"
    assert batch.context.trace_id != request.context.trace_id
    assert [link.context.span_id for link in batch.links] == [request.context.span_id]
    assert (batch.start_time, spans["claim"].start_time, spans["claim"].end_time) == (5, 5, 9)
    for name in ("claim", "stage read"):
        parent = spans[name].parent
        assert parent is not None
        assert parent.span_id == batch.context.span_id
    assert (spans["stage read"].status.status_code, spans["stage read"].status.description) == (
        StatusCode.ERROR,
        "page_crashed",
    )
    assert request.resource.attributes["service.name"] == "docai-test"


def test_a_job_without_a_trace_and_nonsense_are_not_referred_to(
    tracing: Tracing, exporter: InMemorySpanExporter
) -> None:
    with tracing.span("batch read"):
        tracing.link(None)
        tracing.link("nonsense")
    with tracing.span("POST", parent="nonsense"):
        pass
    tracing.stop()
    assert [span.links for span in exporter.get_finished_spans()] == [(), ()]
    assert [span.parent for span in exporter.get_finished_spans()] == [None, None]


def test_nothing_happens_where_nothing_is_asked_for() -> None:
    tracing = Tracing()
    with tracing.span("POST", parent=CALLER) as span:
        assert span is None
        assert tracing.traceparent is None
        tracing.rename("POST /v1/documents", {})
        tracing.link(CALLER)
        tracing.past("claim", 1, 2)
        tracing.failed("page_crashed")
    tracing.stop()


def test_the_packages_are_not_needed_and_said_to_be_missing_where_an_endpoint_is_set() -> None:
    code = (
        "import sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] == 'opentelemetry': raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Missing())\n"
        "from docai.tracing import TRACING\n"
        "from docai.errors import ConfigurationError\n"
        "with TRACING.span('POST', parent='x'): pass\n"
        "try: TRACING.start_sending('http://127.0.0.1:4318', 'docai')\n"
        "except ConfigurationError as error: print(error.message)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "install `docai[telemetry]`" in done.stdout
