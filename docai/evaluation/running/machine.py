"""Which machine a run is measured on."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from docai.evaluation.running.run_record import Hardware

_GIB = 1 << 30
_CPU_INFO = Path("/proc/cpuinfo")
_GPU_TIMEOUT_S = 10.0


def hardware() -> Hardware:
    """The machine that this process runs on."""
    return Hardware(
        processor=_processor(),
        n_cores=_n_cores(),
        memory_gib=round(psutil.virtual_memory().total / _GIB, 1),
        gpu=_gpu(),
    )


def _processor() -> str:
    """Its name as Linux tells it, else as Python does, which is often no more than the architecture."""
    if _CPU_INFO.exists():
        for line in _CPU_INFO.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name" and value.strip():
                return value.strip()
    return platform.processor() or platform.machine()


def _n_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _gpu() -> str | None:
    """The GPUs' names as NVIDIA's driver tells them; PyTorch, which would tell too, takes seconds to import."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    try:
        told = subprocess.run(  # noqa: S603 - a fixed command
            [program, "--query-gpu=name", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            check=True,
            timeout=_GPU_TIMEOUT_S,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return ", ".join(line.strip() for line in told.stdout.splitlines() if line.strip()) or None
