"""`docai serve` asked to stop while a request is under way."""

from __future__ import annotations

import signal
import threading
import time
from typing import Any

import httpx2
import pytest

from docai.pdf.draw import plain
from tests.integration.workers.conftest import LONG_S, Plant, free_port, until


def test_requests_under_way_are_finished_and_new_ones_refused(plant: Plant) -> None:
    with plant.service() as opened:
        key, _ = opened.make_key()
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with plant.process("serve", "--port", str(port)) as running:
        until(lambda: _is_live(url) or running.process.poll() is not None)
        answers: list[httpx2.Response] = []

        def upload() -> None:
            sent = {"file": ("waits.pdf", plain(1, 5.1).pdf, "application/pdf")}
            headers = {"Authorization": f"Bearer {key}", "Prefer": "wait=8"}
            answers.append(httpx2.post(f"{url}/v1/documents", files=sent, headers=headers, timeout=LONG_S))

        under_way = threading.Thread(target=upload)
        under_way.start()
        until(lambda: plant.rows("SELECT FROM job WHERE state = 'queued'"))
        running.process.send_signal(signal.SIGTERM)
        until(lambda: not _is_live(url))
        assert not answers, "the request ended before the service was asked to stop"
        with pytest.raises(httpx2.ConnectError):
            httpx2.get(f"{url}/livez", timeout=5)
        under_way.join(LONG_S)
        (answer,) = answers
        assert answer.status_code == 202, answer.text
        begun = time.monotonic()
        assert running.process.wait(timeout=LONG_S) == 0
        assert time.monotonic() - begun < 30
    served = [event for event in running.events if event["event"] == "request served" and event["path"] != "/livez"]
    entered = [event for event in running.events if event["event"] == "job entered"]
    assert [event["status"] for event in served] == [202]
    assert served[0]["request_id"] == entered[0]["request_id"] == answer.headers["X-Request-Id"]
    assert entered[0]["job"] == _job(answer)


def _job(answer: Any) -> str:
    return str(answer.json()["job"]["id"])


def _is_live(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/livez", timeout=5).status_code == 200
    except httpx2.TransportError:
        return False
