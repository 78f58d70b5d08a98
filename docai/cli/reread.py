"""`docai reread`: a document's pages read again by the settings of now, another model for one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from docai.cli.documents import IdArgument
from docai.cli.ingest import Taken, followed
from docai.cli.output import JsonFlag, notes, print_json, results
from docai.cli.page_ranges import PagesOption, page_numbers
from docai.cli.session import open_session


def reread(
    document_id: IdArgument,
    pages: PagesOption = None,
    password: Annotated[str | None, typer.Option(help="What opens it, if it is encrypted.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Read a document again with the present settings, and wait until it is read; earlier results are kept."""
    from docai.system import Submission

    numbers = page_numbers(pages)
    with open_session() as session:
        document = session.document(document_id)
        job = session.system.jobs.reread(session.tenant_id, document.id, pages=numbers, password=password)
        taken = Taken(Path(document.name), Submission(document=document, job=job, is_new=True))
        (ended,) = followed(session, [taken], None if as_json else results())
    if as_json and ended.submission is not None:
        from docai.api.schemas.documents import SubmissionOut

        print_json(SubmissionOut.of(ended.submission))
    if ended.has_failed:
        raise typer.Exit(1)
    if not as_json:
        notes().print(f"`docai diff {document.id.hex[:8]} --page N` shows what a page says otherwise than before.")
