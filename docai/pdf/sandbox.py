"""Opens documents in processes that can be killed; the process that uses it never touches the PDF engine."""

from __future__ import annotations

import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from docai.domain.documents import DocumentFacts, MediaType, PageFacts
from docai.domain.images import RenderedPage
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
from docai.pdf.nursery import Child, Nursery
from docai.pdf.requests import BLOCKS, Request, Step
from docai.telemetry import SANDBOX_KILLS

_FAULTS: dict[str, type[DocaiError]] = {
    kind.code: kind
    for kind in (DocumentEncrypted, DocumentUnreadable, NoPages, PageTooLarge, PageUnreadable, WrongPassword)
}
_CPU_GRACE_S = 5.0
"""The kernel's CPU clock is only the net under ours, so it runs a little longer."""
_PNG_HEAD = struct.Struct("!8x8xII")
_BYTES_PER_PIXEL = 4
_MAX_FRAME_BYTES = 1 << 20
_ENGINE = f"pymupdf {version('pymupdf')}"


class PdfSandbox:
    """Reads PDFs and images in confined processes, one per open document. Thread-safe."""

    def __init__(
        self,
        *,
        memory_mib: int = 2048,
        open_timeout_s: float = 15.0,
        page_timeout_s: float = 12.0,
        max_page_pixels: int = 40_000_000,
    ) -> None:
        """Set the limits; nothing is started yet.

        Args:
            memory_mib: address space of a process that holds a document, MiB, engine included (about 720).
            open_timeout_s: longest time to open a document, seconds.
            page_timeout_s: longest time for one step of one page, seconds.
            max_page_pixels: pages are not drawn with more.
        """
        self.memory_mib = memory_mib
        self.open_timeout_s = open_timeout_s
        self.page_timeout_s = page_timeout_s
        self.max_page_pixels = max_page_pixels
        self.nursery = Nursery()

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
        self.nursery.start()

    def close(self) -> None:
        """End every process; open documents fail at their next step."""
        self.nursery.close()

    @property
    def name(self) -> str:
        """Name and version of the engine."""
        return _ENGINE

    @property
    def confinement(self) -> tuple[str, ...]:
        """The walls around every reader that this kernel can raise; empty before `start`."""
        return self.nursery.layers

    @contextmanager
    def open(self, path: Path, media_type: MediaType, password: str | None = None) -> Iterator[SandboxedDocument]:
        """Open a file for reading.

        Raises:
            DocumentUnreadable, DocumentEncrypted, WrongPassword, NoPages: nothing can be read.
            EngineUnavailable: no reader can be started.
        """
        document = SandboxedDocument(self, path, media_type, password)
        try:
            yield document
        finally:
            document.close()


class SandboxedDocument:
    """A document in a confined process; a page that kills the process costs only itself. Thread-safe."""

    def __init__(self, sandbox: PdfSandbox, path: Path, media_type: MediaType, password: str | None) -> None:
        self._sandbox = sandbox
        self._path = path
        self._media_type = media_type
        self._password = password
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._child, self._facts = self._open()

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
        """End the process."""
        with self._lock:
            self._drop()

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
        with self._lock:
            answer = self._answer(message, page_number)
            if "fault" in answer.head:
                self._drop()  # what the page did to the process is unknown
                raise _fault(answer, PageCrashed)
            return answer

    def _answer(self, message: Message, page_number: int) -> Message:
        for attempt in range(2):
            if self._child is None:
                self._child, _ = self._open()
            try:
                return self._child.ask(
                    message, timeout_s=self._sandbox.page_timeout_s, max_content_bytes=self._max_content_bytes
                )
            except ChannelTimedOut as error:
                self._drop("timed_out")
                limit = self._sandbox.page_timeout_s
                raise PageTimedOut(f"Page {page_number} took longer than {limit:g} s.") from error
            except ChannelClosed as error:
                is_innocent = self._child.lost_its_zygote()
                self._drop("crashed")
                if attempt or not is_innocent:
                    raise PageCrashed(f"Page {page_number} killed the process that read it.") from error
        raise AssertionError("unreachable")

    def _open(self) -> tuple[Child, DocumentFacts]:
        sandbox = self._sandbox
        child = sandbox.nursery.fork(self._path, memory_mib=sandbox.memory_mib)
        request = Request(
            step=Step.OPEN,
            cpu_s=sandbox.open_timeout_s + _CPU_GRACE_S,
            media_type=self._media_type,
            password=self._password,
        )
        try:
            answer = child.ask(
                Message(request.model_dump(mode="json")), timeout_s=sandbox.open_timeout_s, max_content_bytes=0
            )
            if "fault" in answer.head:
                raise _fault(answer, DocumentUnreadable)
            self._check_walls(answer)
            facts = DocumentFacts.model_validate_json(answer.text)
        except ChannelTimedOut as error:
            SANDBOX_KILLS.labels("timed_out").inc()
            child.kill()
            raise DocumentUnreadable(f"Opening the file took longer than {sandbox.open_timeout_s:g} s.") from error
        except (ChannelClosed, ValidationError) as error:
            SANDBOX_KILLS.labels("crashed").inc()
            child.kill()
            raise DocumentUnreadable("Opening the file killed the process that read it.") from error
        except DocaiError:
            child.kill()
            raise
        return child, facts

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
