"""A comparison as a table for the terminal, and as one HTML file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from docai.evaluation.reporting.comparison import Comparison, Flip, Ratio
from docai.evaluation.reporting.intervals import Difference
from docai.evaluation.reporting.item_scores import RIGHT, is_error
from docai.evaluation.reporting.page_frame import framed, listed, table, text
from docai.evaluation.reporting.text import aligned
from docai.evaluation.reporting.told import interval_told, number_told
from docai.evaluation.reporting.whiskers import offset

_MOST_TOLD = 20
_MOST_SHOWN = 100


def comparison_text(comparison: Comparison) -> str:
    """For a terminal: figures, the primary one by category, what flipped, costs, and what was not alike."""
    head = ("figure", "first", "second", "difference", "95 % interval", "told")
    lines = [_counts(comparison), *comparison.notes, "", *aligned([head, *_figure_rows(comparison)])]
    if comparison.parts:
        parts = [(f"{each.category}: {each.name}", str(each.n), *_cells(each.difference)) for each in comparison.parts]
        lines += ["", *aligned([(comparison.primary, "samples", *head[1:]), *parts])]
    for title, flips in _flipped(comparison):
        lines += ["", title, *(_flip_line(flip) for flip in flips[:_MOST_TOLD])]
    lines += ["", *aligned([("cost", "first", "second", "second by first"), *map(_ratio_row, comparison.ratios)])]
    changed = [(each.name, each.first or "-", each.second or "-") for each in comparison.changed]
    lines += ["", *(aligned([("not alike", "first", "second"), *changed]) if changed else ["All settings are alike."])]
    return "\n".join([*lines, ""])


def comparison_html(comparison: Comparison) -> str:
    """The whole document; it loads and runs nothing, and all that comes from documents is escaped."""
    return framed(
        f"{comparison.first.title}: {comparison.second_name} against {comparison.first_name}", _body(comparison)
    )


def _body(comparison: Comparison) -> Iterator[str]:
    yield f"<p>{text(_counts(comparison))}</p>"
    yield from (f'<p class="quiet">{text(note)}</p>' for note in comparison.notes)
    yield "<h2>Figures</h2>"
    most = _widest([each for each in comparison.figures if abs(each.difference.value) <= 1.0])
    rows = [
        (*map(text, row), _drawn(each, most))
        for row, each in zip(_figure_rows(comparison), comparison.figures, strict=True)
    ]
    place = next((n for n, each in enumerate(comparison.figures) if each.name == comparison.primary), -1)
    head = ("figure", "first", "second", "difference", "95 % interval", "told", "")
    yield table(head, rows, numbers=(1, 2, 3, 4), primary=place)
    yield '<p class="quiet">Second less first, both on the same bootstrap draws; told: the interval leaves out 0.</p>'
    if comparison.parts:
        yield f"<h2>{text(comparison.primary)} by category</h2>"
        most = _widest([each.difference for each in comparison.parts])
        yield table(
            ("category", "samples", *head[1:]),
            [
                (
                    text(f"{each.category}: {each.name}"),
                    f"{each.n:,}",
                    *map(text, _cells(each.difference)),
                    _drawn(each.difference, most),
                )
                for each in comparison.parts
            ],
            numbers=(1, 2, 3, 4, 5),
        )
    yield "<h2>What it took</h2>"
    ratios = [tuple(map(text, _ratio_row(each))) for each in comparison.ratios]
    yield table(("cost", "first", "second", "second by first"), ratios, numbers=(1, 2, 3))
    yield "<h2>Not alike</h2>"
    changed = [(text(each.name), text(each.first or "-"), text(each.second or "-")) for each in comparison.changed]
    yield table(("setting", "first", "second"), changed) if changed else "<p>All settings are alike.</p>"
    for title, flips in _flipped(comparison):
        yield f"<h2>{text(title)}</h2>"
        yield from map(_article, flips[:_MOST_SHOWN])
        if len(flips) > _MOST_SHOWN:
            yield f'<p class="quiet">{len(flips) - _MOST_SHOWN:,} more are not shown.</p>'


def _counts(comparison: Comparison) -> str:
    told = f"{comparison.n:,} samples in {comparison.n_groups:,} groups"
    if comparison.n_only_first or comparison.n_only_second:
        told += f"; of the first run alone {comparison.n_only_first:,}, of the second {comparison.n_only_second:,}"
    return f"{comparison.first_name} (first), {comparison.second_name} (second): {told}"


def _figure_rows(comparison: Comparison) -> list[tuple[str, ...]]:
    return [
        (f"{each.name} (primary)" if each.name == comparison.primary else each.name, *_cells(each))
        for each in comparison.figures
    ]


def _cells(each: Difference) -> tuple[str, ...]:
    difference = each.difference
    sign = "+" if difference.value > 0 else ""
    return (
        number_told(each.first),
        number_told(each.second),
        sign + number_told(difference.value),
        interval_told(difference.low, difference.high),
        "yes" if each.is_told else "no",
    )


def _widest(differences: Sequence[Difference]) -> float:
    ends = [
        abs(end)
        for each in differences
        for end in (each.difference.value, each.difference.low, each.difference.high)
        if end is not None
    ]
    return max(ends, default=0.0) or 1.0


def _drawn(each: Difference, most: float) -> str:
    return offset(each.difference.value, each.difference.low, each.difference.high, most)


def _flipped(comparison: Comparison) -> Iterator[tuple[str, Sequence[Flip]]]:
    by = f"({comparison.items_scored_by} of at least {RIGHT:g})"
    if is_error(comparison.items_scored_by):
        by = f"({comparison.items_scored_by} of at most {1 - RIGHT:g})"
    yield f"Right in the second run alone {by}: {len(comparison.gained):,}", comparison.gained
    yield f"Right in the first run alone {by}: {len(comparison.lost):,}", comparison.lost


def _flip_line(flip: Flip) -> str:
    truth, first, second = (_short(said) for said in (flip.truth, flip.first, flip.second))
    return f"  {flip.sample_id}: truth {truth}; first {first}; second {second}"


def _short(said: str) -> str:
    one_line = " ".join(said.split())
    return repr(one_line if len(one_line) <= 60 else f"{one_line[:57]}...")


def _article(flip: Flip) -> str:
    told = [("question", flip.question)] if flip.question is not None else []
    told += [("truth", flip.truth)]
    told += [(f"first, {flip.first_score:.3f}", flip.first), (f"second, {flip.second_score:.3f}", flip.second)]
    told += list(flip.categories.items())
    is_lost = flip.second_score < flip.first_score
    return (
        f'<article{" class=bad" if is_lost else ""} data-sample="{text(flip.sample_id)}">'
        f"<h3>{text(flip.sample_id)}</h3>{listed(told)}</article>"
    )


def _ratio_row(each: Ratio) -> tuple[str, ...]:
    first, second = ("-" if n is None else f"{n:,.4g} {each.unit}" for n in (each.first, each.second))
    return each.name, first, second, "-" if each.ratio is None else f"{each.ratio:.2f}"
