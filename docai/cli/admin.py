"""`docai admin`: the work of all tenants, for operators; also while docai runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import BaseModel
from rich import box
from rich.table import Table as RichTable

from docai.cli.cloud import cloud
from docai.cli.output import JsonFlag, counted, notes, print_json, results, shown
from docai.cli.session import prepare, read_settings
from docai.domain.workers import DeadItem, QueueDepth, WorkerStatus
from docai.errors import InvalidRequest

if TYPE_CHECKING:  # takes a second to import; `docai --help` can do without
    from docai.operations import Operations, Requeued

admin = typer.Typer(help="The work of all tenants: what waits, who works, what was given up.", no_args_is_help=True)
admin.add_typer(cloud, name="cloud")


class QueuesOut(BaseModel):
    """`docai admin queues`."""

    queues: list[QueueDepth]


class WorkersOut(BaseModel):
    """`docai admin workers`."""

    workers: list[WorkerStatus]


class DeadOut(BaseModel):
    """`docai admin dead`."""

    items: list[DeadItem]


class RequeuedOut(BaseModel):
    """One item that was to be put back."""

    item_id: int
    outcome: str
    document_id: str | None
    job_id: str | None

    @classmethod
    def of(cls, entry: Requeued) -> RequeuedOut:
        """The wire form."""
        document_id = None if entry.document_id is None else str(entry.document_id)
        job_id = None if entry.job_id is None else str(entry.job_id)
        return cls(item_id=entry.item_id, outcome=entry.outcome.value, document_id=document_id, job_id=job_id)


class RequeueOut(BaseModel):
    """`docai admin requeue`."""

    items: list[RequeuedOut]


@admin.command()
def queues(as_json: JsonFlag = False) -> None:
    """Show how much work waits for each capability, and for how long."""
    with _opened() as operations:
        found = list(operations.queues())
    if as_json:
        print_json(QueuesOut(queues=found))
        return
    head = ("Capability", "Waiting", "of these delayed", "Leased", "Dead", "Oldest waits")
    rows = (
        (q.capability.value, q.n_pending, q.n_delayed, q.n_leased, q.n_dead, f"{q.oldest_due_s:.0f} s") for q in found
    )
    _print(head, rows)


@admin.command()
def workers(as_json: JsonFlag = False) -> None:
    """Show the workers that said something within the last two minutes."""
    with _opened() as operations:
        found = list(operations.workers())
    if as_json:
        print_json(WorkersOut(workers=found))
        return
    head = ("Worker", "State", "Capabilities", "Leased", "Done", "Last progress", "Last heard of")
    rows = (
        (
            worker.name,
            worker.state.value,
            ", ".join(worker.capabilities),
            worker.n_leased,
            worker.n_done,
            f"{worker.idle_s + worker.seen_s_ago:.0f} s ago",
            f"{worker.seen_s_ago:.0f} s ago",
        )
        for worker in found
    )
    _print(head, rows)


@admin.command()
def dead(
    as_json: JsonFlag = False,
    limit: Annotated[int, typer.Option(min=1, help="Most items to show, newest first.")] = 100,
) -> None:
    """Show the work that was given up, and why."""
    with _opened() as operations:
        found = list(operations.dead(limit))
    if as_json:
        print_json(DeadOut(items=found))
        return
    head = ("Item", "Ended", "Document", "Page", "Stage", "Errors", "Crashes", "Why")
    rows = (
        (
            item.id,
            f"{item.finished_at:%Y-%m-%d %H:%M:%S}",
            item.document_id,
            item.page_number or "all",
            item.stage.value,
            item.errors,
            item.crashes,
            shown(f"{item.fault.code}: {item.fault.message}") if item.fault else "",
        )
        for item in found
    )
    _print(head, rows)


@admin.command()
def requeue(
    items: Annotated[
        list[int] | None, typer.Argument(help="Numbers of dead items; `docai admin dead` shows them.")
    ] = None,
    is_all: Annotated[bool, typer.Option("--all", help="Every dead item.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Have what was given up done again: a new job reads what failed of each document; what was read is kept."""
    if bool(items) == is_all:
        raise InvalidRequest("Name dead items, or give --all.")
    with _opened() as operations:
        done = operations.requeue_all() if is_all else operations.requeue(set(items or ()))
    if as_json:
        print_json(RequeueOut(items=[RequeuedOut.of(entry) for entry in done]))
    else:
        _tell(done)
    if not is_all and any(entry.job_id is None for entry in done):
        raise typer.Exit(1)


def _tell(done: list[Requeued]) -> None:
    rows = ((e.item_id, e.outcome.value.replace("_", " "), e.document_id or "", e.job_id or "") for e in done)
    _print(("Item", "", "Document", "New job"), rows)
    jobs = {entry.job_id for entry in done} - {None}
    notes().print(f"{counted(len(jobs), 'document')} will be read again.")


@contextmanager
def _opened() -> Iterator[Operations]:
    settings = read_settings()
    prepare(settings)
    from docai.assembly.operations import open_operations

    with open_operations(settings) as operations:
        yield operations


def _print(head: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    table = RichTable(*head, box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    results().print(table)
