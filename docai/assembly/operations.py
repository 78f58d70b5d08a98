"""What operators need, over the database alone: no engine is loaded and no worker started."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

from docai.assembly.parts import open_records
from docai.broker.celery_app import make_app
from docai.broker.doorbell import CeleryDoorbell
from docai.domain.work import Capability
from docai.operations import Operations
from docai.protocols import Doorbell
from docai.sealing import open_seal
from docai.settings import Settings
from docai.stores.home import HomeLock
from docai.stores.postgres.embedded import EmbeddedPostgres


class _Silent:
    """A `Doorbell` that nobody hears: the sweeper of whoever works on the database finds the work within seconds."""

    def ring(self, capabilities: Iterable[Capability]) -> None:
        """Do nothing."""

    def reason_unheard(self) -> str | None:
        """There is no broker."""
        return "no broker is named"


@contextmanager
def open_operations(settings: Settings) -> Iterator[Operations]:
    """Connect to the database, whoever else works on it; one of our own that does not run is started meanwhile.

    Raises:
        HomeInUse: another process is just starting or stopping our own database.
        ConfigurationError, StoreUnavailable: the database cannot be used.
    """
    with ExitStack() as stack:
        url, is_ours_alone = database_of(settings, stack)
        records = open_records(settings, url, stack, migrate=is_ours_alone)
        doorbell: Doorbell = _Silent()
        if settings.broker.url is not None:
            doorbell = stack.enter_context(CeleryDoorbell(make_app(settings.broker.url.get_secret_value())))
        key = settings.secret_key.get_secret_value() if settings.secret_key else None
        yield Operations(records, doorbell, open_seal(key, settings.home_path))


def database_of(settings: Settings, stack: ExitStack) -> tuple[str, bool]:
    """Where the database is, started if it is our own and does not run, and whether we have its home to ourselves.

    Raises:
        HomeInUse: another process is just starting or stopping our own database.
        StoreUnavailable: it does not come up.
    """
    if settings.database.url is not None:
        return settings.database.url.get_secret_value(), False
    own = EmbeddedPostgres(settings.home_path / "postgres")
    if own.is_running():  # of `docai serve` or `docai up`
        return own.url, False
    stack.enter_context(HomeLock(settings.home_path))
    return stack.enter_context(own).url, True
