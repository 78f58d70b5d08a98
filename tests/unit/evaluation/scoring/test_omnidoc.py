"""OmniDocBench's measures of a page."""

import pytest

from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.omnidoc import OmnidocScorer, OmnidocTruth, TrueBlock
from docai.evaluation.scoring.scorer import Scored
from tests.unit.evaluation.scoring.read_pages import FAILED, page_of_markdown, read

SCORER = OmnidocScorer()
FIRST = "Rivers carry sediment from the mountains to the sea."
SECOND = "Deltas grow where a river slows down and drops its load."
TABLE = "<table><tr><td>River</td><td>Length</td></tr><tr><td>Nile</td><td>6650</td></tr></table>"
FORMULA = r"\frac{a}{b} = c"
TRUTH = OmnidocTruth(
    blocks=(
        TrueBlock(category="header", text="Journal of Rivers"),
        TrueBlock(category="title", text="Sediment", order=1),
        TrueBlock(category="text_block", text=FIRST, order=2),
        TrueBlock(category="table_caption", text="Table 1: Lengths of rivers", order=3),
        TrueBlock(category="text_block", text=SECOND, order=6),
    ),
    formulas=(FORMULA,),
    tables=(TABLE,),
)
PAGE = f"# Sediment\n\n{FIRST}\n\nTable 1: Lengths of rivers\n\n{TABLE}\n\n$$\n{FORMULA}\n$$\n\n{SECOND}\n"
BEST = {"text_edit": 0.0, "order_edit": 0.0, "formula_edit": 0.0, "table_teds": 1.0, "table_teds_struct": 1.0}
WORST = {"text_edit": 1.0, "order_edit": 1.0, "formula_edit": 1.0, "table_teds": 0.0, "table_teds_struct": 0.0}


def sample_of(truth: OmnidocTruth = TRUTH) -> Sample:
    return Sample("p", Task.PARSE, (), truth.model_dump(mode="json", exclude_defaults=True))


def values(markdown: str, truth: OmnidocTruth = TRUTH) -> dict[str, float]:
    return SCORER.score(sample_of(truth), read(page_of_markdown(markdown))).values


def figures(*said: Prediction) -> dict[str, float]:
    sample = sample_of()
    return SCORER.figures([Scored(sample, each, SCORER.score(sample, each)) for each in said])


def test_the_truth_as_prediction_is_best_with_and_without_its_furniture() -> None:
    assert values(PAGE) == BEST
    assert values(f"Journal of Rivers\n\n{PAGE}") == BEST
    assert figures(read(page_of_markdown(PAGE)))["overall_edit_formula"] == 1.0


def test_nothing_read_is_worst() -> None:
    for said in (FAILED, read(), read(page_of_markdown(""))):
        assert SCORER.score(sample_of(), said).values == WORST
    assert figures(FAILED)["overall_edit_formula"] == 0.0


def test_edits_are_over_lengths_of_the_page() -> None:
    truth = OmnidocTruth(blocks=(TrueBlock(category="text_block", text=FIRST, order=1),))
    wrong = FIRST.replace("sediment", "sentiment")
    n = sum(c.isalpha() for c in FIRST)
    # two letters for one: distance 2 over the longer text
    assert values(wrong, truth) == {"text_edit": pytest.approx(2 / (n + 1)), "order_edit": 0.0}


def test_swapped_blocks_cost_order_and_not_text() -> None:
    found = values(f"# Sediment\n\n{SECOND}\n\n{FIRST}\n\n{TABLE}\n\n$${FORMULA}$$")
    assert found["text_edit"] == 0.0
    # 1 6 2 for 1 2 6
    assert found["order_edit"] == pytest.approx(2 / 3)


def test_what_was_read_beyond_the_truth_costs_text() -> None:
    extra = "Bought at the corner shop for eleven crowns. " * 3
    found = values(f"Journal of Rivers\n\n{PAGE}\n\n{extra}")
    n_true, n_extra = (sum(c.isalpha() for c in text) for text in (f"Sediment{FIRST}{SECOND}", extra))
    assert found["text_edit"] == pytest.approx(n_extra / (n_true + n_extra))
    assert found["order_edit"] == 0.0


def test_a_measure_that_has_nothing_on_a_page_is_left_out() -> None:
    truth = OmnidocTruth(tables=(TABLE,))
    assert values(PAGE, truth) == {"table_teds": 1.0, "table_teds_struct": 1.0}
    sample = sample_of(truth)
    said = read(page_of_markdown(PAGE))
    found = SCORER.figures([Scored(sample, said, SCORER.score(sample, said))])
    assert found == {"table_teds": 1.0, "table_teds_struct": 1.0, "table_teds_per_table": 1.0}


def test_figures_are_means_over_pages() -> None:
    found = figures(read(page_of_markdown(PAGE)), FAILED)
    assert found == {
        **dict.fromkeys(BEST, 0.5),
        "table_teds_per_table": 0.5,
        "overall_edit_formula": pytest.approx(0.5),
    }


def test_header_cells_and_pipes_are_cells() -> None:
    piped = "| River | Length |\n| --- | --- |\n| Nile | 6650 |\n"
    assert values(piped, OmnidocTruth(tables=(TABLE,)))["table_teds"] == 1.0
    headed = TABLE.replace("<td>River", "<th>River").replace("Length</td>", "Length</th>")
    assert values(headed, OmnidocTruth(tables=(TABLE,)))["table_teds"] == 1.0


def test_the_worst_matches_are_told_and_the_truth_is_checked() -> None:
    detail = SCORER.score(sample_of(), read(page_of_markdown(PAGE.replace(FIRST, "")))).detail
    assert detail["worst"][0]["read"] == ""
    assert detail["worst"][0]["true"].startswith("Riverscarry")
    assert SCORER.truth_text(sample_of()).startswith("Journal of Rivers Sediment")
    assert SCORER.prediction_text(read(page_of_markdown(PAGE))).startswith("# Sediment Rivers")
    with pytest.raises(ValueError, match="p: no truth of a page"):
        SCORER.score(Sample("p", Task.PARSE, (), {"blocks": "none"}), FAILED)
