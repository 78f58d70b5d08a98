"""Reads beside many large uploads: how long they take, and what the service needs of memory.

    python benchmarks/uploads.py [--uploads 64] [--mib 100] [--reads-per-s 50] [--quiet-s 10]

Starts `docai serve` on a home of its own and asks for a document so many times a second, first with nothing else going
on, then while all uploads run at once from a process of their own. The files are noise behind a TIFF's first bytes,
each another one, so that each is stored; that they cannot be read is found at once, and so is not what is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

CHUNK = 256 * 1024


@dataclass
class Seen:
    """What the reads took, seconds, and which statuses came."""

    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    def told(self) -> str:
        """Median, 99th percentile and longest, milliseconds."""
        ordered = sorted(self.latencies)
        p99 = ordered[int(len(ordered) * 0.99)]
        return (
            f"{len(ordered)} reads, p50 {statistics.median(ordered) * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, "
            f"longest {ordered[-1] * 1000:.0f} ms, statuses {self.statuses}"
        )


def resident_mib(pid: int) -> float:
    """Memory of a process now, MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


async def read(client: httpx.AsyncClient, url: str, per_s: float, until: asyncio.Event) -> Seen:
    """Ask so many times a second, whatever the answers take."""
    seen, tasks = Seen(), set()

    async def one() -> None:
        began = time.perf_counter()
        response = await client.get(url)
        seen.latencies.append(time.perf_counter() - began)
        seen.statuses[response.status_code] = seen.statuses.get(response.status_code, 0) + 1

    due = time.perf_counter()
    while not until.is_set():
        tasks.add(asyncio.create_task(one()))
        due += 1 / per_s
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
    await asyncio.gather(*tasks)
    return seen


async def noise(n_bytes: int) -> AsyncIterator[bytes]:
    """A file that looks like a TIFF at its beginning, and is like no other."""
    yield b"II*\x00" + os.urandom(32)
    chunk = os.urandom(CHUNK)
    for _ in range(n_bytes // CHUNK):
        yield chunk


async def upload(url: str, key: str, n_bytes: int, n_uploads: int) -> None:
    """All uploads at once; prints their statuses."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "image/tiff"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=600, limits=limits) as client:
        sent = [client.post("/v1/documents", content=noise(n_bytes)) for _ in range(n_uploads)]
        print(*{response.status_code for response in await asyncio.gather(*sent)})


async def measure(url: str, key: str, pid: int, options: argparse.Namespace) -> None:
    """Reads alone, then beside the uploads."""
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
        quiet = asyncio.Event()
        reading = asyncio.create_task(read(client, "/v1/documents?limit=1", options.reads_per_s, quiet))
        await asyncio.sleep(options.quiet_s)
        quiet.set()
        print("alone:         ", (await reading).told(), f"{resident_mib(pid):.0f} MiB")
        done, most, began = asyncio.Event(), 0.0, time.perf_counter()
        uploader = subprocess.Popen(
            [
                sys.executable,
                __file__,
                "--upload-to",
                url,
                key,
                "--mib",
                str(options.mib),
                "--uploads",
                str(options.uploads),
            ]
        )
        reading = asyncio.create_task(read(client, "/v1/documents?limit=1", options.reads_per_s, done))
        while uploader.poll() is None:
            most = max(most, resident_mib(pid))
            await asyncio.sleep(0.2)
        spent = time.perf_counter() - began
        done.set()
        print("beside uploads:", (await reading).told(), f"at most {most:.0f} MiB")
        print(f"uploads:        {options.uploads} of {options.mib} MiB in {spent:.0f} s")


def main() -> None:
    """Start the service, measure, stop it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--uploads", type=int, default=64)
    parser.add_argument("--mib", type=int, default=100)
    parser.add_argument("--reads-per-s", type=float, default=50)
    parser.add_argument("--quiet-s", type=float, default=10)
    parser.add_argument("--upload-to", nargs=2, metavar=("URL", "KEY"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.upload_to:
        asyncio.run(upload(*options.upload_to, options.mib << 20, options.uploads))
        return
    with tempfile.TemporaryDirectory(prefix="docai-uploads-") as home:
        Path(home).chmod(0o711)
        environment = os.environ | {"DOCAI_HOME": home, "DOCAI_WORKER__PROCESSES": "1", "TMPDIR": home}
        command = [Path(sys.executable).with_name("docai"), "serve", "--port", "0", "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as service:
            try:
                assert service.stdout is not None
                url = json.loads(service.stdout.readline())["url"]
                key = Path(home, "api-key").read_text().strip()
                asyncio.run(measure(url, key, service.pid, options))
            finally:
                service.terminate()


if __name__ == "__main__":
    main()
