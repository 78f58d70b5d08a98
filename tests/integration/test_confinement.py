"""A confined process has lost files, network, signals and memory; what was open stays readable."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from docai.domain.documents import MediaType
from docai.domain.isolation import Isolation
from docai.pdf import confinement, draw_edge, system_calls
from docai.pdf.confinement import Layer, available_layers
from docai.pdf.sandbox import PdfSandbox

TRY = """
import os, signal, socket, sys, threading
from docai.pdf import confinement
#
kept = open(sys.argv[1], "rb")
unconnected, listening = socket.socket(), socket.create_server(("127.0.0.1", 0))
port = listening.getsockname()[1]
layers = confinement.confine()
confinement.limit_memory(1 << 30)
assert set(layers) == set(confinement.available_layers())
assert kept.read() == b"kept"
{attempt}
"""
NEEDS_FILES = pytest.mark.skipif(Layer.NO_FILES not in available_layers(), reason="the kernel has no Landlock")
NEEDS_TCP = pytest.mark.skipif(Layer.NO_TCP not in available_layers(), reason="Landlock is older than ABI 4")
NEEDS_FILTER = pytest.mark.skipif(Layer.NO_SYSTEM_CALLS not in available_layers(), reason="the kernel has no seccomp")
NEEDS_SIGNALS = pytest.mark.skipif(Layer.NO_SIGNALS not in available_layers(), reason="Landlock is older than ABI 6")


@pytest.mark.parametrize(
    ("attempt", "error"),
    [
        pytest.param("open(sys.argv[1], 'rb')", "PermissionError", marks=NEEDS_FILES),
        pytest.param("open(sys.argv[1] + '.new', 'wb')", "PermissionError", marks=NEEDS_FILES),
        pytest.param("os.listdir('/')", "PermissionError", marks=NEEDS_FILES),
        pytest.param("os.execv('/bin/true', ['true'])", "PermissionError", marks=NEEDS_FILES),
        pytest.param("socket.create_connection(('127.0.0.1', 9))", "PermissionError", marks=NEEDS_TCP),
        pytest.param("os.kill(os.getppid(), 0)", "PermissionError", marks=NEEDS_SIGNALS),
        pytest.param("socket.socket(type=socket.SOCK_DGRAM)", "PermissionError", marks=NEEDS_FILTER),
        pytest.param("socket.socket(socket.AF_UNIX)", "PermissionError", marks=NEEDS_FILTER),
        pytest.param("unconnected.connect(('127.0.0.1', port))", "PermissionError", marks=NEEDS_FILTER),
        pytest.param("unconnected.bind(('127.0.0.1', 0))", "PermissionError", marks=NEEDS_FILTER),
        pytest.param("os.fork()", "PermissionError", marks=NEEDS_FILTER),
        pytest.param("os.fchmod(kept.fileno(), 0o666)", "PermissionError", marks=NEEDS_FILTER),
        pytest.param("os.pidfd_open(os.getppid())", "PermissionError", marks=NEEDS_FILTER),
        ("bytes(2 << 30)", "MemoryError"),
        ("[os.dup(0) for _ in range(100)]", "OSError"),
    ],
    ids=[
        *("read", "write", "list", "execute", "connect", "signal"),
        *("datagram", "unix socket", "connect an old socket", "bind", "fork", "change rights", "other process"),
        *("memory", "descriptors"),
    ],
)
def test_a_confined_process_is_refused(tmp_path: Path, attempt: str, error: str) -> None:
    assert _last_words(TRY, tmp_path, attempt).startswith(error)


@NEEDS_FILTER
@pytest.mark.parametrize(
    "attempt",
    [
        "open(sys.argv[1], 'rb')",
        "os.execv('/bin/true', ['true'])",
        "socket.socket()",
        "unconnected.connect(('127.0.0.1', port))",
        "os.kill(os.getppid(), 0)",
    ],
    ids=["read", "execute", "socket", "connect", "signal"],
)
def test_where_landlock_is_missing_the_filter_alone_refuses(tmp_path: Path, attempt: str) -> None:
    assert _last_words("confinement._landlock_abi = lambda: 0".join(TRY.split("#")), tmp_path, attempt).startswith(
        "PermissionError"
    )


def test_what_reading_needs_is_left(tmp_path: Path) -> None:
    attempt = "threading.Thread(target=print, args=['ran']).start(); bytes(9 << 20); sys.exit(kept.name)"
    assert _last_words(TRY, tmp_path, attempt).endswith("kept")


def test_missing_walls_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "_landlock_abi", lambda: 7)
    monkeypatch.setattr(system_calls, "can_refuse", lambda: True)
    found = confinement.isolation()
    assert found.is_full
    assert found.detail == "Landlock ABI 7, seccomp, resource limits; no files, no network, no programs"
    monkeypatch.setattr(confinement, "_landlock_abi", lambda: 0)
    assert not confinement.isolation().is_full
    assert "the kernel has no Landlock" in confinement.isolation().detail
    monkeypatch.setattr(system_calls, "can_refuse", lambda: False)
    assert confinement.isolation().detail.startswith("resource limits only; WEAK")
    for abi in (2, 4):
        monkeypatch.setattr(confinement, "_landlock_abi", lambda abi=abi: abi)
        assert not confinement.isolation().is_full


@pytest.mark.parametrize(("is_full", "level"), [(True, "info"), (False, "warning")])
def test_how_readers_are_confined_is_logged_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, is_full: bool, level: str
) -> None:
    told = []
    monkeypatch.setattr("docai.pdf.sandbox.log", lambda event, **fields: told.append((event, fields)))
    monkeypatch.setattr("docai.pdf.sandbox.isolation", lambda: Isolation(is_full=is_full, detail="walls"))
    path = tmp_path / "page.pdf"
    path.write_bytes(draw_edge.plain().pdf)
    with PdfSandbox() as sandbox:
        assert sandbox.isolation.detail == "walls"
        for _ in range(2):
            with sandbox.open(path, MediaType.PDF):
                pass
    assert told == [("PDFs isolated", {"level": level, "isolation": "walls"})]


def _last_words(code: str, folder: Path, attempt: str) -> str:
    """The last line that a confined process writes before it fails."""
    path = folder / "kept"
    path.write_bytes(b"kept")
    code = code.format(attempt=attempt)
    ended = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    return ended.stderr.strip().splitlines()[-1]
