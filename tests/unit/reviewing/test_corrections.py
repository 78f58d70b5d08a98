from __future__ import annotations

import pytest

from docai.checks.persons import is_of_person
from docai.checks.verify import EvidencePolicy, verify
from docai.dialects.charts import chart_text
from docai.dialects.spans import table_text
from docai.domain.charts import Chart, DataPoint, Series
from docai.domain.checks import CellPlace
from docai.domain.documents import Page, PageState
from docai.domain.evidence import Evidence, Verdict
from docai.domain.flags import ValuePlace
from docai.domain.geometry import Box
from docai.domain.ids import new_document_id
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.revisions import Correction
from docai.domain.tables import Cell, Table
from docai.domain.words import PageWords, Witness, Word
from docai.errors import InvalidCorrection, NothingToReview
from docai.reviewing.corrections import reviewed

POLICY = EvidencePolicy(min_confidence=0.5, prefers_text_layer=True)
PRINTED = ("Order", "SZL15-1.25-T", "pens", "12", "ink", "7", "stray")
PARAGRAPH, TABLE, CHART = 0, 1, 2


def box_of(n: int) -> Box:
    return Box(x0=0.1, y0=n / 20, x1=0.4, y1=n / 20 + 0.03)


def read_page() -> Page:
    """A page with a misread paragraph, a misread cell, and a chart; its last word is in none of them."""
    words = PageWords(
        witness=Witness.TEXT_LAYER,
        words=tuple(Word(text=text, box=box_of(n), line=n) for n, text in enumerate(PRINTED)),
        engine="layer 1",
    )
    texts = ("pens", "12", "ink", "1")
    cells = tuple(
        Cell(row=n // 2, col=n % 2, text=text, box=box_of(n + 2), word_ids=(n + 2,)) for n, text in enumerate(texts)
    )
    table = Table(n_rows=2, n_cols=2, cells=cells)
    points = (DataPoint(category="Q1", text="3", value=3.0), DataPoint(category="Q2", text="4", value=4.0))
    chart = Chart(title="Sales", series=(Series(name="north", points=points),))
    whole = Box(x0=0, y0=0, x1=1, y1=1)
    blocks = (
        Block(kind=BlockKind.PARAGRAPH, text="Order SZE15-1.23-1", box=box_of(0), word_ids=(0, 1)),
        Block(kind=BlockKind.TABLE, text=table_text(table), box=whole, word_ids=(2, 3, 4, 5), table=table),
        Block(kind=BlockKind.CHART, text=chart_text(chart), box=whole, chart=chart),
    )
    parse = PageParse(page_number=1, engine="vlm 1", blocks=blocks)
    policy = EvidencePolicy(min_confidence=0.5)
    verified = verify(parse, words, reader="vlm 1", policy=policy)
    return Page(
        document_id=new_document_id(), number=1, state=PageState.PARSED, words=words, parse=verified, revision=1
    )


def correct(page: Page, *corrections: tuple[ValuePlace, str]) -> PageParse:
    said = [Correction(place=place, text=text) for place, text in corrections]
    return reviewed(page, said, author="Ada", policy=POLICY)


def cell(row: int, col: int) -> ValuePlace:
    return ValuePlace(block=TABLE, cell=CellPlace(row=row, col=col))


def evidence_of_cell(parse: PageParse, row: int, col: int) -> Evidence:
    table = parse.blocks[TABLE].table
    assert table is not None
    found = table.at(row, col).evidence
    assert found is not None
    return found


def test_a_paragraph_says_what_the_person_says_and_the_witness_is_asked_again() -> None:
    page = read_page()
    assert page.parse is not None
    before = page.parse.blocks[PARAGRAPH].evidence
    assert before is not None
    assert before.verdict is not Verdict.EXACT
    block = correct(page, (ValuePlace(block=PARAGRAPH), "Order SZL15-1.25-T")).blocks[PARAGRAPH]
    assert block.text == "Order SZL15-1.25-T"
    assert block.evidence is not None
    assert (block.evidence.reader, block.evidence.verdict) == ("person: Ada", Verdict.EXACT)


def test_a_cell_is_corrected_and_the_others_keep_their_evidence() -> None:
    page = read_page()
    assert page.parse is not None
    parse = correct(page, (cell(1, 1), "7"))
    assert parse.blocks[TABLE].text == "pens\t12\nink\t7"
    mine = evidence_of_cell(parse, 1, 1)
    assert (mine.reader, mine.verdict) == ("person: Ada", Verdict.EXACT)
    for row, col in ((0, 0), (0, 1), (1, 0)):
        assert evidence_of_cell(parse, row, col) == evidence_of_cell(page.parse, row, col)
    of_table = parse.blocks[TABLE].evidence
    assert of_table is not None
    assert of_table.reader == "vlm 1"
    assert parse.blocks[PARAGRAPH] == page.parse.blocks[PARAGRAPH]


def test_a_person_who_says_otherwise_than_the_print_is_not_overruled() -> None:
    parse = correct(read_page(), (cell(1, 1), "8"))
    table = parse.blocks[TABLE].table
    assert table is not None
    assert table.at(1, 1).text == "8"
    assert is_of_person(evidence_of_cell(parse, 1, 1))
    assert evidence_of_cell(parse, 1, 1).verdict is not Verdict.EXACT


def test_a_value_that_was_looked_at_and_is_right_is_the_persons() -> None:
    page = read_page()
    parse = correct(page, (cell(0, 1), "12"))
    assert page.parse is not None
    assert is_of_person(evidence_of_cell(parse, 0, 1))
    assert not is_of_person(evidence_of_cell(page.parse, 0, 1))
    assert parse.blocks[TABLE].text == page.parse.blocks[TABLE].text


def test_a_charts_value_is_corrected_with_its_number_and_text() -> None:
    parse = correct(read_page(), (ValuePlace(block=CHART, point=(0, 1)), "4.5"))
    block = parse.blocks[CHART]
    assert block.chart is not None
    first, second = block.chart.series[0].points
    assert (second.text, second.value) == ("4.5", 4.5)
    assert is_of_person(second.evidence)
    assert not is_of_person(first.evidence)
    assert block.text == chart_text(block.chart)


def test_a_table_as_a_whole_can_be_found_right_and_not_rewritten() -> None:
    page = read_page()
    assert page.parse is not None
    whole = ValuePlace(block=TABLE)
    parse = correct(page, (whole, page.parse.blocks[TABLE].text))
    assert all(is_of_person(evidence_of_cell(parse, row, col)) for row in (0, 1) for col in (0, 1))
    with pytest.raises(InvalidCorrection, match="correct its cells"):
        correct(page, (whole, "anything"))


def test_words_that_nothing_says_are_still_told() -> None:
    page = read_page()
    coverage = correct(page, (cell(1, 1), "7")).coverage
    assert page.parse is not None
    assert coverage is not None
    assert coverage.omitted_word_ids == (6,)


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        (ValuePlace(block=3), "no block 3"),
        (ValuePlace(block=-1), "no block -1"),
        (cell(2, 0), "No cell"),
        (ValuePlace(block=PARAGRAPH, cell=CellPlace(row=0, col=0)), "No cell"),
        (ValuePlace(block=CHART, point=(0, 2)), "no such value"),
        (ValuePlace(block=CHART, point=(-1, 0)), "no such value"),
        (ValuePlace(block=TABLE, point=(0, 0)), "no such value"),
        (ValuePlace(block=TABLE, cell=CellPlace(row=0, col=0), point=(0, 0)), "not both"),
    ],
)
def test_what_is_not_there_cannot_be_corrected(place: ValuePlace, problem: str) -> None:
    with pytest.raises(InvalidCorrection, match=problem):
        correct(read_page(), (place, "x"))


def test_one_value_is_corrected_once_and_at_least_one_is() -> None:
    with pytest.raises(InvalidCorrection, match="twice"):
        correct(read_page(), (cell(1, 1), "7"), (cell(1, 1), "8"))
    with pytest.raises(InvalidCorrection, match="no correction"):
        correct(read_page())


@pytest.mark.parametrize("lost", [{"parse": None}, {"revision": None}])
def test_a_page_without_a_final_result_has_nothing_to_review(lost: dict[str, None]) -> None:
    with pytest.raises(NothingToReview):
        correct(read_page().model_copy(update=lost), (cell(1, 1), "7"))
