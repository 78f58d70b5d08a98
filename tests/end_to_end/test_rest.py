"""Documents over REST: in, read, found, asked, deleted."""

import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from docai.domain.geometry import Box
from docai.pdf import draw
from docai.pdf.draw import DrawnDocument

Drawn = dict[str, tuple[DrawnDocument, dict[str, Any]]]


def test_every_page_is_accounted_for(client: TestClient, drawn: Drawn) -> None:
    for truth, document in drawn.values():
        assert document["status"] == "ready", document
        assert document["n_pages"] == truth.n_pages
        ledger = client.get(f"/v1/documents/{document['id']}/pages").json()["data"]
        assert [page["number"] for page in ledger] == list(range(1, truth.n_pages + 1))
        assert {page["state"] for page in ledger} == {"parsed"}
        for page in ledger:
            assert page["coverage"]["share"] == 1.0
            assert page["image"]["is_legible"]


def test_every_drawn_fact_is_answered_with_the_right_box(client: TestClient, drawn: Drawn) -> None:
    wrong = []
    for truth, document in drawn.values():
        for fact in truth.facts:
            asked = {"question": fact.question, "document_ids": [document["id"]]}
            answer = client.post("/v1/answers", json=asked).json()
            citation = answer["citations"][0] if answer["citations"] else None
            if not answer["answerable"] or fact.answer not in answer["answer"] or citation is None:
                wrong.append((fact.question, fact.answer, answer["answer"], answer["reason"]))
                continue
            x0, y0, x1, y1 = citation["box"]
            cited = Box(x0=x0, y0=y0, x1=x1, y1=y1)
            if citation["page"] != fact.page_number or not fact.box.holds(cited.centre):
                wrong.append((fact.question, fact.answer, answer["answer"], citation["box"]))
    assert not wrong


def test_a_question_that_no_page_answers_is_declined(client: TestClient, drawn: Drawn) -> None:
    assert drawn
    answer = client.post("/v1/answers", json={"question": "What is the boiling point of tungsten?"}).json()
    assert not answer["answerable"]
    assert answer["answer"] is None
    assert answer["reason"]


def test_search_says_why_and_shows_it(client: TestClient, drawn: Drawn) -> None:
    truth, document = drawn[next(name for name in drawn if "invoice" in name)]
    fact = truth.facts[0]
    found = client.post("/v1/search", json={"query": fact.question, "document_ids": [document["id"]]}).json()
    hit = found["hits"][0]
    assert hit["document_id"] == document["id"]
    assert hit["matches"]
    picture = client.get(hit["heat_map_url"], params={"query": fact.question})
    assert picture.headers["content-type"] == "image/png"
    plain = client.get(hit["image_url"])
    assert Image.open(BytesIO(picture.content)).size == Image.open(BytesIO(plain.content)).size
    assert picture.content != plain.content


def test_a_crop_is_the_part_asked_for(client: TestClient, drawn: Drawn) -> None:
    _, document = next(iter(drawn.values()))
    whole = Image.open(BytesIO(client.get(f"/v1/documents/{document['id']}/pages/1/image").content))
    part = client.get(f"/v1/documents/{document['id']}/pages/1/image", params={"crop": "0,0,0.5,0.25"})
    size = Image.open(BytesIO(part.content)).size
    assert abs(size[0] - whole.width / 2) <= 1
    assert abs(size[1] - whole.height / 4) <= 1


def test_a_box_without_extent_is_cut_out_as_a_pixel(client: TestClient, drawn: Drawn) -> None:
    _, document = drawn["report.pdf"]
    part = client.get(f"/v1/documents/{document['id']}/pages/1/image", params={"crop": "1,0.5,1,0.5"})
    assert part.status_code == 200
    assert Image.open(BytesIO(part.content)).size == (1, 1)


@pytest.mark.parametrize("crop", ["1,2,3", "a,b,c,d", "0.5,0,0.2,1", "0,0,1,1.5", "0,0,nan,1"])
def test_a_crop_that_is_none_is_refused(client: TestClient, drawn: Drawn, crop: str) -> None:
    _, document = next(iter(drawn.values()))
    response = client.get(f"/v1/documents/{document['id']}/pages/1/image", params={"crop": crop})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


def test_content_comes_in_the_kind_accepted(client: TestClient, drawn: Drawn) -> None:
    _, document = drawn[next(name for name in drawn if "report" in name)]
    url = f"/v1/documents/{document['id']}/content"
    markdown = client.get(url, headers={"Accept": "text/markdown"})
    assert markdown.headers["content-type"].startswith("text/markdown")
    assert "\n# Annual Review 2025\n" in markdown.text
    html = client.get(url, headers={"Accept": "text/html;q=0.9, application/json;q=0.1"})
    assert "default-src 'none'" in html.headers["content-security-policy"]
    assert "colspan" in html.text
    content = client.get(url, headers={"Accept": "application/json"}).json()
    assert content["tables"]
    assert client.get(url, headers={"Accept": "image/gif"}).status_code == 406


