"""Running text of documents."""

import pytest

from docai.domain.parses import BlockKind
from docai.evaluation.predictions import PredictedPage, Prediction
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.page_text import PageTextScorer, PageTextTruth
from docai.evaluation.scoring.scorer import Scored
from tests.unit.evaluation.scoring.read_pages import FAILED, page_of_blocks, read

SCORER = PageTextScorer()
FIRST = "Rivers carry sediment from the mountains to the sea, more after rain."
SECOND = "Deltas grow where a river slows down and drops its load near the coast."
THIRD = "Dams hold the sediment back, and deltas shrink for want of new mud."
BLOCKS = (FIRST, SECOND, THIRD)
PARAGRAPH, HEADER, TABLE = BlockKind.PARAGRAPH, BlockKind.HEADER, BlockKind.TABLE


def sample_of(*blocks: str, allowed: tuple[str, ...] = ()) -> Sample:
    truth = PageTextTruth(blocks=blocks, allowed=allowed)
    return Sample("d", Task.PARSE, (), truth.model_dump(mode="json"))


def said(*blocks: str) -> Prediction:
    return read(page_of_blocks(*((PARAGRAPH, block) for block in blocks)))


def values(prediction: Prediction, sample: Sample | None = None) -> dict[str, float]:
    return SCORER.score(sample or sample_of(*BLOCKS), prediction).values


def test_the_truth_as_prediction_is_best() -> None:
    assert values(said(*BLOCKS)) == {
        "word_recall": 1.0,
        "word_precision": 1.0,
        "word_f1": 1.0,
        "blocks_found": 1.0,
        "character_error_rate": 0.0,
        "order_agreement": 1.0,
        "order_kept": 1.0,
    }


def test_pages_are_joined_in_their_order_without_furniture() -> None:
    second = page_of_blocks((HEADER, "Journal of rivers"), (PARAGRAPH, SECOND), (PARAGRAPH, THIRD), number=2)
    found = values(read(second, page_of_blocks((PARAGRAPH, FIRST))))
    assert found["word_precision"] == found["order_agreement"] == found["order_kept"] == 1.0


def test_what_is_allowed_is_neither_asked_for_nor_wrong() -> None:
    sample = sample_of(*BLOCKS, allowed=("Table 1 Nile 6650",))
    page = page_of_blocks(*((PARAGRAPH, block) for block in BLOCKS), (TABLE, "Nile\t6650"))
    assert values(read(page), sample)["word_f1"] == 1.0
    assert values(read(page))["word_precision"] == pytest.approx(39 / 41)
    assert values(said(*BLOCKS), sample)["word_recall"] == 1.0


def test_order_is_told_apart_from_words() -> None:
    found = values(said(THIRD, SECOND, FIRST))
    assert found["word_f1"] == found["blocks_found"] == 1.0
    assert found["character_error_rate"] == 0.0
    assert found["order_agreement"] == -1.0
    assert found["order_kept"] < 0.5


def test_a_block_cut_in_two_is_not_found() -> None:
    found = values(said(FIRST[:34], SECOND, THIRD, FIRST[34:]))
    assert found["blocks_found"] == pytest.approx(2 / 3)
    n = {block: len(block.replace(" ", "")) for block in BLOCKS}
    assert 0.3 * n[FIRST] / sum(n.values()) < found["character_error_rate"] < 0.6 * n[FIRST] / sum(n.values())


def test_one_letter_costs_its_share() -> None:
    n = sum(len(block.replace(" ", "")) for block in BLOCKS)
    found = values(said(FIRST.replace("sea", "see"), SECOND, THIRD))
    assert found["character_error_rate"] == pytest.approx(1 / n)
    assert found["word_recall"] == pytest.approx(38 / 39)


def test_nothing_read_is_worst() -> None:
    for prediction in (FAILED, read(), said("")):
        assert values(prediction) == {
            "word_recall": 0.0,
            "word_precision": 0.0,
            "word_f1": 0.0,
            "blocks_found": 0.0,
            "character_error_rate": 1.0,
        }


def test_a_page_without_blocks_is_read_by_its_lines() -> None:
    page = page_of_blocks(number=1)
    lines = PredictedPage(file="f.pdf", number=1, state=page.state, text="\n".join(BLOCKS))
    assert values(read(lines))["word_f1"] == 1.0


def test_figures_are_means_and_texts_are_for_people() -> None:
    sample = sample_of(*BLOCKS)
    scored = [Scored(sample, each, SCORER.score(sample, each)) for each in (said(*BLOCKS), FAILED)]
    assert SCORER.figures(scored)["word_f1"] == 0.5
    assert SCORER.figures(scored)["order_agreement"] == 1.0
    assert scored[1].score.detail["worst"][0]["block"] == FIRST[:80]
    assert SCORER.truth_text(sample).startswith("Rivers carry")
    assert SCORER.prediction_text(said(SECOND)).startswith("Deltas grow")
    with pytest.raises(ValueError, match="d: no truth of a text"):
        SCORER.score(Sample("d", Task.PARSE, (), {"blocks": []}), FAILED)
