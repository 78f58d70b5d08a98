"""A page's shapes and words to its charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from docai.charts.assembly import FoundChart, chart_of, pie_chart_of
from docai.charts.bar_chart import read_bar_chart
from docai.charts.categories import first_row
from docai.charts.curve_chart import read_curve_chart
from docai.charts.labels import labels_of, word_labels
from docai.charts.legend import legends_of, without_samples
from docai.charts.marks import Drawing, Label
from docai.charts.pie_chart import read_pie
from docai.charts.pies import pies_of
from docai.charts.plots import Plot, plots_of
from docai.charts.scene import Scene, Sight
from docai.charts.ticks import ValueAxis, value_axes
from docai.charts.titles import is_factor
from docai.domain.geometry import PageSize, PointBox
from docai.domain.words import Word

_ALONG = 8.0
"""Points by which a category axis may be longer than its plot on either side."""
_BELOW = 34.0
"""Points between a plot's foot and the tick labels of its category axis."""
_CLASH = 0.3
"""Two readings of one place share this much of the smaller plot."""


@dataclass(frozen=True, slots=True)
class Page:
    """What of a page charts are read from."""

    words: Sequence[Word]
    size: PageSize
    figures: Sequence[PointBox] = ()
    """Where the layout sees figures."""
    said: Mapping[int, str] | None = None
    """What words say whose text does not, by index: powers, as `10^3`."""

    @property
    def labels(self) -> list[Label]:
        """Its words as labels."""
        return labels_of(self.words, self.size, self.said)


def read_charts(drawing: Drawing, page: Page) -> list[FoundChart]:
    """The charts whose values are sure, from top to bottom; what is doubtful is left out.

    A place that can be read in two ways is doubtful: bars that may stand or lie, say.
    """
    labels = page.labels
    legends = legends_of(drawing, labels)
    words = tuple(word_labels(page.words, page.size))
    scene = Scene(tuple(labels), words, without_samples(drawing, legends), tuple(legends))
    sights = [*_sights(scene), *_sights(scene.transposed())]
    frames = [sight.scene.as_shown(sight.plot.frame) for sight in sights]
    found = [
        chart_of(sight, page.size, page.figures, [frame for i, frame in enumerate(frames) if i != k])
        for k, sight in enumerate(sights)
        if not any(_clash(frames[k], frame) for i, frame in enumerate(frames) if i != k)
    ]
    pies = [pie for wedges in pies_of(drawing.wedges) if (pie := read_pie(scene, wedges)) is not None]
    found += [pie_chart_of(pie, scene, page.size, page.figures) for pie in pies]
    return sorted(found, key=lambda chart: (chart.box.y0, chart.box.x0))


def _sights(scene: Scene) -> list[Sight]:
    """The charts whose value axis runs down the scene."""
    in_legends = {entry.label.word_ids for legend in scene.legends for entry in legend.entries}
    free = [label for label in scene.labels if label.word_ids not in in_legends]
    axes = value_axes(free, scene.drawing)
    if not axes:
        return []
    mirrored = scene.drawing.transposed()
    across = value_axes([label.transposed() for label in free], mirrored)
    seen = [_sight(scene, plot, _category_axis(plot, across, scene)) for plot in plots_of(axes, scene.drawing, free)]
    return [sight for sight in seen if sight is not None]


def _sight(scene: Scene, plot: Plot, category_axis: ValueAxis | None) -> Sight | None:
    bars = read_bar_chart(scene, plot, category_axis)
    if bars is not None or scene.is_lying:
        return bars
    return read_curve_chart(scene, plot, category_axis)


def _category_axis(plot: Plot, axes: Sequence[ValueAxis], scene: Scene) -> ValueAxis | None:
    """The numeric axis along a plot's foot whose ticks are all the labels there; axes are mirrored against the plot."""
    frame = plot.frame
    taken = {label.word_ids for label in plot.axis.labels}
    for axis in axes:
        shown = axis.frame.transposed()
        is_along = frame.x0 - _ALONG <= axis.low_y and axis.high_y <= frame.x1 + _ALONG
        is_below = -4 <= shown.y0 - frame.y1 <= _BELOW
        if is_along and is_below and not _shares_labels(axis.labels, taken):
            return axis if scene.is_lying or _names_all(axis, plot, scene) else None
    return None


def _names_all(axis: ValueAxis, plot: Plot, scene: Scene) -> bool:
    """Whether no label stands in the row of the ticks without fitting: such labels are names, evenly spaced."""
    row = first_row(plot.frame, scene.labels)
    own = {label.word_ids for label in axis.labels}
    return all(label.word_ids in own for label in row if not is_factor(label.text))


def _shares_labels(labels: Sequence[Label], taken: set[tuple[int, ...]]) -> bool:
    return any(label.word_ids in taken for label in labels)


def _clash(one: PointBox, other: PointBox) -> bool:
    return one.shared(other) > _CLASH * min(one.area, other.area)
