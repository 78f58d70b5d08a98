"""olmOCR-bench's figures from unit tests."""

import pytest

from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.olmocr import OlmocrScorer, OlmocrTest, OlmocrTruth
from docai.evaluation.scoring.scorer import Scored
from tests.unit.evaluation.scoring.read_pages import FAILED, page_of_markdown, read

SCORER = OlmocrScorer()
PAGE = "# Rivers\n\nThe Nile is long.\n\n| River | Length |\n| --- | --- |\n| Nile | 6650 |\n"


def sample_of(*tests: OlmocrTest) -> Sample:
    return Sample("p", Task.PARSE, (), OlmocrTruth(tests=tests).model_dump(mode="json", exclude_defaults=True))


def of(kind: str, split: str, page: int = 1, **fields: object) -> OlmocrTest:
    return OlmocrTest(id=f"{kind}_{split}_{page}", type=kind, split=split, page=page, fields=fields)


TESTS = (
    of("present", "multi_column", text="The Nile is long"),
    of("table", "table_tests", cell="6650", left="Nile", up="Length"),
    of("table", "table_tests", cell="6650", left="Amazon"),
    of("absent", "headers_footers", text="Page 12"),
    of("baseline", "baseline"),
)


def test_splits_weigh_the_same() -> None:
    sample, said = sample_of(*TESTS), read(page_of_markdown(PAGE))
    score = SCORER.score(sample, said)
    assert score.values == {"passed": 0.8}
    assert SCORER.figures([Scored(sample, said, score)]) == {
        "overall": pytest.approx(3.5 / 4),
        "passed": 0.8,
        "split_baseline": 1.0,
        "split_headers_footers": 1.0,
        "split_multi_column": 1.0,
        "split_table_tests": 0.5,
        "type_absent": 1.0,
        "type_baseline": 1.0,
        "type_present": 1.0,
        "type_table": 0.5,
    }


def test_failures_are_told_in_detail() -> None:
    score = SCORER.score(sample_of(*TESTS), read(page_of_markdown(PAGE)))
    assert score.detail["failed"] == ["table_table_tests_1 (table, page 1): cell: 6650; left: Amazon"]
    assert [outcome["passed"] for outcome in score.detail["outcomes"]] == [True, True, False, True, True]


def test_a_page_that_was_not_read_fails_every_test() -> None:
    sample = sample_of(*TESTS, of("present", "old_scans", page=2, text="long"))
    for said in (FAILED, read()):
        assert SCORER.score(sample, said).values == {"passed": 0.0}
    score = SCORER.score(sample, read(page_of_markdown("", number=1), page_of_markdown("long", number=2)))
    # an empty page lacks what must be absent, and page 2 has its text
    assert score.values == {"passed": pytest.approx(2 / 6)}


def test_texts_for_people_and_a_truth_of_another_form() -> None:
    assert SCORER.truth_text(sample_of(*TESTS)) == "1 absent, 1 baseline, 1 present, 2 table"
    assert SCORER.prediction_text(read(page_of_markdown(PAGE))).startswith("# Rivers The Nile is long.")
    for truth in ({"tests": []}, {"answers": []}, OlmocrTruth(tests=(of("font", "x"),)).model_dump(mode="json")):
        with pytest.raises(ValueError, match="p: no unit tests"):
            SCORER.score(Sample("p", Task.PARSE, (), truth), read(page_of_markdown("x")))
