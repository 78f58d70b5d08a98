"""Children's output on one console: each line behind its child's name, on a terminal in the child's colour."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

_COLOURS = ("cyan", "magenta", "blue", "yellow", "green", "bright_red")


class PrefixedLines:
    """Prints lines so that one sees whose they are; may be called from any thread."""

    def __init__(self, console: Console, names: Sequence[str]) -> None:
        """Name the console and all children, for whose names there must be room."""
        self._console = console
        self._prefixes = {
            name: (f"{name.ljust(max(map(len, names)))} | ", _COLOURS[number % len(_COLOURS)])
            for number, name in enumerate(names)
        }

    def __call__(self, name: str, line: str) -> None:
        """Print a child's line, without what would steer the terminal; an empty one is passed over."""
        if not line:
            return
        plain = "".join(mark if mark.isprintable() or mark == "\t" else "\N{REPLACEMENT CHARACTER}" for mark in line)
        self._console.print(Text.assemble(self._prefixes[name], plain), soft_wrap=True)
