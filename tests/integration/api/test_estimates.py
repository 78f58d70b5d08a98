"""Estimates over REST: what reading with a model would take, of a file that is sent and of a document that is here."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from docai.api.routes import estimates
from docai.patches.estimates import EXPECTED_OUTPUT_TOKENS
from docai.pdf.draw import show_set

REPORT = next(document for document in show_set() if document.name == "report.pdf")
MODEL, POOLS = "qwen2.5-vl-7b", "blip2-opt-2.7b"


def asked(client: TestClient, content: bytes | None = REPORT.pdf, **fields: str) -> Any:
    files = None if content is None else {"file": ("some.pdf", content, "application/pdf")}
    return client.post("/v1/estimates", files=files, data=fields)


def test_every_page_of_a_file_is_estimated_and_nothing_is_kept(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    answer = asked(client, model=MODEL)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["model"], told["n_pages"], told["n_left"], told["unplanned"]) == (MODEL, 2, 0, [])
    assert [page["page"] for page in told["pages"]] == [1, 2]
    for page in told["pages"]:
        (look,) = page["reading"]["looks"]
        assert look["visual_tokens"] == look["seen_width_px"] * look["seen_height_px"] / 784
        assert look["effective_dpi"] >= 0.98 * look["floor_dpi"]
        assert look["merge_factor"] == 4
        assert page["reading"]["print_em_px"] > 10
    totals = told["totals"]
    assert totals["visual_tokens"] == sum(page["reading"]["visual_tokens"] for page in told["pages"])
    assert totals["output_tokens"] == 2 * EXPECTED_OUTPUT_TOKENS
    assert totals["kv_bytes"] > 0
    assert (totals["seconds"], totals["cost"]) == (None, None)
    assert client.get("/v1/documents").json()["data"] == []
    assert client.get("/v1/jobs").json()["data"] == []
    assert list(tmp_path.glob("docai-estimate-*")) == []
    # What is not come to in time is counted.
    monkeypatch.setattr(estimates, "LONGEST_S", 0.0)
    told = asked(client, model=MODEL).json()
    assert (told["n_pages"], len(told["pages"]), told["n_left"]) == (2, 1, 1)


def test_a_stored_document_is_estimated_for_its_owner_only(client: TestClient, stranger: TestClient) -> None:
    document_id = client.post("/v1/documents", files={"file": ("report.pdf", REPORT.pdf)}).json()["document"]["id"]
    told = asked(client, None, document_id=document_id, model=MODEL)
    assert told.status_code == 200, told.text
    assert len(told.json()["pages"]) == 2
    assert asked(stranger, None, document_id=document_id, model=MODEL).status_code == 404
    assert asked(client, None, document_id=str(uuid4()), model=MODEL).status_code == 404
    # A model that pools is refused, and says why.
    told = asked(client, None, document_id=document_id, model=POOLS).json()
    reading = told["pages"][0]["reading"]
    assert reading["refusal"]["code"] == "model_pools"
    assert "small print" in reading["refusal"]["message"]
    assert reading["looks"] == []
    assert (told["totals"]["n_refused"], told["totals"]["cost"]) == (2, None)


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ({"model": "no-such-model"}, "model: "),
        ({}, "model: "),  # none is configured
        ({"model": "../../etc"}, "model: "),
        ({"model": MODEL, "document_id": str(uuid4())}, "Send either"),
    ],
)
def test_what_cannot_be_estimated_is_refused(client: TestClient, fields: dict[str, str], detail: str) -> None:
    answer = asked(client, **fields)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["detail"].startswith(detail)


def test_a_form_without_file_and_document_is_refused(client: TestClient) -> None:
    assert asked(client, None, model=MODEL).json()["code"] == "invalid_request"
    assert asked(client, None, model=MODEL, document_id="7").json()["detail"].startswith("document_id")


def test_a_file_is_held_to_the_limits_of_uploads(client: TestClient) -> None:
    assert asked(client, b"just text", model=MODEL).status_code == 415
    assert asked(client, b"", model=MODEL).json()["code"] == "empty_file"
    assert asked(client, b"%PDF-1.7\n" + bytes(2_000_001), model=MODEL).status_code == 413
    assert asked(client, b"%PDF-1.7 broken", model=MODEL).status_code == 422
