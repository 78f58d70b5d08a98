"""Flags for the terminal: where each is, what was said and heard with the differing characters marked, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from docai.cli.output import counted, shown
from docai.domain.evidence import Difference, Verdict
from docai.domain.flags import Flag, Severity
from docai.domain.kept_flags import KeptFlag
from docai.domain.parses import PageParse
from docai.rendering.differences import Run, excerpt, runs_heard, runs_said
from docai.rendering.page_values import page_values
from docai.rendering.place_names import place_name

_COLOURS = {Severity.HIGH: "red", Severity.MEDIUM: "yellow", Severity.LOW: "cyan"}
_DIFFERS = "bold reverse"
_LONGEST = 120
"""Characters of a reading that are shown, around the first difference."""
_MOST_DIFFERENCES = 5
_DOUBTS = {Verdict.PARTIAL, Verdict.CONFLICT, Verdict.MODEL_ONLY, Verdict.ILLEGIBLE}


def flag_table(flags: Sequence[Flag], parses: Mapping[int, PageParse]) -> RichTable:
    """One row a flag, in the order given.

    Args:
        flags: of one document.
        parses: its pages' results by page number; a flag of a page that is not there is told without its place.
    """
    table = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, show_lines=True)
    table.add_column("Severity", no_wrap=True)
    table.add_column("Page", justify="right", no_wrap=True)
    table.add_column("Place", max_width=20)
    table.add_column("What to look at", ratio=1)
    for flag in flags:
        where = Text(flag_place(flag, parses.get(flag.page_number)))
        table.add_row(severity_text(flag.severity), str(flag.page_number), where, flag_text(flag))
    return table


def flags_overview(flags: Sequence[KeptFlag], names: Mapping[str, str]) -> RichTable:
    """One row a flag of any document, in the order given.

    Args:
        flags: of a tenant.
        names: the documents' names by id in hex.
    """
    table = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Document", no_wrap=True)
    table.add_column("Name", overflow="ellipsis", no_wrap=True, max_width=18)
    table.add_column("Page", justify="right", no_wrap=True)
    table.add_column("Severity", no_wrap=True)
    table.add_column("What to look at", ratio=1)
    for flag in flags:
        document = flag.document_id.hex
        what = Text.assemble((_kind(flag), "bold"), f": {shown(flag.message)}")
        name = shown(names.get(document, ""))
        table.add_row(document[:8], name, str(flag.page_number), severity_text(flag.severity), what)
    return table


def flag_place(flag: Flag, parse: PageParse | None) -> str:
    """A flag's place in words."""
    if flag.place is not None and parse is not None and flag.place.block < len(parse.blocks):
        return place_name(parse, flag.place)
    return "the page" if flag.place is None else f"block {flag.place.block + 1}"


def flag_text(flag: Flag) -> RenderableType:
    """Kind, message and both readings on a few lines."""
    sure = "" if flag.confidence is None else f", {flag.confidence:.0%} sure"
    lines: list[Text] = [Text.assemble((_kind(flag), "bold"), (sure, "dim")), Text(shown(flag.message))]
    if flag.said:
        lines.append(_reading("said   ", runs_said(flag.said, flag.differences)))
    if flag.heard:
        lines.append(_reading("heard  ", runs_heard(flag.heard, flag.differences)))
    if flag.differences:
        lines.append(Text.assemble(("differ ", "dim"), shown(_told(flag.differences))))
    return Group(*lines)


def severity_text(severity: Severity) -> Text:
    """A severity in words and its colour."""
    return Text(severity.value, style=_COLOURS[severity])


def severities(flags: Iterable[Flag]) -> str:
    """How many flags there are of each severity, worst first: `2 high, 1 low`."""
    counts = Counter(flag.severity for flag in flags)
    return ", ".join(f"{counts[severity]:,} {severity.value}" for severity in Severity if counts[severity])


def verdict_counts(parses: Iterable[PageParse]) -> Text:
    """How many values have each verdict; doubts stand out."""
    verdicts = Counter(
        value.evidence.verdict for parse in parses for value in page_values(parse) if value.evidence is not None
    )
    parts = [
        (f"{n:,} {verdict.value.replace('_', ' ')}", "yellow" if verdict in _DOUBTS else "")
        for verdict, n in verdicts.most_common()
    ]
    return Text(", ").join(Text(said, style) for said, style in parts)


def marked(runs: Sequence[Run]) -> Text:
    """A text with what differs marked."""
    return Text.assemble(*((shown(run.text), _DIFFERS if run.differs else "") for run in runs))


def left_out(n_shown: int, *, has_more: bool) -> str:
    """That a list goes on, or nothing."""
    return f"Only the first {counted(n_shown, 'flag')}; --limit shows more." if has_more else ""


def _kind(flag: Flag) -> str:
    kind = flag.kind.value.replace("_", " ")
    return kind if flag.check is None else f"{kind}: {flag.check.value.replace('_', ' ')}"


def _reading(name: str, runs: Sequence[Run]) -> Text:
    return Text.assemble((name, "dim"), marked(excerpt(runs, _LONGEST)))


def _told(differences: Sequence[Difference]) -> str:
    """The differing stretches themselves, for terminals that cannot mark them."""
    pairs = [f"{d.said or 'nothing'} / {d.heard or 'nothing'}" for d in differences[:_MOST_DIFFERENCES]]
    more = len(differences) - len(pairs)
    return "; ".join(pairs) + (f"; {more} more" if more else "")
