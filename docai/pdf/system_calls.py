"""Takes from the calling process the system calls by which it could reach files, network, programs or processes."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterator

_PR_SET_SECCOMP = 22
_MODE_FILTER = 2
"""linux/prctl.h, linux/seccomp.h"""
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
"""SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO (linux/seccomp.h); the error number is in the low 16 bits."""
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
"""BPF_LD|W|ABS, BPF_JMP|JEQ|K, JGE|K, JSET|K, BPF_RET|K (linux/bpf_common.h)."""
_NUMBER_AT, _MACHINE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
"""Places in struct seccomp_data, on a little-endian machine."""
_CLONE_THREAD = 0x00010000
_FOREIGN_CALLS = 0x40000000
"""Numbers from here on are those of x86-64's second calling convention, which would slip through the list."""
_MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""AUDIT_ARCH_* (linux/audit.h)"""
_EVERYWHERE = (424, 425, 426, 427, 428, 429, 430, 431, 432, 433, 434, 437, 438, 439)
"""pidfd_send_signal, io_uring_setup .. io_uring_register, open_tree .. fspick, pidfd_open, openat2, pidfd_getfd,
faccessat2: the same numbers on every architecture (asm-generic/unistd.h)."""
_REFUSED = {
    "x86_64": (
        *(2, 257, 85, 304),  # open, openat, creat, open_by_handle_at
        *(41, 42, 43, 288, 49, 50),  # socket, connect, accept, accept4, bind, listen
        *(57, 58, 59, 322),  # fork, vfork, execve, execveat
        *(62, 200, 129, 297, 101, 310, 311),  # kill, tkill, rt_(tg)sigqueueinfo, ptrace, process_vm_readv, writev
        *(
            82,
            264,
            316,
            83,
            258,
            84,
            86,
            265,
            87,
            263,
            88,
            266,
        ),  # rename.., mkdir.., rmdir, link.., unlink.., symlink..
        *(90, 91, 268, 92, 93, 94, 260, 76, 133, 259, 280),  # chmod.., chown.., truncate, mknod.., utimensat
        *(188, 189, 190),  # setxattr..
        *(165, 166, 155, 161, 272, 308),  # mount, umount2, pivot_root, chroot, unshare, setns
        *(321, 298, 323, 248, 249, 250, 175, 313, 246, 169),  # bpf, perf, userfaultfd, keys, modules, kexec, reboot
    ),
    "aarch64": (
        *(56, 265),  # openat, open_by_handle_at
        *(198, 203, 202, 242, 200, 201),  # socket, connect, accept, accept4, bind, listen
        *(221, 281),  # execve, execveat
        *(129, 130, 138, 240, 117, 270, 271),  # kill, tkill, rt_(tg)sigqueueinfo, ptrace, process_vm_readv, writev
        *(38, 276, 34, 37, 35, 36),  # renameat, renameat2, mkdirat, linkat, unlinkat, symlinkat
        *(52, 53, 54, 55, 45, 33, 88),  # fchmod.., fchown.., truncate, mknodat, utimensat
        *(5, 6, 7),  # setxattr..
        *(40, 39, 41, 51, 97, 268),  # mount, umount2, pivot_root, chroot, unshare, setns
        *(280, 241, 282, 217, 218, 219, 105, 273, 104, 142),  # bpf, perf, userfaultfd, keys, modules, kexec, reboot
    ),
}
_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE3 = 435
_TGKILL = {"x86_64": 234, "aarch64": 131}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def can_refuse() -> bool:
    """Whether the kernel takes a filter, and we know this machine's numbers."""
    if platform.machine() not in _MACHINES or sys.byteorder != "little":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    # With no program at all a kernel that has filters finds a bad address, any other a bad request: seccomp(2).
    libc.prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_MODE_FILTER), None, 0, 0)
    return ctypes.get_errno() == errno.EFAULT


def refuse() -> bool:
    """Have this process's calls refused with "permission denied" from now on; new privileges must be given up first.

    Reading, writing and sending on descriptors that are open, memory, clocks and threads stay.
    """
    if not can_refuse():
        return False
    code = b"".join(_instructions(platform.machine()))
    program = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_MODE_FILTER), ctypes.byref(program), 0, 0) == 0)


def _instructions(machine: str) -> Iterator[bytes]:
    """The filter, one instruction at a time; a jump's two counts say how many to skip if it holds and if not."""
    no = _REFUSE | errno.EACCES
    yield _instruction(_LOAD, _MACHINE_AT)
    yield _instruction(_IF_EQUAL, _MACHINES[machine], 1, 0)
    yield _instruction(_RETURN, no)
    yield _instruction(_LOAD, _NUMBER_AT)
    if machine == "x86_64":
        yield _instruction(_IF_AT_LEAST, _FOREIGN_CALLS, 0, 1)
        yield _instruction(_RETURN, no)
    for number in (*_REFUSED[machine], *_EVERYWHERE):
        yield _instruction(_IF_EQUAL, number, 0, 1)
        yield _instruction(_RETURN, no)
    yield _instruction(_IF_EQUAL, _CLONE3, 0, 1)
    yield _instruction(_RETURN, _REFUSE | errno.ENOSYS)  # the C library then uses clone, whose flags can be seen
    # A thread, but no process; a signal to itself, as abort(3) sends it, but to nobody else.
    for number, test, value in ((_CLONE[machine], _IF_BIT, _CLONE_THREAD), (_TGKILL[machine], _IF_EQUAL, os.getpid())):
        yield _instruction(_IF_EQUAL, number, 0, 4)
        yield _instruction(_LOAD, _FIRST_ARGUMENT_AT)
        yield _instruction(test, value, 1, 0)
        yield _instruction(_RETURN, no)
        yield _instruction(_RETURN, _ALLOW)
    yield _instruction(_RETURN, _ALLOW)


def _instruction(code: int, value: int, if_so: int = 0, if_not: int = 0) -> bytes:
    """One `struct sock_filter` (linux/filter.h)."""
    return struct.pack("=HBBI", code, if_so, if_not, value)
