"""`docai replay`: what a document's pages would be read as today, held against what was saved; nothing is saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from docai.cli.documents import IdArgument
from docai.cli.output import JsonFlag, notes, print_json, results
from docai.cli.page_ranges import PagesOption, page_numbers
from docai.cli.session import Session, open_session
from docai.domain.documents import Document

if TYPE_CHECKING:  # the system takes a second to import; `docai --help` can do without
    from docai.replaying.replaying import PageReplay


def replay(
    document_id: IdArgument,
    pages: PagesOption = None,
    password: Annotated[str | None, typer.Option(help="What opens it, if it is encrypted.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Read a document's pages again without saving them, and show what comes out otherwise; exit code 1 if anything."""
    numbers = page_numbers(pages)
    with open_session() as session:
        document = session.document(document_id)
        replays = _replayed(session, document, numbers, password, shows_progress=not as_json)
    if as_json:
        from docai.cli.replay_schemas import ReplayOut

        print_json(ReplayOut.of(document, replays))
    else:
        from docai.cli.replay_output import replays_told

        results().print(replays_told(document, replays))
    if not all(each.is_same for each in replays):
        raise typer.Exit(1)


def _replayed(
    session: Session, document: Document, numbers: Sequence[int], password: str | None, *, shows_progress: bool
) -> list[PageReplay]:
    replaying, tenant_id = session.system.replaying, session.tenant_id
    n_pages = len(replaying.page_numbers(tenant_id, document.id, numbers))
    console = notes()
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("pages"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not (shows_progress and console.is_terminal),
    ) as progress:
        read_again = replaying.replay(tenant_id, document.id, numbers=numbers, password=password)
        return list(progress.track(read_again, total=n_pages, description="reading again"))
