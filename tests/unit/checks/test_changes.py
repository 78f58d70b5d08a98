from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from docai.checks.changes import changes
from docai.domain.charts import Chart, DataPoint, Series
from docai.domain.checks import CellPlace
from docai.domain.evidence import Evidence, Verdict
from docai.domain.flags import ValuePlace
from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.revisions import ChangeKind, ValueChange
from docai.domain.tables import Cell, Table

TOP = Box(x0=0.1, y0=0.1, x1=0.9, y1=0.15)
MIDDLE = Box(x0=0.1, y0=0.3, x1=0.9, y1=0.6)
FOOT = Box(x0=0.1, y0=0.8, x1=0.9, y1=0.85)


def page(*blocks: Block) -> PageParse:
    return PageParse(page_number=3, engine="reader 1", blocks=blocks)


def said(text: str, box: Box = TOP, verdict: Verdict | None = None, kind: BlockKind = BlockKind.PARAGRAPH) -> Block:
    evidence = verdict and Evidence(reader="reader 1", witness=None, verdict=verdict, page_number=3, box=box)
    return Block(kind=kind, text=text, box=box, evidence=evidence or None)


def grid(*rows: list[str]) -> Block:
    cells = tuple(
        Cell(row=r, col=c, text=text, box=Box(x0=0.1 + c / 10, y0=0.3 + r / 100, x1=0.15 + c / 10, y1=0.31 + r / 100))
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    )
    table = Table(n_rows=len(rows), n_cols=len(rows[0]), cells=cells)
    return Block(kind=BlockKind.TABLE, text="\n".join("\t".join(row) for row in rows), box=MIDDLE, table=table)


def chart(**values: list[str]) -> Block:
    series = tuple(
        Series(name=name, points=tuple(DataPoint(category=f"Q{n}", text=text) for n, text in enumerate(texts, start=1)))
        for name, texts in values.items()
    )
    return Block(kind=BlockKind.CHART, text="", box=MIDDLE, chart=Chart(title="Sales", series=series))


def told(found: tuple[ValueChange, ...]) -> list[tuple[str, str | None, str | None]]:
    return [(change.kind.value, change.before, change.after) for change in found]


def test_equal_results_do_not_differ() -> None:
    whole = page(said("Annual report"), grid(["a", "1"], ["b", "2"]), chart(north=["1", "2"]), said("end", FOOT))
    again = whole.model_copy(update={"engine": "reader 2"})
    assert changes(whole, again) == ()


def test_a_cell_that_differs_is_told_with_its_place_and_box() -> None:
    [change] = changes(page(grid(["a", "1"], ["b", "2"])), page(grid(["a", "1"], ["b", "7"])))
    assert (change.kind, change.before, change.after, change.page_number) == (ChangeKind.CHANGED, "2", "7", 3)
    assert change.before_place == change.after_place == ValuePlace(block=0, cell=CellPlace(row=1, col=1))
    assert change.box == Box(x0=0.2, y0=0.31, x1=0.25, y1=0.32)


def test_a_row_that_is_gone_does_not_make_those_below_it_differ() -> None:
    full = grid(["item", "sum"], ["pens", "3"], ["ink", "4"], ["paper", "5"])
    short = grid(["item", "sum"], ["pens", "3"], ["paper", "5"])
    gone = [change for change in changes(page(full), page(short)) if change.kind is not ChangeKind.MOVED]
    assert told(tuple(gone)) == [("removed", "ink", None), ("removed", "4", None)]


def test_a_column_that_is_gone_does_not_make_those_beside_it_differ() -> None:
    full = grid(["item", "kg", "sum"], ["pens", "8", "3"], ["ink", "9", "4"])
    short = grid(["item", "sum"], ["pens", "3"], ["ink", "4"])
    gone = [change for change in changes(page(full), page(short)) if change.kind is not ChangeKind.MOVED]
    assert told(tuple(gone)) == [("removed", "kg", None), ("removed", "8", None), ("removed", "9", None)]


def test_a_block_that_came_between_does_not_shift_those_behind_it() -> None:
    first, last = said("It rained all day."), said("The end.", FOOT)
    [change] = changes(page(first, last), page(first, said("Invented.", MIDDLE), last))
    assert (change.kind, change.after, change.after_place) == (ChangeKind.ADDED, "Invented.", ValuePlace(block=1))
    assert change.before_place is None


