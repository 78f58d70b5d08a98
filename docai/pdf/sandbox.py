"""Opens documents in processes that can be killed; the process that uses it never touches the PDF engine."""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from docai.domain.documents import DocumentFacts, MediaType, PageFacts
from docai.domain.images import RenderedPage
from docai.domain.isolation import Isolation
from docai.domain.parses import Block
from docai.domain.words import PageWords
from docai.errors import (
    DocaiError,
    DocumentEncrypted,
    DocumentUnreadable,
    EngineUnavailable,
    NoPages,
    PageCrashed,
    PageTimedOut,
    PageTooLarge,
    PageUnreadable,
    WrongPassword,
)
from docai.pdf.channel import ChannelClosed, ChannelTimedOut, Message
from docai.pdf.confinement import isolation
from docai.pdf.nursery import Child, Nursery
from docai.pdf.parking import Identity, Parked, Parking
from docai.pdf.patience import Patience
from docai.pdf.requests import BLOCKS, Request, Step
from docai.telemetry import SANDBOX_KILLS, log

_FAULTS: dict[str, type[DocaiError]] = {
    kind.code: kind
    for kind in (DocumentEncrypted, DocumentUnreadable, NoPages, PageTooLarge, PageUnreadable, WrongPassword)
}
_CPU_GRACE_S = 5.0
"""The kernel's CPU clock is only the net under ours, so it runs a little longer."""
_PNG_HEAD = struct.Struct("!8x8xII")
_BYTES_PER_PIXEL = 4
_MAX_FRAME_BYTES = 1 << 20
_ATTEMPTS = 2
"""A process may be killed for what its page did not do, by the kernel for want of memory or by an operator: a second
one shows whether the page is to blame."""
_OTHERS = 0
"""Stands for the pages that a process was asked for before its document was opened again."""
ENGINE = f"pymupdf {version('pymupdf')}"
"""Name and version of what draws pages and reads their text layers."""


class PdfSandbox:
    """Reads PDFs and images in confined processes, one per open document. Thread-safe."""

    def __init__(
        self,
        *,
        memory_mib: int = 2048,
        open_timeout_s: float = 15.0,
        page_timeout_s: float = 12.0,
        document_timeout_s: float = 3600.0,
        max_page_pixels: int = 40_000_000,
        keep_open_s: float = 2.0,
    ) -> None:
        """Set the limits; nothing is started yet.

        Args:
            memory_mib: address space of a process that holds a document, MiB, engine (about 720) included, file not.
            open_timeout_s: longest time to open a document, seconds.
            page_timeout_s: longest time for one step of one page, seconds.
            document_timeout_s: longest time for all steps of all pages of a document, seconds.
            max_page_pixels: pages are not drawn with more.
            keep_open_s: how long a closed document's process waits for the same document, seconds; 0: not at all.
        """
        self.memory_mib = memory_mib
        self.open_timeout_s = open_timeout_s
        self.page_timeout_s = page_timeout_s
        self.max_page_pixels = max_page_pixels
        self.nursery = Nursery(memory_mib=memory_mib)
        self.parking = Parking(keep_s=keep_open_s, memory_mib=memory_mib)
        self.patience = Patience(page_timeout_s=page_timeout_s, document_timeout_s=document_timeout_s)
        self._told = threading.Lock()
        self._is_told = False

    def __enter__(self) -> Self:
        """Start the engine; see `start`."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every process."""
        self.close()

    def start(self) -> None:
        """Load the engine, about 2 s; without it, the first `open` does.

        Raises:
            EngineUnavailable: it does not come up.
        """
        self._tell()
        self.nursery.start()

    def close(self) -> None:
        """End every process; open documents fail at their next step."""
        self.parking.close()
        self.nursery.close()

    @property
    def name(self) -> str:
        """Name and version of the engine."""
        return ENGINE

    @property
    def confinement(self) -> tuple[str, ...]:
        """The walls around every reader that this kernel can raise; empty before `start`."""
        return self.nursery.layers

    @property
    def isolation(self) -> Isolation:
        """How strongly a reader is confined on this machine, told without starting one."""
        return isolation()

    @contextmanager
    def open(self, path: Path, media_type: MediaType, password: str | None = None) -> Iterator[SandboxedDocument]:
        """Open a file for reading.

        Raises:
            DocumentUnreadable, DocumentEncrypted, WrongPassword, NoPages: nothing can be read.
            EngineUnavailable: no reader can be started.
            OSError: there is no such file.
        """
        self._tell()
        document = SandboxedDocument(self, path, media_type, password)
        try:
            yield document
        finally:
            document.close()

    def _tell(self) -> None:
        """Log once how readers are confined, as a warning where a wall is missing."""
        with self._told:
            if not self._is_told:
                found = isolation()
                log("PDFs isolated", level="info" if found.is_full else "warning", isolation=found.detail)
                self._is_told = True


