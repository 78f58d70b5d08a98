"""Where commands print: results to standard output, everything else to standard error."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.text import Text

from docai.domain.documents import DocumentStatus, PageState
from docai.domain.geometry import Box

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
"""The option that every command has."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_COLOURS = {
    DocumentStatus.READY.value: "green",
    DocumentStatus.PARTLY_READY.value: "yellow",
    DocumentStatus.FAILED.value: "red",
    PageState.PARSED.value: "green",
    PageState.DEGRADED.value: "yellow",
}


def results() -> Console:
    """The console of standard output; made anew, so that it knows whether it is a terminal now."""
    return Console(highlight=False, markup=False)


def notes() -> Console:
    """The console of standard error."""
    return Console(highlight=False, markup=False, stderr=True)


def print_json(model: BaseModel) -> None:
    """Print a wire schema as JSON, and nothing else."""
    write(model.model_dump_json(indent=2))


def write(text: str) -> None:
    """Print text as it is: no wrapping, no colour, one newline at its end."""
    ended = text if text.endswith("\n") else text + "\n"
    sys.stdout.write(shown(ended) if sys.stdout.isatty() else ended)


def shown(text: str) -> str:
    """A document's text without what would steer the terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def save(path: Path, content: bytes) -> None:
    """Write a picture, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def state_text(state: DocumentStatus | PageState) -> Text:
    """A status or state in words and its colour."""
    return Text(state.value.replace("_", " "), style=_COLOURS.get(state.value, "dim"))


def place(box: Box) -> str:
    """A box in percent of the page, from its left and from its top."""
    return f"{box.x0:.0%} to {box.x1:.0%} across, {box.y0:.1%} to {box.y1:.1%} down"


def counted(n: int, noun: str) -> str:
    """A number with its noun: `1 page`, `2 pages`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
