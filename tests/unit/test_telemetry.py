"""What is logged, and what never is."""

import json
import logging
from collections.abc import Iterator

import pytest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from docai.telemetry import configure_logging, exposition, log, log_context


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


@pytest.fixture
def _libraries_as_they_were() -> Iterator[None]:
    root = logging.getLogger()
    names = ("celery", "kombu", "uvicorn")
    before = root.handlers[:], root.level, [(logging.getLogger(name), logging.getLogger(name).level) for name in names]
    yield
    root.handlers, root.level = before[0], before[1]
    for logger, level in before[2]:
        logger.setLevel(level)


@pytest.mark.usefixtures("_libraries_as_they_were")
@pytest.mark.parametrize("name", ["celery.worker.consumer", "uvicorn.error", "some.library"])
def test_what_libraries_log_is_in_our_format_once(capfd: pytest.CaptureFixture[str], name: str) -> None:
    logging.getLogger(name).setLevel(logging.NOTSET)  # a server that another test ran has set it
    configure_logging("warning", as_json=True)
    configure_logging("warning", as_json=True)
    with log_context(request_id="r1"):
        logging.getLogger(name).warning("Connection to %s lost", "broker")
        logging.getLogger(name).info("nothing of interest")
        log("late result refused", level="warning", page=3)
    theirs, ours = (json.loads(line) for line in capfd.readouterr().err.splitlines())
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("Connection to broker lost", "warning", name)
    assert (ours["event"], ours["page"]) == ("late result refused", 3)
    assert {theirs["request_id"], ours["request_id"]} == {"r1"}
    assert theirs["timestamp"] <= ours["timestamp"]


@pytest.mark.usefixtures("_libraries_as_they_were")
def test_what_is_bound_ends_with_what_it_is_about(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", as_json=True)
    with log_context(document="d", page=1):
        log("item in trouble")
    log("worker ready")
    first, second = (json.loads(line) for line in capfd.readouterr().err.splitlines())
    assert (first["document"], first["page"]) == ("d", 1)
    assert set(second) == {"event", "level", "timestamp"}


def test_a_collector_is_asked_when_somebody_looks() -> None:
    class Clock(Collector):
        n_asked = 0

        def collect(self) -> Iterator[Metric]:
            self.n_asked += 1
            yield GaugeMetricFamily("docai_asked", "How often.", value=self.n_asked)

    clock = Clock()
    assert b"docai_asked 1.0" in exposition(clock)
    assert b"docai_asked 2.0" in exposition(clock)
    assert b"docai_asked" not in exposition()
