"""`docai index`: which page indexes there are, and changing over from one encoder to another; also while docai runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from docai.cli.index_output import (
    BuiltOut,
    IndexesOut,
    SwitchedOut,
    VerifiedOut,
    comparison_out,
    index_out,
    name_of,
    print_comparison,
    print_indexes,
    print_switch,
)
from docai.cli.output import JsonFlag, counted, notes, print_json, results
from docai.cli.session import prepare, read_settings
from docai.errors import Conflict, InvalidRequest

if TYPE_CHECKING:  # each takes a second to import; `docai --help` can do without
    from docai.assembly.indexing import Indexing
    from docai.domain.indexes import IndexEntry
    from docai.pipeline.reconcile import Differences

index = typer.Typer(
    help="The page indexes: which there are, and changing over from one encoder to another.", no_args_is_help=True
)
NameArgument = Annotated[
    str, typer.Argument(metavar="INDEX", help="An index's name or its start; `docai index status` shows them.")
]


@index.command()
def status(as_json: JsonFlag = False) -> None:
    """Show the page indexes: which is in use, and how far each is filled."""
    with _opened() as indexing:
        found = [index_out(indexing.records.indexes, entry) for entry in indexing.records.indexes.all()]
    if as_json:
        print_json(IndexesOut(indexes=found))
    elif not found:
        notes().print("There is no index yet: the first page that is read makes one.")
    else:
        print_indexes(found)


@index.command()
def build(
    model: Annotated[
        str | None,
        typer.Option(help="The encoder: `ngram`, a profile, a folder or a hub id; unset: DOCAI_EMBEDDER__MODEL."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Embed every stored page under another encoder, beside the index in use; going on where it was stopped."""
    from docai.pipeline.backfill import Backfill

    with _opened() as indexing:
        wanted = model or indexing.settings.embedder.model
        embedder = indexing.embedder(wanted)
        entry = indexing.entered(embedder, wanted)
        missing = indexing.records.indexes.n_missing(entry.encoder)
        filler = Backfill(indexing.records, indexing.blobs, indexing.indexes, embedder)
        with _bar("Embedding pages", missing, is_shown=not as_json) as advance:
            filled = filler.fill(advance)
        built = index_out(indexing.records.indexes, entry)
    if as_json:
        print_json(BuiltOut(index=built, n_embedded=filled.n_embedded, n_failed=filled.n_failed))
    else:
        notes().print(
            f"{counted(filled.n_embedded, 'page')} embedded; {built.name} has {counted(built.n_pages, 'page')}."
        )
        if filled.n_failed:
            notes().print(
                f"{counted(filled.n_failed, 'page')} could not be embedded; the log says why.", style="yellow"
            )
        elif built.state != "active":
            notes().print(
                f"Measure it with `docai index compare`, put it in use with `docai index switch {built.name}`."
            )
    if filled.n_failed:
        raise typer.Exit(1)


@index.command()
def compare(
    name: NameArgument,
    n_queries: Annotated[int, typer.Option("--queries", min=1, help="Most logged queries to ask.")] = 200,
    judged: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help='Judged queries instead, a JSON object a line: {"query": …, "pages": [{"document": ID, "page": 1}]}.',
        ),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Ask the index in use and another one the same queries: how far they agree, and how fast each is."""
    from docai.cli.index_queries import judged_queries, logged_queries, ranking
    from docai.query.compare import compare as compare_rankings

    with _opened() as indexing:
        active, other = _in_use(indexing), _named(indexing, name)
        records = indexing.records
        queries = logged_queries(records, n_queries) if judged is None else judged_queries(records, judged)
        one, two = (ranking(indexing, indexing.embedder_of(entry)) for entry in (active, other))
        with _bar("Asking", len(queries), is_shown=not as_json) as advance:
            found = compare_rankings(queries, one, two, lambda: advance(1))
    names = (name_of(active), name_of(other))
    if as_json:
        print_json(comparison_out(names, found))
    else:
        print_comparison(names, found)


@index.command()
def switch(
    name: NameArgument,
    is_forced: Annotated[bool, typer.Option("--force", help="Also while pages are missing from it.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Put another index in use, at once and for all processes; the one before is kept to go back to."""
    with _opened() as indexing:
        entry = _named(indexing, name)
        missing = indexing.records.indexes.n_missing(entry.encoder)
        if missing and not is_forced:
            raise Conflict(
                f"{counted(missing, 'page')} of the store would not be found: they are missing from {name_of(entry)}. "
                f"Run `docai index build --model {entry.model}` again, or switch with --force.",
                missing=missing,
            )
        switched = _activate(indexing, entry)
    if as_json:
        print_json(switched)
    else:
        print_switch(switched)


