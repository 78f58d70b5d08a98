from __future__ import annotations

import pytest
from lxml import etree

from docai.domain.generations import TokenUsage
from docai.errors import InvalidRequest
from docai.evaluation.reporting.budgets import budgets
from docai.evaluation.reporting.budgets_told import budgets_text
from docai.evaluation.reporting.plots import TICKS, budget_plot
from docai.evaluation.reporting.sharing import ScoredRun
from tests.unit.evaluation.reporting.measured import ExactScorer, answered, record, scored

SVG = "{http://www.w3.org/2000/svg}"


def run(name: str, limit: int | None, n_right: int, *, model: str = "m<1>", data: str = "d" * 64) -> ScoredRun:
    seen = TokenUsage(prompt_tokens=100, visual_tokens=50)
    of = [
        scored(each.sample, each.prediction.model_copy(update={"usage": seen}))
        for each in answered([True] * n_right + [False] * (40 - n_right))
    ]
    return ScoredRun(name, record(visual_tokens=limit, model=model, cost=2.0, data=data), of)


def test_runs_in_the_order_of_their_limits() -> None:
    found = budgets([run("free", None, 30), run("large", 4096, 28), run("small", 256, 10)], ExactScorer())
    assert [(point.name, point.visual_tokens) for point in found.points] == [
        ("small", 256),
        ("large", 4096),
        ("free", None),
    ]
    assert [point.primary.value for point in found.points] == [0.25, 0.7, 0.75]
    small = found.points[0]
    assert (small.measured, small.run_seconds_per_page, small.cost_per_page) == (200.0, 12.0, 0.2)
    assert small.primary.low is not None
    assert (found.n, found.primary, found.is_same_data) == (40, "exact", True)
    said = budgets_text(found).splitlines()
    assert said[0] == "made-up, all: 40 samples"
    assert said[3].split()[:4] == ["small", "256", "200", "0.250"]
    assert said[5].startswith("free   no limit")


def test_runs_of_other_data_share_what_is_the_same() -> None:
    short = run("short", 1024, 5, data="e" * 64)
    found = budgets([run("a", 256, 10), ScoredRun("short", short.record, short.scored[:10])], ExactScorer())
    assert (found.n, found.is_same_data) == (10, False)
    assert [point.primary.value for point in found.points] == [1.0, 0.5]
    assert "not of the same data" in budgets_text(found)


def test_one_run_and_a_figure_that_does_not_apply_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="at least two runs"):
        budgets([run("a", 256, 10)], ExactScorer())
    with pytest.raises(InvalidRequest, match="a has no pooled"):
        budgets([run("a", 256, 10), run("b", 576, 10)], ExactScorer(primary="pooled"))


def test_the_drawing_has_a_point_with_its_interval_for_each_run_on_a_logarithmic_axis() -> None:
    runs = [run(f"r{limit}", limit, 10 + place * 4) for place, limit in enumerate(TICKS)]
    drawn = etree.fromstring(budget_plot(budgets([*runs, run("free", None, 35)], ExactScorer())).encode())
    points = [point for point in drawn.iter(f"{SVG}circle") if point.find(f"{SVG}title") is not None]
    assert points[0].findtext(f"{SVG}title") == "r256: 0.25 at 256"
    across = [float(point.get("cx", "")) for point in points]
    down = [float(point.get("cy", "")) for point in points]
    assert across == sorted(across)
    assert down == sorted(down, reverse=True)
    # From 1024 to 2048 is as far as from 2048 to 4096.
    assert across[3] - across[2] == pytest.approx(across[4] - across[3], abs=0.11)
    texts = [text.text for text in drawn.iter(f"{SVG}text")]
    assert {str(tick) for tick in TICKS} <= set(texts)
    assert "no limit" in texts
    assert "m<1>" in texts
    whiskers = [path for path in drawn.iter(f"{SVG}path") if path.get("stroke-width") == "1.5"]
    assert len(whiskers) == len(TICKS)


def test_models_have_lines_of_their_own_and_points_stay_within_the_axes() -> None:
    runs = [run("a", 64, 0), run("b", 9000, 40), run("c", 64, 20, model="m2"), run("d", 576, 20, model="m2")]
    drawn = etree.fromstring(budget_plot(budgets(runs, ExactScorer())).encode())
    lines = list(drawn.iter(f"{SVG}polyline"))
    assert [len(line.get("points", "").split()) for line in lines] == [2, 2]
    assert len({line.get("stroke") for line in lines}) == 2
    for point in drawn.iter(f"{SVG}circle"):
        if point.find(f"{SVG}title") is not None:
            assert 70 <= float(point.get("cx", "")) <= 550
            assert 52 <= float(point.get("cy", "")) <= 352
