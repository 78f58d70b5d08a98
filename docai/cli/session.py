"""docai opened for one command: settings, log, system, and documents found by the start of their id."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import ValidationError

from docai.cli.output import notes
from docai.domain.documents import Document, DocumentPlace, Page
from docai.domain.ids import DocumentId, TenantId
from docai.errors import ConfigurationError, DocumentNotFound, InvalidRequest
from docai.settings import PREFIX, Settings, load_settings

if TYPE_CHECKING:  # the system takes a second to import; `docai --help` can do without
    from docai.assembly.parts import Assembled
    from docai.domain.access import ApiKey
    from docai.system import System

KEY_FILE = "api-key"
"""In `DOCAI_HOME`, readable by its owner only: the key that the first start makes, since only its hash is stored."""
_LIST_PAGE = 200
_WAIT_S = 3600.0


@dataclass(frozen=True, slots=True)
class Session:
    """An open system, and on whose behalf it is asked."""

    system: System
    tenant_id: TenantId
    settings: Settings
    make_key: Callable[[], tuple[str, ApiKey]]
    """Makes a further API key: its text, to be shown once, and what is kept of it."""

    def document(self, id_start: str) -> Document:
        """The one document whose id starts like this.

        Raises:
            DocumentNotFound: there is none.
            InvalidRequest: there are several.
        """
        wanted = id_start.strip().lower().replace("-", "")
        if len(wanted) == len(UUID(int=0).hex):
            return self.system.document(self.tenant_id, DocumentId(_uuid(wanted)))
        found = [d for d in self.documents() if wanted and d.id.hex.startswith(wanted)]
        if not found:
            raise DocumentNotFound(f"No document's id starts with {id_start!r}; `docai list` shows them.")
        if len(found) > 1:
            raise InvalidRequest(f"{len(found)} documents' ids start with {id_start!r}; give more of it.")
        return found[0]

    def documents(self) -> Iterator[Document]:
        """All documents, newest first."""
        after: DocumentPlace | None = None
        while part := self.system.documents(self.tenant_id, limit=_LIST_PAGE, after=after):
            yield from part
            after = part[-1].place

    def content(self, id_start: str) -> tuple[Document, Sequence[Page]]:
        """A document with all its pages; one that is still being read is waited for.

        Raises:
            DocumentNotFound, InvalidRequest: as for `document`.
        """
        document = self.document(id_start)
        if not document.status.is_final and (job := self.system.job_of(self.tenant_id, document.id)):
            notes().print(f"{document.name} is still being read; waiting.")
            self.system.wait(self.tenant_id, job.id, _WAIT_S)
        return self.system.content(self.tenant_id, document.id)


@contextmanager
def open_session(settings: Settings | None = None) -> Iterator[Session]:
    """Open docai on this machine with the environment's settings, or those given.

    Raises:
        ConfigurationError: a setting has a value that it does not allow, or the system cannot be assembled.
        HomeInUse: another process works on this `DOCAI_HOME`.
    """
    in_force = settings or read_settings()
    prepare(in_force)
    with _open(in_force) as local:
        if local.new_key is not None:
            keep_key(in_force, local.new_key)
        try:
            yield Session(local.system, local.tenant.id, in_force, local.make_key)
        except KeyboardInterrupt:
            notes().print("Stopping once the pages at hand are read; what is finished is kept.")
            raise


def _open(settings: Settings) -> AbstractContextManager[Assembled]:
    """Everything in this process, or, where a broker is named, one of several."""
    if settings.broker.url is None:
        from docai.assembly.local import open_local

        return open_local(settings)
    from docai.assembly.service import open_service

    return open_service(settings)


def read_settings() -> Settings:
    """The environment's settings.

    Raises:
        ConfigurationError: a variable has a value that its setting does not allow.
    """
    try:
        return load_settings()
    except ValidationError as error:
        faults = [(PREFIX + "__".join(str(part) for part in e["loc"]).upper(), e["msg"]) for e in error.errors()]
        said = "; ".join(f"{variable}: {message}" for variable, message in faults)
        raise ConfigurationError(said, variables=", ".join(variable for variable, _ in faults)) from error


def prepare(settings: Settings) -> None:
    """Set the log up as the settings say."""
    from docai.telemetry import configure_logging

    configure_logging(settings.telemetry.log_level, as_json=settings.telemetry.log_json)


def keep_key(settings: Settings, key: str) -> Path:
    """Write the API key of the first start where its owner finds it."""
    path = settings.home_path / KEY_FILE
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        os.fchmod(descriptor, 0o600)  # an older file may have been readable by others
        file.write(f"{key}\n")
    return path


def _uuid(digits: str) -> UUID:
    try:
        return UUID(digits)
    except ValueError as error:
        raise DocumentNotFound(f"{digits!r} is no document's id; `docai list` shows them.") from error
