"""Curves are monotone and near the truth; fitted and measured pages are never the same."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from docai.domain.words import PageWords, Witness
from docai.evaluation.fault_injection.calibrating import (
    Observation,
    fit,
    held_out,
    is_held_out,
    observations,
    with_table,
)
from docai.evaluation.fault_injection.faults import Faulted, FaultKind
from docai.evaluation.fault_injection.judging import judge
from docai.evaluation.fault_injection.reliability_curve import reliability_curve
from docai.evaluation.fault_injection.table_faults import fault_tables
from docai.evaluation.fault_injection.truth import TruthPage
from tests.unit.evaluation.fault_injection.drawn import drawn_page


def observed(n: int, seed: int, *, is_held_out: bool) -> list[Observation]:
    """Values that are right as often as the square of their score says, and are said to be as sure as the score."""
    chance = Random(seed)
    return [
        Observation(
            source="drawn",
            is_held_out=is_held_out,
            keys=("ocr conflict digits cell", "ocr conflict"),
            score=(score := chance.random()),
            is_right=chance.random() < score * score,
            confidence=score,
            calibration=None,
        )
        for _ in range(n)
    ]


def test_a_fitted_curve_is_monotone_and_near_the_truth() -> None:
    table = fit(observed(4000, 1, is_held_out=False), version="9", share=0.05)
    curve = table.curves["ocr conflict"]
    assert all(x0 < x1 and y0 <= y1 for (x0, y0), (x1, y1) in pairwise(curve))
    for score in (0.1, 0.3, 0.5, 0.7, 0.9):
        assert table.probability(["ocr conflict"], score) == pytest.approx(score * score, abs=0.08)


def test_a_fit_makes_the_error_on_held_out_pages_small() -> None:
    elsewhere = observed(4000, 2, is_held_out=True)
    table = fit(observed(4000, 1, is_held_out=False), version="9", share=0.05)
    before = {c.source: c for c in held_out(elsewhere)}["all"]
    after = {c.source: c for c in held_out(with_table(elsewhere, table))}["all"]
    assert before.ece == pytest.approx(1 / 6, abs=0.02)  # the mean of s - s^2
    assert after.ece < 0.03
    assert (before.version, after.version) == (None, "9")
    assert len(after.bins) == 15


def test_pages_that_are_held_out_are_not_fitted_on() -> None:
    assert fit(observed(4000, 1, is_held_out=True), version="9", share=0.05).curves == {}


def test_few_values_make_no_curve() -> None:
    assert fit(observed(39, 1, is_held_out=False), version="9", share=0.05).curves == {}


def test_half_of_the_documents_are_held_out_whatever_their_page() -> None:
    def page(name: str, number: int) -> TruthPage:
        return TruthPage("s", Path("x"), name, number, PageWords(witness=None), ())

    chosen = [is_held_out(page(f"document-{n}", 1)) for n in range(400)]
    assert 150 < sum(chosen) < 250
    assert chosen == [is_held_out(page(f"document-{n}", 2)) for n in range(400)]


def test_values_with_a_fault_are_wrong_and_those_beside_them_right() -> None:
    page = drawn_page().as_read()
    judged = judge(fault_tables(page, FaultKind.CELL_DIGITS, 1.0, Random(1)))
    seen = [e for e in observations(page, judged, of_cells=True) if not e.keys[0].startswith("own")]
    assert sum(not each.is_right for each in seen) == 15
    assert sum(each.is_right for each in seen) == 5


def test_what_ocr_reads_itself_is_right_where_it_reads_the_truth() -> None:
    page = drawn_page().as_read()
    first = page.words.words[0].model_copy(update={"text": "Thc"})
    heard = page.words.model_copy(update={"witness": Witness.OCR, "words": (first, *page.words.words[1:])})
    misread = replace(page, words=heard)
    seen = list(observations(misread, judge(Faulted(misread, ())), of_cells=False))
    own = [each for each in seen if each.keys[0].startswith("own ocr")]
    assert sorted(each.is_right for each in own) == [False, True, True]


def test_the_picture_has_a_point_for_every_bin() -> None:
    (calibration, *_) = held_out(observed(600, 3, is_held_out=True))
    picture = reliability_curve([calibration])
    assert picture.count("<circle") == 15
    assert "600 values" in picture
