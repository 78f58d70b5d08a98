"""`min_verdict`: values of which the witnesses say less keep their place and evidence, and are without their text."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query

from docai.domain.documents import Page
from docai.domain.evidence import Evidence, Verdict
from docai.domain.parses import Block, PageParse
from docai.domain.tables import Table

_BEST_FIRST = (
    (Verdict.EXACT, Verdict.EMPTY),
    (Verdict.NORMALISED,),
    (Verdict.OCR_AGREE,),
    (Verdict.PARTIAL,),
    (Verdict.CONFLICT,),
    (Verdict.MODEL_ONLY, Verdict.ILLEGIBLE),
)
"""Verdicts that are as good as one another stand together; where there is nothing to read, nothing can be wrong."""
_RANK = {verdict: rank for rank, alike in enumerate(_BEST_FIRST) for verdict in alike}
_UNKNOWN = len(_BEST_FIRST)

MinVerdict = Annotated[
    Literal["exact", "normalised", "ocr_agree", "partial", "conflict", "model_only", "illegible"] | None,
    Query(
        description="Show the text of values with this verdict or a better one: `exact`, `normalised`, `ocr_agree`, "
        "`partial`, `conflict`, then `model_only` and `illegible`. Other values keep place and evidence."
    ),
]


def floor_of(min_verdict: str | None) -> Verdict | None:
    """The verdict below which values are without their text; None: all have it."""
    return None if min_verdict is None else Verdict(min_verdict)


def is_shown(evidence: Evidence | None, floor: Verdict | None) -> bool:
    """Whether a value's verdict is the floor or better; a value without evidence is below any."""
    if floor is None:
        return True
    return (_UNKNOWN if evidence is None else _RANK[evidence.verdict]) <= _RANK[floor]


def with_marks(page: Page, floor: Verdict | None) -> Page:
    """The page with `[verdict]` in place of every text below the floor, for kinds of content without evidence."""
    if page.parse is None or floor is None:
        return page
    blocks = tuple(_marked(block, floor) for block in page.parse.blocks)
    parse: PageParse = page.parse.model_copy(update={"blocks": blocks})
    return page.model_copy(update={"parse": parse})


def _marked(block: Block, floor: Verdict) -> Block:
    changes: dict[str, object] = {"text": _text(block.text, block.evidence, floor)}
    if block.table is not None:
        changes["table"] = _marked_table(block.table, floor)
    if block.chart is not None:
        series = tuple(
            each.model_copy(
                update={
                    "points": tuple(
                        point.model_copy(update={"text": _text(point.text, point.evidence, floor)})
                        for point in each.points
                    )
                }
            )
            for each in block.chart.series
        )
        changes["chart"] = block.chart.model_copy(update={"series": series})
    return block.model_copy(update=changes)


def _marked_table(table: Table, floor: Verdict) -> Table:
    cells = tuple(cell.model_copy(update={"text": _text(cell.text, cell.evidence, floor)}) for cell in table.cells)
    return table.model_copy(update={"cells": cells})


def _text(text: str, evidence: Evidence | None, floor: Verdict) -> str:
    if is_shown(evidence, floor):
        return text
    return f"[{evidence.verdict.value}]" if evidence else "[unverified]"
