from __future__ import annotations

import math
from collections.abc import Sequence
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docai.domain.ids import DocumentId, TenantId, new_document_id
from docai.query.compare import JudgedQuery, Ranking, compare, ndcg

TENANT = TenantId(uuid4())
PAGES: list[tuple[DocumentId, int]] = [(new_document_id(), 1) for _ in range(20)]


def always(*places: tuple[DocumentId, int]) -> Ranking:
    def rank(tenant_id: TenantId, text: str) -> Sequence[tuple[DocumentId, int]]:
        assert tenant_id == TENANT
        return places

    return rank


def test_rankings_that_agree_overlap_wholly() -> None:
    found = compare([JudgedQuery(TENANT, "a")], always(*PAGES), always(*PAGES))
    assert (found.overlap, found.same_first, found.ndcg) == (1.0, 1.0, None)


def test_overlap_is_of_the_first_ten_whatever_their_order() -> None:
    found = compare([JudgedQuery(TENANT, "a")], always(*PAGES[:10]), always(*PAGES[9::-1]))
    assert (found.overlap, found.same_first) == (1.0, 0.0)
    found = compare([JudgedQuery(TENANT, "a")], always(*PAGES[:10]), always(*PAGES[5:15]))
    assert found.overlap == 0.5


def test_two_that_find_nothing_agree_and_one_that_finds_nothing_does_not() -> None:
    assert compare([JudgedQuery(TENANT, "a")], always(), always()).overlap == 1.0
    assert compare([JudgedQuery(TENANT, "a")], always(), always(PAGES[0])).overlap == 0.0


def test_judged_queries_are_scored_and_others_left_out_of_the_score() -> None:
    queries = [JudgedQuery(TENANT, "judged", frozenset({PAGES[0]})), JudgedQuery(TENANT, "not judged")]
    heard: list[None] = []
    found = compare(queries, always(*PAGES), always(*PAGES[1:2], *PAGES[:1]), lambda: heard.append(None))
    assert found.n_judged == 1
    assert found.ndcg == (1.0, pytest.approx(1 / math.log2(3)))
    assert len(heard) == len(found.seconds[0]) == len(found.seconds[1]) == 2
    assert min(found.median_s) >= 0.0


def test_ndcg_of_a_published_kind_of_example() -> None:
    # Relevant pages on ranks 1 and 3 of two: (1 + 1/2) / (1 + 1/log2 3).
    ranked = [PAGES[0], PAGES[5], PAGES[1]]
    assert ndcg(ranked, frozenset(PAGES[:2])) == pytest.approx(1.5 / (1 + 1 / math.log2(3)))
    assert ndcg(PAGES[10:], frozenset(PAGES[:2])) == 0.0
    assert ndcg([*PAGES[10:15], PAGES[0]], frozenset(PAGES[:1])) == 0.0  # behind the fifth rank


@given(st.permutations(range(8)), st.sets(st.integers(0, 7), min_size=1))
def test_ndcg_is_within_0_and_1_and_is_1_where_the_relevant_come_first(order: list[int], relevant: set[int]) -> None:
    places = frozenset(PAGES[i] for i in relevant)
    assert 0.0 <= ndcg([PAGES[i] for i in order], places) <= 1.0
    best = sorted(range(8), key=lambda i: i not in relevant)
    assert ndcg([PAGES[i] for i in best], places) == pytest.approx(1.0)
