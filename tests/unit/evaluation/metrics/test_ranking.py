import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.ranking import Gain, hit_at, ndcg, recall_at, reciprocal_rank, trec_order

rankings = st.integers(1, 8).map(range).flatmap(st.permutations)
relevances = st.dictionaries(st.integers(0, 9), st.integers(0, 2).map(float), max_size=6)


def test_a_worked_example() -> None:
    # https://en.wikipedia.org/wiki/Discounted_cumulative_gain: D1 to D6 of 3 2 3 0 1 2, D7 and D8 of 3 and 2 not found.
    relevance = {"D1": 3.0, "D2": 2.0, "D3": 3.0, "D4": 0.0, "D5": 1.0, "D6": 2.0, "D7": 3.0, "D8": 2.0}
    assert ndcg(["D1", "D2", "D3", "D4", "D5", "D6"], relevance, 6) == pytest.approx(0.785, abs=5e-4)


def test_one_relevant_page_at_rank_three() -> None:
    ranking = ["a", "b", "c", "d"]
    assert ndcg(ranking, {"c": 1.0}, 5) == pytest.approx(1 / math.log2(4))
    assert ndcg(ranking, {"c": 1.0}, 2) == 0.0
    assert (recall_at(ranking, {"c", "x"}, 3), recall_at(ranking, {"c"}, 2)) == (0.5, 0.0)
    assert (hit_at(ranking, {"c", "x"}, 3), hit_at(ranking, {"c"}, 2)) == (1.0, 0.0)
    assert reciprocal_rank(ranking, {"c", "d"}) == pytest.approx(1 / 3)
    assert reciprocal_rank(ranking, {"c"}, 2) == reciprocal_rank(ranking, {"x"}) == 0.0


def test_mean_reciprocal_rank_of_a_worked_example() -> None:
    # https://en.wikipedia.org/wiki/Mean_reciprocal_rank: the right plural third, second and first.
    answers = [(["catten", "cati", "cats"], "cats"), (["torii", "tori", "toruses"], "tori"), (["viruses"], "viruses")]
    mean = sum(reciprocal_rank(said, {right}) for said, right in answers) / 3
    assert mean == pytest.approx(11 / 18)


def test_graded_gains_are_linear_or_exponential() -> None:
    relevance = {"a": 1.0, "b": 2.0}
    assert ndcg(["a", "b"], relevance, 5) == pytest.approx((1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3)))
    steeper = (1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3))
    assert ndcg(["a", "b"], relevance, 5, gain=Gain.EXPONENTIAL) == pytest.approx(steeper)


def test_ties_go_to_the_later_name_and_scores_are_single_precision() -> None:
    assert trec_order({"a": 1.0, "b": 1.0, "c": 2.0}) == ["c", "b", "a"]
    assert trec_order({"a": 1.0 + 1e-12, "b": 1.0}) == ["b", "a"]
    assert trec_order({"a": 1.0 + 1e-3, "b": 1.0}) == ["a", "b"]
    with pytest.raises(ValueError, match="no number"):
        trec_order({"a": float("nan")})


def test_what_comes_again_gains_nothing() -> None:
    assert ndcg(["a", "a"], {"a": 1.0, "b": 1.0}, 2) == pytest.approx(1 / (1 + 1 / math.log2(3)))


def test_where_nothing_is_relevant_the_score_is_0() -> None:
    assert ndcg(["a"], {"a": 0.0}, 5) == ndcg(["a"], {}, 5) == recall_at(["a"], set(), 5) == 0.0
    assert hit_at(["a"], set(), 5) == reciprocal_rank(["a"], set()) == 0.0


def test_a_rank_must_count() -> None:
    for metric in (recall_at, hit_at, reciprocal_rank):
        with pytest.raises(ValueError, match="k is 0"):
            metric(["a"], {"a"}, 0)
    with pytest.raises(ValueError, match="k is 0"):
        ndcg(["a"], {"a": 1.0}, 0)


@settings(max_examples=50, deadline=None)
@given(rankings, relevances, st.integers(1, 9), st.sampled_from(Gain))
def test_bounds_and_identity(ranking: list[int], relevance: dict[int, float], k: int, gain: Gain) -> None:
    relevant = {name for name, each in relevance.items() if each > 0}
    assert 0.0 <= ndcg(ranking, relevance, k, gain=gain) <= 1.0
    assert recall_at(ranking, relevant, k) <= recall_at(ranking, relevant, k + 1) <= 1.0
    assert hit_at(ranking, relevant, k) >= reciprocal_rank(ranking, relevant, k)
    if relevant:
        best = sorted(relevance, key=lambda name: -relevance[name])
        assert ndcg(best, relevance, k, gain=gain) == pytest.approx(1.0)
        assert reciprocal_rank(best, relevant) == 1.0


@settings(max_examples=30, deadline=None)
@given(rankings, relevances, st.integers(1, 9))
def test_pushing_the_ranking_down_lowers_the_scores(ranking: list[int], relevance: dict[int, float], k: int) -> None:
    pushed = [[-1] * n + ranking for n in range(4)]
    scores = [ndcg(each, relevance, k) for each in pushed]
    ranks = [reciprocal_rank(each, set(relevance)) for each in pushed]
    assert scores == sorted(scores, reverse=True)
    assert ranks == sorted(ranks, reverse=True)
