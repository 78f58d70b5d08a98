"""Traces of a request and of the worker that does its work, as a collector gets them over the wire."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from fastapi.testclient import TestClient
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from docai.api.app import create_app
from docai.api.dependencies import ApiLimits
from docai.pdf.draw import plain
from tests.integration.workers.conftest import Plant

TRACE = "0123456789abcdef0123456789abcdef"


class Collector:
    """Takes what is sent to it."""

    def __init__(self) -> None:
        self.received: list[tuple[str, Span]] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/v1/traces":
                    collector.take(ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def take(self, request: ExportTraceServiceRequest) -> None:
        for resource in request.resource_spans:
            (service,) = [a.value.string_value for a in resource.resource.attributes if a.key == "service.name"]
            self.received += [(service, span) for scope in resource.scope_spans for span in scope.spans]

    def of(self, service: str) -> list[Span]:
        return [span for sender, span in self.received if sender == service]


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    thread = threading.Thread(target=collector.server.serve_forever, daemon=True)
    thread.start()
    yield collector
    collector.server.shutdown()
    thread.join()
    collector.server.server_close()


def test_the_work_of_a_request_refers_to_its_trace(plant: Plant, collector: Collector) -> None:
    traced = {"DOCAI_TELEMETRY__OTLP_ENDPOINT": collector.url}
    with plant.worker(**traced) as worker, plant.service(**traced) as opened:
        app = create_app(opened.system, ApiLimits(max_bytes=10**8, max_wait_s=100, max_page_size=100))
        headers = {"traceparent": f"00-{TRACE}-0123456789abcdef-01", "Prefer": "wait=100"}
        key, _ = opened.make_key()
        with TestClient(app, headers={"Authorization": f"Bearer {key}"}) as client:
            sent = {"file": ("traced.pdf", plain(2, 6.1).pdf, "application/pdf")}
            answered = client.post("/v1/documents", files=sent, headers=headers)
            assert answered.status_code == 200, answered.text
        assert worker.end() == 0
    (request,) = [span for span in collector.of("docai-api") if span.name == "POST /v1/documents"]
    assert request.trace_id.hex() == TRACE
    (job,) = plant.rows("SELECT traceparent FROM job WHERE traceparent IS NOT NULL")
    assert job["traceparent"].split("-")[1] == TRACE
    work = collector.of("docai-worker")
    batches = [span for span in work if span.name.startswith("batch ")]
    assert {"batch open", "batch read", "batch embed"} <= {span.name for span in batches}
    assert {link.trace_id.hex() for span in batches for link in span.links} == {TRACE}
    assert all(span.links for span in batches)
    for batch in batches:
        below = [span for span in work if span.trace_id == batch.trace_id]
        assert {"claim", "commit", batch.name.replace("batch", "stage")} <= {span.name for span in below}
    pages = [a.value.int_value for s in work if s.name == "stage read" for a in s.attributes if a.key == "docai.page"]
    assert sorted(pages) == [1, 2]
