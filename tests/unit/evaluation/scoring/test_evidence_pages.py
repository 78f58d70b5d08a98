"""Citations against the pages that a data set marks."""

import pytest

from docai.evaluation.scoring.evidence_pages import EvidencePage, evidence_values
from tests.unit.evaluation.scoring.answered import FILE, answered, failed

EVIDENCE = [EvidencePage(file=FILE, page=3), EvidencePage(file=FILE, page=4)]


@pytest.mark.parametrize(
    ("cited", "recall", "precision"),
    [
        ([(FILE, 3), (FILE, 4)], 1.0, 1.0),
        ([(FILE, 3), (FILE, 3)], 1 / 2, 1.0),
        ([(FILE, 3), (FILE, 5), ("other.pdf", 4)], 1 / 2, 1 / 3),
        ([(FILE, 5)], 0.0, 0.0),
    ],
)
def test_pages_count_once(cited: list[tuple[str, int]], recall: float, precision: float) -> None:
    found = evidence_values(answered("7", *cited), EVIDENCE)
    assert found == {"evidence_page_recall": recall, "citation_precision": precision}


def test_without_citations_there_is_no_precision() -> None:
    for prediction in (answered("7"), answered(None), failed()):
        assert evidence_values(prediction, EVIDENCE) == {"evidence_page_recall": 0.0}


def test_without_a_known_page_there_is_nothing_to_hold_citations_against() -> None:
    for evidence in ([], [EvidencePage(file=FILE, page=0)]):
        assert evidence_values(answered("7", (FILE, 3)), evidence) == {}
