"""What is done next with a page, and what sort of trouble an error is."""

from __future__ import annotations

import pytest

from docai.domain.documents import Page, PageState
from docai.domain.work import Stage, TroubleKind
from docai.errors import BlobMissing, EngineUnavailable, PageTimedOut, PrintTooSmall, ReplyUnreadable, StoreFull
from docai.pipeline.follow import follow
from docai.pipeline.trouble import fault_of, kind_of
from tests.unit.pipeline.scripted_model import drawn, laid_out

LAID_OUT = laid_out(drawn())
DRAWN = LAID_OUT.model_copy(update={"parse": None})


@pytest.mark.parametrize(
    ("page", "stage", "then"),
    [
        (DRAWN, Stage.READ, [Stage.OCR]),
        (DRAWN, Stage.OCR, [Stage.PARSE]),
        (LAID_OUT, Stage.READ, [Stage.VLM]),
        (LAID_OUT, Stage.PARSE, [Stage.VLM]),
        (LAID_OUT.model_copy(update={"state": PageState.PARSED}), Stage.READ, [Stage.EMBED]),
        (LAID_OUT.model_copy(update={"state": PageState.PARSED}), Stage.VLM, [Stage.EMBED]),
        (LAID_OUT.model_copy(update={"state": PageState.DEGRADED}), Stage.VLM, [Stage.EMBED]),
        (DRAWN.model_copy(update={"state": PageState.BLANK}), Stage.READ, []),
        (DRAWN.model_copy(update={"state": PageState.FAILED}), Stage.PARSE, []),
    ],
)
def test_what_follows_from_a_page(page: Page, stage: Stage, then: list[Stage]) -> None:
    items = follow(page, stage)
    assert [item.stage for item in items] == then
    assert {item.page_number for item in items} <= {page.number}


def test_pages_of_like_size_come_in_one_batch_and_those_of_one_file_where_it_is_opened() -> None:
    assert follow(LAID_OUT, Stage.READ)[0].bucket == "2x3"
    assert follow(DRAWN, Stage.OCR)[0].bucket == str(DRAWN.document_id)
    assert follow(DRAWN.model_copy(update={"image": None}), Stage.READ)[0].bucket == ""


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (PageTimedOut("x"), TroubleKind.ITEM),
        (PrintTooSmall("x"), TroubleKind.ITEM),
        (BlobMissing("x"), TroubleKind.ITEM),
        (EngineUnavailable("x"), TroubleKind.PASSING),
        (StoreFull("x"), TroubleKind.PASSING),
        (ReplyUnreadable("x"), TroubleKind.UNEXPECTED),
        (ZeroDivisionError(), TroubleKind.UNEXPECTED),
    ],
)
def test_trouble_is_of_one_sort(error: Exception, kind: TroubleKind) -> None:
    assert kind_of(error) is kind


def test_a_fault_says_what_its_error_said() -> None:
    fault = fault_of(PageTimedOut("took too long"))
    assert (fault.code, fault.message) == ("page_timed_out", "took too long")
