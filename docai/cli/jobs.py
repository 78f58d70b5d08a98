"""`docai jobs`, `cancel` and `retry`: what is being read, and what is to be read no more or again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table as RichTable

from docai.cli.documents import IdArgument
from docai.cli.ingest import Taken, followed
from docai.cli.output import JsonFlag, counted, notes, print_json, results, shown
from docai.cli.session import Session, open_session
from docai.domain.documents import Document
from docai.domain.jobs import Job, JobPlace, JobState
from docai.errors import JobNotFound

_LIST_PAGE = 200
_UNFINISHED = tuple(state for state in JobState if not state.is_final)


def jobs(
    states: Annotated[
        list[JobState] | None, typer.Option("--state", help="Only jobs in this state; may be given several times.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """List the jobs that have not ended, or those in the states asked for, newest first."""
    with open_session() as session:
        found = _all(session, states or _UNFINISHED)
        names = {} if as_json else {job.document_id: _name(session, job) for job in found}
    if as_json:
        from docai.api.schemas.jobs import JobListOut, JobOut

        print_json(JobListOut(data=[JobOut.of(job) for job in found], has_more=False, next_cursor=None))
    elif found:
        table = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
        for title in ("Document", "Name", "State", "Pages", "At", "Seconds left"):
            table.add_column(title, no_wrap=True)
        for job in found:
            table.add_row(job.document_id.hex[:8], shown(names[job.document_id]), job.state.value, *_progress(job))
        results().print(table)
    else:
        notes().print("No such jobs." if states else "Nothing is being read.")


def cancel(document_id: IdArgument, as_json: JsonFlag = False) -> None:
    """Stop reading a document; pages that were read are kept."""
    with open_session() as session:
        document, job = _job_of(session, document_id)
        cancelled = session.system.jobs.cancel(session.tenant_id, job.id)
    if as_json:
        from docai.api.schemas.jobs import JobOut

        print_json(JobOut.of(cancelled))
    else:
        kept = cancelled.pages_done - cancelled.pages_failed
        notes().print(f"Cancelled {document.name} ({document.id}); {counted(kept, 'page')} kept.")


def retry(
    document_id: IdArgument,
    password: Annotated[str | None, typer.Option(help="What opens it, if it is encrypted.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Read again what failed of a document, and wait until it is read; its other pages are left alone."""
    from docai.system import Submission

    with open_session() as session:
        document, job = _job_of(session, document_id)
        begun = session.system.jobs.retry(session.tenant_id, job.id, password=password)
        taken = Taken(Path(document.name), Submission(document=document, job=begun, is_new=True))
        (ended,) = followed(session, [taken], None if as_json else results())
    if as_json and ended.submission is not None:
        from docai.api.schemas.documents import SubmissionOut

        print_json(SubmissionOut.of(ended.submission))
    if ended.has_failed:
        raise typer.Exit(1)


def _all(session: Session, states: Sequence[JobState]) -> list[Job]:
    found: list[Job] = []
    after: JobPlace | None = None
    while part := session.system.jobs.list(session.tenant_id, limit=_LIST_PAGE, after=after, states=states):
        found += part
        after = part[-1].place
    return found


def _name(session: Session, job: Job) -> str:
    return session.system.document(session.tenant_id, job.document_id).name


def _job_of(session: Session, document_id: str) -> tuple[Document, Job]:
    document = session.document(document_id)
    job = session.system.job_of(session.tenant_id, document.id)
    if job is None:
        raise JobNotFound(f"{document.name} has no job.")
    return document, job


def _progress(job: Job) -> tuple[str, str, str]:
    pages = "" if job.pages_total is None else f"{job.pages_done}/{job.pages_total}"
    left = "" if job.seconds_left is None else f"{job.seconds_left:.0f}"
    return pages, ", ".join(count.stage.value for count in job.stages), left
