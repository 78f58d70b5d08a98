"""docai as a service of several processes: this one takes in, searches and answers; workers do the rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from docai.assembly.parts import (
    Assembled,
    ensure_home,
    first_tenant,
    make_parts,
    make_system,
    open_records,
    open_vlm,
    shared_shelf,
    start_tracing,
)
from docai.assembly.upkeep import keep_up
from docai.broker.celery_app import make_app
from docai.broker.doorbell import CeleryDoorbell
from docai.errors import ConfigurationError
from docai.settings import Settings


@contextmanager
def open_service(settings: Settings) -> Iterator[Assembled]:
    """Connect to the stores and the broker; a broker that is away is waited for beside the work.

    Raises:
        ConfigurationError: an address is missing, or the database's tables are of another release.
        StoreUnavailable: the database does not answer.
    """
    database_url, broker_url = addresses(settings)
    ensure_home(settings.home_path)
    with ExitStack() as stack:
        start_tracing(settings, stack, "docai-api")
        records = open_records(settings, database_url, stack, migrate=False)
        doorbell = stack.enter_context(CeleryDoorbell(make_app(broker_url)))
        # A local model is loaded by workers, never here.
        vlm = open_vlm(settings, stack) if settings.vlm.engine != "local" else None
        parts = make_parts(settings, stack, records=records, shelf=shared_shelf(settings), doorbell=doorbell, vlm=vlm)
        keep_up(settings, parts, stack)
        tenant, key = first_tenant(records)
        yield Assembled(make_system(settings, parts), tenant, key, records)


def addresses(settings: Settings) -> tuple[str, str]:
    """The database's and the broker's.

    Raises:
        ConfigurationError: one of them is not set.
    """
    database, broker = settings.database.url, settings.broker.url
    if database is None or broker is None:
        missing = "DOCAI_DATABASE__URL" if database is None else "DOCAI_BROKER__URL"
        raise ConfigurationError(
            f"{missing} is not set; docai in several processes needs both addresses. `docai up` runs everything on "
            "this machine, `docai serve` without DOCAI_BROKER__URL everything in one process."
        )
    return database.get_secret_value(), broker.get_secret_value()
