"""`docai up`: API, workers, index and servers on one machine, each a process of its own, watched and drained."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Collection
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from docai.cli.output import JsonFlag, notes, write
from docai.cli.serve import listening, url_of
from docai.cli.session import KEY_FILE, keep_key, prepare, read_settings
from docai.settings import Settings

if TYPE_CHECKING:  # each takes a second to import; `docai --help` can do without
    from docai.domain.work import Capability
    from docai.supervision.child import ChildSpec, ChildStatus
    from docai.supervision.supervisor import Supervisor


def up(
    host: Annotated[str | None, typer.Option(help="Address to listen on, instead of DOCAI_API__HOST.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to listen on, instead of DOCAI_API__PORT.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Run API, workers and stores as separate processes on this machine, until Ctrl-C drains and stops them.

    PostgreSQL, the broker and the index are docai's own unless DOCAI_DATABASE__URL, DOCAI_BROKER__URL and
    DOCAI_INDEX__URL name others.
    """
    settings = read_settings()
    prepare(settings)
    address = host or settings.api.host
    with listening(address, settings.api.port if port is None else port) as listener:
        free_port = listener.getsockname()[1]
    with contextlib.suppress(KeyboardInterrupt), ExitStack() as stack:  # asked to stop before anything was up
        plant = _Plant(settings, address, free_port, notes())
        plant.start_servers(stack)
        plant.run_children(as_json=as_json)


class _Plant:
    """Everything that runs, and what is said about it."""

    def __init__(self, settings: Settings, address: str, port: int, console: Console) -> None:
        self._settings = settings
        self._address = address
        self._port = port
        self._console = console

    def start_servers(self, stack: ExitStack) -> None:
        """Lock the home, start the servers, and bring the database to this release.

        Raises:
            HomeInUse: another process works on this `DOCAI_HOME`.
            ConfigurationError, StoreUnavailable: a server cannot be started or used.
        """
        from docai.sealing import open_seal
        from docai.stores.home import HomeLock

        settings = self._settings
        stack.enter_context(HomeLock(settings.home_path))
        sealing_key = settings.secret_key
        # Every child would find a bad key, each three times.
        open_seal(None if sealing_key is None else sealing_key.get_secret_value(), settings.home_path)
        from docai.assembly.parts import first_tenant, open_records
        from docai.cli.servers import OwnServers

        with self._console.status("Starting the servers"):
            self._servers = stack.enter_context(OwnServers(settings, self._say))
            self._records = open_records(settings, self._servers.database_url, stack, migrate=True)
            if settings.database.url is None:
                # Nobody else works on a database of our own: whoever held work is dead.
                self._records.queue.release_all()
            _, key = first_tenant(self._records)
        if key is not None:
            keep_key(settings, key)

    def run_children(self, *, as_json: bool) -> None:
        """Start the rest, say where it is, and keep it running until a signal comes.

        Raises:
            ConfigurationError: a child does not come up; the message has its last words.
        """
        from docai.cli.children import workers_of
        from docai.supervision.lines import PrefixedLines
        from docai.supervision.supervisor import Supervisor

        specs = self._specs()
        self._names = [spec.name for spec in specs]
        lines = PrefixedLines(self._console, self._names)
        with Supervisor(specs, on_line=lines, on_change=self._tell) as supervisor:
            self._supervisor = supervisor
            without = workers_of(self._settings) if self._is_broker_away() else ()
            with self._console.status(f"Starting {', '.join(self._names)}") as self._status:
                is_up = supervisor.wait_ready(without=without)
            if is_up:
                self._announce(supervisor, as_json=as_json)
            supervisor.run(chore=self._servers.keep)
            self._say("Stopping once the pages at hand are read; Ctrl-C again stops at once.")
        self._say("All has stopped; what was taken in and not read yet is read after the next start.")

    def _specs(self) -> list[ChildSpec]:
        from docai.cli.children import child_specs, environment, signed_on

        def has_signed_on(capabilities: Collection[Capability]) -> bool:
            pids = [status.pid for status in self._supervisor.statuses()]
            return signed_on(self._records.queue, capabilities, pids)

        env = environment(self._settings, database_url=self._servers.database_url, broker_url=self._servers.broker_url)
        return child_specs(self._settings, env, address=self._address, port=self._port, has_signed_on=has_signed_on)

    def _is_broker_away(self) -> bool:
        """Whether the broker that was named does not answer, which keeps workers asleep but no upload away."""
        from docai.broker.reach import reason_away

        if self._settings.broker.url is None or (reason := reason_away(self._servers.broker_url)) is None:
            return False
        self._say(f"The broker does not answer: {reason}", style="yellow")
        self._say(
            "Uploads are taken in meanwhile and read once it is back; is DOCAI_BROKER__URL right?", style="yellow"
        )
        return True

    def _tell(self, status: ChildStatus) -> None:
        from docai.supervision.child import ChildState

        if status.state is ChildState.READY:
            self._say(f"{status.name} is ready (process {status.pid})")
            late = [other.name for other in self._supervisor.statuses() if other.state is not ChildState.READY]
            self._status.update(f"Starting {', '.join(late)}")
        elif status.state is ChildState.RESTARTING:
            self._say(f"{status.name} ended with {status.end}; it is started again", style="yellow")
        elif status.state is ChildState.STOPPED:
            self._say(f"{status.name} has stopped")

    def _announce(self, supervisor: Supervisor, *, as_json: bool) -> None:
        from docai.cli.children import degraded_parts

        url, key_file = url_of(self._address, self._port), self._settings.home_path / KEY_FILE
        for part in degraded_parts(self._address, self._port):
            self._say(f"Not all is well with {part}", style="yellow")
        if as_json:
            children = {status.name: status.pid for status in supervisor.statuses()}
            where = {"url": url, "docs_url": f"{url}/docs", "api_key_file": str(key_file), "children": children}
            write(json.dumps(where))
            sys.stdout.flush()
        self._say(f"docai is up on {url}; the interface is described on {url}/docs", style="bold")
        if key_file.exists():
            self._say(f"The API key is in {key_file}")
        else:
            self._say("The API key is where you put it: the database has its hash alone.")
        self._say("Ctrl-C stops it.")

    def _say(self, line: str, style: str | None = None) -> None:
        self._console.print(line, style=style, soft_wrap=True)
