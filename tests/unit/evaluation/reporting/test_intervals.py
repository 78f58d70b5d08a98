import math
from collections.abc import Sequence
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.bootstrap import bootstrap_difference, bootstrap_mean
from docai.evaluation.reporting.draws import groups_of
from docai.evaluation.reporting.intervals import Figure, figure_differences, figure_intervals
from docai.evaluation.scoring.scorer import Scored, mean_figures
from tests.unit.evaluation.reporting.measured import ExactScorer, PooledScorer, answered, prediction, sample, scored

rights = st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=20)


def named(figures: Sequence[Figure], name: str) -> Figure:
    (found,) = [figure for figure in figures if figure.name == name]
    return found


def test_means_of_single_items_have_the_bootstraps_own_interval() -> None:
    run = answered([True] * 30 + [False] * 10)
    found = named(figure_intervals(run, mean_figures, seed=3), "exact")
    expected = bootstrap_mean([1.0] * 30 + [0.0] * 10, seed=3)
    assert (found.value, found.low, found.high) == (0.75, expected.low, expected.high)
    assert (found.n, found.n_groups, found.n_draws) == (40, 40, 10_000)


def test_a_group_is_drawn_whole() -> None:
    # Ten documents of ten questions that are all right or all wrong: as uncertain as ten items, and not as a hundred.
    each = [number // 10 % 2 == 0 for number in range(100)]
    apart = named(figure_intervals(answered(each), mean_figures, seed=1), "exact")
    grouped = named(figure_intervals(answered(each, group_of=10), mean_figures, seed=1), "exact")
    assert grouped.n_groups == 10
    assert grouped.low is not None
    assert grouped.high is not None
    assert apart.low is not None
    assert apart.high is not None
    half = 1.96 * math.sqrt(0.25 / 10)
    assert grouped.high - grouped.low == pytest.approx(2 * half, abs=0.1)
    assert apart.high - apart.low == pytest.approx(2 * half / math.sqrt(10), abs=0.03)


def test_groups_and_samples_of_the_same_name_are_not_mixed() -> None:
    samples = [sample(0, group="s1"), sample(1), sample(2, group="s1")]
    assert groups_of(samples) == [[0, 2], [1]]


def test_a_metric_that_applies_to_some_items_only_is_of_these() -> None:
    run = answered([True, True, None, None] * 10)
    brief = named(figure_intervals(run, mean_figures, seed=1), "brief")
    assert (brief.value, brief.low, brief.high, brief.n) == (1.0, 1.0, 1.0, 20)


def test_figures_that_are_no_means_are_counted_anew_from_every_draw() -> None:
    scorer = PooledScorer()
    run = answered([True] * 20 + [False] * 20 + [None] * 20)
    found = named(figure_intervals(run, scorer.figures, seed=1), "pooled_precision")
    # Right ones among those answered: binomial with about forty trials.
    assert found.value == 0.5
    assert found.low == pytest.approx(0.5 - 1.96 * math.sqrt(0.25 / 40), abs=0.03)
    assert found.high == pytest.approx(0.5 + 1.96 * math.sqrt(0.25 / 40), abs=0.03)
    assert found.n_draws == 1_000
    assert len(scorer.calls) > 1_000


def test_dear_figures_have_fewer_draws_and_the_dearest_none() -> None:
    run = answered([True, False, None] * 5)
    ticks = iter(range(10_000_000))

    def busy(part: Sequence[Scored]) -> dict[str, float]:
        for _ in range(2_000):
            next(ticks)
        return PooledScorer().figures(part)

    full = named(figure_intervals(run, busy, seed=1, seconds=1e9), "pooled_precision")
    none = figure_intervals(run, busy, seed=1, seconds=0.0)
    assert full.n_draws == 1_000
    assert (named(none, "pooled_precision").low, named(none, "pooled_precision").n_draws) == (None, 0)
    assert named(none, "exact").low is not None  # a plain mean is never dear


def test_one_group_has_no_interval() -> None:
    found = named(figure_intervals(answered([True, False], group_of=2), mean_figures, seed=1), "exact")
    assert (found.value, found.low, found.high, found.n_draws) == (0.5, None, None, 0)


def test_differences_of_single_items_have_the_bootstraps_own_interval() -> None:
    first, second = answered([True, False, False, True] * 5), answered([True, True, False, False] * 3 + [True] * 8)
    found = figure_differences(first, second, mean_figures, seed=5)[0]
    values = [[each.score.values["exact"] for each in run] for run in (second, first)]
    expected = bootstrap_difference(*values, seed=5)
    assert (found.first, found.second) == (fmean(values[1]), fmean(values[0]))
    assert (found.difference.low, found.difference.high) == (expected.low, expected.high)


def test_what_makes_items_hard_for_both_does_not_blur_the_difference() -> None:
    # Nine in ten samples come out alike; drawn apart the interval would be several times as wide.
    first = answered([number % 2 == 0 for number in range(100)], group_of=2)
    second = answered([number % 2 == 0 or number % 20 == 1 for number in range(100)], group_of=2)
    for scorer in (ExactScorer(), PooledScorer()):
        found = {each.name: each for each in figure_differences(first, second, scorer.figures, seed=5)}["exact"]
        assert found.difference.value == pytest.approx(0.05)
        assert found.is_told
    alike = figure_differences(first, first, PooledScorer().figures, seed=5)
    assert not any(each.is_told for each in alike)


def test_runs_of_other_samples_are_refused() -> None:
    other = [scored(sample(9), prediction(9, "a"))]
    with pytest.raises(ValueError, match="not of the same samples"):
        figure_differences(answered([True]), other, mean_figures, seed=1)


@settings(max_examples=10, deadline=None)
@given(rights, st.integers(1, 3), st.integers(0, 99))
def test_an_interval_holds_its_figure(each: list[bool | None], group_of: int, seed: int) -> None:
    run = answered(each, group_of=group_of)
    for scorer in (ExactScorer(), PooledScorer()):
        for figure in figure_intervals(run, scorer.figures, seed=seed, seconds=0.05):
            if figure.low is not None:
                assert figure.high is not None
                assert 0.0 <= figure.low <= figure.value <= figure.high <= 1.0


@settings(max_examples=10, deadline=None)
@given(rights, st.integers(1, 3), st.integers(0, 99))
def test_a_run_is_not_told_from_itself_and_exchanging_runs_turns_signs(
    each: list[bool | None], group_of: int, seed: int
) -> None:
    first = answered(each, group_of=group_of)
    second = answered(each[::-1], group_of=group_of)
    figures = PooledScorer().figures
    for same in figure_differences(first, first, figures, seed=seed):
        assert same.difference.value == 0.0
        assert same.difference.low in {0.0, None}
        assert same.difference.high in {0.0, None}
    there = figure_differences(first, second, figures, seed=seed)
    back = {each.name: each for each in figure_differences(second, first, figures, seed=seed)}
    assert {one.name for one in there} == set(back)
    for one in there:
        turned = back[one.name].difference
        assert one.difference.value == -turned.value
        if one.difference.low is not None and turned.high is not None:
            assert one.difference.low == pytest.approx(-turned.high, abs=1e-12)