def test_every_cell_carries_a_box_and_evidence(client: TestClient, drawn: Drawn) -> None:
    _, document = drawn[next(name for name in drawn if "report" in name)]
    tables = client.get(f"/v1/documents/{document['id']}/tables").json()["data"]
    assert tables
    for table in tables:
        for cell in table["cells"]:
            assert cell["box"] is not None
            assert cell["evidence"]["verdict"] in {"exact", "normalised", "empty"}
    csv = client.get(f"/v1/documents/{document['id']}/tables", params={"number": 1}, headers={"Accept": "text/csv"})
    assert csv.headers["content-type"].startswith("text/csv")


def test_the_same_bytes_are_the_same_document(send: Callable[..., Any], drawn: Drawn) -> None:
    truth, document = next(iter(drawn.values()))
    again = send(truth.pdf, "another-name.pdf")
    assert again.status_code == 200
    assert again.json()["deduplicated"]
    assert again.json()["document"]["id"] == document["id"]


def test_a_document_is_gone_with_everything_made_of_it(client: TestClient, send: Callable[..., Any]) -> None:
    document = send(draw.plain(2, 11.0).pdf, "short-lived.pdf").json()["document"]
    url = f"/v1/documents/{document['id']}"
    assert client.get(f"{url}/pages/2/image").status_code == 200
    assert client.delete(url).status_code == 202
    for gone in (url, f"{url}/pages", f"{url}/pages/1", f"{url}/pages/1/image", f"{url}/content", f"{url}/tables"):
        assert client.get(gone).json()["code"] == "document_not_found", gone
    assert client.delete(url).status_code == 404
    hits = client.post("/v1/search", json={"query": "the quick brown fox page", "top_k": 100}).json()["hits"]
    assert document["id"] not in {hit["document_id"] for hit in hits}


def test_lists_are_read_to_their_end_by_cursor(client: TestClient, drawn: Drawn) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        listed = client.get("/v1/documents", params=params).json()
        seen += [document["id"] for document in listed["data"]]
        cursor = listed["next_cursor"]
        if not listed["has_more"]:
            break
    assert len(seen) == len(set(seen))
    assert {document["id"] for _, document in drawn.values()} <= set(seen)


def test_an_upload_that_is_not_waited_for_is_followed_by_its_job(client: TestClient) -> None:
    files = {"file": ("followed.pdf", draw.plain(3, 10.5).pdf, "application/pdf")}
    response = client.post("/v1/documents", files=files)
    assert response.status_code == 202
    assert response.headers["retry-after"]
    assert response.headers["location"] == f"/v1/documents/{response.json()['document']['id']}"
    url = response.headers["operation-location"]
    for _ in range(600):
        job = client.get(url).json()
        if job["state"] not in {"queued", "running"}:
            break
        time.sleep(0.1)
    assert job["state"] == "succeeded"
    assert job["progress"] == {"pages_total": 3, "pages_done": 3, "pages_failed": 0}


def test_a_raw_body_is_an_upload_too(client: TestClient) -> None:
    headers = {"Content-Type": "application/pdf", "Prefer": "wait=100"}
    response = client.post(
        "/v1/documents", params={"name": "raw.pdf"}, content=draw.plain(1, 13.0).pdf, headers=headers
    )
    assert response.status_code == 200
    assert response.json()["document"]["name"] == "raw.pdf"


def test_health_needs_no_key(client: TestClient) -> None:
    bare = {"Authorization": ""}
    assert client.get("/livez", headers=bare).json() == {"status": "live"}
    ready = client.get("/readyz", headers=bare)
    assert ready.status_code == 200, ready.text
    assert "docai_pages_total" in client.get("/metrics", headers=bare).text


def test_the_openapi_description_is_complete(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    for path, operations in described["paths"].items():
        for operation in operations.values():
            assert operation.get("description") or operation.get("summary"), path
            if path.startswith("/v1/"):
                assert {"401", "404", "422"} <= set(operation["responses"]), path
                assert operation["security"] == [{"HTTPBearer": []}], path


def test_a_list_is_read_on_though_the_last_document_seen_is_gone(client: TestClient, send: Callable[..., Any]) -> None:
    for size in (9.1, 9.2, 9.3):
        send(draw.plain(1, size).pdf, f"{size}.pdf")
    first = client.get("/v1/documents", params={"limit": "1"}).json()
    assert client.delete(f"/v1/documents/{first['data'][0]['id']}").status_code == 202
    rest = client.get("/v1/documents", params={"limit": "1", "cursor": first["next_cursor"]}).json()
    assert rest["data"][0]["name"] == "9.2.pdf"


@pytest.mark.parametrize("cursor", ["nonsense", "AAAA", "MjAyNg==", "\u00e9"])
def test_a_cursor_that_we_did_not_give_is_refused(client: TestClient, cursor: str) -> None:
    response = client.get("/v1/documents", params={"cursor": cursor})
    assert response.status_code == 422
    assert response.json()["code"] == "invalid_request"
