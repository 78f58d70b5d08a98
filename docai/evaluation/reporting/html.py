"""A run's report as one HTML file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from docai.evaluation.reporting.flattening import flat
from docai.evaluation.reporting.gallery import article
from docai.evaluation.reporting.intervals import Figure
from docai.evaluation.reporting.overlaps import contamination_of, overlaps_told
from docai.evaluation.reporting.page_frame import framed, listed, table, text
from docai.evaluation.reporting.report import Item, Part, Report
from docai.evaluation.reporting.told import costs_told, interval_told, number_told, run_told
from docai.evaluation.reporting.whiskers import bar, distribution

Pictures = Mapping[str, Sequence[bytes]]
"""Of pages, by the sample's id."""


def report_html(report: Report, pictures: Pictures) -> str:
    """The whole document; it loads and runs nothing, and all that comes from documents is escaped."""
    return framed(f"{report.run.title}: {report.run.split}", _body(report, pictures))


def _body(report: Report, pictures: Pictures) -> Iterator[str]:
    yield f"<p>{text(_counts(report))}</p>"
    yield from (f'<p class="quiet">{text(note)}</p>' for note in report.notes)
    yield "<h2>Figures</h2>"
    yield _figures(report.figures, report.primary)
    yield '<p class="quiet">Intervals hold the middle 95 % of bootstrap draws of whole groups of samples.</p>'
    yield f"<h2>Items by score ({text(report.items_scored_by)})</h2>"
    yield distribution(report.distribution)
    yield from _parts(report.parts, report.primary)
    yield "<h2>What it took</h2>"
    yield listed(costs_told(report))
    yield "<h2>Run</h2>"
    yield listed(run_told(report.run))
    yield f"<details><summary>All settings</summary>{listed(flat(report.run.settings).items())}</details>"
    if (found := contamination_of(report.run)) is not None:
        yield "<h2>Contamination</h2>"
        yield listed(overlaps_told(found))
    yield from _items("Worst items", report.worst, pictures)
    yield from _items("Others, drawn by lot", report.others, pictures)


def _counts(report: Report) -> str:
    declined = f", {report.n_abstained:,} declined" if report.n_abstained else ""
    return (
        f"{report.n:,} samples in {report.n_groups:,} groups, {report.n_failed:,} failed{declined}; "
        f"task {report.task.value}; licence of the data: {report.licence}"
    )


def _figures(figures: Sequence[Figure], primary: str) -> str:
    rows = [
        (
            text(f"{figure.name} (primary)" if figure.name == primary else figure.name),
            number_told(figure.value),
            interval_told(figure.low, figure.high),
            bar(figure.value, figure.low, figure.high),
            f"{figure.n:,}",
            f"{figure.n_draws:,}",
        )
        for figure in figures
    ]
    place = next((number for number, figure in enumerate(figures) if figure.name == primary), -1)
    head = ("figure", "value", "95 % interval", "", "samples", "draws")
    return table(head, rows, numbers=(1, 2, 4, 5), primary=place)


def _parts(parts: Sequence[Part], primary: str) -> Iterator[str]:
    by_category: defaultdict[str, list[Part]] = defaultdict(list)
    for part in parts:
        by_category[part.category].append(part)
    for category, of in by_category.items():
        yield f"<h2>By {text(category)}</h2>"
        names = list(dict.fromkeys(figure.name for part in of for figure in part.figures))
        names.sort(key=lambda name: name != primary)
        rows = [(text(part.name), f"{part.n:,}", *_cells(part, names)) for part in of]
        head = (category, "samples", *(heading for name in names for heading in (name, "")))
        yield table(head, rows, numbers=[1, *range(2, len(head), 2)])


def _cells(part: Part, names: Sequence[str]) -> Iterator[str]:
    by_name = {figure.name: figure for figure in part.figures}
    for name in names:
        if (figure := by_name.get(name)) is None:
            yield from ("", "")
        else:
            yield f"{number_told(figure.value)} <span class=quiet>{interval_told(figure.low, figure.high)}</span>"
            yield bar(figure.value, figure.low, figure.high)


def _items(title: str, items: Sequence[Item], pictures: Pictures) -> Iterator[str]:
    if items:
        yield f"<h2>{title}</h2>"
        yield from (article(item, pictures.get(item.sample_id, ())) for item in items)
