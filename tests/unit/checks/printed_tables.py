"""Tables as they stand on a page: every cell's words printed where its row and column are."""

from __future__ import annotations

from collections.abc import Sequence

from docai.checks.cell_grid import CellGrid
from docai.domain.checks import Check, CheckName, CheckResult
from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind
from docai.domain.tables import Cell, CellRole, Table
from docai.domain.words import PageWords, Witness, Word

COLUMN, LINE, HEIGHT, LETTER = 0.15, 0.02, 0.012, 0.006
LEFT, TOP = 0.1, 0.1


def words_of(rows: Sequence[Sequence[str]]) -> tuple[list[Word], dict[tuple[int, int], tuple[int, ...]]]:
    """The words of a printed table, and those of each place."""
    words: list[Word] = []
    ids: dict[tuple[int, int], tuple[int, ...]] = {}
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            x, first = LEFT + COLUMN * c, len(words)
            for part in text.split():
                y = TOP + LINE * r
                box = Box(x0=x, y0=y, x1=x + LETTER * len(part), y1=y + HEIGHT)
                words.append(Word(text=part, box=box, line=r))
                x = box.x1 + LETTER
            ids[r, c] = tuple(range(first, len(words)))
    return words, ids


def block_of(rows: Sequence[Sequence[str]], *, n_head: int = 1, n_words_of_rows: int | None = None) -> Block:
    """A table whose cells are all printed; with `n_words_of_rows`, only those of the first rows."""
    _, ids = words_of(rows)
    cells = tuple(
        Cell(
            row=r,
            col=c,
            text=text,
            role=CellRole.COLUMN_HEADER if r < n_head else CellRole.DATA,
            word_ids=ids[r, c] if n_words_of_rows is None or r < n_words_of_rows else (),
        )
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    )
    table = Table(n_rows=len(rows), n_cols=len(rows[0]), cells=cells)
    return Block(kind=BlockKind.TABLE, text="", box=area_of(len(rows), len(rows[0])), table=table)


def area_of(n_rows: int, n_cols: int) -> Box:
    return Box.clipped(LEFT - 0.01, TOP - 0.01, LEFT + COLUMN * n_cols, TOP + LINE * n_rows)


def page_of(words: Sequence[Word], witness: Witness = Witness.TEXT_LAYER) -> PageWords:
    return PageWords(witness=witness, words=tuple(words), engine="test 1")


def grid_of(rows: Sequence[Sequence[str]], *, n_head: int = 1) -> CellGrid:
    table = block_of(rows, n_head=n_head).table
    assert table is not None
    return CellGrid(table, words_of(rows)[0])


def cells(checks: Sequence[Check], name: CheckName, result: CheckResult) -> list[tuple[int, int]]:
    """The places that checks of a name with a result are about."""
    return [(p.row, p.col) for check in checks if (check.name, check.result) == (name, result) for p in check.cells]


def results(checks: Sequence[Check], name: CheckName) -> list[CheckResult]:
    return [check.result for check in checks if check.name is name]
