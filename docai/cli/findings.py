"""What was found on each page of a document, for the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from docai.checks.flags import flags_of
from docai.cli.output import counted, state_text
from docai.cli.plan_output import REASONS
from docai.cli.review_output import severities, verdict_counts
from docai.domain.documents import Document, Page
from docai.domain.parses import PageParse
from docai.domain.tables import Table
from docai.domain.words import PageWords

_LABEL_WIDTH = len("coverage")


def findings(document: Document, pages: Sequence[Page]) -> RenderableType:
    """A document's name and state, and below it a few lines per page."""
    head = Text.assemble(
        (document.name, "bold"),
        f"  {counted(document.n_pages, 'page')}  " if document.n_pages else "  ",
        state_text(document.status),
    )
    return Group(head, *(Padding(_page(page), (0, 0, 0, 2), expand=False) for page in pages))


def _page(page: Page) -> RichTable:
    grid = RichTable.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True, width=_LABEL_WIDTH)
    grid.add_column()
    grid.add_row(f"page {page.number}", state_text(page.state))
    if page.fault is not None:
        grid.add_row("why", page.fault.message)
    if page.image is not None:
        grid.add_row("image", _image(page))
    if page.words is not None:
        grid.add_row("words", _words(page.words))
    if page.parse is not None:
        grid.add_row("blocks", _blocks(page.parse))
        for table in page.parse.tables:
            grid.add_row("table", _table(table))
        grid.add_row("evidence", verdict_counts([page.parse]))
        grid.add_row("coverage", _coverage(page.parse))
        grid.add_row("flags", _to_look_at(page.parse))
    return grid


def _image(page: Page) -> str:
    assert page.image is not None
    drawn = page.image.plan
    said = f"{drawn.dpi:.0f} DPI ({REASONS[drawn.reason]}), {drawn.width_px} x {drawn.height_px} px"
    if drawn.smallest_print_pt is not None and drawn.x_height_px is not None:
        said += f"; smallest print {drawn.smallest_print_pt:.1f} pt, {drawn.x_height_px:.0f} px x-height"
    return said


def _words(words: PageWords) -> str:
    if words.witness is None:
        return "none"
    said = f"{len(words.words)} from the {words.witness.value.replace('_', ' ')} ({words.engine})"
    if words.text_layer_flaws:
        said += f"; text layer {', '.join(flaw.value.replace('_', ' ') for flaw in words.text_layer_flaws)}"
    return said


def _blocks(parse: PageParse) -> str:
    kinds = Counter(block.kind for block in parse.blocks)
    said = ", ".join(counted(n, kind.value.replace("_", " ")) for kind, n in kinds.items()) or "none"
    return f"{said} ({parse.engine})"


def _table(table: Table) -> str:
    n_merged = sum(cell.row_span > 1 or cell.col_span > 1 for cell in table.cells)
    merged = f", {counted(n_merged, 'merged cell')}" if n_merged else ""
    return f"{table.n_rows} rows x {table.n_cols} columns{merged} ({table.engine})"


def _to_look_at(parse: PageParse) -> str:
    flags = flags_of(parse)
    return severities(flags) if flags else "nothing"


def _coverage(parse: PageParse) -> str:
    if parse.coverage is None:
        return "unknown"
    covered = parse.coverage
    return f"{covered.n_covered} of {covered.n_words} words are in the output ({covered.share:.0%})"
