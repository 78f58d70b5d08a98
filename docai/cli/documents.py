"""`docai list`, `show`, `tables` and `delete`: the documents that were taken in."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from docai.cli.output import JsonFlag, counted, notes, print_json, results, save, shown, state_text, write
from docai.cli.session import Session, open_session
from docai.cli.summary import summary
from docai.domain.documents import Document, Page
from docai.domain.tables import CellRole, Table
from docai.errors import InvalidRequest, PageNotFound, PageOutOfRange

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The document's id, or enough of its start.")]


class ShowFormat(StrEnum):
    """How a document's content is printed."""

    MARKDOWN = "md"
    JSON = "json"
    HTML = "html"


class TableFormat(StrEnum):
    """How tables are printed."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    HTML = "html"


def list_documents(as_json: JsonFlag = False) -> None:
    """List the documents, newest first."""
    with open_session() as session:
        documents = list(session.documents())
    if as_json:
        from docai.api.schemas.documents import DocumentListOut, DocumentOut

        print_json(DocumentListOut(data=[DocumentOut.of(d) for d in documents], has_more=False, next_cursor=None))
    elif documents:
        results().print(_overview(documents))
    else:
        notes().print("No documents yet; `docai ingest PATH` takes some in.")


def show(
    document_id: IdArgument,
    form: Annotated[ShowFormat, typer.Option("--format", help="What to print.")] = ShowFormat.MARKDOWN,
    number: Annotated[int | None, typer.Option("--page", min=1, help="Only this page.")] = None,
    verdicts: Annotated[
        Path | None, typer.Option(help="Write the page as PNG with every value's box coloured by its verdict.")
    ] = None,
    only: Annotated[
        str | None,
        typer.Option(help="What to draw in that picture, separated by commas: conflict,partial,omission and the like."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Print what a document says, in reading order."""
    with open_session() as session:
        document, pages = session.content(document_id)
        pages = _chosen(document, pages, number)
        if verdicts is not None:
            save(verdicts, _verdict_picture(session, document, pages, only))
    if as_json or form is ShowFormat.JSON:
        from docai.api.schemas.pages import ContentOut

        print_json(ContentOut.of(document, pages))
        return
    if form is ShowFormat.HTML:
        from docai.rendering.html import document_html

        write(document_html(document, pages))
    else:
        from docai.rendering.markdown import document_markdown

        write(document_markdown(pages))
    notes().print(summary(document, pages), soft_wrap=True)


def tables(
    document_id: IdArgument,
    form: Annotated[TableFormat, typer.Option("--format", help="How to print them.")] = TableFormat.TEXT,
    number: Annotated[int | None, typer.Option(min=1, help="Only this table of the document.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Print a document's tables; several as CSV are parted by an empty line."""
    with open_session() as session:
        document, pages = session.content(document_id)
    found = [(page.number, table) for page in pages if page.parse for table in page.parse.tables]
    if number is not None and number > len(found):
        raise PageOutOfRange(f"{document.name} has {len(found)} tables.", n_tables=len(found))
    chosen = [(n, page, table) for n, (page, table) in enumerate(found, start=1) if number in {None, n}]
    if as_json or form is TableFormat.JSON:
        from docai.api.schemas.tables import TableListOut

        print_json(TableListOut.of(pages, number=number))
    elif form is TableFormat.HTML:
        _write_html(document, pages, None if number is None else chosen[0][2])
    elif form is TableFormat.CSV:
        from docai.rendering.csv import table_csv

        sys.stdout.write("\r\n".join(table_csv(table) for _, _, table in chosen))
    else:
        _print_tables(chosen, document, results())


def delete(
    document_id: IdArgument,
    is_sure: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Delete a document with everything made of it."""
    with open_session() as session:
        document = session.document(document_id)
        if not is_sure:
            if as_json or not sys.stdin.isatty():
                raise InvalidRequest(f"{document.name} is not deleted without being sure; give --yes.")
            typer.confirm(f"Delete {document.name} ({document.id})?", abort=True, err=True)
        erasure = session.system.delete(session.tenant_id, document.id)
    if as_json:
        from docai.api.schemas.erasures import ErasureOut
        from docai.cli.schemas import DeletedOut

        print_json(DeletedOut(id=document.id, name=document.name, erasure=ErasureOut.of(erasure)))
    else:
        pages = f"{erasure.n_pages} page{'' if erasure.n_pages == 1 else 's'}, {erasure.n_blobs} files"
        checked = "nothing is left in any store" if erasure.verified_at else "verified once no worker holds it"
        notes().print(f"Deleted {document.name} ({document.id}): {pages}; {checked}.")


def _overview(documents: Sequence[Document]) -> RichTable:
    table = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Id", no_wrap=True)
    table.add_column("Name", overflow="ellipsis", no_wrap=True, max_width=32)
    table.add_column("Status", no_wrap=True)
    table.add_column("Pages", justify="right")
    table.add_column("Taken in", no_wrap=True)
    for document in documents:
        pages = "" if document.n_pages is None else str(document.n_pages)
        taken_in = f"{document.created_at.astimezone():%Y-%m-%d %H:%M}"
        table.add_row(document.id.hex[:8], document.name, state_text(document.status), pages, taken_in)
    return table


def _chosen(document: Document, pages: Sequence[Page], number: int | None) -> Sequence[Page]:
    """All pages, or the one that was asked for."""
    chosen = [page for page in pages if number in {None, page.number}]
    if number is not None and not chosen:
        raise PageOutOfRange(f"{document.name} has {counted(len(pages), 'page')}.", n_pages=len(pages))
    return chosen


def _verdict_picture(session: Session, document: Document, pages: Sequence[Page], only: str | None) -> bytes:
    from docai.rendering.verdict_pictures import verdict_picture
    from docai.rendering.verdict_styles import marks_named

    wanted = marks_named(only)
    if len(pages) != 1:
        raise InvalidRequest(f"{document.name} has {counted(len(pages), 'page')}; say with --page which to draw.")
    (page,) = pages
    if page.parse is None:
        raise PageNotFound(f"Nothing was read on page {page.number}, so there is nothing to draw.")
    image = session.system.page_image(session.tenant_id, document.id, page.number)
    return verdict_picture(image, page.parse, only=wanted)


def _write_html(document: Document, pages: Sequence[Page], table: Table | None) -> None:
    from docai.rendering.html import table_html, tables_html

    write(tables_html(document, pages) if table is None else table_html(table, with_evidence=True, with_caption=True))


def _print_tables(chosen: Sequence[tuple[int, int, Table]], document: Document, console: Console) -> None:
    if not chosen:
        notes().print(f"{document.name} has no tables.")
    for number, page_number, table in chosen:
        facts = f", page {page_number}: {table.n_rows} rows, {table.n_cols} columns"
        console.print(Text.assemble((f"Table {number}", "bold"), facts))
        console.print(_grid(table))


def _grid(table: Table) -> RichTable:
    """The table drawn in the terminal; a merged cell's text stands in its first place."""
    drawn = RichTable(box=box.SQUARE, show_header=False, show_lines=True)
    for _ in range(table.n_cols):
        drawn.add_column()
    for row in range(table.n_rows):
        cells = [(table.at(row, col), col) for col in range(table.n_cols)]
        texts = [(cell, cell.text if (cell.row, cell.col) == (row, col) else "") for cell, col in cells]
        drawn.add_row(*(Text(shown(text), "" if cell.role is CellRole.DATA else "bold") for cell, text in texts))
    return drawn
