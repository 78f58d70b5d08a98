"""Words of scans."""

import pytest

from docai.evaluation.scoring.scanned_words import ScannedWordsScorer, ScannedWordsTruth, WordRule
from tests.unit.evaluation.scoring.extracted import NOTHING, figures, read, sample
from tests.unit.evaluation.scoring.said import failed

LINES = ["GRAND TOTAL: RM 9.00", "THANK YOU!"]
TRUTH = ScannedWordsTruth(lines=LINES).model_dump(mode="json")
SCORER = ScannedWordsScorer(WordRule.BLANKS)


def test_the_truth_is_worth_1_in_whatever_order() -> None:
    found = figures(SCORER, [TRUTH], [read("Thank you\nGrand total: RM 9.00")])
    # The mark at a word's end counts among the characters, not among the words.
    assert found["word_f1"] == found["word_f1_pooled"] == 1.0
    assert found["line_found"] == 0.5
    assert found["cer"] == pytest.approx(1 / 26)
    assert found["cer_ordered"] > found["cer"]
    assert figures(SCORER, [TRUTH], [read(*LINES)])["cer_ordered"] == 0.0


def test_what_is_misread_missed_or_made_up_is_worth_less() -> None:
    found = figures(SCORER, [TRUTH], [read("GRAND T0TAL: RM 9.00 9.00 THANK")])
    assert found["word_precision"] == pytest.approx(4 / 6)
    assert found["word_recall"] == pytest.approx(4 / 6)


def test_runs_do_not_mind_blanks_within_numbers() -> None:
    truth = ScannedWordsTruth(lines=["Fax: 617- 439- 3278"], words=["Fax:", "617- 439- 3278"]).model_dump(mode="json")
    assert figures(ScannedWordsScorer(WordRule.RUNS), [truth], [read("Fax: 617-439-3278")])["word_f1"] == 1.0
    assert figures(SCORER, [truth], [read("Fax: 617-439-3278")])["word_f1"] < 0.5


def test_nothing_is_worth_0_and_all_characters_are_wrong() -> None:
    found = figures(SCORER, [TRUTH, TRUTH], [NOTHING, failed()])
    assert (found.pop("cer"), found.pop("cer_ordered")) == (1.0, 1.0)
    assert set(found.values()) == {0.0}


def test_an_empty_scan_has_no_error_rate() -> None:
    found = figures(SCORER, [ScannedWordsTruth(lines=[]).model_dump(mode="json")], [NOTHING])
    assert found == {"word_f1": 1.0, "word_precision": 1.0, "word_recall": 1.0, "word_f1_pooled": 1.0}
    assert SCORER.truth_text(sample(TRUTH)) == "GRAND TOTAL: RM 9.00 / THANK YOU!"
    assert SCORER.prediction_text(read("a", "\nb")) == "a / b"
