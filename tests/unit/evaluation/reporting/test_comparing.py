from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import html

from docai.domain.generations import TokenUsage
from docai.errors import InvalidRequest
from docai.evaluation.reporting.comparing import compared
from docai.evaluation.reporting.comparison_told import comparison_html, comparison_text
from docai.evaluation.reporting.sharing import ScoredRun
from tests.unit.evaluation.reporting.measured import (
    SCRIPT,
    ExactScorer,
    PooledScorer,
    answered,
    prediction,
    record,
    sample,
    scored,
)

KINDS = ("text", SCRIPT)
BEFORE = ScoredRun("before", record(model="m1", cost=1.0), answered([True, False, False, None] * 10, kinds=KINDS))
AFTER = ScoredRun(
    "after",
    record(
        model="m2",
        cost=3.0,
        n_pages_read=20,
        settings={"reading": {"dpi": 300, "note": SCRIPT}, "vlm": {"url": None}, "new": {"x": 1}},
        visual_tokens=1024,
    ),
    answered([True, True, False, True] * 9 + [False] * 4, kinds=KINDS),
)


def test_a_run_against_itself_has_no_difference_and_no_flip() -> None:
    for scorer in (ExactScorer(), PooledScorer()):
        found = compared(BEFORE, BEFORE, scorer)
        assert found.is_same_data
        assert (found.n, found.n_only_first, found.n_only_second) == (40, 0, 0)
        for each in (*found.figures, *(part.difference for part in found.parts)):
            assert (each.difference.value, each.difference.low, each.difference.high) == (0.0, 0.0, 0.0)
        assert (found.gained, found.lost, found.changed, found.notes) == ((), (), (), ())
        assert {ratio.ratio for ratio in found.ratios} <= {1.0, None}


def test_differences_flips_and_what_was_not_alike() -> None:
    found = compared(BEFORE, AFTER, ExactScorer())
    (exact,) = [each for each in found.figures if each.name == "exact"]
    assert (exact.first, exact.second) == (0.25, 27 / 40)
    assert exact.difference.value == pytest.approx(27 / 40 - 0.25)
    assert exact.is_told
    assert {flip.sample_id for flip in found.gained} == {f"s{n}" for n in range(36) if n % 4 in {1, 3}}
    assert [flip.sample_id for flip in found.lost] == ["s36"]
    assert (found.lost[0].first, found.lost[0].second, found.lost[0].truth) == ("a", "bb", "a")
    assert [(part.name, part.n) for part in found.parts] == [("text", 20), (SCRIPT, 20)]
    assert sum(part.difference.difference.value for part in found.parts) / 2 == pytest.approx(exact.difference.value)
    changed = {each.name: (each.first, each.second) for each in found.changed}
    assert changed == {
        "model": ("m1", "m2"),
        "visual_tokens": ("unset", "1024"),
        "settings.reading.dpi": ("150", "300"),
        "settings.new.x": (None, "1"),
    }


def test_exchanged_runs_have_the_opposite_differences_and_flips() -> None:
    there, back = compared(BEFORE, AFTER, PooledScorer()), compared(AFTER, BEFORE, PooledScorer())
    for one, other in zip(there.figures, back.figures, strict=True):
        assert one.difference.value == -other.difference.value
        assert one.difference.low == pytest.approx(-(other.difference.high or 0.0), abs=1e-12)
    assert {flip.sample_id for flip in there.gained} == {flip.sample_id for flip in back.lost}
    assert {flip.sample_id for flip in there.lost} == {flip.sample_id for flip in back.gained}
    for one_ratio, other_ratio in zip(there.ratios, back.ratios, strict=True):
        if one_ratio.ratio and other_ratio.ratio:
            assert one_ratio.ratio * other_ratio.ratio == pytest.approx(1.0)


def test_only_samples_that_are_the_same_are_compared_and_that_is_said() -> None:
    other = [*answered([True] * 3), scored(sample(3, truth="changed"), prediction(3, "a"))]
    found = compared(BEFORE, ScoredRun("x", record(data="e" * 64), other[1:]), ExactScorer())
    assert not found.is_same_data
    assert (found.n, found.n_only_first, found.n_only_second) == (2, 38, 1)
    assert found.notes[0].startswith("The two runs are not of the same data")
    assert "from 2 groups" in found.notes[1]


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="before is a run of made-up, x one of docvqa"):
        compared(BEFORE, ScoredRun("x", record(dataset="docvqa"), AFTER.scored), ExactScorer())
    with pytest.raises(InvalidRequest, match="no sample in common"):
        compared(BEFORE, ScoredRun("x", record(), [scored(sample(99), prediction(99, "a"))]), ExactScorer())


def test_costs_are_of_the_shared_samples_or_by_page() -> None:
    seen = TokenUsage(prompt_tokens=100, visual_tokens=50, output_tokens=0)
    more = [
        scored(each.sample, each.prediction.model_copy(update={"usage": seen, "seconds": 4.0}))
        for each in BEFORE.scored[:20]
    ]
    less = [
        scored(each.sample, each.prediction.model_copy(update={"usage": seen + seen, "seconds": 2.0}))
        for each in BEFORE.scored
    ]
    found = compared(ScoredRun("a", BEFORE.record, more), ScoredRun("b", AFTER.record, less), ExactScorer())
    ratios = {ratio.name: ratio for ratio in found.ratios}
    assert ratios["seconds a sample"].ratio == 0.5
    assert ratios["prompt tokens a sample"].ratio == 2.0
    assert (ratios["visual tokens a sample"].first, ratios["visual tokens a sample"].second) == (50.0, 100.0)
    assert ratios["output tokens a sample"].ratio is None
    assert ratios["cost a page read"].ratio == pytest.approx(1.5)
    assert ratios["seconds of the run a page read"].ratio == 0.5
    other = replace(AFTER, record=AFTER.record.model_copy(update={"currency": "EUR"}))
    names = {ratio.name for ratio in compared(BEFORE, other, ExactScorer()).ratios}
    assert "cost a page read" not in names


def test_the_terminal_and_the_page_tell_it() -> None:
    found = compared(BEFORE, AFTER, ExactScorer())
    said = comparison_text(found)
    assert "before (first), after (second): 40 samples in 40 groups" in said
    (line,) = [line for line in said.splitlines() if line.startswith("exact (primary)")]
    assert line.split()[2:5] == ["0.250", "0.675", "+0.425"]
    assert line.endswith("yes")
    assert "Right in the second run alone (exact of at least 0.5): 18" in said
    assert "  s36: truth 'a'; first 'a'; second 'bb'" in said
    assert "settings.reading.dpi" in said
    assert "All settings are alike." in comparison_text(compared(BEFORE, BEFORE, ExactScorer()))
    written = comparison_html(found)
    assert "<script" not in written
    page = html.fromstring(written)
    assert page.xpath("//@src | //@href | //script") == []
    assert page.findtext(".//h1") == "Made <up>: after against before"
    assert len(page.xpath("//article")) == 19
    assert page.xpath("//article[@data-sample='s36']/@class") == ["bad"]
    assert len(page.xpath("//table[1]//svg")) >= 2
