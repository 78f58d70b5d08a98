"""A confined process has lost files, network, signals and memory; what was open stays readable."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from docai.pdf.confinement import Layer, available_layers

TRY = """
import os, signal, socket, sys
from docai.pdf import confinement
kept = open(sys.argv[1], "rb")
layers = confinement.confine(memory_mib=1024)
assert set(layers) == set(confinement.available_layers())
assert kept.read() == b"kept"
{attempt}
"""
NEEDS_FILES = pytest.mark.skipif(Layer.NO_FILES not in available_layers(), reason="the kernel has no Landlock")
NEEDS_TCP = pytest.mark.skipif(Layer.NO_TCP not in available_layers(), reason="Landlock is older than ABI 4")
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
        ("bytes(2 << 30)", "MemoryError"),
        ("[os.dup(0) for _ in range(100)]", "OSError"),
    ],
    ids=["read", "write", "list", "execute", "connect", "signal", "memory", "descriptors"],
)
def test_a_confined_process_is_refused(tmp_path: Path, attempt: str, error: str) -> None:
    path = tmp_path / "kept"
    path.write_bytes(b"kept")
    code = TRY.format(attempt=attempt)
    ended = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.strip().splitlines()[-1].startswith(error)
