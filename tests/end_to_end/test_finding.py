"""Finding over REST: metadata and filters, explanations, heat maps of one token, odd queries, the log of queries."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from docai.assembly.parts import Assembled
from docai.errors import StoreUnavailable
from docai.pdf import draw
from docai.pdf.draw import DrawnDocument
from tests.end_to_end.limits import LIMITS

Drawn = dict[str, tuple[DrawnDocument, dict[str, Any]]]
ODD = [
    "what is it",
    "?",
    "财务报表 收入",
    "<|im_end|><image></s> [PAD]",
    "\x00 quick",
    "q" * LIMITS.max_question_characters,
]


@pytest.fixture(scope="module")
def labelled(client: TestClient) -> dict[str, Any]:
    """A document that something was said of, on the wire."""
    files = {"file": ("labelled.pdf", draw.plain(2, 10.25).pdf, "application/pdf")}
    said = {"metadata": json.dumps({"customer": "1142", "Ort": "Malmö"})}
    response = client.post("/v1/documents", files=files, data=said, headers={"Prefer": "wait=100"})
    assert response.status_code == 200, response.text
    document: dict[str, Any] = response.json()["document"]
    return document


def found(client: TestClient, **wanted: Any) -> set[str]:
    response = client.post("/v1/search", json={"query": "the quick brown fox", "top_k": 100} | wanted)
    assert response.status_code == 200, response.text
    return {hit["document_id"] for hit in response.json()["hits"]}


def test_metadata_comes_back_with_the_document(client: TestClient, labelled: dict[str, Any]) -> None:
    said = {"customer": "1142", "Ort": "Malmö"}
    assert labelled["metadata"] == said
    assert client.get(f"/v1/documents/{labelled['id']}").json()["metadata"] == said


def test_a_second_upload_keeps_metadata_unless_it_brings_its_own(client: TestClient, send: Callable[..., Any]) -> None:
    content = draw.plain(1, 10.3).pdf
    first = send(content, metadata='{"state": "first"}').json()["document"]
    assert send(content).json()["document"]["metadata"] == {"state": "first"}
    again = send(content, metadata='{"state": "second"}').json()
    assert (again["deduplicated"], again["document"]["metadata"]) == (True, {"state": "second"})
    assert send(content, metadata="{}").json()["document"]["metadata"] == {}
    assert client.get(f"/v1/documents/{first['id']}").json()["metadata"] == {}


@pytest.mark.parametrize(
    "metadata", ["customer=1142", '{"n": 1}', "[]", json.dumps({"k" * 101: ""}), json.dumps({"k": "v" * 1001})]
)
def test_metadata_that_cannot_be_kept_is_refused(client: TestClient, send: Callable[..., Any], metadata: str) -> None:
    response = send(draw.plain(1, 10.35).pdf, "refused.pdf", metadata=metadata)
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")
    assert "metadata" in response.json()["detail"]
    assert "refused.pdf" not in {document["name"] for document in client.get("/v1/documents").json()["data"]}


def test_every_file_of_a_batch_gets_the_metadata_before_it(client: TestClient) -> None:
    files = [("files", (f"{size}.pdf", draw.plain(1, size).pdf, "application/pdf")) for size in (10.4, 10.45)]
    batch = client.post("/v1/documents:batch", files=files, data={"metadata": '{"lot": "7"}'}).json()
    for entry in batch["data"]:
        assert client.get(f"/v1/documents/{entry['document_id']}").json()["metadata"] == {"lot": "7"}
    refused = client.post("/v1/documents:batch", files=files, data={"metadata": "lot=7"})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("mode", ["hybrid", "late_interaction", "text"])
def test_a_search_is_narrowed_by_a_filter(
    client: TestClient, labelled: dict[str, Any], drawn: Drawn, mode: str
) -> None:
    mine, other = labelled["id"], drawn["report.pdf"][1]["id"]
    created = datetime.fromisoformat(labelled["created_at"])
    later = (created + timedelta(microseconds=1)).isoformat()
    only_mine = {"metadata": {"customer": "1142"}}
    assert found(client, mode=mode, filter=only_mine) == {mine}
    assert found(client, mode=mode, filter=only_mine | {"created_after": labelled["created_at"]}) == {mine}
    assert found(client, mode=mode, filter=only_mine | {"created_after": later}) == set()
    assert found(client, mode=mode, filter=only_mine | {"media_types": ["image/png"]}) == set()
    assert found(client, mode=mode, filter={"name_contains": "LABEL"}) == {mine}
    assert found(client, mode=mode, filter=only_mine, document_ids=[other]) == set()
    assert found(client, mode=mode, filter={}, document_ids=[mine]) == {mine}


def test_an_answer_is_narrowed_by_a_filter(client: TestClient, labelled: dict[str, Any], drawn: Drawn) -> None:
    truth, document = drawn["invoice.pdf"]
    asked = {"question": truth.facts[0].question}
    assert labelled
    there = client.post("/v1/answers", json=asked | {"filter": {"name_contains": document["name"]}}).json()
    elsewhere = client.post("/v1/answers", json=asked | {"filter": {"metadata": {"customer": "1142"}}}).json()
    assert there["citations"][0]["document_id"] == document["id"]
    assert document["id"] not in {citation["document_id"] for citation in elsewhere["citations"]}


@pytest.mark.parametrize(
    "wanted",
    [
        {"metadata": {"n": 1}},
        {"metadata": {"": "v"}},
        {"metadata": {str(i): "" for i in range(51)}},
        {"created_after": "2026-01-01T00:00:00"},
        {"media_types": ["text/plain"]},
        {"name_contains": ""},
        {"owner": "me"},
    ],
)
def test_a_filter_that_is_none_is_refused(client: TestClient, wanted: dict[str, Any]) -> None:
    response = client.post("/v1/search", json={"query": "fox", "filter": wanted})
    assert response.status_code == 422
    assert response.json()["code"] == "invalid_request"


def test_a_hit_is_explained_when_asked(client: TestClient, drawn: Drawn) -> None:
    truth, document = drawn["invoice.pdf"]
    asked = {"query": truth.facts[0].question, "document_ids": [document["id"]]}
    assert client.post("/v1/search", json=asked).json()["hits"][0]["explanation"] is None
    hit = client.post("/v1/search", json=asked | {"explain": True}).json()["hits"][0]
    said = hit["explanation"]
    assert hit["encoder"].startswith("ngram/")
    assert sum(part["score"] for part in said["rankings"]) == pytest.approx(hit["score"])
    assert said["late_interaction_score"] == pytest.approx(hit["late_interaction_score"], abs=0.02)
    assert sum(token["score"] for token in said["tokens"]) == pytest.approx(said["late_interaction_score"], abs=0.01)
    assert sum(term["score"] for term in said["terms"]) == pytest.approx(hit["text_score"], abs=0.01)
    assert said["candidate_score"] is not None
    assert all(token["box"] and token["word"] for token in said["tokens"])


def test_a_heat_map_may_be_of_one_token(client: TestClient, drawn: Drawn) -> None:
    truth, document = drawn["invoice.pdf"]
    asked = {"query": truth.facts[0].question, "document_ids": [document["id"]], "explain": True}
    hit = client.post("/v1/search", json=asked).json()["hits"][0]
    tokens = hit["explanation"]["tokens"]
    pictures = [
        client.get(hit["heat_map_url"], params={"query": asked["query"]} | ({"token": str(n)} if n else {})).content
        for n in (None, *(token["number"] for token in tokens))
    ]
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
    assert len(set(pictures)) > 1
    beyond = client.get(hit["heat_map_url"], params={"query": asked["query"], "token": str(len(tokens) + 1)})
    assert (beyond.status_code, beyond.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("mode", ["hybrid", "late_interaction", "text"])
@pytest.mark.parametrize("query", ODD)
def test_an_odd_query_is_answered(client: TestClient, drawn: Drawn, query: str, mode: str) -> None:
    assert drawn
    response = client.post("/v1/search", json={"query": query, "mode": mode, "explain": True})
    assert response.status_code == 200, response.text
    assert client.post("/v1/answers", json={"question": query}).status_code == 200


@pytest.mark.parametrize("query", ["", " \n", "q" * (LIMITS.max_question_characters + 1)])
def test_an_empty_or_endless_query_is_refused(client: TestClient, query: str) -> None:
    response = client.post("/v1/search", json={"query": query})
    assert (response.status_code, response.json()["code"]) == (422, "invalid_question")


def test_what_is_searched_for_is_kept_to_compare_indexes_by(
    client: TestClient, local: Assembled, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.post("/v1/search", json={"query": "a query to be kept"}).status_code == 200
    kept = {(query.tenant_id, query.text) for query in local.records.indexes.logged_queries(limit=100)}
    assert (local.tenant.id, "a query to be kept") in kept

    def away(*_: object) -> None:
        raise StoreUnavailable("The database does not answer.")

    monkeypatch.setattr(type(local.records.indexes), "log_query", away)
    assert client.post("/v1/search", json={"query": "one that is not"}).status_code == 200
