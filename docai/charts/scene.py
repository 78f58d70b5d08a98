"""Scene and Sight: what of a page is looked at for charts, and what was seen of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from docai.charts.labels import number_of
from docai.charts.legend import Legend
from docai.charts.marks import Drawing, Label, Paint
from docai.charts.plots import Plot
from docai.charts.ticks import ValueAxis
from docai.domain.charts import ChartKind
from docai.domain.geometry import PointBox
from docai.grounding.numbers import quantity_of

_NEAR = 16.0
"""Points between the end of a bar, or a line's corner, and the value printed at it."""
_OFF = 0.01
"""Share of the axis' range by which a printed value may miss what is drawn, its own rounding aside."""
_LEGEND_REACH = 150.0
"""Points between a plot and its legend at most."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Labels and shapes of a page; all mirrored at the diagonal to look for lying bars."""

    labels: tuple[Label, ...]
    words: tuple[Label, ...]
    """Each word as a label, by index."""
    drawing: Drawing
    """Without the samples of legends."""
    legends: tuple[Legend, ...] = ()
    """Never mirrored."""
    is_lying: bool = False

    def transposed(self) -> Scene:
        """Mirrored at the diagonal."""
        return Scene(
            tuple(label.transposed() for label in self.labels),
            tuple(word.transposed() for word in self.words),
            self.drawing.transposed(),
            self.legends,
            not self.is_lying,
        )

    def as_shown(self, frame: PointBox) -> PointBox:
        """A frame of the scene where it stands on the page."""
        return frame.transposed() if self.is_lying else frame

    def names_of(self, paints: Sequence[Paint], plot: PointBox) -> tuple[dict[Paint, Label], Legend | None]:
        """The names of paints, and the legend nearest to the plot that has one for every paint."""
        shown = self.as_shown(plot)
        near = [x for x in self.legends if all(shown.grown(_LEGEND_REACH).holds(f.cx, f.cy) for f in x.frames)]
        fitting = [legend for legend in near if set(paints) <= set(legend.names)]
        legend = min(fitting, key=lambda each: len(each.entries), default=None)
        return (legend.names, legend) if legend else ({}, None)


@dataclass(frozen=True, slots=True)
class SeenPoint:
    """One value, and where it is drawn."""

    category: str
    value: float
    frame: PointBox
    printed: Label | None = None
    """The label that says the value."""


@dataclass(slots=True)
class Sight:
    """A chart as it was seen, in the coordinates of its scene."""

    kind: ChartKind
    plot: Plot
    scene: Scene
    series: dict[Paint, list[SeenPoint]]
    names: dict[Paint, str] = field(default_factory=dict)
    categories: tuple[Label, ...] = ()
    """The labels along the category axis that name something, or its ticks."""
    category_axis: ValueAxis | None = None
    """Where the categories are numbers along an axis; mirrored against the scene."""
    legend: Legend | None = None


def printed_value(scene: Scene, plot: Plot, at: tuple[float, float], reach: float, value: float) -> Label | None:
    """The printed number nearest to where a value is drawn that is that value, within a hundredth of the axis.

    Args:
        scene: with the labels to choose from.
        plot: with the axis that the value was read on.
        at: where the value is drawn: the middle of a bar's end, or a corner of a line.
        reach: how far to either side the label's middle may stand; points.
        value: as read.
    """
    x, y = at
    near: list[tuple[float, Label]] = []
    for label in scene.labels:
        away = max(label.frame.y0 - y, y - label.frame.y1, 0.0)
        if away <= _NEAR and abs(label.frame.cx - x) <= reach and label not in plot.axis.labels:
            number = number_of(label.text)
            if number is not None and abs(number - value) <= _slack(label.text, plot):
                near.append((away, label))
    return min(near, key=lambda pair: pair[0], default=(0.0, None))[1]


def _slack(text: str, plot: Plot) -> float:
    quantity = quantity_of(text)
    return _OFF * plot.axis.value_range + 0.5 * 10.0 ** -(quantity.decimals if quantity else 0)
