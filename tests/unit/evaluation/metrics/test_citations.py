import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.domain.geometry import Box
from docai.evaluation.metrics.box_matching import BoxLikeness
from docai.evaluation.metrics.citations import Place, cited_boxes, cited_pages

LEFT, RIGHT = Box(x0=0.0, y0=0.0, x1=0.5, y1=1.0), Box(x0=0.5, y0=0.0, x1=1.0, y1=1.0)

places = st.lists(
    st.builds(Place, st.sampled_from(["a", "b"]), st.integers(1, 3), st.sampled_from([LEFT, RIGHT])), max_size=5
)


def test_each_page_counts_once() -> None:
    cited = [Place("a", 1, LEFT), Place("a", 1, RIGHT), Place("a", 2), Place("b", 1)]
    found = cited_pages(cited, [Place("a", 1), Place("a", 3)])
    assert found.precision == pytest.approx(1 / 3)
    assert found.recall == pytest.approx(1 / 2)


def test_a_box_on_another_page_is_wrong() -> None:
    found = cited_boxes([Place("a", 1, LEFT), Place("a", 2, LEFT)], [Place("a", 1, LEFT), Place("b", 2, LEFT)])
    assert (found.precision, found.recall) == (0.5, 0.5)


def test_places_without_boxes() -> None:
    found = cited_boxes([Place("a", 1), Place("a", 1, LEFT)], [Place("a", 1, LEFT), Place("a", 2)])
    assert (found.precision, found.recall) == (0.5, 1.0)


def test_a_line_of_the_evidence_is_right_where_it_need_only_lie_in_it() -> None:
    line = Place("a", 1, Box(x0=0.1, y0=0.1, x1=0.4, y1=0.12))
    assert cited_boxes([line], [Place("a", 1, LEFT)]).f1 == 0.0
    assert cited_boxes([line], [Place("a", 1, LEFT)], likeness=BoxLikeness.INSIDE).f1 == 1.0


def test_an_answer_that_cites_nothing() -> None:
    assert cited_pages([], []).f1 == cited_boxes([], []).f1 == 1.0
    assert cited_pages([], [Place("a", 1)]).f1 == 0.0


@settings(max_examples=50, deadline=None)
@given(places, places)
def test_bounds_symmetry_and_identity(one: list[Place], other: list[Place]) -> None:
    for metric in (cited_pages, cited_boxes):
        found, turned = metric(one, other), metric(other, one)
        assert 0.0 <= found.f1 <= 1.0
        assert (found.precision, found.recall) == (turned.recall, turned.precision)
        assert metric(one, one).f1 == 1.0


@settings(max_examples=30, deadline=None)
@given(places)
def test_each_further_wrong_citation_lowers_the_score(truth: list[Place]) -> None:
    wrong = Place("c", 1, LEFT)
    scores = [cited_boxes(truth[n:] + [wrong] * n, truth).f1 for n in range(len(truth) + 1)]
    assert scores == sorted(scores, reverse=True)
