"""What `docai up` runs: the index's owner, the API and the workers, as data for the supervisor."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable, Collection
from http.client import HTTPConnection, HTTPException

from docai.assembly.parts import INDEX_SOCKET, INDEXES
from docai.domain.work import Capability
from docai.domain.workers import WorkerState
from docai.errors import StoreError
from docai.protocols import WorkQueue
from docai.settings import PREFIX, Settings
from docai.stores.qdrant.wire import socket_place
from docai.supervision.child import ChildSpec

INDEX, API = "index", "api"
RASTER, PAGES, MODEL = "worker-raster", "worker-pages", "worker-model"
_OTHERS = tuple(capability for capability in Capability if capability is not Capability.RASTER)
_GRACE_S = 60.0
"""The pages at hand are read to the end; each step of one has its own limit (`DOCAI_LIMITS__PAGE_TIMEOUT_S`)."""
_PROBE_S = 1.0


def environment(settings: Settings, *, database_url: str, broker_url: str) -> dict[str, str]:
    """All of the children's environment: ours, and where the stores are."""
    return {
        **os.environ,
        f"{PREFIX}HOME": str(settings.home_path),
        f"{PREFIX}DATABASE__URL": database_url,
        f"{PREFIX}BROKER__URL": broker_url,
        "PYTHONUNBUFFERED": "1",  # their lines are shown as they come
    }


def workers_of(settings: Settings) -> dict[str, tuple[Capability, ...]]:
    """The workers by name, with what each does: one for images, words and vectors, the rest open PDFs.

    What opens PDFs is in processes of its own: they can be killed without the others' noticing. So is what reads pages
    with a vision-language model, where one is set: it mostly waits for the model, or has it loaded.
    """
    n_raster = max(1, settings.n_processes - 1)
    raster = {RASTER if n == 1 else f"{RASTER}-{n}": (Capability.RASTER,) for n in range(1, n_raster + 1)}
    if settings.vlm.engine == "none":
        return {**raster, PAGES: _OTHERS}
    others = tuple(capability for capability in _OTHERS if capability is not Capability.VLM)
    return {**raster, PAGES: others, MODEL: (Capability.VLM,)}


def child_specs(
    settings: Settings,
    env: dict[str, str],
    *,
    address: str,
    port: int,
    has_signed_on: Callable[[Collection[Capability]], bool],
) -> list[ChildSpec]:
    """The children in the order of their start; `has_signed_on` tells whether a worker of ours for this is there."""
    index = [] if settings.index.url is not None else [_index_owner(settings, env)]
    needs = tuple(spec.name for spec in index)
    serve = ("serve", "--host", address, "--port", str(port))
    api = ChildSpec(API, _docai(*serve), env, lambda: _is_alive(address, port), after=needs)
    workers = [
        ChildSpec(
            name,
            _docai("worker", "--capability", ",".join(capabilities)),
            {**env, **_health_port(settings, number)},
            lambda capabilities=capabilities: has_signed_on(capabilities),  # type: ignore[misc]
            grace_s=_GRACE_S,
            after=needs,
        )
        for number, (name, capabilities) in enumerate(workers_of(settings).items())
    ]
    return [*index, api, *workers]


def signed_on(queue: WorkQueue, capabilities: Collection[Capability], pids: Collection[int | None]) -> bool:
    """Whether one of these processes of this machine has reported itself as a worker for these capabilities."""
    names = {f"{socket.gethostname()}:{pid}" for pid in pids}
    try:
        workers = queue.workers()
    except StoreError:
        return False
    return any(
        worker.state is WorkerState.READY and worker.name in names and set(worker.capabilities) == set(capabilities)
        for worker in workers
    )


def degraded_parts(address: str, port: int) -> list[str]:
    """What the API says of the parts that do not answer; one line each."""
    connection = HTTPConnection(_reachable(address), port, timeout=5 * _PROBE_S)
    try:
        connection.request("GET", "/readyz")
        checks = json.loads(connection.getresponse().read())["checks"]
        # Of our workers we know ourselves; what the API says of them is some seconds old.
        return [
            f"{check['name']}: {check['detail']}"
            for check in checks
            if not check["is_ok"] and check["name"] != "workers"
        ]
    except (OSError, HTTPException, ValueError, KeyError):
        return ["api: it does not say how it is"]
    finally:
        connection.close()


def _index_owner(settings: Settings, env: dict[str, str]) -> ChildSpec:
    place = settings.home_path / INDEX_SOCKET
    argv = (
        *(sys.executable, "-m", "docai.stores.qdrant.owner"),
        *("--folder", str(settings.home_path / INDEXES)),
        *("--socket", str(place)),
        *("--full-scan-pages", str(settings.index.full_scan_pages)),
        *("--candidates", str(settings.index.candidates)),
    )
    return ChildSpec(INDEX, argv, env, lambda: _accepts(str(socket_place(place))))


def _health_port(settings: Settings, number: int) -> dict[str, str]:
    """The port on which a worker tells its health: the one that is set is the first worker's, the next the second's."""
    first = settings.worker.health_port
    return {f"{PREFIX}WORKER__HEALTH_PORT": str(first + number)} if first else {}


def _docai(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "docai.cli.main", *arguments)


def _accepts(place: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(_PROBE_S)
        client.connect(place)
    return True


def _is_alive(address: str, port: int) -> bool:
    connection = HTTPConnection(_reachable(address), port, timeout=_PROBE_S)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == 200
    except HTTPException:
        return False
    finally:
        connection.close()


def _reachable(address: str) -> str:
    """An address to connect to, for one to listen on: that for all of this machine's is none."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104 - compared, not listened on
