"""Reads a file through the sandbox page by page, as the pipeline does, and says how it ended and how long it took."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from docai.domain.documents import MediaType
from docai.errors import EngineError, InputError, PageError
from docai.pdf.sandbox import PdfSandbox, SandboxedDocument

_DPI = 150
T = TypeVar("T")


@dataclass
class Verdict:
    """How a file ended."""

    fault: str | None = None
    """Of the whole document: the error's code."""
    n_pages: int = 0
    pages: dict[int, str] = field(default_factory=dict)
    """`read`, or the code of the page's fault."""
    slowest_s: float = 0.0
    """The step that took longest."""
    seconds: float = 0.0


def read(sandbox: PdfSandbox, path: Path, *, max_pages: int) -> Verdict:
    """Open a file and read its first pages; only what may befall a file is caught, so that a fault of ours shows."""
    verdict = Verdict()
    begun = time.monotonic()
    try:
        with sandbox.open(path, MediaType.PDF) as document:
            verdict.slowest_s = time.monotonic() - begun
            verdict.n_pages = document.facts.n_pages
            for number in range(1, min(max_pages, verdict.n_pages) + 1):
                verdict.pages[number] = _page(document, number, verdict)
    except InputError as error:
        verdict.fault = error.code
    verdict.seconds = time.monotonic() - begun
    verdict.slowest_s = max(verdict.slowest_s, verdict.seconds if verdict.fault else 0.0)
    return verdict


def _page(document: SandboxedDocument, number: int, verdict: Verdict) -> str:
    try:
        facts = _timed(verdict, lambda: document.measure(number))
        image = _timed(verdict, lambda: document.render(number, _DPI))
        of_scan = None if facts.words.words else image.content
        _timed(verdict, lambda: document.read_layout(number, facts.words, of_scan))
    except (PageError, EngineError) as error:
        return error.code
    return "read"


def _timed(verdict: Verdict, step: Callable[[], T]) -> T:
    begun = time.monotonic()
    try:
        return step()
    finally:
        verdict.slowest_s = max(verdict.slowest_s, time.monotonic() - begun)
