"""Answers the parent's requests about one document from inside the confined process."""

from __future__ import annotations

import contextlib
import encodings
import importlib
import mmap
import os
import pkgutil
import socket
from collections.abc import Callable, Sequence

import pymupdf

from docai.domain.documents import MediaType
from docai.domain.words import PageWords
from docai.errors import DocaiError, DocumentUnreadable, PageUnreadable
from docai.pdf import confinement
from docai.pdf.channel import ChannelClosed, Message, receive, send
from docai.pdf.reader import ReadDocument
from docai.pdf.requests import BLOCKS, Request, Step

_MAX_IMAGE_BYTES = 1 << 30
_MAX_MESSAGE_CHARACTERS = 300


def serve(channel: socket.socket, layers: Sequence[str], *, memory_mib: int) -> None:
    """Take a file's descriptor, open it as the first request says, then answer until the parent hangs up.

    Args:
        channel: to the parent.
        layers: the walls that stand around this process.
        memory_mib: address space that it may use beside the file's own, MiB.
    """
    _, descriptors, _, _ = socket.recv_fds(channel, 1, 1)
    if not descriptors:
        return
    file = descriptors[0]
    confinement.limit_memory((memory_mib << 20) + os.fstat(file).st_size)
    opened: list[ReadDocument] = []

    def open_file(request: Request, _: Message) -> Message:
        opened.append(ReadDocument(_content(file), request.media_type, request.password))
        return Message({"layers": list(layers)}, opened[0].facts.model_dump_json().encode())

    try:
        _answer(channel, open_file, DocumentUnreadable)
        while opened:
            _answer(channel, lambda request, message: perform(opened[0], request, message), PageUnreadable)
    except ChannelClosed:
        return


def perform(document: ReadDocument, request: Request, message: Message) -> Message:
    """Take one step on one page."""
    number = request.page_number
    if request.step is Step.MEASURE:
        return Message(text=document.measure(number).model_dump_json().encode())
    if request.step is Step.RENDER:
        drawn = document.render(number, request.dpi, max_pixels=request.max_pixels)
        head = {"width_px": drawn.width_px, "height_px": drawn.height_px, "ink_share": drawn.ink_share}
        return Message(head, content=drawn.content)
    words = PageWords.model_validate_json(message.text)
    return Message(text=BLOCKS.dump_json(document.read_layout(number, words, message.content or None)))


def warm_up() -> None:
    """Read a page of our own in every way there is, so that nothing is left to import behind the confinement."""
    for codec in pkgutil.iter_modules(encodings.__path__):
        with contextlib.suppress(ImportError):  # those of other operating systems
            importlib.import_module(f"encodings.{codec.name}")
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    with pymupdf.open() as sample:
        page = sample.new_page()
        page.insert_text((72, 72), "Name  Value\nAlpha  1.0\nBeta  2.0")
        page.draw_rect(pymupdf.Rect(70, 60, 140, 110))
        page.set_rotation(90)
        content = sample.tobytes()
    document = ReadDocument(content, MediaType.PDF, None)
    drawn = document.render(1, 72, max_pixels=1_000_000)
    words = document.measure(1).words
    for image in (None, drawn.content):
        document.read_layout(1, words, image)
    ReadDocument(drawn.content, MediaType.PNG, None).measure(1)


def _answer(channel: socket.socket, step: Callable[[Request, Message], Message], unreadable: type[DocaiError]) -> None:
    message = receive(channel, max_content_bytes=_MAX_IMAGE_BYTES)
    request = Request.model_validate(message.head)
    confinement.allow_cpu_seconds(request.cpu_s)
    try:
        answer = step(request, message)
    except DocaiError as error:
        answer = _fault(error)
    except Exception as error:  # noqa: BLE001 -- whatever a hostile page provokes ends as that page's fault
        answer = _fault(unreadable(f"{type(error).__name__}: {error}"))
    send(channel, answer)


def _fault(error: DocaiError) -> Message:
    return Message({"fault": error.code, "message": error.message[:_MAX_MESSAGE_CHARACTERS]})


def _content(file: int) -> memoryview:
    """The file's bytes, read as they are needed."""
    return memoryview(mmap.mmap(file, 0, access=mmap.ACCESS_READ))
