"""`docai ingest`: take files in, and follow them until they are read."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from docai.cli.output import JsonFlag, counted, notes, print_json, results, state_text
from docai.cli.pairs import pairs
from docai.cli.session import Session, open_session
from docai.domain.documents import DocumentStatus
from docai.domain.jobs import Job
from docai.errors import DocaiError, EmptyFile, InputError, InvalidRequest, UnsupportedFormat

if TYPE_CHECKING:  # the system takes a second to import; `docai --help` can do without
    from docai.system import Submission

_POLL_S = 0.1
_MOST_FLAGS = 100
"""Counted in a document; it is enough to know that there are so many."""
_MAX_BARS = 12
"""Bars shown at once; a folder may hold thousands of documents, a screen does not."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One file's way in: what was submitted, or why it was not."""

    path: Path
    submission: Submission | None
    error: DocaiError | None = None
    n_flags: int = 0
    """What a person should look at, once it is read; at most `_MOST_FLAGS`."""

    @property
    def has_failed(self) -> bool:
        """Whether the file was refused, or nothing of it could be read."""
        return self.submission is None or self.submission.document.status is DocumentStatus.FAILED


def ingest(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH", exists=True, readable=True, help="Files, or folders of files.")
    ],
    password: Annotated[str | None, typer.Option(help="What opens the files that are encrypted.")] = None,
    metadata: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="Something to find these documents by; give it again for more."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Take in PDFs, PNGs, JPEGs and TIFFs, and wait until they are read."""
    said = pairs(metadata, "--metadata") if metadata else None
    files, n_passed_over = _expanded(paths)
    with open_session() as session:
        taken = take_in(session, files, password=password, metadata=said, console=None if as_json else results())
    if as_json:
        _print_as_json(taken, n_passed_over)
    elif n_passed_over:
        notes().print(f"{counted(n_passed_over, 'file')} of other formats passed over.")
    if any(entry.has_failed for entry in taken):
        raise typer.Exit(1)


def take_in(
    session: Session,
    files: Sequence[Path],
    *,
    password: str | None = None,
    metadata: Mapping[str, str] | None = None,
    console: Console | None = None,
) -> list[Taken]:
    """Submit files and wait until each is read; one line per document, and bars where the console is a terminal.

    Raises:
        StoreError: a store failed; files before are kept.
    """
    taken = [_submitted(session, path, password, metadata) for path in files]
    return followed(session, taken, console)


def _expanded(paths: Sequence[Path]) -> tuple[list[Path], int]:
    """The files named and those in the folders named, and how many of these are of formats that are not read."""
    files: list[Path] = []
    n_passed_over = 0
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        for entry in sorted(path.rglob("*")):
            if entry.is_file() and not entry.name.startswith("."):
                if _is_document(entry):
                    files.append(entry)
                else:
                    n_passed_over += 1
    if not files:
        raise InvalidRequest("There is no PDF, PNG, JPEG or TIFF in these folders.", n_passed_over=n_passed_over)
    return files, n_passed_over


def _is_document(path: Path) -> bool:
    from docai.pipeline.ingest import SNIFFED_BYTES, sniff

    with path.open("rb") as stream:
        try:
            sniff(stream.read(SNIFFED_BYTES))
        except (UnsupportedFormat, EmptyFile):
            return False
    return True


def _submitted(session: Session, path: Path, password: str | None, metadata: Mapping[str, str] | None) -> Taken:
    submit = session.system.submit
    try:
        with path.open("rb") as stream:
            return Taken(path, submit(session.tenant_id, stream, path.name, password=password, metadata=metadata))
    except InputError as error:
        return Taken(path, None, error)


def followed(session: Session, taken: Sequence[Taken], console: Console | None) -> list[Taken]:
    """What was submitted, once it is read; one line per document, and bars where the console is a terminal."""
    done: dict[int, Taken] = {}
    with _bars(console) as progress:
        tasks: dict[int, TaskID] = {}
        while len(done) < len(taken):
            for i, entry in enumerate(taken):
                if i in done:
                    continue
                ended = _looked_at(session, entry, progress, tasks, i)
                if ended is not None:
                    done[i] = ended
                    if console is not None:
                        progress.console.print(_line(ended))
            time.sleep(_POLL_S if len(done) < len(taken) else 0)
    return [done[i] for i in range(len(taken))]


def _looked_at(session: Session, entry: Taken, progress: Progress, tasks: dict[int, TaskID], i: int) -> Taken | None:
    """The entry with its document and job as they ended; None while it is being read, its bar moved on."""
    if entry.submission is None:
        return entry
    job = session.system.job(session.tenant_id, entry.submission.job.id)
    if not job.state.is_final:
        if i not in tasks and len(tasks) < _MAX_BARS:
            tasks[i] = progress.add_task(_short(entry.path.name), total=None)
        if i in tasks:
            progress.update(tasks[i], completed=job.pages_done, total=job.pages_total)
        return None
    if i in tasks:
        progress.remove_task(tasks.pop(i))
    document = session.system.document(session.tenant_id, entry.submission.document.id)
    flags = session.system.reviewing.flags(session.tenant_id, document.id, limit=_MOST_FLAGS)
    return Taken(entry.path, replace(entry.submission, document=document, job=job), n_flags=len(flags))


def _bars(console: Console | None) -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("pages"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=console is None or not console.is_terminal,
    )


def _line(entry: Taken) -> Text:
    """One document's outcome."""
    if entry.submission is None:
        return Text.assemble(("failed", "red"), f"  {entry.path.name}: {entry.error}")
    document, job = entry.submission.document, entry.submission.job
    facts = [document.id.hex[:8], counted(document.n_pages, "page") if document.n_pages else "", _seconds(job)]
    if not entry.submission.is_new:
        facts[-1] = "was here already"
    if document.fault is not None:
        facts.append(document.fault.message)
    elif job.pages_failed:
        facts.append(f"{job.pages_failed} failed")
    if entry.n_flags:
        more = "+" if entry.n_flags == _MOST_FLAGS else ""
        facts.append(f"{entry.n_flags}{more} to look at")
    return Text.assemble(state_text(document.status), "  ", (document.name, "bold"), "  ", _joined(facts))


def _joined(facts: Sequence[str]) -> str:
    return ", ".join(fact for fact in facts if fact)


def _seconds(job: Job) -> str:
    if job.started_at is None or job.finished_at is None:
        return ""
    return f"{(job.finished_at - job.started_at).total_seconds():.1f} s"


def _short(name: str, most: int = 28) -> str:
    return name if len(name) <= most else f"{name[: most - 12]}...{name[-9:]}"


def _print_as_json(taken: Sequence[Taken], n_passed_over: int) -> None:
    from docai.api.schemas.documents import SubmissionOut
    from docai.cli.schemas import IngestedOut, IngestOut, ProblemOut

    data = [
        IngestedOut(
            path=str(entry.path),
            submission=SubmissionOut.of(entry.submission) if entry.submission else None,
            problem=ProblemOut.of(entry.error) if entry.error else None,
        )
        for entry in taken
    ]
    print_json(IngestOut(data=data, n_passed_over=n_passed_over))
