"""Faults in tables: wrong characters, rows and columns too few or too many, values in the wrong column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from random import Random

from docai.domain.readings import ReadBlock
from docai.domain.tables import Cell, Table
from docai.evaluation.fault_injection.faults import Fault, Faulted, FaultKind, Missing, Place, replaced
from docai.evaluation.fault_injection.misreadings import made_up, off_by_little, with_lookalike, with_wrong_digit
from docai.evaluation.fault_injection.sums import totals_of
from docai.evaluation.fault_injection.table_edits import (
    merged,
    own_cells,
    transposed,
    with_row,
    with_texts,
    without_row,
)
from docai.evaluation.fault_injection.truth import TruthPage

_INVENTED_LABELS = ("Adjustments", "Other items", "Not specified", "Carried forward", "Unallocated", "Revised")
_FEWEST_SHIFTED = 3
"""Cells that a row must have for its values to be shifted."""

_Edit = tuple[Table, Fault]
_Structural = Callable[[int, Table, Random], _Edit | None]


def fault_tables(page: TruthPage, kind: FaultKind, share: float, chance: Random) -> Faulted:
    """A reading of the page with faults of a kind in its tables.

    Args:
        page: as it is read without faults.
        kind: of `TABLE_KINDS`; wrong characters are in a share of the cells, others once in each table that can be so.
        share: 0 to 1.
        chance: where chance comes from.
    """
    blocks = page.blocks
    faults: list[Fault] = []
    for index, block in enumerate(page.blocks):
        if block.table is None:
            continue
        if kind in _CHARACTERS:
            table, found = _misread(index, block.table, _CHARACTERS[kind](block.table, chance), share, chance)
        else:
            edit = _STRUCTURES[kind](index, block.table, chance)
            table, found = (edit[0], [edit[1]]) if edit else (block.table, [])
        blocks, faults = replaced(blocks, index, _read(block, table)), [*faults, *found]
    return Faulted(_with_blocks(page, blocks), tuple(faults))


def _with_blocks(page: TruthPage, blocks: tuple[ReadBlock, ...]) -> TruthPage:
    return replace(page, blocks=blocks)


def _read(block: ReadBlock, table: Table) -> ReadBlock:
    return block.model_copy(update={"table": table})


def _misread(
    index: int, table: Table, changes: Iterator[tuple[Cell, str]], share: float, chance: Random
) -> tuple[Table, list[Fault]]:
    texts, faults = {}, []
    for cell, now in changes:
        if chance.random() < share:
            place = (cell.row, cell.col)
            texts[place] = now
            faults.append(Fault(index, cell.text, now, frozenset({place})))
    return with_texts(table, texts), faults


def _changed(change: Callable[[str, Random], str | None]) -> Callable[[Table, Random], Iterator[tuple[Cell, str]]]:
    def changes(table: Table, chance: Random) -> Iterator[tuple[Cell, str]]:
        for cell in table.cells:
            now = change(cell.text, chance)
            if now is not None and now != cell.text:
                yield cell, now

    return changes


def _wrong_total(index: int, table: Table, chance: Random) -> _Edit | None:
    totals = totals_of(table)
    if not totals:
        return None
    cell = chance.choice(totals)
    now = off_by_little(cell.text, chance)
    if now is None:
        return None
    place = (cell.row, cell.col)
    return with_texts(table, {place: now}), Fault(index, cell.text, now, frozenset({place}))


def _dropped_row(index: int, table: Table, chance: Random) -> _Edit | None:
    rows = [r for r in range(table.n_rows) if _says_something(own_cells(table, r))]
    if len(rows) < 2:
        return None
    row = chance.choice(rows)
    gone = [cell for cell in own_cells(table, row) if cell.text.strip()]
    missing = Missing(index, frozenset((cell.row, cell.col) for cell in gone))
    return without_row(table, row), Fault(index, _joined(gone), "", missing=missing)


def _invented_row(index: int, table: Table, chance: Random) -> _Edit | None:
    rows = [r for r in range(table.n_rows) if sum(bool(c.text.strip()) for c in own_cells(table, r)) > 1]
    if not rows:
        return None
    model = own_cells(table, chance.choice(rows))
    texts = {cell.col: _made_up(cell.text, chance) for cell in model if cell.text.strip()}
    made, places = with_row(table, chance.randint(1, table.n_rows), texts)
    if not places:
        return None
    now = _joined([cell for cell in made.cells if (cell.row, cell.col) in places])
    return made, Fault(index, "", now, frozenset(places))


def _made_up(text: str, chance: Random) -> str:
    return made_up(text, chance) if any(c.isdigit() for c in text) else chance.choice(_INVENTED_LABELS)


def _of_columns(edit: _Structural) -> _Structural:
    """The same with columns for rows."""

    def turned(index: int, table: Table, chance: Random) -> _Edit | None:
        done = edit(index, transposed(table), chance)
        if done is None:
            return None
        made, fault = done
        missing = fault.missing and Missing(fault.missing.block, _turned(fault.missing.cells))
        return transposed(made), Fault(index, fault.was, fault.now, _turned(fault.cells), missing)

    return turned


def _turned(places: frozenset[Place]) -> frozenset[Place]:
    return frozenset((col, row) for row, col in places)


def _shifted(index: int, table: Table, chance: Random) -> _Edit | None:
    rows = [r for r in range(table.n_rows) if _is_plain(table, r)]
    chance.shuffle(rows)
    for row in rows:
        before = [cell.text for cell in own_cells(table, row)]
        after = _moved(before, chance)
        changed = {(row, c) for c in range(table.n_cols) if before[c].split() != after[c].split()}
        if len(changed) >= 2:
            made = with_texts(table, {(row, c): after[c] for _, c in changed})
            return made, Fault(index, "\t".join(before), "\t".join(after), frozenset(changed))
    return None


def _is_plain(table: Table, row: int) -> bool:
    cells = own_cells(table, row)
    is_whole = len(cells) == table.n_cols and all(cell.col_span == 1 for cell in cells)
    return is_whole and sum(bool(cell.text.strip()) for cell in cells) >= _FEWEST_SHIFTED


def _moved(texts: Sequence[str], chance: Random) -> list[str]:
    """An empty cell is left out, or one too many is there; what then has no column is lost."""
    empty = [c for c, text in enumerate(texts) if c and not text.strip() and any(t.strip() for t in texts[c + 1 :])]
    if empty:
        at = chance.choice(empty)
        return [*texts[:at], *texts[at + 1 :], ""]
    at = chance.randint(1, len(texts) - 2)
    return [*texts[:at], "", *texts[at:-1]]


def _merged(index: int, table: Table, chance: Random) -> _Edit | None:
    pairs = [
        (left, right)
        for left, right in zip(table.cells, table.cells[1:], strict=False)
        if left.row == right.row and left.row_span == right.row_span == 1 and left.col + left.col_span == right.col
        and _says_something([left]) and _says_something([right])
    ]  # fmt: skip
    if not pairs:
        return None
    left, right = chance.choice(pairs)
    fault = Fault(index, f"{left.text}\t{right.text}", f"{left.text} {right.text}", frozenset({(left.row, left.col)}))
    return merged(table, left, right), fault


def _says_something(cells: Sequence[Cell]) -> bool:
    return any(c.isalnum() for cell in cells for c in cell.text)


def _joined(cells: Sequence[Cell]) -> str:
    return "\t".join(cell.text for cell in cells)


_CHARACTERS = {
    FaultKind.CELL_DIGITS: _changed(with_wrong_digit),
    FaultKind.CELL_LETTERS: _changed(with_lookalike),
}
_STRUCTURES: dict[FaultKind, _Structural] = {
    FaultKind.TOTALS: _wrong_total,
    FaultKind.DROPPED_ROW: _dropped_row,
    FaultKind.DROPPED_COLUMN: _of_columns(_dropped_row),
    FaultKind.INVENTED_ROW: _invented_row,
    FaultKind.INVENTED_COLUMN: _of_columns(_invented_row),
    FaultKind.SHIFTED_COLUMNS: _shifted,
    FaultKind.MERGED_CELLS: _merged,
}
TABLE_KINDS = (*_CHARACTERS, *_STRUCTURES)
"""What `fault_tables` can do."""
