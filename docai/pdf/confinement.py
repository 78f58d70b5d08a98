"""Takes from the calling process, for good, what reading a PDF does not need: files, network, signals, memory."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
from enum import StrEnum

from docai.domain.isolation import Isolation
from docai.pdf import system_calls

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
"""linux/prctl.h"""
_LANDLOCK_CREATE_RULESET, _LANDLOCK_RESTRICT_SELF = 444, 446
"""The same numbers on every architecture (syscall_64.tbl, asm-generic/unistd.h)."""
_VERSION_FLAG = 1
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""Landlock ABI to the number of file-system rights it knows (linux/landlock.h, LANDLOCK_ACCESS_FS_*)."""
_NETWORK_ABI, _SCOPE_ABI = 4, 6
_ALL_NETWORK, _ALL_SCOPES = 0b11, 0b11
"""Binding and connecting TCP; abstract sockets and signals to processes outside."""
_MAX_OPEN_FILES = 32


class Layer(StrEnum):
    """One wall around the process; each holds without the others."""

    RESOURCE_LIMITS = "resource_limits"
    NO_NEW_PRIVILEGES = "no_new_privileges"
    NO_FILES = "no_files"
    NO_TCP = "no_tcp"
    NO_SIGNALS = "no_signals"
    NO_SYSTEM_CALLS = "no_system_calls"
    """None by which files, network, programs or other processes are reached: seccomp."""


_LANDLOCK = (Layer.NO_FILES, Layer.NO_TCP, Layer.NO_SIGNALS)


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


def available_layers() -> tuple[Layer, ...]:
    """The walls that this kernel can raise."""
    layers = [Layer.RESOURCE_LIMITS, Layer.NO_NEW_PRIVILEGES]
    abi = _landlock_abi()
    if abi >= 1:
        layers.append(Layer.NO_FILES)
    if abi >= _NETWORK_ABI:
        layers.append(Layer.NO_TCP)
    if abi >= _SCOPE_ABI:
        layers.append(Layer.NO_SIGNALS)
    if system_calls.can_refuse():
        layers.append(Layer.NO_SYSTEM_CALLS)
    return tuple(layers)


def isolation() -> Isolation:
    """How strongly a reader is confined on this machine, told without starting one."""
    abi, has_filter = _landlock_abi(), system_calls.can_refuse()
    stands = [f"Landlock ABI {abi}"] if abi else []
    stands += ["seccomp"] if has_filter else []
    detail = ", ".join([*stands, "resource limits"]) if stands else "resource limits only"
    lacks = _lacks(abi, has_filter=has_filter)
    return Isolation(is_full=not lacks, detail=f"{detail}; {lacks or 'no files, no network, no programs'}")


def _lacks(abi: int, *, has_filter: bool) -> str:
    """What an operator must know of walls that are missing; empty where none is."""
    if not abi and not has_filter:
        return "WEAK: a hostile PDF that takes over its reader can reach files and network; use a kernel with Landlock"
    if not abi:
        return "the kernel has no Landlock: seccomp alone keeps files, network and programs away"
    if not has_filter and abi < _NETWORK_ABI:
        return "neither seccomp nor Landlock ABI 4: the network is not kept away"
    return "" if has_filter else "no seccomp: Landlock alone keeps files, TCP and programs away"


def die_with_parent() -> None:
    """Be killed when the process that forked this one ends, however it ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def confine() -> tuple[Layer, ...]:
    """Raise every wall there is around this process, but see `limit_memory`; gives those that stand.

    Descriptors already open stay usable.
    """
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NOFILE, _MAX_OPEN_FILES)
    _prctl(_PR_SET_DUMPABLE, 0)
    layers = [Layer.RESOURCE_LIMITS]
    if _prctl(_PR_SET_NO_NEW_PRIVS, 1):
        layers.append(Layer.NO_NEW_PRIVILEGES)
        if _deny_all():
            layers += [layer for layer in available_layers() if layer in _LANDLOCK]
        if system_calls.refuse():
            layers.append(Layer.NO_SYSTEM_CALLS)
    return tuple(layers)


def limit_memory(n_bytes: int) -> None:
    """Let this process have so much address space, all that is mapped already included."""
    _limit(resource.RLIMIT_AS, n_bytes)


def allow_cpu_seconds(seconds: float) -> None:
    """Let this process use so many more seconds of CPU before the kernel stops it: a net under the parent's clock."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + 1, hard))


def _deny_all() -> bool:
    abi = _landlock_abi()
    if abi < 1:
        return False
    rules = _Ruleset(
        files=(1 << _FILE_RIGHTS[min(abi, max(_FILE_RIGHTS))]) - 1,
        network=_ALL_NETWORK if abi >= _NETWORK_ABI else 0,
        scopes=_ALL_SCOPES if abi >= _SCOPE_ABI else 0,
    )
    ruleset = _libc().syscall(_LANDLOCK_CREATE_RULESET, ctypes.byref(rules), _ruleset_bytes(abi), 0)
    if ruleset < 0:
        return False
    try:
        return bool(_libc().syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _ruleset_bytes(abi: int) -> int:
    """Older kernels refuse a structure with fields that they do not know."""
    if abi >= _SCOPE_ABI:
        return 24
    return 16 if abi >= _NETWORK_ABI else 8


def _landlock_abi() -> int:
    """0 where the kernel has no Landlock."""
    return max(0, int(_libc().syscall(_LANDLOCK_CREATE_RULESET, None, 0, _VERSION_FLAG)))


def _limit(which: int, value: int) -> None:
    with contextlib.suppress(ValueError, OSError):  # a lower limit was set from outside: it holds as well
        resource.setrlimit(which, (value, value))


def _prctl(option: int, value: int) -> bool:
    return bool(_libc().prctl(option, ctypes.c_ulong(value), 0, 0, 0) == 0)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
