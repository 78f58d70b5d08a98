"""Questions made of what stands on pages."""

import pytest

from docai.domain.evidence import Verdict
from docai.domain.parses import BlockKind
from docai.evaluation.own_sets.proposals import Proposal, ProposalKind
from docai.evaluation.own_sets.questions import AnswerFormat
from docai.evaluation.own_sets.table_proposals import chart_proposals, table_proposals
from docai.evaluation.own_sets.text_proposals import (
    field_proposals,
    heading_proposals,
    printed_proposals,
    prose_proposals,
)
from tests.unit.evaluation.own_sets.stored import BOX, block, chart, evidence, table, words


def told(proposals: object) -> list[tuple[str, str]]:
    return [(each.question, each.answer) for each in proposals]  # type: ignore[attr-defined]


def test_cells_are_asked_for_by_row_and_column() -> None:
    found = list(table_proposals(table([["", "2023", "2024"], ["Rent", "1,200", "n/a"], ["Total", "9", "-"]]), 4))
    assert told(found) == [("What is Rent in 2023?", "1,200"), ("What is Total in 2023?", "9")]
    assert [each.kind for each in found] == [ProposalKind.TABLE, ProposalKind.TOTAL]
    first = found[0]
    assert (first.page, first.quote, first.subject) == (4, "Rent | 2023 | 1,200", "Rent")
    assert first.answer_format is AnswerFormat.NUMBER
    assert first.box is not None
    assert (first.box.x0, first.box.y0) == (0.1, 0.1)


@pytest.mark.parametrize(
    "rows",
    [
        [["", "2023"], ["Rent", "1"], ["Rent", "2"]],  # two rows of one name
        [["", "2023", "2023"], ["Rent", "1", "2"]],  # two columns of one name
        [["", "2023"], ["12", "1"]],  # a figure names no row
        [["", ""], ["Rent", "1"]],  # a column without a name
        [["", "2023"], ["Rent", "long " * 20]],  # a passage is no answer
    ],
)
def test_a_cell_that_nothing_names_is_not_asked_for(rows: list[list[str]]) -> None:
    assert list(table_proposals(table(rows), 1)) == []


def test_what_the_witness_read_otherwise_is_not_asked_for() -> None:
    rows = [["", "2023"], ["Rent", "1"]]
    assert list(table_proposals(table(rows, verdict=Verdict.CONFLICT), 1)) == []
    assert list(chart_proposals(chart({"May": "3"}, verdict=Verdict.MODEL_ONLY), 1)) == []
    assert list(chart_proposals(chart({"May": "3"}, verdict=None), 1)) == []
    unsure = block(BlockKind.FIELD, "Ada", label="Name", evidence=evidence(Verdict.PARTIAL))
    assert list(field_proposals(unsure, 1)) == []


def test_printed_values_of_charts_are_asked_for() -> None:
    assert told(chart_proposals(chart({"May": "3"}), 1)) == [("What is Sales of May in the chart?", "3")]
    titled = chart_proposals(chart({"May": "3"}, title="Sales by month"), 1)
    assert told(titled) == [('What is Sales of May in "Sales by month"?', "3")]


def test_fields_are_asked_for_by_their_label() -> None:
    (found,) = field_proposals(block(BlockKind.FIELD, "Ada", label="First name:"), 2)
    assert (found.question, found.answer, found.box) == ("What is the First name?", "Ada", BOX)
    assert list(field_proposals(block(BlockKind.FIELD, "", label="First name"), 2)) == []
    assert list(field_proposals(block(BlockKind.PARAGRAPH, "Ada"), 2)) == []


def test_printed_labels_and_totals_are_asked_for() -> None:
    lines = ("Due date: 14 May 2026", "Amount due £ 12.50", "Total 99.00", "no label here", "One: two     Three: four")
    assert told(printed_proposals(words(*lines), 1)) == [
        ("What is the Due date?", "14 May 2026"),
        ("What is the Amount due?", "£ 12.50"),
        ("What is the Total?", "99.00"),
        ("What is the One?", "two"),
        ("What is the Three?", "four"),
    ]
    total = next(each for each in printed_proposals(words("Total 99.00"), 1))
    assert total.kind is ProposalKind.TOTAL
    assert total.box == words("Total 99.00")[1].box


def test_a_heading_is_asked_for_by_the_passage_below_it() -> None:
    text = "The board expects that revenue will grow again next year."
    blocks = [block(BlockKind.HEADING, "Outlook"), block(BlockKind.PARAGRAPH, text), block(BlockKind.PARAGRAPH, text)]
    assert told(heading_proposals(blocks, 1)) == [
        (
            'Under which heading stands the passage that begins "The board expects that revenue will grow again"?',
            "Outlook",
        )
    ]


def test_the_one_figure_of_a_sentence_is_asked_for() -> None:
    line = "Late payments bear interest at 8.5% a year above the base rate."
    text = f"{line} See Table 4 for the rates that hold from now on everywhere. It was 3 or 4 of them that came here."
    paragraph = block(BlockKind.PARAGRAPH, text, word_ids=tuple(range(len(line.split()))))
    (found,) = prose_proposals(paragraph, words(line), 1)
    assert found.question == (
        'Which figure is missing: "Late payments bear interest at ___ a year above the base rate."'
    )
    assert (found.answer, found.quote) == ("8.5%", line)
    assert found.box == words(line)[5].box
    assert list(prose_proposals(block(BlockKind.HEADING, text), words(line), 1)) == []


def test_titles_tell_like_questions_apart_once() -> None:
    one = Proposal(ProposalKind.TABLE, "What is a in b?", "1", 1, None, "", "a", within=" ".join(["word"] * 20))
    apart = one.told_apart()
    assert apart.question == f'What is a in b in "{" ".join(["word"] * 12)} ..."?'
    assert apart.told_apart() == apart
