"""`docai review`: what a person should look at in a document, worst first; with pictures, and corrected on the spot."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from docai.cli.correcting import walk
from docai.cli.documents import IdArgument
from docai.cli.output import JsonFlag, counted, notes, print_json, results
from docai.cli.page_ranges import PagesOption, page_numbers
from docai.cli.review_output import flag_table, left_out, severities
from docai.cli.session import Session, open_session
from docai.domain.documents import Document, DocumentStatus, Page
from docai.domain.flags import FlagKind, Severity
from docai.domain.ids import DocumentId
from docai.domain.kept_flags import DocumentFlagPlace, KeptFlag
from docai.errors import InvalidRequest

KindOption = Annotated[
    list[FlagKind] | None, typer.Option("--kind", help="Only flags of this kind; may be given several times.")
]
SeverityOption = Annotated[
    list[Severity] | None, typer.Option("--severity", help="Only flags as bad as this; may be given several times.")
]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Most flags to show.")]
AuthorOption = Annotated[
    str | None, typer.Option("--author", help="Who says what stands on the page; by default whoever is logged in.")
]
NoteOption = Annotated[str | None, typer.Option("--note", help="Something to keep with the corrections.")]
_LIST_PAGE = 200


def review(  # noqa: PLR0913, PLR0917 - each is an option of the command
    document_id: IdArgument,
    pages: PagesOption = None,
    kinds: KindOption = None,
    severity: SeverityOption = None,
    limit: LimitOption = 50,
    html: Annotated[
        Path | None, typer.Option(help="Write one HTML page with pictures of the places and both readings.")
    ] = None,
    crops: Annotated[Path | None, typer.Option(help="Write a picture of each place into this folder.")] = None,
    correct: Annotated[
        bool, typer.Option("--correct", help="Ask of each flag what stands on the page, and keep the answers.")
    ] = False,
    author: AuthorOption = None,
    note: NoteOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Show what a person should look at in a document, worst first."""
    if correct and (as_json or not sys.stdin.isatty()):
        raise InvalidRequest("--correct asks questions; `docai correct` takes the answers from a script.")
    wanted = _Wanted(page_numbers(pages), kinds or (), severity or (), limit)
    with open_session() as session:
        document = session.document(document_id)
        found, has_more = _flags(session, document.id, wanted)
        numbers = dict.fromkeys(flag.page_number for flag in found)
        of_pages = {number: session.system.page(session.tenant_id, document.id, number) for number in numbers}
        if html is not None or crops is not None:
            from docai.cli.review_pictures import exhibits, write_crops, write_html

            pictured = exhibits(session, document, found, of_pages)
            if html is not None:
                write_html(html, document, pictured, has_more=has_more)
            if crops is not None:
                write_crops(crops, pictured)
        if correct:
            _correct(session, found, of_pages, author=author or login_name(), note=note)
            return
    if as_json:
        from docai.api.schemas.flags import FlagListOut, FlagOut

        print_json(FlagListOut(data=[FlagOut.of(flag) for flag in found], has_more=has_more, next_cursor=None))
    elif found:
        parses = {number: page.parse for number, page in of_pages.items() if page.parse is not None}
        results().print(flag_table(found, parses))
        more = left_out(len(found), has_more=has_more)
        notes().print(f"{document.name}: {severities(found)}. {more}".rstrip() + _caveat(document), soft_wrap=True)
    else:
        notes().print(f"{document.name}: nothing to look at.{_caveat(document)}", soft_wrap=True)


def login_name() -> str:
    """Who is logged in.

    Raises:
        InvalidRequest: this machine does not say.
    """
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:  # an account without a name
        raise InvalidRequest("Nobody is logged in by name; give --author.") from error


def _caveat(document: Document) -> str:
    """Why there may be more to look at than there are flags; empty if there is not."""
    if not document.status.is_final:
        return " It is still being read; this is of the pages read so far."
    if document.status is not DocumentStatus.READY:
        return " What could not be read has no flags; `docai show` tells of it."
    return ""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which flags to show."""

    pages: Sequence[int]
    kinds: Sequence[FlagKind]
    severities: Sequence[Severity]
    limit: int


def _flags(session: Session, document_id: DocumentId, wanted: _Wanted) -> tuple[list[KeptFlag], bool]:
    """At most so many flags, worst first, and whether there are more."""
    found: list[KeptFlag] = []
    after: DocumentFlagPlace | None = None
    while len(found) <= wanted.limit:
        part = session.system.reviewing.flags(
            session.tenant_id,
            document_id,
            pages=wanted.pages,
            kinds=wanted.kinds,
            severities=wanted.severities,
            limit=min(_LIST_PAGE, wanted.limit + 1 - len(found)),
            after=after,
        )
        if not part:
            break
        found += part
        after = part[-1].place_in_document
    return found[: wanted.limit], len(found) > wanted.limit


def _correct(
    session: Session, flags: Sequence[KeptFlag], pages: Mapping[int, Page], *, author: str, note: str | None
) -> None:
    """Ask about the flags page by page, that with the worst flag first, and keep each page's answers as one review."""
    console = notes()
    for number, page in pages.items():
        if page.parse is None:
            continue
        of_page = [flag for flag in flags if flag.page_number == number]
        walked = walk(page.parse, of_page, ask=_ask, console=console)
        if walked.corrections:
            revision = session.system.reviewing.review(
                session.tenant_id,
                page.document_id,
                number,
                walked.corrections,
                author=author,
                note=note,
                base_revision=page.revision or 0,
            )
            said = counted(len(walked.corrections), "value")
            console.print(f"Page {number}: {said} kept as revision {revision.number}, by {author}.")
        if walked.has_quit:
            break


def _ask(question: str) -> str:
    return str(typer.prompt(question, default="", show_default=False, prompt_suffix="", err=True))
