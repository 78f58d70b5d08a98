"""`docai worker` and `docai migrate`: the processes of docai as a service of several."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from docai.cli.output import notes
from docai.cli.session import prepare, read_settings
from docai.domain.work import Capability
from docai.errors import InvalidRequest


def worker(
    capability: Annotated[
        str | None,
        typer.Option(help="What to do, separated by commas: raster, ocr, parse, vlm, embed. Without it: everything."),
    ] = None,
) -> None:
    """Do the work of some capabilities, one item after another, until it is told to stop."""
    settings = read_settings()
    prepare(settings)
    queues = _queues(capability)
    from docai.assembly.service import addresses

    addresses(settings)  # a missing address is told here, not in Celery's words
    from docai.workers.app import app

    arguments = ["--quiet", "worker", "--pool=solo", "--concurrency=1", "--queues", ",".join(queues)]
    # Two workers of one name would take each other's control messages; RabbitMQ refuses the second.
    name = ["--hostname", f"docai-{os.getpid()}@%h"]
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", settings.telemetry.log_level]
    app.worker_main([*arguments, *name, *quiet])


def migrate() -> None:
    """Bring the database's tables to this release; harmless if they are."""
    settings = read_settings()
    prepare(settings)
    from docai.assembly.migration import migrate_database

    notes().print(f"The database's tables are of revision {migrate_database(settings)}.")


def _queues(capability: str | None) -> list[str]:
    known = [c.value for c in Capability]
    if capability is None:
        return known
    asked = [name.strip() for name in capability.split(",") if name.strip()]
    unknown = sorted(set(asked) - set(known))
    if unknown or not asked:
        raise InvalidRequest(f"--capability: {', '.join(unknown) or 'nothing'} is not among {', '.join(known)}.")
    return asked