def test_text_read_otherwise_at_the_same_place_is_one_value() -> None:
    [change] = changes(page(said("SZL15-1.25-T")), page(said("SZE15-1.23-1")))
    assert told((change,)) == [("changed", "SZL15-1.25-T", "SZE15-1.23-1")]


def test_the_same_text_elsewhere_has_moved() -> None:
    [change] = changes(page(said("The end.", TOP)), page(said("The end.", FOOT)))
    assert (change.kind, change.box) == (ChangeKind.MOVED, FOOT)


def test_what_witnesses_say_of_the_same_value_is_told() -> None:
    [change] = changes(page(said("1.5", verdict=Verdict.CONFLICT)), page(said("1.5", verdict=Verdict.EXACT)))
    assert change.kind is ChangeKind.VERDICT
    assert (change.before_verdict, change.after_verdict) == (Verdict.CONFLICT, Verdict.EXACT)


def test_a_paragraph_that_became_a_heading_says_so() -> None:
    found = changes(page(said("Results")), page(said("Results", kind=BlockKind.HEADING)))
    assert told(found) == [("changed", "paragraph: Results", "heading: Results")]


def test_fields_are_one_value_by_their_label() -> None:
    name = Block(kind=BlockKind.FIELD, label="Name", text="Ada", box=TOP)
    born = Block(kind=BlockKind.FIELD, label="Born", text="1815", box=FOOT)
    found = changes(page(name, born), page(born, name.model_copy(update={"text": "Ade"})))
    assert told(found) == [("changed", "Ada", "Ade")]


def test_chart_values_are_paired_by_series_and_category() -> None:
    found = changes(page(chart(north=["1", "2"], south=["3"])), page(chart(south=["3"], north=["1", "5"])))
    assert told(found) == [("changed", "2", "5")]


def test_a_table_read_as_text_is_gone_and_the_text_is_new() -> None:
    found = changes(page(grid(["a", "1"])), page(said("a 1", MIDDLE)))
    assert {change.kind for change in found} == {ChangeKind.REMOVED, ChangeKind.ADDED}
    assert {change.before for change in found} == {"", "a", "1", None}


def test_pages_without_anything() -> None:
    assert changes(page(), page()) == ()
    assert told(changes(page(), page(said("x")))) == [("added", None, "x")]


_TEXTS = st.sampled_from(
    ["", "1", "12", "total", "total sum", "a longer sentence about ink", "a longer line about ink"]
)
_BOXES = st.sampled_from([TOP, MIDDLE, FOOT])
_GRIDS = st.integers(1, 3).flatmap(
    lambda n: st.lists(st.lists(_TEXTS, min_size=n, max_size=n), min_size=1, max_size=4).map(lambda rows: grid(*rows))
)
_BLOCKS = st.one_of(st.builds(said, _TEXTS, _BOXES, st.sampled_from([None, *Verdict])), _GRIDS)
_PAGES = st.lists(_BLOCKS, max_size=4).map(lambda blocks: page(*blocks))


@settings(max_examples=50, deadline=None)
@given(_PAGES)
def test_whatever_a_page_says_it_does_not_differ_from_itself(one: PageParse) -> None:
    assert changes(one, one) == ()


@settings(max_examples=50, deadline=None)
@given(_PAGES, _PAGES)
def test_what_was_and_what_is_can_be_exchanged(one: PageParse, other: PageParse) -> None:
    there = [(c.before_place, c.before, c.after_place, c.after) for c in changes(one, other)]
    back = [(c.after_place, c.after, c.before_place, c.before) for c in changes(other, one)]
    assert sorted(map(repr, there)) == sorted(map(repr, back))


@settings(max_examples=40, deadline=None)
@given(_PAGES, _PAGES)
def test_every_value_of_either_result_is_accounted_for_once(one: PageParse, other: PageParse) -> None:
    found = changes(one, other)
    for places in ([c.before_place for c in found], [c.after_place for c in found]):
        named = [place for place in places if place is not None]
        assert len(named) == len(set(named))
