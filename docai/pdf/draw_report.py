"""Draw a report of two pages in two columns, with a table of merged cells and a bar chart."""

from __future__ import annotations

from itertools import product

from docai.domain.tables import Cell, CellRole, Table
from docai.pdf.draw_sheet import (
    ACCENT,
    ACCENT_LIGHT,
    HAIRLINE,
    INK,
    MUTED,
    WARM,
    Align,
    DrawnDocument,
    DrawnFact,
    Sheet,
    Style,
    finished,
    new_pdf,
    text_width,
    wrap,
)
from docai.pdf.draw_table import TableLook, draw_table

_LEFT, _RIGHT, _GUTTER = 54.0, 541.0, 22.0
_COLUMN = (_RIGHT - _LEFT - _GUTTER) / 2
_BODY = Style(10.5, "tiro")
_HEADING = Style(12, "hebo", ACCENT)
_LEADING = 1.36

_YEARS = ("2024", "2025")
_QUARTERS = ("Q1", "Q2", "Q3", "Q4")
_REVENUE = (
    ("Norway", (41.2, 43.8, 40.5, 47.9, 48.6, 51.3, 49.7, 56.4)),
    ("Sweden", (28.4, 30.1, 27.6, 33.2, 34.9, 36.8, 35.5, 41.7)),
    ("Denmark", (17.9, 18.6, 16.8, 20.3, 21.1, 22.7, 20.9, 25.2)),
    ("Finland", (9.3, 10.2, 9.8, 11.6, 12.4, 13.9, 13.1, 16.8)),
)
"""Region, then millions of euros per quarter."""
_CHARGERS = (("2021", 1850), ("2022", 2940), ("2023", 4310), ("2024", 6020), ("2025", 7485))

_SUMMARY = (
    "Kestrel Grid closed 2025 with 7,485 public charging points in four countries, a quarter more than a year before. "
    "Revenue rose in every region and in every quarter against the same quarter of the previous year.",
    "Growth came from stations that already stand: energy sold per charging point went up by 11 percent, while the "
    "number of new sites fell behind plan because grid connections took longer than the operators had promised.",
    "Lorries and buses now take one kilowatt-hour in eight. Two years ago they took one in forty.",
)
_RELIABILITY = (
    "The network was available for 99.2 percent of the time, up from 98.6 percent. Most of the gain is owed to the "
    "spare-parts depot in Malm\N{LATIN SMALL LETTER O WITH DIAERESIS}, which opened in March and cut the median repair "
    "time from 31 to 14 hours.",
    "Payment terminals remain the weakest component: they cause 43 percent of all faults. The terminals of the first "
    "generation will be replaced by the end of 2026.",
    "Calls to the help line fell by a third, to 212 a day. Nine calls in ten were answered within a minute.",
)
_OUTLOOK = (
    "For 2026 the board expects revenue between 620 and 660 million euros. The connection queue in Norway remains the "
    "largest risk to the plan: 58 sites wait for power, some of them since 2023.",
    "The company intends to open its first depot for lorries near Turku in September 2026. It will have sixteen bays "
    "and a canteen, and will draw its power from the wind farm next to it.",
    "Prices per kilowatt-hour stay as they are until the end of June. From July on, members who charge at night pay a "
    "fifth less than by day.",
)
_PEOPLE = (
    "At the end of the year 1,140 people worked for Kestrel Grid, 96 of them apprentices. Ingrid Solheim took over as "
    "chief operating officer on 1 August 2025.",
    "Accidents at work fell from nine to four. All four happened while heavy cabinets were being moved.",
)
_METHOD = (
    "Figures are taken from the audited accounts. A charging point is counted once it has delivered energy to a paying "
    "customer; points under repair are counted, points that were dismantled are not.",
    "Availability is the share of minutes in which a point could start a session, measured at the point itself and not "
    "at the back office.",
)


def report() -> DrawnDocument:
    """A yearly report: prose in two columns, running header and footer, a table, a chart, a footnote."""
    pdf = new_pdf(2, title="Kestrel Grid: Annual Review 2025")
    first, second = Sheet(pdf[0], number=1), Sheet(pdf[1], number=2)
    table = _draw_first_page(first)
    _draw_second_page(second)
    sweden = table.at(3, 7)
    facts = (
        DrawnFact("What was the revenue of Sweden in Q3 2025?", sweden.text, 1, sweden.box or second.box_of("99.2")),
        DrawnFact(
            "Who became chief operating officer in August 2025?", "Ingrid Solheim", 2, second.box_of("Ingrid Solheim")
        ),
        DrawnFact("What share of all faults do payment terminals cause?", "43 percent", 1, first.box_of("43 percent")),
    )
    return finished(pdf, "report.pdf", [first, second], facts=facts, tables=[(1, table)])


