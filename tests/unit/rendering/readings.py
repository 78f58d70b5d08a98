"""A page whose values have every verdict, for what draws or names them."""

from __future__ import annotations

from docai.domain.charts import Chart, DataPoint, Series
from docai.domain.checks import CellPlace, Check, CheckName, CheckResult
from docai.domain.evidence import BoxSource, Coverage, Difference, Evidence, Omission, OmissionRole, Verdict
from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, Table
from docai.domain.words import Witness

PARAGRAPH = Box(x0=0.1, y0=0.05, x1=0.9, y1=0.1)
DROPPED = Box(x0=0.1, y0=0.8, x1=0.9, y1=0.9)
FOOTER = Box(x0=0.4, y0=0.95, x1=0.6, y1=0.98)


def evidence(
    verdict: Verdict, box: Box | None, *, read_text: str | None = None, differences: tuple[Difference, ...] = ()
) -> Evidence:
    return Evidence(
        reader="r 1",
        witness=Witness.TEXT_LAYER,
        verdict=verdict,
        page_number=1,
        box=box,
        box_source=None if box is None else BoxSource.WITNESS,
        confidence=0.5,
        read_text=read_text,
        differences=differences,
    )


def cell_box(row: int, col: int) -> Box:
    return Box(x0=0.1 + 0.25 * col, y0=0.3 + 0.1 * row, x1=0.3 + 0.25 * col, y1=0.35 + 0.1 * row)


def page() -> PageParse:
    """A paragraph, a table of 2 x 3 with a merged cell, a chart of two values, and words that nothing covers."""
    verdicts = iter((Verdict.EXACT, Verdict.CONFLICT, Verdict.MODEL_ONLY, Verdict.PARTIAL, Verdict.ILLEGIBLE))
    places = ((0, 0, 2), (0, 2, 1), (1, 0, 1), (1, 1, 1), (1, 2, 1))
    cells = tuple(
        Cell(row=row, col=col, col_span=span, text=f"{row}{col}", evidence=evidence(next(verdicts), cell_box(row, col)))
        for row, col, span in places
    )
    points = (
        DataPoint(category="a", text="3", evidence=evidence(Verdict.OCR_AGREE, Box(x0=0.1, y0=0.6, x1=0.2, y1=0.7))),
        DataPoint(category="b", text="4", evidence=evidence(Verdict.MODEL_ONLY, None)),
    )
    corrected = evidence(Verdict.EXACT, PARAGRAPH, read_text="read s0")
    blocks = (
        Block(kind=BlockKind.PARAGRAPH, text="read so", box=PARAGRAPH, evidence=corrected),
        Block(
            kind=BlockKind.TABLE,
            text="",
            box=Box(x0=0.1, y0=0.3, x1=0.9, y1=0.5),
            table=Table(n_rows=2, n_cols=3, cells=cells),
        ),
        Block(
            kind=BlockKind.CHART,
            text="",
            box=Box(x0=0.1, y0=0.6, x1=0.5, y1=0.75),
            chart=Chart(series=(Series(points=points),)),
        ),
    )
    omissions = (
        Omission(role=OmissionRole.CONTENT, box=DROPPED, word_ids=(7, 8), text="two words"),
        Omission(role=OmissionRole.FOOTER, box=FOOTER, word_ids=(9,), text="1"),
    )
    checks = (
        Check(
            name=CheckName.TOTALS,
            result=CheckResult.FAILED,
            message="2 - 1 = 1, and the cell says 2.",
            block=1,
            cells=(CellPlace(row=1, col=1),),
        ),
        Check(name=CheckName.UNITS, result=CheckResult.PASSED, message="All in euros.", block=1),
    )
    return PageParse(
        page_number=1,
        engine="e 1",
        blocks=blocks,
        coverage=Coverage(n_words=10, n_covered=7, omitted_word_ids=(7, 8, 9), omissions=omissions),
        checks=checks,
    )
