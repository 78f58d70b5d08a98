"""Arrays of objects: the rows of the table, or of the printed lines, whose columns a schema's properties name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from docai.domain.parses import Block
from docai.domain.tables import Cell, CellRole, Table, positions
from docai.query.extract_passages import Passage
from docai.query.extraction.labels import Naming, naming_of
from docai.query.extraction.pairs import Place, Sheet
from docai.query.extraction.schema import Leaf
from docai.query.extraction.values import Habits, Kind, Value, kind_of, read_value

_TOTAL = re.compile(
    r"^\W*(?:(?:grand|sub|order|net|invoice)[\s-]?)?(?:totals?|sum|balance|amount due|subtotal|tax|vat|gst|tip|cash|"
    r"change|合計|小計|gesamt|summe|importe total|totale|total a pagar)\b",
    re.IGNORECASE,
)
_LEAST_NAMED = 0.45
"""A column whose header names a leaf less than this is not taken for it."""
_LEAST_FIT = 0.5
"""Least share of a column's cells that must read as the leaf wants."""
_LEAST_TABLE = 0.25
"""Least mean over all leaves of how well the columns are named."""
_ALIKE = 0.75
"""Tables named at least this part as well as the best are of the same list: it goes on there."""
_MOST_ROWS = 2000
_MOST_HEADER_ROWS = 60
_BETTER = 0.05
"""By how much a row further down must name the columns better than the table's own header."""
_LOOSE_LINES = 2
"""So many printed lines without a value in a column of numbers end a list of printed lines."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table, or printed lines under a header, as columns of places."""

    headers: tuple[str, ...]
    rows: tuple[tuple[Place | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Read:
    """A value with where it stands."""

    value: Value
    place: Place
    confidence: float


@dataclass(frozen=True, slots=True)
class Reader:
    """How the leaves of a row are named and read."""

    leaves: tuple[Leaf, ...]
    habits: Habits
    iso: frozenset[str]
    """Names of the leaves whose dates are given in ISO's form."""
    namings: Mapping[str, Naming] = field(default_factory=dict)

    @classmethod
    def of(cls, leaves: Sequence[Leaf], habits: Habits, iso: frozenset[str]) -> Reader:
        """For the leaves of an array's items."""
        return cls(tuple(leaves), habits, iso, {leaf.name: naming_of(leaf, leaves) for leaf in leaves})

    def read(self, leaf: Leaf, place: Place) -> Value | None:
        """What a place says for a leaf."""
        return read_value(leaf, place.text, self.habits, is_iso=leaf.name in self.iso)


def rows_of(sheets: Sequence[Sheet], reader: Reader) -> list[dict[str, Read]]:
    """The rows of the best list in the documents; none where no list has the columns asked for."""
    tables = _from_tables(sheets, reader)
    if tables:
        return tables[:_MOST_ROWS]
    printed = [row for sheet in sheets for row in _printed_list(sheet, reader)]
    return (printed or _priced_lines(sheets, reader))[:_MOST_ROWS]


def _from_tables(sheets: Sequence[Sheet], reader: Reader) -> list[dict[str, Read]]:
    """The rows of the best table, and of those that go on with it or are named as well."""
    grids = [_best_header(sheet, block, block.table, reader) for sheet in sheets for block in _tables(sheet)]
    found = [(grid, columns, _worth(columns, reader)) for grid in grids for columns in [_columns(grid, reader)]]
    best = max((worth for _, columns, worth in found if len(columns) >= min(2, len(reader.leaves))), default=0.0)
    if best < _LEAST_TABLE:
        return []
    rows: list[dict[str, Read]] = []
    last: tuple[int, dict[str, tuple[int, float]]] | None = None
    for grid, columns, worth in found:
        if worth >= best * _ALIKE:
            last = (len(grid.headers), columns)
            rows += _rows(grid, columns, reader)
        elif last is not None and len(grid.headers) == last[0] and not columns:
            # It goes on from the page before: what looks like its header is a row.
            rows += _rows(grid, last[1], reader)
    return rows


def _tables(sheet: Sheet) -> list[Block]:
    return [block for block in sheet.blocks if block.table is not None and block.table.n_cols > 1]


def _best_header(sheet: Sheet, block: Block, table: Table | None, reader: Reader) -> Grid:
    """A table below the row that names the columns best: what is taken for one table often holds several."""
    assert table is not None
    at = {position: cell for cell in table.cells for position in positions(cell)}
    marked = [c.row + c.row_span for c in table.cells if c.role is CellRole.COLUMN_HEADER]
    n_header = min(max(marked, default=1), table.n_rows)
    best = _headers(at, range(n_header), table.n_cols)
    start, worth = n_header, _named(best, reader)
    for row in range(n_header, min(table.n_rows - 1, _MOST_HEADER_ROWS)):
        headers = _headers(at, range(row, row + 1), table.n_cols)
        named = _named(headers, reader)
        if named > worth + _BETTER:
            best, start, worth = headers, row + 1, named
    rows = tuple(
        tuple(sheet.cell(at[row, col], block) if at[row, col].text.strip() else None for col in range(table.n_cols))
        for row in range(start, table.n_rows)
    )
    return Grid(best, rows)


def _headers(at: Mapping[tuple[int, int], Cell], rows: range, n_cols: int) -> tuple[str, ...]:
    headers = []
    for col in range(n_cols):
        texts = dict.fromkeys(at[row, col].text.strip() for row in rows)
        headers.append(" ".join(text for text in texts if text))
    return tuple(headers)


def _named(headers: Sequence[str], reader: Reader) -> float:
    """How well headers name the leaves, whatever stands below them."""
    return _worth(_columns(Grid(tuple(headers), ()), reader), reader)


def _columns(grid: Grid, reader: Reader) -> dict[str, tuple[int, float]]:
    """For each leaf the column that it is read from, and how well that is named."""
    scores = []
    for leaf in reader.leaves:
        for col, header in enumerate(grid.headers):
            named = reader.namings[leaf.name].score(header)
            if named >= _LEAST_NAMED:
                fit = _fit(grid, col, leaf, reader)
                if fit >= _LEAST_FIT:
                    scores.append((named * (0.7 + 0.3 * fit), leaf.name, col))
    chosen: dict[str, tuple[int, float]] = {}
    for score, name, col in sorted(scores, key=lambda s: -s[0]):
        if name not in chosen and all(col != other for other, _ in chosen.values()):
            chosen[name] = (col, score)
    return chosen


def _fit(grid: Grid, col: int, leaf: Leaf, reader: Reader) -> float:
    """The share of a column's cells that read as the leaf wants; 1 for an empty column."""
    places = [place for row in grid.rows[:40] if (place := row[col]) is not None]
    return sum(reader.read(leaf, place) is not None for place in places) / len(places) if places else 1.0


def _worth(columns: Mapping[str, tuple[int, float]], reader: Reader) -> float:
    return sum(score for _, score in columns.values()) / len(reader.leaves)


def _rows(grid: Grid, columns: Mapping[str, tuple[int, float]], reader: Reader) -> Iterator[dict[str, Read]]:
    wanted = {leaf.name: leaf for leaf in reader.leaves}
    for row in grid.rows:
        first = next((place.text for place in row if place is not None), "")
        if _TOTAL.match(first):
            continue
        found = {}
        for name, (col, score) in columns.items():
            place = row[col]
            value = reader.read(wanted[name], place) if place is not None else None
            if place is not None and value is not None:
                found[name] = Read(value, place, score)
        if len(found) >= min(2, len(columns)):
            yield found


def _printed_list(sheet: Sheet, reader: Reader) -> list[dict[str, Read]]:
    """The printed lines below a line that names the columns, until the list ends."""
    best: tuple[float, int, dict[str, tuple[int, float]]] | None = None
    for r, row in enumerate(sheet.rows):
        if len(row) < 2:
            continue
        grid = Grid(tuple(piece.text for piece in row), ())
        columns = _columns(grid, reader)
        worth = _worth(columns, reader)
        if len(columns) >= 2 and worth >= _LEAST_TABLE and (best is None or worth > best[0]):
            best = (worth, r, columns)
    if best is None:
        return []
    header = sheet.rows[best[1]]
    return _lines_below(sheet, header, best[1] + 1, best[2], reader)


def _lines_below(
    sheet: Sheet, header: Sequence[Passage], start: int, columns: Mapping[str, tuple[int, float]], reader: Reader
) -> list[dict[str, Read]]:
    found: list[dict[str, Read]] = []
    n_loose = 0
    for row in sheet.rows[start:]:
        if _TOTAL.match(row[0].text):
            break
        cells: list[Place | None] = [None] * len(header)
        for piece in row:
            cells[_nearest(piece, header)] = sheet.place(piece)
        rows = list(_rows(Grid(tuple(p.text for p in header), (tuple(cells),)), columns, reader))
        n_loose = 0 if rows else n_loose + 1
        if n_loose > _LOOSE_LINES:
            break
        found += rows
    return found


def _nearest(piece: Passage, header: Sequence[Passage]) -> int:
    """The column that a piece stands in: the one it overlaps most, else the nearest."""
    box = piece.box

    def distance(col: int) -> float:
        other = header[col].box
        overlap = min(box.x1, other.x1) - max(box.x0, other.x0)
        return -overlap

    return min(range(len(header)), key=distance)


def _priced_lines(sheets: Sequence[Sheet], reader: Reader) -> list[dict[str, Read]]:
    """Lines of a receipt: words at the left, an amount at the right, above the first total."""
    names = [leaf for leaf in reader.leaves if kind_of(leaf) is Kind.TEXT]
    amounts = [leaf for leaf in reader.leaves if kind_of(leaf) is Kind.NUMBER]
    if not names or not amounts:
        return []
    name, amount = names[0], max(amounts, key=_is_price)
    found: list[dict[str, Read]] = []
    for sheet in sheets:
        for row in sheet.rows:
            if _TOTAL.match(row[0].text):
                return found
            if len(row) >= 2 and _AMOUNT.fullmatch(row[-1].text) and any(c.isalpha() for c in row[0].text):
                found.append(_priced(sheet, row, name, amount, reader))
    return [row for row in found if row]


_AMOUNT = re.compile(r"\W*(?:[A-Z]{2,3}\s?)?\d[\d,]*[.,]\d{2}\W*[A-Z]?")
_COUNT = re.compile(r"^(\d{1,3})\s*[xX*]?\s+(?=\D)")


def _priced(sheet: Sheet, row: Sequence[Passage], name: Leaf, amount: Leaf, reader: Reader) -> dict[str, Read]:
    left, right = sheet.place(row[0]), sheet.place(row[-1])
    found: dict[str, Read] = {}
    count = _COUNT.match(left.text)
    said = left.text[count.end() :] if count else left.text
    start = len(left.text) - len(said)
    found[name.name] = Read(Value(said, start, len(left.text)), left, _LEAST_NAMED)
    price = reader.read(amount, right)
    if price is not None:
        found[amount.name] = Read(price, right, _LEAST_NAMED)
    quantities = [leaf for leaf in reader.leaves if "quantity" in reader.namings[leaf.name].terms]
    if quantities and count:
        found[quantities[0].name] = Read(Value(float(count[1]), 0, count.end(1)), left, _LEAST_NAMED)
    return found


def _is_price(leaf: Leaf) -> float:
    """How likely an amount at the right end of a line is this leaf's."""
    return {"total": 3.0, "amount": 2.0, "price": 1.0}.get(
        next((w for w in ("total", "amount", "price") if w in leaf.name.casefold()), ""), 0.0
    )
