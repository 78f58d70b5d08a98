"""`docai serve`: the REST service on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from docai.cli.output import JsonFlag, notes, write
from docai.cli.session import KEY_FILE, open_session, read_settings


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on, instead of DOCAI_API__HOST.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to listen on, instead of DOCAI_API__PORT.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Serve documents, search and answers over REST until it is stopped."""
    import json
    import socket

    import uvicorn

    from docai.api.app import create_app
    from docai.api.dependencies import ApiLimits
    from docai.errors import ConfigurationError

    settings = read_settings()
    address = host or settings.api.host
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address, settings.api.port if port is None else port))
        except OSError as error:
            raise ConfigurationError(f"Cannot listen on {address}: {error.strerror}; choose another --port.") from error
        with open_session(settings) as session:
            limits = ApiLimits(
                max_bytes=settings.limits.max_bytes,
                max_wait_s=settings.limits.max_wait_s,
                max_page_size=settings.limits.max_page_size,
            )
            app = create_app(session.system, limits)
            shown_host = f"[{address}]" if ":" in address else address
            url = f"http://{shown_host}:{listener.getsockname()[1]}"
            key_file = settings.home_path / KEY_FILE
            if as_json:
                write(json.dumps({"url": url, "docs_url": f"{url}/docs", "api_key_file": str(key_file)}))
            else:
                console = notes()
                console.print(f"docai serves on {url}; the interface is described on {url}/docs")
                console.print(f"The API key is in {key_file}", soft_wrap=True)
            uvicorn.Server(uvicorn.Config(app, log_level=settings.telemetry.log_level, lifespan="on")).run([listener])