def _draw_first_page(sheet: Sheet) -> Table:
    _draw_running_lines(sheet)
    sheet.text(_LEFT, 92, "Annual Review 2025", Style(26, "hebo", ACCENT))
    sheet.text(_LEFT, 113, "Charging the north: more energy from the same stations", Style(12.5, "tiit", MUTED))
    sheet.fill(_LEFT, 126, _LEFT + 46, 129, WARM)
    right = _LEFT + _COLUMN + _GUTTER
    _draw_section(sheet, _LEFT, 158, "Summary", _SUMMARY)
    _draw_section(sheet, right, 158, "Reliability", _RELIABILITY)
    sheet.text(_LEFT, 414, "Table 1. Revenue by region and quarter, millions of euros", Style(9, "hebo"))
    table = draw_table(
        sheet,
        (_LEFT, 424),
        (87.0, *(50.0 for _ in range(8))),
        _revenue_cells(),
        TableLook(size_pt=9, row_height_pt=21, last_row_is_total=True, framed_cells=True),
    )
    sheet.text(
        _LEFT, 586, "Excluding sales of energy to other operators; see the method on page 2.", Style(8, "tiit", MUTED)
    )
    _draw_callouts(sheet, top=634)
    return table


def _draw_second_page(sheet: Sheet) -> None:
    _draw_running_lines(sheet)
    right = _LEFT + _COLUMN + _GUTTER
    _draw_chart(sheet, top=78)
    _draw_section(sheet, _LEFT, 392, "Outlook", _OUTLOOK)
    bottom = _draw_section(sheet, right, 392, "People", _PEOPLE)
    _draw_section(sheet, right, bottom + 12, "How we count", _METHOD)
    sheet.rule(_LEFT, 744, _LEFT + 110, 744, MUTED, 0.5)
    note = "1. Counted on 31 December of each year, in all four countries together."
    sheet.text(_LEFT, 757, note, Style(7.5, "tiro", INK))


def _draw_running_lines(sheet: Sheet) -> None:
    style = Style(8, "helv", MUTED)
    sheet.text(_LEFT, 42, "Kestrel Grid", style)
    sheet.text(_RIGHT, 42, "Annual Review 2025", style, Align.RIGHT)
    sheet.rule(_LEFT, 49, _RIGHT, 49)
    sheet.text((_LEFT + _RIGHT) / 2, 812, f"Page {sheet.number} of 2", style, Align.CENTRE)


def _draw_section(sheet: Sheet, x: float, y: float, title: str, paragraphs: tuple[str, ...]) -> float:
    """Draw a heading and its paragraphs in a column; gives the baseline for what comes below."""
    sheet.text(x, y, title, _HEADING)
    y += 18
    for paragraph in paragraphs:
        y = sheet.paragraph(x, y, _COLUMN, paragraph, _BODY, _LEADING) + 6
    return y


def _revenue_cells() -> list[Cell]:
    header = CellRole.COLUMN_HEADER
    cells = [Cell(row=0, col=0, row_span=2, text="Region", role=header)]
    cells += [Cell(row=0, col=1 + 4 * i, col_span=4, text=year, role=header) for i, year in enumerate(_YEARS)]
    quarters = product(_YEARS, _QUARTERS)
    cells += [Cell(row=1, col=1 + i, text=quarter, role=header) for i, (_, quarter) in enumerate(quarters)]
    totals = tuple(sum(column) for column in zip(*(values for _, values in _REVENUE), strict=True))
    for r, (region, values) in enumerate((*_REVENUE, ("Total", totals)), start=2):
        cells.append(Cell(row=r, col=0, text=region, role=CellRole.ROW_HEADER))
        cells += [Cell(row=r, col=c, text=f"{value:.1f}") for c, value in enumerate(values, start=1)]
    return cells


def _draw_callouts(sheet: Sheet, top: float) -> None:
    width = (_RIGHT - _LEFT - 2 * 14) / 3
    for i, (figure, label) in enumerate(
        (
            ("+ 24 %", "public charging points against the year before"),
            ("14 hours", "median time from a fault to its repair"),
            ("+ 11 %", "energy sold per charging point"),
        )
    ):
        x = _LEFT + i * (width + 14)
        sheet.fill(x, top, x + width, top + 84, ACCENT_LIGHT, radius=0.07)
        sheet.text(x + 14, top + 36, figure, Style(22, "hebo", ACCENT))
        for j, line in enumerate(wrap(label, width - 28, Style(9))):
            sheet.text(x + 14, top + 54 + 12 * j, line, Style(9, "helv", MUTED))


def _draw_chart(sheet: Sheet, top: float) -> None:
    left, right, base, height = _LEFT + 34, _RIGHT, top + 244, 220.0
    most = 8000
    for value in range(0, most + 1, 2000):
        y = base - height * value / most
        sheet.rule(left, y, right, y, HAIRLINE if value else INK, 0.5 if value else 0.9)
        sheet.text(left - 6, y + 3, f"{value:,}", Style(8, "helv", MUTED), Align.RIGHT)
    step = (right - left) / len(_CHARGERS)
    for i, (year, value) in enumerate(_CHARGERS):
        middle = left + (i + 0.5) * step
        y = base - height * value / most
        sheet.fill(middle - 24, y, middle + 24, base, WARM if i == len(_CHARGERS) - 1 else ACCENT)
        sheet.text(middle, y - 5, f"{value:,}", Style(9, "hebo"), Align.CENTRE)
        sheet.text(middle, base + 14, year, Style(9), Align.CENTRE)
    caption = "Figure 1. Public charging points at the end of each year, 2021 to 2025."
    sheet.text(_LEFT, base + 38, caption, Style(9, "hebo"))
    sheet.text(_LEFT + text_width(caption, Style(9, "hebo")) + 1.5, base + 34.5, "1", Style(6, "hebo"))
