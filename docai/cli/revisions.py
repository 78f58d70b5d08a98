"""`docai revisions` and `docai diff`: the results that a page has had, and in which values two of them differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import typer
from rich import box
from rich.table import Table as RichTable
from rich.text import Text

from docai.cli.documents import IdArgument
from docai.cli.output import JsonFlag, notes, print_json, results, shown
from docai.cli.review_output import marked
from docai.cli.session import open_session
from docai.domain.evidence import Verdict
from docai.domain.flags import ValuePlace
from docai.domain.parses import PageParse
from docai.domain.revisions import ChangeKind, Revision, ValueChange
from docai.errors import InvalidRequest
from docai.rendering.differences import Run, between, excerpt, runs_heard, runs_said
from docai.rendering.place_names import place_name

PageOption = Annotated[int, typer.Option("--page", min=1, help="The page.")]
_LONGEST = 100
"""Characters of a value that are shown."""


def revisions(document_id: IdArgument, number: PageOption = 1, as_json: JsonFlag = False) -> None:
    """List the results that a page has had, newest first: who made them, when and why."""
    with open_session() as session:
        document = session.document(document_id)
        found = session.system.reviewing.revisions(session.tenant_id, document.id, number)
    if as_json:
        from docai.api.schemas.revisions import RevisionListOut, RevisionOut

        print_json(RevisionListOut(data=[RevisionOut.of(revision) for revision in found]))
    elif found:
        results().print(_revision_table(sorted(found, key=lambda revision: -revision.number)))
    else:
        notes().print(f"{document.name}, page {number}: nothing was read yet.")


def diff(
    document_id: IdArgument,
    number: PageOption = 1,
    before: Annotated[int | None, typer.Option(min=1, help="A revision; by default the one before the other.")] = None,
    after: Annotated[int | None, typer.Option(min=1, help="A revision; by default the newest.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show in which values two results of a page differ."""
    with open_session() as session:
        document = session.document(document_id)
        where = (session.tenant_id, document.id, number)
        of_page = {revision.number: revision for revision in session.system.reviewing.revisions(*where)}
        newest = max(of_page, default=0) if after is None else after
        older = newest - 1 if before is None else before
        if older < 1:
            raise InvalidRequest(f"Page {number} of {document.name} has one result only.", n_revisions=len(of_page))
        found = session.system.reviewing.diff(*where, older, newest)
    if as_json:
        from docai.api.schemas.revisions import DiffOut

        print_json(DiffOut.of(found, before=older, after=newest))
        return
    if found:
        results().print(change_table(found, of_page[older].parse, of_page[newest].parse))
    notes().print(f"{document.name}, page {number}, revision {older} to {newest}: {change_counts(found)}.")


def change_table(found: Sequence[ValueChange], before: PageParse, after: PageParse) -> RichTable:
    """One row a value that differs.

    Args:
        found: the differences, in the order to show.
        before: the one result of the page, to name places by.
        after: the other.
    """
    table = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("What", no_wrap=True)
    table.add_column("Place", max_width=20)
    table.add_column("Before", ratio=1)
    table.add_column("After", ratio=1)
    for change in found:
        place = _named(after, change.after_place) or _named(before, change.before_place)
        table.add_row(change.kind.value, place, *_values(change))
    return table


def change_counts(found: Sequence[ValueChange]) -> str:
    """How many values differ, by kind: `2 changed, 1 added`."""
    counts = Counter(change.kind for change in found)
    told = [f"{counts[kind]:,} {_NAMES[kind]}" for kind in ChangeKind if counts[kind]]
    return ", ".join(told) or "no value differs"


_NAMES = {
    ChangeKind.CHANGED: "changed",
    ChangeKind.ADDED: "added",
    ChangeKind.REMOVED: "removed",
    ChangeKind.VERDICT: "with another verdict",
    ChangeKind.MOVED: "moved",
}


def _revision_table(found: Sequence[Revision]) -> RichTable:
    table = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Revision", justify="right", no_wrap=True)
    table.add_column("Why", no_wrap=True)
    table.add_column("By")
    table.add_column("When", no_wrap=True)
    table.add_column("Note")
    for revision in found:
        when = f"{revision.created_at.astimezone():%Y-%m-%d %H:%M}"
        who, note = shown(revision.author), shown(revision.note or "")
        table.add_row(str(revision.number), revision.cause.value, who, when, note)
    return table


def _named(parse: PageParse, place: ValuePlace | None) -> str:
    return "" if place is None else place_name(parse, place)


def _values(change: ValueChange) -> tuple[Text, Text]:
    """Both values with their verdicts, what differs between them marked."""
    before, after = change.before or "", change.after or ""
    is_changed = change.kind is ChangeKind.CHANGED
    differences = between(before, after) if is_changed else ()
    return (
        _value(runs_said(before, differences), change.before_verdict),
        _value(runs_heard(after, differences), change.after_verdict),
    )


def _value(runs: Sequence[Run], verdict: Verdict | None) -> Text:
    said = marked(excerpt(runs, _LONGEST))
    return said if verdict is None else said.append(f"\n{verdict.value.replace('_', ' ')}", "dim")
