from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from uuid import UUID

from lxml import html

from docai.domain.checks import CheckName
from docai.domain.documents import Document, DocumentStatus, MediaType
from docai.domain.evidence import Difference
from docai.domain.flags import Flag, FlagKind, Severity
from docai.domain.ids import DocumentId, Sha256, TenantId
from docai.rendering.review_pages import Exhibit, review_html

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DOCUMENT = Document(
    id=DocumentId(UUID(int=1)),
    tenant_id=TenantId(UUID(int=2)),
    name="<b>&.pdf",
    sha256=Sha256("0" * 64),
    media_type=MediaType.PDF,
    n_bytes=1,
    status=DocumentStatus.READY,
    n_pages=1,
    created_at=NOW,
    updated_at=NOW,
)
CONFLICT = Flag(
    kind=FlagKind.CONFLICT,
    severity=Severity.HIGH,
    page_number=3,
    message="<script>alert(1)</script>",
    said='1<2"8',
    heard='1<2"3',
    differences=(Difference(said="8", heard="3", said_at=4),),
    confidence=0.25,
)
CHECK = Flag(
    kind=FlagKind.CHECK_FAILED, severity=Severity.LOW, page_number=1, message="m\x07", check=CheckName.READING_ORDER
)


def test_each_flag_has_its_place_picture_and_both_readings_marked() -> None:
    exhibits = [Exhibit(CONFLICT, "table 1, row 2, column 3", b"png"), Exhibit(CHECK, "the page", None)]
    page = html.fromstring(review_html(DOCUMENT, exhibits))
    first, second = page.xpath("//section")
    assert first.get("class") == "high"
    assert first.findtext(".//h2").startswith("1. Page 3, table 1, row 2, column 3")
    assert first.findtext(".//span") == "conflict, high, 25% sure"
    assert first.find(".//img").get("src") == "data:image/png;base64," + b64encode(b"png").decode()
    assert [dd.text_content() for dd in first.findall(".//dd")] == ['1<2"8', '1<2"3']
    assert [mark.text for mark in first.findall(".//mark")] == ["8", "3"]
    assert second.findtext(".//span") == "reading order, low"
    assert not second.findall(".//img") + second.findall(".//dd")


def test_a_documents_text_is_escaped_and_the_page_may_load_nothing() -> None:
    said = review_html(DOCUMENT, [Exhibit(CONFLICT, '"<i>', b""), Exhibit(CHECK, "p", None)])
    assert "<script" not in said
    assert "<i>" not in said
    assert "<b>" not in said
    assert "\x07" not in said
    page = html.fromstring(said)
    assert page.xpath("//section//p")[0].text == "<script>alert(1)</script>"
    assert page.findtext(".//h1") == "<b>&.pdf"
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; img-src data:")


def test_how_many_there_are_is_said_first() -> None:
    exhibits = [Exhibit(CONFLICT, "p", None), Exhibit(CONFLICT, "p", None), Exhibit(CHECK, "p", None)]
    assert "<p>To look at, worst first: 2 high, 1 low.</p>" in review_html(DOCUMENT, exhibits)
    assert "1 low. There are more, which are not shown.</p>" in review_html(DOCUMENT, exhibits, has_more=True)
    assert "worst first: nothing.</p>" in review_html(DOCUMENT, [])


def test_a_long_reading_is_shown_around_what_differs() -> None:
    flag = CONFLICT.model_copy(
        update={"said": "x" * 5000 + "8", "differences": (Difference(said="8", heard="3", said_at=5000),)}
    )
    (shown,) = html.fromstring(review_html(DOCUMENT, [Exhibit(flag, "p", None)])).xpath("//dd[1]")
    assert len(shown.text_content()) < 700
    assert shown.findtext("mark") == "8"
