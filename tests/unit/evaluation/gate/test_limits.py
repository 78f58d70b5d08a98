"""Figures held to limits, and limits proposed from figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.gate.figures import Figure
from docai.evaluation.gate.limits import Limit, Limits, judged, kept_limits, proposed

LIMITS = Limits(
    limits=(
        Limit(figure="cer.scan", low=0.0, high=0.02, why="Marks."),
        Limit(figure="anls.scans", low=0.8, high=1.0, why="Answers."),
    )
)


def figure(name: str, value: float, n: int = 1000, best: float = 1.0) -> Figure:
    return Figure(name=name, value=value, n=n, unit="things", best=best)


def held(*figures: Figure) -> list[bool]:
    return [each.is_held for each in judged(figures, LIMITS, 1.0).held]


def test_figures_inside_their_limits_pass_ends_included() -> None:
    outcome = judged([figure("cer.scan", 0.02), figure("anls.scans", 0.8)], LIMITS, 12.34)
    assert (outcome.passed, outcome.seconds, outcome.unlimited) == (True, 12.3, ())


def test_a_figure_that_leaves_its_limits_on_either_side_fails() -> None:
    assert held(figure("cer.scan", 0.0201), figure("anls.scans", 0.9)) == [False, True]
    assert held(figure("cer.scan", 0.01), figure("anls.scans", 0.79)) == [True, False]
    assert held(figure("cer.scan", -0.01), figure("anls.scans", 1.01)) == [False, False]
    assert not judged([figure("cer.scan", 0.5), figure("anls.scans", 0.9)], LIMITS, 1.0).passed


def test_a_figure_that_is_not_measured_fails() -> None:
    outcome = judged([figure("cer.scan", 0.0)], LIMITS, 1.0)
    assert not outcome.passed
    assert outcome.held[1].value is None


def test_no_number_is_not_held() -> None:
    assert held(figure("cer.scan", float("nan")), figure("anls.scans", 0.9)) == [False, True]


def test_figures_without_a_limit_are_named_and_do_not_fail() -> None:
    outcome = judged([figure("cer.scan", 0.0), figure("anls.scans", 1.0), figure("new.one", 0.1)], LIMITS, 1.0)
    assert (outcome.passed, outcome.unlimited) == (True, ("new.one",))


@pytest.mark.parametrize(
    ("given", "low", "high"),
    [
        (figure("cer.scan", 0.0, best=0.0), 0.0, 0.01),
        (figure("cer.scan", 0.0, n=100, best=0.0), 0.0, 0.03),
        (figure("cer.scan", 0.1, best=0.0), 0.0, 0.15),
        (figure("anls.scans", 1.0, n=20), 0.85, 1.0),
        (figure("anls.scans", 0.6), 0.4, 1.0),
    ],
)
def test_the_margin_is_the_largest_of_three(given: Figure, low: float, high: float) -> None:
    (limit,) = proposed([given]).limits
    assert (limit.low, limit.high) == (pytest.approx(low), pytest.approx(high))
    assert judged([given], Limits(limits=(limit,)), 1.0).passed


def test_no_limit_is_proposed_that_is_always_held() -> None:
    given = [figure("anls.scans", 0.05, n=20), figure("cer.scan", 0.99, best=0.0), figure("ndcg@5.scans", 0.9)]
    assert [limit.figure for limit in proposed(given).limits] == ["ndcg@5.scans"]


def test_kept_limits_can_fail_and_say_why() -> None:
    limits = kept_limits().limits
    assert len({limit.figure for limit in limits}) == len(limits) > 40
    for limit in limits:
        assert 0.0 <= limit.low <= limit.high <= 1.0
        assert limit.low > 0.0 or limit.high < 1.0, f"{limit.figure} is always held"
        assert limit.why


def test_missing_and_damaged_limits_are_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match="eval gate --write"):
        kept_limits(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text('{"limits": [{"figure": "cer.scan"}]}')
    with pytest.raises(DatasetDamaged, match="holds no limits"):
        kept_limits(tmp_path / "bad.json")
