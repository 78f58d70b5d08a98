"""`docai serve`: the REST service on this machine."""

from __future__ import annotations

import contextlib
import json
import socket
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from docai.cli.output import JsonFlag, notes, write
from docai.cli.session import KEY_FILE, open_session, read_settings
from docai.errors import ConfigurationError

if TYPE_CHECKING:  # `docai --help` can do without
    import uvicorn


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on, instead of DOCAI_API__HOST.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to listen on, instead of DOCAI_API__PORT.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Serve documents, search and answers over REST until it is stopped."""
    import uvicorn

    from docai.api.app import create_app
    from docai.api.dependencies import ApiLimits

    settings = read_settings()
    address, wanted_port = host or settings.api.host, settings.api.port if port is None else port
    with listening(address, wanted_port) as listener, open_session(settings) as session:
        limits = ApiLimits(
            max_bytes=settings.limits.max_bytes,
            max_wait_s=settings.limits.max_wait_s,
            max_page_size=settings.limits.max_page_size,
            max_batch_files=settings.limits.max_batch_files,
            max_batch_bytes=settings.limits.max_batch_bytes,
            max_streams=settings.api.max_streams,
        )
        app = create_app(session.system, limits)
        config = uvicorn.Config(
            app,
            log_config=None,  # ours
            access_log=False,  # "request served" says it, with the request's id
            timeout_graceful_shutdown=settings.api.drain_s,
        )
        announce = partial(
            _announce, address, listener.getsockname()[1], settings.home_path / KEY_FILE, as_json=as_json
        )
        server = _server(config, when_up=announce, before_draining=app.state.streams.end)
        with contextlib.suppress(KeyboardInterrupt):  # how one stops it
            server.run([listener])


def _server(
    config: uvicorn.Config, *, when_up: Callable[[], None], before_draining: Callable[[], None]
) -> uvicorn.Server:
    """A server that says when it listens, and ends what would never end before it waits for the requests at hand."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            when_up()  # said any earlier, whoever connects at once is refused

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            before_draining()
            super().handle_exit(sig, frame)

    return Server(config)


@contextlib.contextmanager
def listening(address: str, port: int) -> Iterator[socket.socket]:
    """A socket on the address, before anything slow is started for nothing.

    Raises:
        ConfigurationError: somebody else listens there, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address, port))
        except OSError as error:
            raise ConfigurationError(
                f"Cannot listen on {address}, port {port}: {error.strerror}; choose others with --host and --port."
            ) from error
        yield listener


def url_of(address: str, port: int) -> str:
    """Where a browser finds it."""
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"


def _announce(address: str, port: int, key_file: Path, *, as_json: bool) -> None:
    url = url_of(address, port)
    if as_json:
        write(json.dumps({"url": url, "docs_url": f"{url}/docs", "api_key_file": str(key_file)}))
        sys.stdout.flush()
        return
    console = notes()
    console.print(f"docai serves on {url}; the interface is described on {url}/docs", soft_wrap=True)
    if key_file.exists():
        console.print(f"The API key is in {key_file}", soft_wrap=True)
    else:
        console.print("The API key is where you put it: the database has its hash alone.", soft_wrap=True)
