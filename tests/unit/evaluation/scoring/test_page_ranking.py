"""Rankings of pages, within a file and across a corpus."""

import math

import pytest

from docai.evaluation.predictions import Prediction, RankedPage
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.page_ranking import PageRanking, PageRankingTruth, RelevantPage
from docai.evaluation.scoring.scorer import Scored
from tests.unit.evaluation.scoring.answered import FILE, failed

SCORER = PageRanking()


def asked(*pages: RelevantPage, files: tuple[str, ...] = (FILE,)) -> Sample:
    truth = PageRankingTruth(pages=pages).model_dump(mode="json")
    own = tuple(SampleFile(name, bytes) for name in files)
    return Sample(id="1", task=Task.RETRIEVE, files=own, truth=truth, question="where?")


def page(number: int, relevance: int = 1, file: str = FILE) -> RelevantPage:
    return RelevantPage(file=file, page=number, relevance=relevance)


def ranked(within: list[int], across: list[tuple[str, int]]) -> Prediction:
    return Prediction(
        sample_id="1",
        within=tuple(RankedPage(file=FILE, page=number) for number in within),
        across=tuple(RankedPage(file=file, page=number) for file, number in across),
    )


def test_truth_as_ranking_scores_one_both_ways() -> None:
    sample = asked(page(3), page(4))
    values = SCORER.score(sample, ranked([3, 4, 1], [(FILE, 4), (FILE, 3), ("b.pdf", 3)])).values
    assert len(values) == 20
    assert {name: value for name, value in values.items() if value != 1.0} == {
        "within_recall_at_1": 0.5,
        "across_recall_at_1": 0.5,
    }


def test_within_and_across_are_told_apart() -> None:
    values = SCORER.score(asked(page(3)), ranked([1, 3], [("b.pdf", 3), ("b.pdf", 4), (FILE, 3)])).values
    assert values["within_ndcg_at_5"] == pytest.approx(1 / math.log2(3))
    assert values["across_ndcg_at_5"] == pytest.approx(1 / 2)
    assert (values["within_mrr"], values["across_mrr"]) == (1 / 2, 1 / 3)
    assert (values["within_hit_at_1"], values["within_hit_at_5"], values["within_recall_at_5"]) == (0.0, 1.0, 1.0)


def test_within_a_file_only_its_own_pages_are_sought() -> None:
    values = SCORER.score(asked(page(3), page(1, file="b.pdf")), ranked([3], [(FILE, 3)])).values
    assert (values["within_recall_at_5"], values["across_recall_at_5"]) == (1.0, 0.5)


def test_a_corpus_of_pictures_has_no_ranking_within() -> None:
    sample = asked(page(1, file="page-7.png"), files=())
    values = SCORER.score(sample, ranked([], [("page-7.png", 1)])).values
    assert values["across_ndcg_at_5"] == 1.0
    assert not any(name.startswith("within") for name in values)


def test_gains_are_the_grades_themselves() -> None:
    sample = asked(page(1, 1), page(2, 2), page(3, 0))
    values = SCORER.score(sample, ranked([], [(FILE, 1), (FILE, 3), (FILE, 2)])).values
    assert values["across_ndcg_at_10"] == pytest.approx((1 + 2 / 2) / (2 + 1 / math.log2(3)))
    assert values["across_recall_at_1"] == 1 / 2


def test_no_ranking_and_a_failure_score_nothing() -> None:
    for prediction in (ranked([], []), failed()):
        assert set(SCORER.score(asked(page(3)), prediction).values.values()) == {0.0}


def test_figures_are_means_and_the_primary_is_one_of_them() -> None:
    found = [
        Scored(asked(page(3)), said, SCORER.score(asked(page(3)), said))
        for said in (ranked([3], [(FILE, 3)]), ranked([], []))
    ]
    figures = SCORER.figures(found)
    assert figures[SCORER.primary] == figures["within_ndcg_at_5"] == 0.5
    assert PageRanking("across_ndcg_at_10").primary in figures


def test_texts_for_people() -> None:
    assert SCORER.truth_text(asked(page(1), page(2, 2))) == "report.pdf page 2, report.pdf page 1"
    assert SCORER.prediction_text(ranked([4], [("b.pdf", 3)])) == "b.pdf page 3"
    assert SCORER.prediction_text(ranked([4], [])) == "report.pdf page 4"
    assert SCORER.prediction_text(failed()) == "(failed: pdf_damaged)"
