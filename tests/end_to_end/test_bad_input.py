"""Each bad input gets its own clear error, leaves no half-record, and the next upload works."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from docai.api.dependencies import cursor_after
from docai.assembly.parts import Assembled
from docai.domain.access import Tenant
from docai.domain.ids import TenantId
from docai.pdf import draw
from docai.stores.postgres.access import new_key
from tests.end_to_end.limits import LIMITS


def document_count(client: TestClient) -> int:
    return len(client.get("/v1/documents", params={"limit": 200}).json()["data"])


@pytest.fixture
def unharmed(client: TestClient, send: Callable[..., Any]) -> Iterator[None]:
    """Whatever the test does, a good upload works afterwards."""
    yield
    good = send(draw.plain(1, 9.5).pdf, "good.pdf")
    assert good.status_code == 200
    assert good.json()["document"]["status"] == "ready"


@pytest.mark.usefixtures("unharmed")
@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "empty_file"),
        (b"GIF89a not for us", 415, "unsupported_format"),
        (b"just some text", 415, "unsupported_format"),
        (b"%PDF-1.7\n" + b"x" * (LIMITS.max_bytes + 1), 413, "document_too_large"),
    ],
)
def test_what_cannot_be_taken_in_leaves_nothing(
    client: TestClient, send: Callable[..., Any], content: bytes, status: int, code: str
) -> None:
    before = document_count(client)
    response = send(content)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["code"] == code
    assert problem["detail"]
    assert document_count(client) == before


@pytest.mark.usefixtures("unharmed")
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7\nnothing of a document", "document_unreadable"),
        (draw.encrypted("open sesame").pdf, "document_encrypted"),
        (draw.plain(LIMITS.max_pages + 1, 12.0).pdf, "too_many_pages"),
    ],
)
def test_what_cannot_be_read_fails_with_its_reason(send: Callable[..., Any], content: bytes, code: str) -> None:
    response = send(content)
    assert response.status_code == 200
    assert response.json()["document"]["status"] == "failed"
    assert response.json()["document"]["fault"]["code"] == code
    assert response.json()["job"]["state"] == "failed"


def test_a_wrong_password_is_told_and_the_right_one_reads_the_same_document(send: Callable[..., Any]) -> None:
    content = draw.encrypted("correct horse").pdf
    wrong = send(content, password="battery staple").json()
    assert wrong["document"]["fault"]["code"] == "wrong_password"
    right = send(content, password="correct horse").json()
    assert right["document"]["status"] == "ready", right
    assert right["document"]["id"] == wrong["document"]["id"]
    assert right["document"]["security"]["is_encrypted"]


def test_a_truncated_file_is_repaired_or_refused_with_a_reason(send: Callable[..., Any]) -> None:
    document = send(draw.truncated().pdf).json()["document"]
    assert document["status"] in {"ready", "partly_ready", "failed"}
    assert document["status"] == "ready" or document["fault"] or document["n_pages"]


@pytest.mark.usefixtures("unharmed")
def test_a_page_of_five_metres_is_read_within_the_pixel_limit(client: TestClient, send: Callable[..., Any]) -> None:
    document = send(draw.huge(14_400.0).pdf).json()["document"]
    page = client.get(f"/v1/documents/{document['id']}/pages/1").json()
    assert page["state"] in {"parsed", "degraded"}
    assert page["image"]["reason"] == "pixel_limit"
    assert page["image"]["width_px"] * page["image"]["height_px"] <= LIMITS.max_page_pixels


def test_javascript_is_counted_and_not_run(send: Callable[..., Any]) -> None:
    document = send(draw.with_javascript().pdf).json()["document"]
    assert document["security"]["has_javascript"]
    assert document["status"] == "ready"


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..\\..\\boot.ini", "a\x00b.pdf", "x" * 3000])
def test_a_name_is_never_a_path(send: Callable[..., Any], client: TestClient, name: str) -> None:
    content = draw.plain(1, 8.0 + len(name) % 7).pdf
    headers = {"Content-Type": "application/pdf", "Prefer": "wait=100"}
    response = client.post("/v1/documents", params={"name": name[:1000]}, content=content, headers=headers)
    assert response.status_code == 200, response.text
    kept = response.json()["document"]["name"]
    assert "/" not in kept
    assert "\\" not in kept
    assert "\x00" not in kept


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # as below
def test_a_form_with_two_files_is_refused(client: TestClient) -> None:
    files = [("file", (name, b"%PDF-", "application/pdf")) for name in ("a.pdf", "b.pdf")]
    response = client.post("/v1/documents", files=files)
    assert response.status_code == 422
    assert response.json()["code"] == "invalid_request"


@pytest.mark.parametrize("last", ["not a number", "99999999999999999999", "-1"])
def test_a_made_up_cursor_is_refused(client: TestClient, send: Callable[..., Any], last: str) -> None:
    document = send(draw.plain(1, 9.5).pdf).json()["document"]
    for url in ("/v1/documents", f"/v1/documents/{document['id']}/pages"):
        response = client.get(url, params={"cursor": cursor_after(last)})
        assert response.status_code == 422, response.text
        assert response.json()["code"] == "invalid_request"


def test_a_form_without_a_file_is_refused(client: TestClient) -> None:
    response = client.post("/v1/documents", files={"other": ("a.pdf", b"%PDF-", "application/pdf")})
    assert response.status_code == 422
    assert response.json()["code"] == "invalid_request"


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # the parser leaves its file to the collector
def test_a_form_that_is_cut_off_is_refused(client: TestClient) -> None:
    before = document_count(client)
    head = b'--X\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7 cut'
    response = client.post("/v1/documents", content=head, headers={"Content-Type": "multipart/form-data; boundary=X"})
    assert response.status_code in {400, 422}
    assert response.json()["code"] in {"upload_incomplete", "invalid_request"}
    assert document_count(client) == before


@pytest.mark.parametrize("question", ["", "   ", "why? " * 2000])
def test_a_question_must_be_one(client: TestClient, question: str) -> None:
    for url, body in (("/v1/answers", {"question": question}), ("/v1/search", {"query": question})):
        response = client.post(url, json=body)
        assert response.status_code == 422
        assert response.json()["code"] == "invalid_question"


def test_an_unknown_id_is_not_found(client: TestClient) -> None:
    unknown = uuid4()
    for url in (f"/v1/documents/{unknown}", f"/v1/documents/{unknown}/pages/1", f"/v1/documents/{unknown}/tables"):
        assert client.get(url).json()["code"] == "document_not_found"
    assert client.get(f"/v1/jobs/{unknown}").json()["code"] == "job_not_found"
    asked = {"question": "anything?", "document_ids": [str(unknown)]}
    assert client.post("/v1/answers", json=asked).status_code == 404


def test_a_page_that_is_not_there_is_not_found(client: TestClient, send: Callable[..., Any]) -> None:
    document = send(draw.plain(1, 9.5).pdf).json()["document"]
    assert client.get(f"/v1/documents/{document['id']}/pages/2").json()["code"] == "page_not_found"


@pytest.mark.parametrize("header", [None, "", "Basic abc", "Bearer", "Bearer dk_00000000_nothing"])
def test_without_a_known_key_nothing_is_told(client: TestClient, header: str | None) -> None:
    headers = {"Authorization": header or ""}
    for response in (
        client.get("/v1/documents", headers=headers),
        client.post("/v1/documents", content=b"x" * 100_000, headers=headers),
    ):
        assert response.status_code == 401
        assert response.json()["code"] == "not_authenticated"
        assert response.headers["www-authenticate"] == "Bearer"


def test_a_foreign_tenants_documents_do_not_exist(
    local: Assembled, client: TestClient, send: Callable[..., Any]
) -> None:
    mine = send(draw.plain(1, 9.5).pdf).json()
    document, job = mine["document"]["id"], mine["job"]["id"]
    stranger = Tenant(id=TenantId(uuid4()), name="stranger")
    text, key = new_key(stranger)
    local.system._parts.records.add_key(stranger, key)
    theirs = {"Authorization": f"Bearer {text}"}
    urls = ["", "/pages", "/pages/1", "/pages/1/image", "/pages/1/heat-map?query=fox", "/content", "/tables"]
    for url in urls:
        assert client.get(f"/v1/documents/{document}{url}", headers=theirs).status_code == 404, url
    assert client.get(f"/v1/jobs/{job}", headers=theirs).status_code == 404
    assert client.delete(f"/v1/documents/{document}", headers=theirs).status_code == 404
    assert client.get("/v1/documents", headers=theirs).json()["data"] == []
    assert client.post("/v1/search", json={"query": "quick brown fox"}, headers=theirs).json()["hits"] == []
    asked = {"question": "What?", "document_ids": [document]}
    assert client.post("/v1/answers", json=asked, headers=theirs).status_code == 404
    assert client.get(f"/v1/documents/{document}").status_code == 200


def test_a_blank_page_is_blank_and_a_picture_is_a_document(client: TestClient, send: Callable[..., Any]) -> None:
    blank = send(draw.blank(2).pdf).json()["document"]
    pages = client.get(f"/v1/documents/{blank['id']}/pages").json()["data"]
    assert [page["state"] for page in pages] == ["blank", "blank"]
    assert blank["status"] == "ready"
    picture = BytesIO()
    Image.new("RGB", (600, 400), "white").save(picture, "PNG")
    assert send(picture.getvalue(), "white.png").json()["document"]["status"] == "ready"
