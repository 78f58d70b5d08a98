"""What a model read finds its words on the page; what it changed, dropped or made up shows in the evidence."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from docai.domain.charts import Chart, DataPoint, Series
from docai.domain.evidence import Verdict
from docai.domain.geometry import Box
from docai.domain.parses import BlockKind, PageParse
from docai.domain.readings import ReadBlock
from docai.domain.tables import Cell, Table
from docai.domain.words import PageWords, Witness, Word
from docai.grounding.align import Placed, align
from docai.grounding.ground import ground

LINE = 0.02
"""Height of a printed line."""


def printed(*lines: str, left: float = 0.1, top: float = 0.1) -> tuple[Word, ...]:
    """Words one below another line, each character a hundredth of the page wide; cells are set apart by ` | `."""
    words = []
    for row, line in enumerate(lines):
        y = top + row * 1.5 * LINE
        for column, cell in enumerate(line.split(" | ")):
            x = left + column * 0.2
            for word in cell.split():
                x1 = min(1.0, x + 0.01 * len(word))
                words.append(Word(text=word, box=Box(x0=x, y0=y, x1=x1, y1=y + LINE), line=row))
                x = min(1.0, x1 + 0.01)
    return tuple(words)


def page(*lines: str) -> PageWords:
    return PageWords(witness=Witness.TEXT_LAYER, words=printed(*lines))


def around(words: PageWords, ids: Sequence[int]) -> Box:
    box = Box.around(words.words[i].box for i in ids)
    assert box is not None
    return box


def a_table(rows: Sequence[Sequence[str]]) -> Table:
    cells = tuple(Cell(row=r, col=c, text=text) for r, row in enumerate(rows) for c, text in enumerate(row))
    return Table(n_rows=len(rows), n_cols=len(rows[0]), cells=cells)


def table_block(rows: Sequence[Sequence[str]], box: Box | None = None) -> ReadBlock:
    return ReadBlock(kind=BlockKind.TABLE, text="\n".join("\t".join(row) for row in rows), table=a_table(rows), box=box)


def paragraph(text: str, box: Box | None = None, kind: BlockKind = BlockKind.PARAGRAPH) -> ReadBlock:
    return ReadBlock(kind=kind, text=text, box=box)


def grounded(words: PageWords, *blocks: ReadBlock) -> PageParse:
    aligned = align([Placed(block) for block in blocks], words)
    parse = PageParse(page_number=1, engine="model 1", blocks=aligned.blocks)
    return ground(parse, words, reader="model 1", min_confidence=0.5, unsaid=aligned.unsaid)


def verdicts(parse: PageParse) -> list[Verdict]:
    return [block.evidence.verdict for block in parse.blocks if block.evidence is not None]


def cell_verdicts(parse: PageParse) -> dict[str, Verdict]:
    (table,) = parse.tables
    return {cell.text: cell.evidence.verdict for cell in table.cells if cell.evidence is not None}


def test_text_without_boxes_finds_its_words_in_the_pages_order() -> None:
    words = page("Annual report", "Sales rose by 12 percent in", "the second quarter.", "Costs fell.")
    parse = grounded(
        words,
        paragraph("Annual report", kind=BlockKind.TITLE),
        paragraph("Sales rose by 12 percent in the second quarter."),
        paragraph("Costs fell."),
    )
    assert verdicts(parse) == [Verdict.EXACT] * 3
    assert parse.coverage is not None
    assert parse.coverage.share == 1
    assert parse.blocks[2].box == around(words, [11, 12])


def test_text_that_the_witness_reads_in_another_order_is_found_all_the_same() -> None:
    left = "The left column says that trade grew steadily over all of the year"
    right = "The right column is about costs which no one had foreseen at all"
    words = page(right, left)
    parse = grounded(words, paragraph(left), paragraph(right))
    assert verdicts(parse) == [Verdict.EXACT, Verdict.EXACT]


def test_a_word_that_was_changed_is_in_conflict_and_one_made_up_is_the_models_alone() -> None:
    words = page("The total is 1,284 euros")
    box = around(words, range(5))
    changed = grounded(words, paragraph("The total is 1,234 euros", box))
    assert verdicts(changed) == [Verdict.CONFLICT]
    assert changed.blocks[0].evidence is not None
    assert changed.blocks[0].evidence.witness_text == "The total is 1,284 euros"
    invented = grounded(words, paragraph("The total is 1,284 euros", box), paragraph("Signed by the chairwoman"))
    assert verdicts(invented) == [Verdict.EXACT, Verdict.MODEL_ONLY]
    assert invented.blocks[1].word_ids == ()


def test_a_word_that_was_dropped_tells_against_the_text_and_is_not_covered() -> None:
    words = page("Payment is not due before May")
    for box in (None, around(words, range(6))):
        parse = grounded(words, paragraph("Payment is due before May", box))
        assert verdicts(parse) == [Verdict.CONFLICT]
        assert parse.coverage is not None
        assert parse.coverage.omitted_word_ids == (2,)


def test_a_sentence_that_was_left_out_is_omitted_in_the_coverage() -> None:
    words = page("One line is read.", "Another one is not.")
    parse = grounded(words, paragraph("One line is read.", around(words, range(4))))
    assert verdicts(parse) == [Verdict.EXACT]
    assert parse.coverage is not None
    assert parse.coverage.omitted_word_ids == (4, 5, 6, 7)


def test_words_broken_at_a_lines_end_are_the_same_words() -> None:
    words = page("The inter-", "national office")
    parse = grounded(words, paragraph("The international office"))
    assert verdicts(parse) == [Verdict.NORMALISED]
    assert parse.coverage is not None
    assert parse.coverage.share == 1


ROWS = [["Item", "2024", "2025"], ["Sales", "1,200", "1,284"], ["Costs", "800", "0"], ["Profit", "400", "0"]]
PRINT = ["Item | 2024 | 2025", "Sales | 1,200 | 1,284", "Costs | 800 | 0", "Profit | 400 | 0"]


def test_a_tables_cells_find_their_words_with_and_without_a_box() -> None:
    words = page("Our year", *PRINT)
    for box in (None, around(words, range(2, 14))):
        parse = grounded(words, paragraph("Our year"), table_block(ROWS, box))
        assert set(cell_verdicts(parse).values()) == {Verdict.EXACT}
        (table,) = parse.tables
        assert [words.words[cell.word_ids[0]].text for cell in table.cells] == [t for row in ROWS for t in row]
        last = table.at(3, 2)
        assert last.box == words.words[13].box, "equal numbers are told apart by their places"


def test_a_number_that_was_misread_in_a_cell_is_in_conflict_with_what_stands_there() -> None:
    words = page(*PRINT)
    rows = [list(row) for row in ROWS]
    rows[1][2] = "1,234"
    rows[2][1] = "900"
    parse = grounded(words, table_block(rows, around(words, range(12))))
    found = cell_verdicts(parse)
    assert found["1,234"] is Verdict.CONFLICT
    assert found["900"] in {Verdict.CONFLICT, Verdict.MODEL_ONLY}
    (table,) = parse.tables
    wrong = table.at(2, 1).evidence
    assert wrong is not None
    assert wrong.witness_text == "800", "the witness says what it reads there"


def test_a_cell_that_was_left_empty_over_print_is_in_conflict() -> None:
    words = page(*PRINT)
    rows = [list(row) for row in ROWS]
    rows[1][1] = ""
    parse = grounded(words, table_block(rows, around(words, range(12))))
    (table,) = parse.tables
    evidence = table.at(1, 1).evidence
    assert evidence is not None
    assert (evidence.verdict, evidence.witness_text) == (Verdict.CONFLICT, "1,200")
    assert parse.coverage is not None
    assert parse.coverage.omitted_word_ids == (4,)


def test_a_row_that_was_dropped_is_omitted_and_does_not_tell_against_its_neighbours() -> None:
    words = page(*PRINT)
    parse = grounded(words, table_block([ROWS[0], ROWS[1], ROWS[3]], around(words, range(12))))
    (table,) = parse.tables
    assert {c.evidence.verdict for c in table.cells if c.evidence} == {Verdict.EXACT}
    assert parse.coverage is not None
    assert parse.coverage.omitted_word_ids == (6, 7, 8)


def test_leaders_and_bullets_need_not_be_said() -> None:
    words = page("Rate ......... | 0.99 ____", "\u2022 one of two")
    parse = grounded(
        words, table_block([["Rate", "0.99"]], around(words, range(4))), paragraph("one of two", around(words, [4, 7]))
    )
    assert cell_verdicts(parse) == {"Rate": Verdict.EXACT, "0.99": Verdict.EXACT}
    assert parse.coverage is not None
    assert parse.coverage.omitted_word_ids == (1, 3, 4)


def test_a_formula_is_confirmed_in_part_by_the_print_where_it_stands() -> None:
    words = page("E = mc2", "and so on")
    formula = ReadBlock(kind=BlockKind.FORMULA, text=r"E = mc^{2}", box=around(words, range(3)))
    parse = grounded(words, formula, paragraph("and so on"))
    assert verdicts(parse) == [Verdict.PARTIAL, Verdict.EXACT]
    assert parse.coverage is not None
    assert parse.coverage.share == 1
    assert verdicts(grounded(words, ReadBlock(kind=BlockKind.FORMULA, text="x^2"))) == [Verdict.MODEL_ONLY]


def test_a_charts_values_are_confirmed_one_by_one() -> None:
    words = page("12 34 56", "A B C", "Share of trade")
    values = (("A", "12"), ("B", "35"), ("C", "56"))
    chart = Chart(series=(Series(points=tuple(DataPoint(category=c, text=t) for c, t in values)),))
    block = ReadBlock(kind=BlockKind.CHART, text="a chart", chart=chart, box=around(words, range(9)))
    parse = grounded(words, block)
    read = parse.blocks[0].chart
    assert read is not None
    found = [point.evidence.verdict for point in read.series[0].points if point.evidence]
    assert found == [Verdict.EXACT, Verdict.MODEL_ONLY, Verdict.EXACT]
    assert read.series[0].points[0].box == words.words[0].box
    assert verdicts(parse) == [Verdict.PARTIAL]
    assert parse.coverage is not None
    assert parse.coverage.omitted_word_ids == (1, 6, 7, 8)


def test_a_figures_description_is_the_models_alone() -> None:
    words = page("Fig. 3", "north gate")
    figure = ReadBlock(kind=BlockKind.FIGURE, text="A photograph of a bridge at dawn", box=around(words, range(4)))
    parse = grounded(words, figure)
    assert verdicts(parse) == [Verdict.MODEL_ONLY]
    assert parse.coverage is not None
    assert parse.coverage.n_covered == 0


def test_control_tokens_of_models_are_words_like_others() -> None:
    words = page("Write <|image_pad|> and </s> here")
    parse = grounded(words, paragraph("Write <|image_pad|> and </s> here"))
    assert verdicts(parse) == [Verdict.EXACT]


def test_headers_of_several_lines_are_read_column_by_column() -> None:
    rows = [
        ["Year", "Eligible schools in sample", "Schools in sample that took part", "Total"],
        ["2024", "150", "147", "297"],
        ["2025", "200", "191", "391"],
    ]
    words = page(
        " | Eligible | Schools in", "Year | schools in | sample that | Total", " | sample | took part",
        "2024 | 150 | 147 | 297", "2025 | 200 | 191 | 391",
    )  # fmt: skip
    for box in (None, around(words, range(len(words.words)))):
        parse = grounded(words, table_block(rows, box))
        assert set(cell_verdicts(parse).values()) == {Verdict.EXACT}


def test_a_column_that_was_dropped_is_omitted_and_does_not_tell_against_its_neighbours() -> None:
    words = page("Item | 2023 | 2024 | 2025", "Sales | 0 | 0 | 1,284", "Costs | 800 | 0 | 0", "Tax | 3 | 400 | 0")
    rows = [["Item", "2023", "2025"], ["Sales", "0", "1,284"], ["Costs", "800", "0"], ["Tax", "3", "0"]]
    for box in (None, around(words, range(16))):
        parse = grounded(words, table_block(rows, box))
        (table,) = parse.tables
        assert {c.evidence.verdict for c in table.cells if c.evidence} == {Verdict.EXACT}
        assert parse.coverage is not None
        assert parse.coverage.omitted_word_ids == (2, 6, 10, 14)


def test_cells_that_were_shifted_do_not_pass() -> None:
    words = page("Item | 2023 | 2024 | 2025", "Sales | 10 | 20 | 30", "Costs | 11 | 21 | 31", "Tax | 12 | 22 | 32")
    rows = [
        ["Item", "2023", "2024", "2025"],
        ["Sales", "10", "20", "30"],
        ["Costs", "", "11", "21"],
        ["Tax", "12", "22", "32"],
    ]
    for box in (None, around(words, range(16))):
        (table,) = grounded(words, table_block(rows, box)).tables
        for col in (1, 2, 3):
            evidence = table.at(2, col).evidence
            assert evidence is not None
            assert evidence.verdict in {Verdict.CONFLICT, Verdict.MODEL_ONLY}
        untouched = [c.evidence.verdict for c in table.cells if c.row != 2 and c.evidence]
        assert set(untouched) == {Verdict.EXACT}


def test_a_row_that_was_made_up_stands_nowhere() -> None:
    words = page(*PRINT)
    rows = [*ROWS[:2], ["Rent", "77", "55"], *ROWS[2:]]
    for box in (None, around(words, range(12))):
        (table,) = grounded(words, table_block(rows, box)).tables
        found = {c.evidence.verdict for c in table.cells if c.row == 2 and c.evidence}
        assert found <= {Verdict.MODEL_ONLY, Verdict.CONFLICT}


def test_a_table_is_found_although_the_text_layer_has_its_parts_in_another_order() -> None:
    lower, upper = (
        printed(*(f"{2010 + n} | {n * 37 + 11} | {n * 91 + 5}" for n in range(9)), top=0.5),
        printed("Year | Boys | Girls", *(f"{1990 + n} | {n * 53 + 19} | {n * 71 + 8}" for n in range(12)), top=0.1),
    )
    words = PageWords(witness=Witness.TEXT_LAYER, words=(*lower, *printed("A note on the table", top=0.9), *upper))
    rows = [["Year", "Boys", "Girls"]]
    rows += [[str(1990 + n), str(n * 53 + 19), str(n * 71 + 8)] for n in range(12)]
    rows += [[str(2010 + n), str(n * 37 + 11), str(n * 91 + 5)] for n in range(9)]
    parse = grounded(words, table_block(rows))
    assert set(cell_verdicts(parse).values()) == {Verdict.EXACT}


def test_numbers_in_another_spelling_are_found_and_agree() -> None:
    words = page("Item | 2024", "Sales | 1.234,50", "Costs | (800)", "Tax | 1 234")
    rows = [["Item", "2024"], ["Sales", "1,234.50"], ["Costs", "-800"], ["Tax", "1,234"]]
    parse = grounded(words, table_block(rows, around(words, range(9))))
    found = cell_verdicts(parse)
    assert [found[text] for text in ("1,234.50", "-800", "1,234")] == [Verdict.NORMALISED] * 3


def test_a_sentence_left_out_of_a_paragraph_tells_against_it() -> None:
    words = page(
        "Sales rose in May. Costs fell to less than half",
        "of what they had been in any year before that one.",
        "Profit grew by nine percent. The board is glad.",
    )
    whole = " ".join(word.text for word in words.words)
    middle = "Costs fell to less than half of what they had been in any year before that one. "
    for box in (None, around(words, range(len(words.words)))):
        for said in (whole.replace(middle, ""), whole.removesuffix(" The board is glad.")):
            parse = grounded(words, paragraph(said, box))
            assert verdicts(parse) == [Verdict.CONFLICT]
            assert parse.coverage is not None
            assert parse.coverage.n_covered == len(said.split())
        assert verdicts(grounded(words, paragraph(f"Nobody was hurt. {whole}", box))) == [Verdict.PARTIAL]


def test_a_short_text_of_which_no_word_was_read_right_is_found_by_what_is_near() -> None:
    words = page("Terms of May", "Invoicc Nr: KO74", "Total")
    parse = grounded(words, paragraph("Terms of May"), paragraph("Invoice Nr K074"), paragraph("Total"))
    assert verdicts(parse) == [Verdict.EXACT, Verdict.CONFLICT, Verdict.EXACT]
    assert parse.blocks[1].word_ids == (3, 4, 5)


def test_a_box_that_cuts_off_lines_and_columns_does_no_harm() -> None:
    words = page("Our year was a good one", "and all were glad.", *PRINT, "Signed in May")
    table_box, text_box = around(words, range(10, 22)), around(words, range(10))
    cut = Box(x0=table_box.x0 + 0.02, y0=table_box.y0 + LINE, x1=table_box.x1 - 0.02, y1=table_box.y1 - LINE)
    short = Box(x0=text_box.x0, y0=text_box.y0, x1=text_box.x1, y1=text_box.y0 + LINE)
    parse = grounded(
        words,
        paragraph("Our year was a good one and all were glad.", short),
        table_block(ROWS, cut),
        paragraph("Signed in May", around(words, range(22, 25))),
    )
    assert verdicts(parse) == [Verdict.EXACT] * 3
    assert set(cell_verdicts(parse).values()) == {Verdict.EXACT}


def test_equal_cells_of_a_dropped_row_do_not_stand_in_for_those_of_its_neighbour() -> None:
    words = page(
        "Gas | air | water | land", "Nitrous oxide | 10 | - | -", "Fluorocarbons | 100 | - | -", "Methane | 7 | - | -"
    )
    rows = [["Gas", "air", "water", "land"], ["Nitrous oxide", "10", "-", "-"], ["Methane", "7", "-", "-"]]
    for box in (None, around(words, range(17))):
        parse = grounded(words, table_block(rows, box))
        (table,) = parse.tables
        assert {c.evidence.verdict for c in table.cells if c.evidence} == {Verdict.EXACT}
        assert parse.coverage is not None
        assert parse.coverage.omitted_word_ids == (9, 10, 11, 12)


TEXTS = st.lists(st.text(alphabet="abc 12,-\n", max_size=20), max_size=6)


@settings(max_examples=60, deadline=None)
@given(said=TEXTS, lines=TEXTS, has_boxes=st.booleans(), rows=st.integers(1, 3))
def test_whatever_is_said_every_word_is_covered_or_omitted_and_belongs_to_one_block(
    said: list[str], lines: list[str], has_boxes: bool, rows: int
) -> None:
    words = page(*lines)
    box = Box(x0=0, y0=0, x1=0.6, y1=0.5) if has_boxes else None
    blocks = [paragraph(text, box) for text in said]
    if said:
        blocks.append(table_block([said] * rows, box))
    aligned = align([Placed(block) for block in blocks], words)
    named = [i for block in aligned.blocks if block.table is None for i in block.word_ids]
    named += [i for block in aligned.blocks if block.table for cell in block.table.cells for i in cell.word_ids]
    assert len(named) == len(set(named))
    assert set(named) <= set(range(len(words.words)))
    assert aligned.unsaid <= set(named)
    assert [block.text for block in aligned.blocks] == [block.text for block in blocks]
