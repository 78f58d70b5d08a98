"""Becomes another program that the kernel kills when the process that started it dies, however it dies.

Run as a script, before anything of the child itself, so that the starting process need not run Python between fork
and exec, which is unsafe where it has threads. Without site-packages it costs some 20 ms.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1
"""linux/prctl.h; it lasts over exec. Linux alone has it."""


def leashed(argv: Sequence[str]) -> list[str]:
    """The command line that runs `argv` on the leash; `argv` itself where the system has none.

    The kernel watches the thread that starts the child, not its process: start it from one that lasts.
    """
    if sys.platform != "linux":
        return list(argv)
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *argv]


def main() -> None:
    """Take the leash from the process whose number is the first argument, and become the rest."""
    parent, argv = int(sys.argv[1]), sys.argv[2:]
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:  # it died before we had the leash
        sys.exit(1)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and what is ignored stays so over exec
    try:
        os.execvp(argv[0], argv)  # noqa: S606 - the command line we were given
    except OSError as error:
        sys.exit(f"cannot run {argv[0]}: {error.strerror}")


if __name__ == "__main__":
    main()