class SandboxedDocument:
    """A document in a confined process; a page that kills the process costs only itself. Thread-safe."""

    def __init__(self, sandbox: PdfSandbox, path: Path, media_type: MediaType, password: str | None) -> None:
        self._sandbox = sandbox
        self._path = path
        self._media_type = media_type
        self._password = password
        self._lock = threading.Lock()
        self._identity = Identity.of(path, media_type, password)
        self._seen: set[int] = set()
        self._child: Child | None = None
        parked = sandbox.parking.take(self._identity)
        if parked is not None:
            self._child, self._facts, self._seen = parked.child, parked.facts, {_OTHERS}
        else:
            begun = time.monotonic()
            self._child, self._facts = self._opened()
            sandbox.patience.charge(self._identity.file, time.monotonic() - begun)

    @property
    def facts(self) -> DocumentFacts:
        """What opening it told."""
        return self._facts

    def measure(self, page_number: int) -> PageFacts:
        """See `docai.protocols.OpenDocument`."""
        answer = self._ask(Step.MEASURE, page_number)
        try:
            return PageFacts.model_validate_json(answer.text)
        except ValidationError as error:
            raise self._distrusted(page_number) from error

    def render(self, page_number: int, dpi: float) -> RenderedPage:
        """See `docai.protocols.OpenDocument`.

        Raises:
            PageTooLarge: the page would have more pixels than allowed.
        """
        answer = self._ask(Step.RENDER, page_number, dpi=dpi)
        try:
            return _checked_image(answer, dpi, self._sandbox.max_page_pixels)
        except (KeyError, TypeError, ValueError, struct.error) as error:
            raise self._distrusted(page_number) from error

    def read_layout(self, page_number: int, words: PageWords, image: bytes | None) -> tuple[Block, ...]:
        """See `docai.protocols.OpenDocument`."""
        text = words.model_dump_json().encode()
        answer = self._ask(Step.LAYOUT, page_number, text=text, content=image or b"")
        try:
            return BLOCKS.validate_json(answer.text)
        except ValidationError as error:
            raise self._distrusted(page_number) from error

    def close(self) -> None:
        """Let go of the process: it may go on for the same document, or ends."""
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            self._sandbox.parking.leave(Parked(self._identity, child, self._facts))

    def _ask(
        self, step: Step, page_number: int, *, dpi: float = 0.0, text: bytes = b"", content: bytes = b""
    ) -> Message:
        sandbox = self._sandbox
        request = Request(
            step=step,
            cpu_s=sandbox.page_timeout_s + _CPU_GRACE_S,
            page_number=page_number,
            dpi=dpi,
            max_pixels=sandbox.max_page_pixels,
        )
        message = Message(request.model_dump(mode="json"), text, content)
        with self._lock, sandbox.patience.watch(self._identity.file):
            return self._answer(message, page_number)

    def _answer(self, message: Message, page_number: int) -> Message:
        """The answer; a page is blamed only for what it does to a process that has seen no other.

        The attempts share one limit of time. Opening the document for another attempt has its own.
        """
        limit_s = left_s = self._sandbox.page_timeout_s
        failures = 0
        while True:
            if self._child is None:
                self._child, _ = self._opened()
            is_first = self._seen <= {page_number}
            self._seen.add(page_number)
            begun = time.monotonic()
            try:
                answer = self._child.ask(message, timeout_s=left_s, max_content_bytes=self._max_content_bytes)
            except ChannelTimedOut as error:
                self._drop("timed_out")
                raise PageTimedOut(f"Page {page_number} took longer than {limit_s:g} s.") from error
            except ChannelClosed as error:
                self._drop("crashed")
                failures += 1
                if failures >= _ATTEMPTS:
                    raise PageCrashed(f"Page {page_number} killed the process that read it.") from error
            else:
                if "fault" not in answer.head:
                    return answer
                self._drop()  # what the page did to the process is unknown
                if is_first:
                    raise _fault(answer, PageCrashed)
            left_s -= time.monotonic() - begun

    def _opened(self) -> tuple[Child, DocumentFacts]:
        """A process of its own that has opened the document, and what it told."""
        self._seen = set()
        for attempt in range(1, _ATTEMPTS + 1):
            with self._path.open("rb") as file:
                child = self._sandbox.nursery.take(file)
            try:
                return child, self._open(child)
            except ChannelClosed as error:
                SANDBOX_KILLS.labels("crashed").inc()
                child.kill()
                if attempt == _ATTEMPTS:
                    raise DocumentUnreadable("Opening the file killed the process that read it.") from error
            except BaseException:
                child.kill()
                raise
        raise AssertionError("unreachable")

    def _open(self, child: Child) -> DocumentFacts:
        """Raises ChannelClosed when the child died, and what `PdfSandbox.open` raises."""
        limit_s = self._sandbox.open_timeout_s
        request = Request(
            step=Step.OPEN, cpu_s=limit_s + _CPU_GRACE_S, media_type=self._media_type, password=self._password
        )
        try:
            answer = child.ask(Message(request.model_dump(mode="json")), timeout_s=limit_s, max_content_bytes=0)
            if "fault" in answer.head:
                raise _fault(answer, DocumentUnreadable)
            self._check_walls(answer)
            return DocumentFacts.model_validate_json(answer.text)
        except ChannelTimedOut as error:
            SANDBOX_KILLS.labels("timed_out").inc()
            raise DocumentUnreadable(f"Opening the file took longer than {limit_s:g} s.") from error
        except ValidationError as error:
            SANDBOX_KILLS.labels("distrusted").inc()
            raise DocumentUnreadable("The file made the process that read it answer nonsense.") from error

    def _check_walls(self, answer: Message) -> None:
        """Raises EngineUnavailable when the process is less confined than this kernel allows."""
        raised = answer.head.get("layers")
        missing = set(self._sandbox.confinement) - set(raised if isinstance(raised, list) else ())
        if missing:
            lacking = ", ".join(sorted(missing))
            raise EngineUnavailable(
                f"The process that was to read the file could not be confined; it lacks: {lacking}."
            )

    def _drop(self, reason: str | None = None) -> None:
        if reason:
            SANDBOX_KILLS.labels(reason).inc()
        if self._child is not None:
            self._child.kill()
        self._child = None

    def _distrusted(self, page_number: int) -> PageCrashed:
        with self._lock:
            self._drop("distrusted")
        return PageCrashed(f"Page {page_number} made the process that read it answer nonsense.")

    @property
    def _max_content_bytes(self) -> int:
        return self._sandbox.max_page_pixels * _BYTES_PER_PIXEL + _MAX_FRAME_BYTES


def _fault(answer: Message, fallback: type[DocaiError]) -> DocaiError:
    return _FAULTS.get(str(answer.head["fault"]), fallback)(str(answer.head.get("message", "")))


def _checked_image(answer: Message, dpi: float, max_pixels: int) -> RenderedPage:
    """Raises ValueError, KeyError, TypeError or struct.error for what is no image of the size it says."""
    width, height = _PNG_HEAD.unpack_from(answer.content)
    ink_share = float(str(answer.head["ink_share"]))
    says_so = (answer.head["width_px"], answer.head["height_px"]) == (width, height)
    if not (says_so and 0 < width * height <= max_pixels and 0.0 <= ink_share <= 1.0):
        raise ValueError("not an image of the size it says")
    return RenderedPage(content=answer.content, width_px=width, height_px=height, dpi=dpi, ink_share=ink_share)
