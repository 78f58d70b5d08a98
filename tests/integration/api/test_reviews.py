"""Flags, corrections and revisions over REST, on a real database; pages are put in as a reader leaves them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from docai.checks.verify import EvidencePolicy, verify
from docai.dialects.spans import table_text
from docai.domain.checks import CellPlace
from docai.domain.documents import Document, DocumentStatus, Page, PageState
from docai.domain.flags import ValuePlace
from docai.domain.geometry import Box
from docai.domain.ids import DocumentId
from docai.domain.jobs import JobState
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.revisions import Correction
from docai.domain.tables import Cell, Table
from docai.domain.words import PageWords, Witness, Word
from docai.errors import RevisionConflict
from docai.stores.postgres.unit_of_work import PostgresRecords
from tests.integration.api.conftest import Service
from tests.integration.stores.samples import a_page, add_document

PRINTED = ("Order", "SZL15-1.25-T", "pens", "12", "ink", "7")
WRONG_CELL = {"block": 1, "cell": {"row": 1, "col": 1}}


def box_of(n: int) -> Box:
    return Box(x0=0.1 + 0.3 * (n % 2), y0=0.1 + n // 2 / 10, x1=0.3 + 0.3 * (n % 2), y1=0.13 + n // 2 / 10)


def misread(document_id: DocumentId, number: int = 1) -> Page:
    """A page whose part number and last cell were misread."""
    words = PageWords(
        witness=Witness.TEXT_LAYER,
        words=tuple(Word(text=text, box=box_of(n), line=n // 2) for n, text in enumerate(PRINTED)),
        engine="layer 1",
    )
    cells = tuple(
        Cell(row=n // 2, col=n % 2, text=text, box=box_of(n + 2), word_ids=(n + 2,))
        for n, text in enumerate(("pens", "12", "ink", "1"))
    )
    table = Table(n_rows=2, n_cols=2, cells=cells)
    around = Box(x0=0.1, y0=0.2, x1=0.6, y1=0.43)
    blocks = (
        Block(
            kind=BlockKind.PARAGRAPH,
            text="Order SZE15-1.23-1",
            box=Box(x0=0.1, y0=0.1, x1=0.6, y1=0.13),
            word_ids=(0, 1),
        ),
        Block(kind=BlockKind.TABLE, text=table_text(table), box=around, word_ids=(2, 3, 4, 5), table=table),
    )
    parse = verify(
        PageParse(page_number=number, engine="vlm 1", blocks=blocks),
        words,
        reader="vlm 1",
        policy=EvidencePolicy(min_confidence=0.5),
    )
    return a_page(document_id, number).model_copy(
        update={"words": words, "second_words": None, "parse": parse, "revision": None}
    )


@pytest.fixture
def document(service: Service, records: PostgresRecords) -> Document:
    """A document of two pages that were misread."""
    added = add_document(records, service.tenant, n_pages=2)
    with service.parts.records.unit_of_work(service.tenant.id) as unit:
        for number in (1, 2):
            unit.documents.save_page(misread(added.id, number))
        unit.documents.save(added.model_copy(update={"status": DocumentStatus.READY, "n_pages": 2}))
    return added


Review = Callable[..., Any]


@pytest.fixture
def review(client: TestClient, document: Document) -> Review:
    """Sends a review of page 1 that says what the wrong cell says."""

    def send(text: str = "7", key: str | None = None, **changes: object) -> Any:
        body = {
            "document_id": str(document.id),
            "page": 1,
            "base_revision": 1,
            "author": "Ada",
            "corrections": [{"place": WRONG_CELL, "text": text}],
        }
        headers = {"Idempotency-Key": key} if key else {}
        return client.post("/v1/reviews", json=body | changes, headers=headers)

    return send


def test_a_correction_is_a_further_revision_with_its_author(
    client: TestClient, document: Document, review: Review
) -> None:
    response = review(note="as printed")
    assert response.status_code == 201, response.text
    made = response.json()
    assert (made["number"], made["cause"], made["author"], made["note"]) == (2, "review", "Ada", "as printed")
    url = f"/v1/documents/{document.id}/pages/1"
    assert response.headers["location"] == f"{url}/revisions/2"
    page = client.get(url).json()
    assert page["revision"] == 2
    assert page["tables"][0]["cells"][3]["text"] == "7"
    assert page["tables"][0]["cells"][3]["evidence"]["reader"] == "person: Ada"
    assert page["blocks"][1]["text"] == "pens\t12\nink\t7"
    listed = client.get(f"{url}/revisions").json()["data"]
    assert [(entry["number"], entry["cause"], entry["author"]) for entry in listed] == [
        (2, "review", "Ada"),
        (1, "read", "vlm 1"),
    ]
    old = client.get(f"{url}/revisions/1").json()
    assert old["tables"][0]["cells"][3]["text"] == "1"


def test_what_a_correction_changed_is_told(client: TestClient, document: Document, review: Review) -> None:
    assert review().status_code == 201
    url = f"/v1/documents/{document.id}/pages/1/diff"
    told = client.get(url).json()
    assert (told["before"], told["after"]) == (1, 2)
    changed = [change for change in told["data"] if change["kind"] == "changed"]
    assert [(change["before"], change["after"]) for change in changed] == [("1", "7")]
    assert changed[0]["after_place"] == {**WRONG_CELL, "point": None}
    assert client.get(url, params={"before": 2, "after": 2}).json()["data"] == []
    assert client.get(url, params={"before": 1, "after": 3}).json()["code"] == "revision_not_found"


def test_search_finds_what_the_person_says(service: Service, document: Document, review: Review) -> None:
    assert review("zebra").status_code == 201
    with service.parts.records.unit_of_work(service.tenant.id) as unit:
        assert unit.terms.bm25({"zebra": 1.0}, document_ids=[], limit=5)[0][:2] == (document.id, 1)


def test_who_looked_at_an_older_result_is_told_so(review: Review) -> None:
    assert review().status_code == 201
    late = review("8")
    assert late.status_code == 409
    assert late.json()["code"] == "revision_conflict"
    assert late.json()["details"] == {"revision": 2, "base_revision": 1}
    assert review("8", base_revision=2).json()["number"] == 3


def test_of_those_who_correct_the_same_result_at_once_one_is_heard(service: Service, document: Document) -> None:
    start = Barrier(4)
    place = ValuePlace(block=1, cell=CellPlace(row=1, col=1))

    def correct(text: str) -> int | None:
        said = [Correction(place=place, text=text)]
        start.wait()
        try:
            made = service.system.reviewing.review(
                service.tenant.id, document.id, 1, said, author=f"reader of {text}", base_revision=1
            )
        except RevisionConflict:
            return None
        return made.number

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(correct, "5678"))
    assert sorted(made, key=str) == [2, None, None, None]
    found = service.system.reviewing.revisions(service.tenant.id, document.id, 1)
    assert [revision.author for revision in found] == [f"reader of {'5678'[made.index(2)]}", "vlm 1"]


def test_a_review_that_is_sent_again_is_kept_once(client: TestClient, document: Document, review: Review) -> None:
    first, again = review(key="once"), review(key="once")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["idempotent-replayed"] == "true"
    assert len(client.get(f"/v1/documents/{document.id}/pages/1/revisions").json()["data"]) == 2


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"corrections": [{"place": {"block": 9}, "text": "x"}]}, 422, "invalid_correction"),
        ({"corrections": [{"place": WRONG_CELL, "text": "x"}] * 2}, 422, "invalid_correction"),
        ({"corrections": []}, 422, "invalid_request"),
        ({"author": " "}, 422, "invalid_request"),
        ({"page": 3}, 404, "page_not_found"),
        ({"document_id": str(uuid4())}, 404, "document_not_found"),
    ],
)
def test_a_review_that_cannot_be_kept_is_refused(
    review: Review, changes: dict[str, object], status: int, code: str
) -> None:
    response = review(**changes)
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_a_page_that_is_being_read_has_nothing_to_review(service: Service, document: Document, review: Review) -> None:
    with service.parts.records.unit_of_work(service.tenant.id) as unit:
        unit.documents.mark_pages(document.id, [1], PageState.QUEUED)
    response = review()
    assert (response.status_code, response.json()["code"]) == (409, "nothing_to_review")


def test_flags_of_a_document_are_read_worst_first_by_cursor(client: TestClient, document: Document) -> None:
    url = f"/v1/documents/{document.id}/flags"
    whole = client.get(url).json()
    assert not whole["has_more"]
    order = ["high", "medium", "low"]
    ranks = [order.index(flag["severity"]) for flag in whole["data"]]
    assert ranks == sorted(ranks)
    assert {flag["page"] for flag in whole["data"]} == {1, 2}
    seen, cursor = [], None
    while True:
        part = client.get(url, params={"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
        seen += part["data"]
        cursor = part["next_cursor"]
        if not part["has_more"]:
            break
    assert seen == whole["data"]
    cells = [flag for flag in whole["data"] if flag["place"] and flag["place"]["cell"] == {"row": 1, "col": 1}]
    assert [(flag["said"], flag["heard"], flag["page"]) for flag in cells] == [("1", "7", 1), ("1", "7", 2)]
    assert cells[0]["crop_url"].startswith(f"/v1/documents/{document.id}/pages/1/image?crop=0.4,")


def test_flags_are_chosen_by_page_kind_and_severity(client: TestClient, document: Document) -> None:
    url = f"/v1/documents/{document.id}/flags"
    whole = client.get(url).json()["data"]
    for name in ("kind", "severity"):
        for value in {flag[name] for flag in whole}:
            wanted = [flag for flag in whole if flag[name] == value and flag["page"] == 2]
            assert client.get(url, params={name: value, "page": 2}).json()["data"] == wanted
    assert client.get(url, params={"kind": "corrected"}).json()["data"] == []
    assert client.get(url, params={"kind": "nonsense"}).status_code == 422


def test_a_correction_takes_its_flags_away(client: TestClient, document: Document, review: Review) -> None:
    assert review().status_code == 201
    left = client.get(f"/v1/documents/{document.id}/flags", params={"page": 1}).json()["data"]
    assert left
    assert not [flag for flag in left if flag["place"] and flag["place"]["cell"] == {"row": 1, "col": 1}]


def test_flags_of_all_documents_are_read_newest_first(client: TestClient, document: Document) -> None:
    whole = client.get("/v1/flags").json()["data"]
    assert {flag["document_id"] for flag in whole} == {str(document.id)}
    assert sorted((flag["created_at"] for flag in whole), reverse=True) == [flag["created_at"] for flag in whole]
    part = client.get("/v1/flags", params={"limit": 1}).json()
    rest = client.get("/v1/flags", params={"cursor": part["next_cursor"]}).json()
    assert part["data"] + rest["data"] == whole
    newest = whole[0]["created_at"]
    assert client.get("/v1/flags", params={"until": newest}).json()["data"] != whole
    assert client.get("/v1/flags", params={"since": "2999-01-01T00:00:00Z"}).json()["data"] == []
    assert client.get("/v1/flags", params={"since": "2999-01-01T00:00:00"}).status_code == 422


@pytest.mark.parametrize("cursor", ["AAAA", "aGlnaCAxIHg=", "aGlnaCA5OTk5OTk5OTk5OTk5OSAx", "bm9uZSAxIDE="])
def test_a_cursor_that_is_none_is_refused(client: TestClient, document: Document, cursor: str) -> None:
    for url in (f"/v1/documents/{document.id}/flags", "/v1/flags"):
        response = client.get(url, params={"cursor": cursor})
        assert (response.status_code, response.json()["code"]) == (422, "invalid_request"), url


def test_nobody_sees_or_corrects_what_is_somebody_elses(stranger: TestClient, document: Document) -> None:
    page = f"/v1/documents/{document.id}/pages/1"
    for url in (f"/v1/documents/{document.id}/flags", f"{page}/revisions", f"{page}/revisions/1", f"{page}/diff"):
        assert stranger.get(url).status_code == 404, url
    assert stranger.get("/v1/flags").json()["data"] == []
    body = {
        "document_id": str(document.id),
        "page": 1,
        "base_revision": 1,
        "author": "Eve",
        "corrections": [{"place": WRONG_CELL, "text": "x"}],
    }
    assert stranger.post("/v1/reviews", json=body).json()["code"] == "document_not_found"


def test_values_below_the_verdict_asked_for_are_without_their_text(client: TestClient, document: Document) -> None:
    url = f"/v1/documents/{document.id}"
    asked = {"min_verdict": "normalised"}
    [table] = client.get(f"{url}/pages/1", params=asked).json()["tables"]
    assert [cell["text"] for cell in table["cells"]] == ["pens", "12", "ink", None]
    assert table["cells"][3]["evidence"]["verdict"] == "conflict"
    tables = client.get(f"{url}/tables", params=asked).json()["data"]
    assert [table["cells"][3]["text"] for table in tables] == [None, None]
    content = client.get(f"{url}/content", params=asked).json()
    assert [block["text"] for block in content["pages"][0]["blocks"]] == [None, None]
    csv = client.get(f"{url}/tables", params=asked | {"number": 1}, headers={"Accept": "text/csv"}).text
    assert csv.split() == ["pens,12", "ink,[conflict]"]
    markdown = client.get(f"{url}/content", params=asked, headers={"Accept": "text/markdown"}).text
    assert "SZE15" not in markdown
    assert "SZE15" in client.get(f"{url}/content", headers={"Accept": "text/markdown"}).text
    assert client.get(f"{url}/pages/1", params={"min_verdict": "fine"}).status_code == 422
    old = client.get(f"{url}/pages/1/revisions/1", params=asked).json()
    assert old["tables"][0]["cells"][3]["text"] is None


def test_revisions_and_flags_go_with_their_document(client: TestClient, document: Document, review: Review) -> None:
    assert review().status_code == 201
    assert client.delete(f"/v1/documents/{document.id}").status_code == 202
    assert client.get("/v1/flags").json()["data"] == []
    for path in ("flags", "pages/1/revisions", "pages/1/revisions/2", "pages/1/diff"):
        assert client.get(f"/v1/documents/{document.id}/{path}").json()["code"] == "document_not_found", path


def test_a_document_is_read_again_and_keeps_what_it_said(
    service: Service, client: TestClient, document: Document, review: Review
) -> None:
    assert review().status_code == 201
    url = f"/v1/documents/{document.id}"
    assert client.post(f"{url}:reread").json()["code"] == "job_unfinished"
    with service.parts.records.unit_of_work(service.tenant.id) as unit:
        job = unit.jobs.of_document(document.id)
        assert job is not None
        unit.jobs.save(job.model_copy(update={"state": JobState.SUCCEEDED}))
    assert client.post(f"{url}:reread", json={"pages": [3]}).json()["code"] == "page_not_found"
    begun = client.post(f"{url}:reread", json={"pages": [1], "priority": "high"})
    assert begun.status_code == 202, begun.text
    assert begun.headers["location"] == f"/v1/jobs/{begun.json()['id']}"
    assert [page["state"] for page in client.get(f"{url}/pages").json()["data"]] == ["queued", "parsed"]
    assert [entry["number"] for entry in client.get(f"{url}/pages/1/revisions").json()["data"]] == [2, 1]
    assert client.get(f"{url}/pages/1/revisions/2").json()["tables"][0]["cells"][3]["text"] == "7"
    assert {flag["page"] for flag in client.get(f"{url}/flags").json()["data"]} == {2}
