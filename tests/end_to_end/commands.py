"""Commands given as on a command line, in this process, and what came of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any
from unittest.mock import patch

from docai.cli.main import main


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Done]


class Typing(StringIO):
    """Standard input with somebody at it."""

    def isatty(self) -> bool:
        return True


def running(*arguments: object, typed: Sequence[str] | None = None) -> Done:
    """Run `docai` with arguments; `typed` is what somebody answers, line by line; None: nobody is there."""
    out, err = StringIO(), StringIO()
    stdin = sys.stdin if typed is None else Typing("".join(f"{line}\n" for line in typed))
    with (
        patch.object(sys, "argv", ["docai", *map(str, arguments)]),
        patch.object(sys, "stdin", stdin),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ended:
            return Done(int(ended.code or 0), out.getvalue(), err.getvalue())
    raise AssertionError("main returned without an exit code")