@index.command()
def rollback(as_json: JsonFlag = False) -> None:
    """Put the index in use again that was in use before the last switch."""
    from docai.domain.indexes import IndexState

    with _opened() as indexing:
        before = [e for e in indexing.records.indexes.all() if e.state is IndexState.PREVIOUS]
        if not before:
            raise Conflict("There is no earlier index to go back to.")
        switched = _activate(indexing, before[0])
    if as_json:
        print_json(switched)
    else:
        print_switch(switched)


@index.command()
def verify(
    is_mending: Annotated[
        bool, typer.Option("--repair", help="Remove what should not be there, and embed what is missing.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Compare the index in use with the records, page by page; exit code 1 if they differ and are not repaired."""
    from docai.pipeline.reconcile import compare as differences_of

    with _opened() as indexing:
        entry = _in_use(indexing)
        physical = indexing.indexes.of(entry.encoder)
        found = differences_of(physical, indexing.records.indexes, entry.encoder)
        n_mended = _repair(indexing, entry, found) if is_mending and not found.is_clean else 0
    n_found = len(found.orphans) + len(found.lost) + found.n_missing
    if as_json:
        said = VerifiedOut(
            name=name_of(entry),
            n_orphans=len(found.orphans),
            n_lost=len(found.lost),
            n_missing=found.n_missing,
            is_clean=found.is_clean,
            n_mended=n_mended,
        )
        print_json(said)
    elif found.is_clean:
        results().print(f"{name_of(entry)} and the records agree.")
    else:
        results().print(
            f"{name_of(entry)}: {counted(len(found.orphans), 'page')} without a record, "
            f"{counted(len(found.lost), 'page')} lost, {counted(found.n_missing, 'page')} not embedded; "
            f"{n_mended} mended."
        )
        if not is_mending:
            notes().print("`docai index verify --repair` mends this.")
    if n_mended < n_found:
        raise typer.Exit(1)


@index.command()
def drop(name: NameArgument, as_json: JsonFlag = False) -> None:
    """Remove an index that is not in use, with all its vectors."""
    from docai.domain.indexes import IndexState

    with _opened() as indexing:
        entry = _named(indexing, name)
        if entry.state is IndexState.ACTIVE:
            raise Conflict(f"{name_of(entry)} is in use; switch to another index first.")
        dropped = index_out(indexing.records.indexes, entry)
        # The record first: an index that is gone and still on record would fail every deletion.
        indexing.records.indexes.remove(entry.encoder)
        indexing.shelf.drop(entry.encoder)
    if as_json:
        print_json(dropped)
    else:
        notes().print(f"{dropped.name} is gone, with the vectors of {counted(dropped.n_pages, 'page')}.")


# ---------------------------------------------------------------- within


@contextmanager
def _opened() -> Iterator[Indexing]:
    settings = read_settings()
    prepare(settings)
    from docai.assembly.indexing import open_indexing

    with open_indexing(settings) as indexing:
        yield indexing


@contextmanager
def _bar(title: str, total: int, *, is_shown: bool) -> Iterator[Callable[[int], None]]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    console = notes()
    with Progress(
        *columns, console=console, transient=True, disable=not (is_shown and console.is_terminal)
    ) as progress:
        task = progress.add_task(title, total=total)
        yield lambda n: progress.advance(task, n)


def _activate(indexing: Indexing, entry: IndexEntry) -> SwitchedOut:
    before = indexing.records.indexes.active()
    if before is not None and before.encoder == entry.encoder:
        raise Conflict(f"{name_of(entry)} is in use already.")
    indexing.records.indexes.activate(entry.encoder)
    indexing.shelf.point_to(entry.encoder)
    now = next(e for e in indexing.records.indexes.all() if e.encoder == entry.encoder)
    return SwitchedOut(index=index_out(indexing.records.indexes, now), before=name_of(before) if before else None)


def _repair(indexing: Indexing, entry: IndexEntry, found: Differences) -> int:
    from docai.pipeline.backfill import Backfill
    from docai.pipeline.reconcile import mend

    physical = indexing.indexes.of(entry.encoder)
    mend(found, physical, indexing.records, entry.encoder)
    if not (found.lost or found.n_missing):
        return len(found.orphans)
    embedder = indexing.embedder_of(entry)
    filled = Backfill(indexing.records, indexing.blobs, indexing.indexes, embedder).fill()
    return len(found.orphans) + filled.n_embedded


def _in_use(indexing: Indexing) -> IndexEntry:
    active = indexing.records.indexes.active()
    if active is None:
        raise Conflict("There is no index yet: the first page that is read makes one.")
    return active


def _named(indexing: Indexing, start: str) -> IndexEntry:
    """The one index whose name starts like this.

    Raises:
        InvalidRequest: there is none, or there are several.
    """
    known = indexing.records.indexes.all()
    found = [entry for entry in known if name_of(entry).startswith(start)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(name_of(entry) for entry in known) or "none"
    raise InvalidRequest(f"{len(found)} indexes' names start with {start!r}; there are: {names}.")
