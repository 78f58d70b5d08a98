"""What is to be done next with a page, once a stage has read it as far as it does."""

from __future__ import annotations

from collections.abc import Sequence

from docai.domain.documents import Page, PageState
from docai.domain.work import NewItem, Stage


def follow(page: Page, stage: Stage) -> Sequence[NewItem]:
    """The work that follows from a page as `stage` left it: at most one item."""
    if page.state in {PageState.FAILED, PageState.BLANK}:
        return ()
    if page.state.is_final:
        return (NewItem(Stage.EMBED, page.number, bucket=size_bucket(page)),)
    if page.parse is not None:
        return (NewItem(Stage.VLM, page.number, bucket=size_bucket(page)),)
    if stage is Stage.READ:
        return (NewItem(Stage.OCR, page.number, bucket=size_bucket(page)),)
    return (NewItem(Stage.PARSE, page.number, bucket=str(page.document_id)),)


def size_bucket(page: Page) -> str:
    """Pages of about the same image size: what a model takes in one batch without padding."""
    if page.image is None:
        return ""
    plan = page.image.plan
    return f"{round(plan.width_px / 256)}x{round(plan.height_px / 256)}"
