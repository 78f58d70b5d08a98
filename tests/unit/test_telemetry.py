"""What is logged, and what never is."""

import json

import pytest

from docai.telemetry import configure_logging, exposition, log


@pytest.mark.parametrize("as_json", [True, False])
def test_a_trace_holds_no_variables(capfd: pytest.CaptureFixture[str], *, as_json: bool) -> None:
    configure_logging("warning", as_json=as_json)
    secret = "what the document says"[::-1]
    try:
        len(secret) / 0
    except ZeroDivisionError as error:
        log("page failed", level="error", page=3, exc_info=error)
    said = capfd.readouterr().err
    assert "ZeroDivisionError" in said
    assert secret not in said
    if as_json:
        assert json.loads(said)["page"] == 3


def test_what_is_below_the_level_is_not_logged(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging("warning", as_json=True)
    log("request served", status=200)
    assert capfd.readouterr().err == ""


def test_the_metrics_are_in_prometheus_format() -> None:
    assert b"# TYPE docai_pages_total counter" in exposition()
