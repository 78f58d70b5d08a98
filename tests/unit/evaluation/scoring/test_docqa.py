"""A mixed set: each question by the rule of its source."""

import pytest

from docai.evaluation.scoring.docqa import FINANCEBENCH, MMLONGBENCH, OHR_BENCH, DocqaAnswers, DocqaTruth
from docai.evaluation.scoring.evidence_pages import EvidencePage
from tests.unit.evaluation.scoring.answered import FILE, answered, failed, sample, score, values

SCORER = DocqaAnswers()
NOTHING = DocqaTruth(source=MMLONGBENCH, answers=("Not answerable",), answer_format="None", is_answerable=False)


def truth(source: str, answer_format: str, *answers: str) -> DocqaTruth:
    return DocqaTruth(source=source, answers=answers, answer_format=answer_format)


ASKED = [
    truth(MMLONGBENCH, "Int", "18"),
    truth(MMLONGBENCH, "Float", "18.29%"),
    truth(MMLONGBENCH, "List", "['a', 'b']"),
    truth(FINANCEBENCH, "Free", "$1577.00"),
    truth(OHR_BENCH, "Numeric", "$6.3 billion"),
    truth(OHR_BENCH, "Yes/No", "Yes"),
    truth(OHR_BENCH, "Short Answer", "the Erasure Code algorithm"),
]


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.answer_format)
def test_truth_as_answer_scores_one_by_every_measure(asked: DocqaTruth) -> None:
    found = values(SCORER, asked, answered(asked.answers[0]))
    assert set(found.values()) == {1.0}


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.answer_format)
def test_other_words_abstention_and_failure_score_nothing(asked: DocqaTruth) -> None:
    for prediction in (answered("zq"), answered(None), failed()):
        assert set(values(SCORER, asked, prediction).values()) == {0.0}


@pytest.mark.parametrize(
    ("asked", "text", "name", "worth"),
    [
        (truth(MMLONGBENCH, "Float", "19.5%"), "0.195", "mmlongbench_doc_accuracy", 1.0),
        (truth(MMLONGBENCH, "Int", "18"), "$18", "mmlongbench_doc_accuracy", 0.0),
        (truth(MMLONGBENCH, "Int", "18"), "$18", "mmlongbench_doc_accuracy_intended", 1.0),
        (truth(MMLONGBENCH, "Str", "one", "two"), "two", "mmlongbench_doc_accuracy", 1.0),
        (truth(FINANCEBENCH, "Free", "$1577.00"), "1,577 million", "financebench_accuracy", 1.0),
        (truth(FINANCEBENCH, "Free", "$1577.00"), "1,620", "financebench_accuracy", 0.0),
        (truth(OHR_BENCH, "Numeric", "1,577"), "1,620", "ohr_bench_accuracy", 1.0),
        (truth(OHR_BENCH, "Numeric", "$6.3 billion"), "6,325 million", "ohr_bench_accuracy", 1.0),
        (truth(OHR_BENCH, "Numeric", "2014"), "2015", "ohr_bench_accuracy", 0.0),
        (truth(OHR_BENCH, "Yes/No", "No"), "Yes, it is", "ohr_bench_accuracy", 0.0),
        (truth(OHR_BENCH, "Yes/No", "Yes"), "Yes, it is", "ohr_bench_f1", 0.0),
        (truth(OHR_BENCH, "Short Answer", "erasure code"), "the erasure code algorithm", "ohr_bench_f1", 0.8),
        (truth(OHR_BENCH, "Short Answer", "erasure code"), "erasure cope", "ohr_bench_accuracy", 11 / 12),
        (truth("Another", "Free", "erasure code"), "erasure code", "another_accuracy", 1.0),
    ],
)
def test_each_question_is_judged_by_its_own_rule(asked: DocqaTruth, text: str, name: str, worth: float) -> None:
    found = values(SCORER, asked, answered(text))
    assert found[name] == pytest.approx(worth)
    if name.endswith("_accuracy"):
        assert found["accuracy"] == found[name]


def test_declining_is_right_where_nothing_answers() -> None:
    assert set(values(SCORER, NOTHING, answered(None)).values()) == {1.0}
    assert values(SCORER, NOTHING, answered("17"))["accuracy"] == 0.0
    assert values(SCORER, NOTHING, failed())["accuracy"] == 0.0


def test_figures_keep_sources_apart() -> None:
    asked = [
        (truth(MMLONGBENCH, "Int", "18"), answered("18")),
        (truth(MMLONGBENCH, "Int", "19"), answered("18")),
        (NOTHING, answered(None)),
        (truth(FINANCEBENCH, "Free", "$1577.00"), answered(None)),
        (truth(OHR_BENCH, "Yes/No", "Yes"), answered("yes")),
    ]
    figures = SCORER.figures([score(SCORER, sample(right), said) for right, said in asked])
    assert figures["accuracy"] == 3 / 5
    assert (figures["mmlongbench_doc_accuracy"], figures["mmlongbench_doc_f1"]) == (2 / 3, 1 / 2)
    assert (figures["financebench_accuracy"], figures["ohr_bench_accuracy"]) == (0.0, 1.0)
    assert figures["unanswerable_f1"] == pytest.approx(2 / 3)
    alone = SCORER.figures([score(SCORER, sample(right), said) for right, said in asked[3:]])
    assert not any(name.startswith(("mmlongbench", "unanswerable")) for name in alone)


def test_evidence_and_texts_for_people() -> None:
    asked = truth(OHR_BENCH, "Numeric", "7", "seven").model_copy(
        update={"evidence": (EvidencePage(file=FILE, page=4),)}
    )
    assert values(SCORER, asked, answered("7", (FILE, 4)))["evidence_page_recall"] == 1.0
    assert values(SCORER, asked, answered("7", (FILE, 5)))["citation_precision"] == 0.0
    assert SCORER.truth_text(sample(asked)) == "7 | seven"
    assert SCORER.truth_text(sample(NOTHING)) == "Not answerable"
    assert SCORER.prediction_text(answered(None)) == "(abstained)"
