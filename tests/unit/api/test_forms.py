"""A form's files come out whole, wherever its bytes are cut."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable

import pytest
from fastapi import Request

from docai.api.forms import sent_files
from docai.errors import InvalidRequest, UploadIncomplete

Taken = tuple[str, bytes, bool, dict[str, str]]
FILES = {"a.pdf": b"", "b.pdf": b"\r\n--X\r\n--XYZ\r", "c c.pdf": os.urandom(3000), "d\u00e9.pdf": b"\r\n" * 50}


def form(boundary: bytes = b"WXYZ") -> bytes:
    lines = b"--" + boundary + b'\r\nContent-Disposition: form-data; name="password"\r\n\r\nsesame\r\n'
    for name, content in FILES.items():
        head = f'Content-Disposition: form-data; name="files"; filename="{name}"\r\nContent-Type: application/pdf'
        lines += b"--" + boundary + b"\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n"
    return lines + b"--" + boundary + b"--\r\n"


def taken(
    body: bytes, size: int = 1 << 16, *, max_bytes: int = 10_000
) -> list[tuple[str, bytes, bool, dict[str, str]]]:
    """Name, bytes, whether it is too large, and the fields before it, of each file."""

    async def stream() -> AsyncIterator[bytes]:
        for start in range(0, len(body), size):
            yield body[start : start + size]

    async def off_loop(act: Callable[[], object]) -> object:
        return act()

    async def take() -> list[Taken]:
        request = Request({"type": "http", "headers": [(b"content-type", b"multipart/form-data; boundary=WXYZ")]})
        request.stream = stream  # type: ignore[method-assign, assignment]
        files = sent_files(request, max_bytes=max_bytes, off_loop=off_loop)
        return [(sent.name, sent.stream.read(), sent.is_too_large, sent.fields) async for sent in files]

    return asyncio.run(take())


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1 << 16])
def test_files_are_whole_wherever_the_form_is_cut(size: int) -> None:
    found = taken(form(), size)
    assert {name: content for name, content, _, _ in found} == FILES
    assert all(fields == {"password": "sesame"} for _, _, _, fields in found)


def test_a_file_over_the_limit_is_told_and_the_next_one_is_whole() -> None:
    found = taken(form(), max_bytes=1000)
    assert [is_too_large for _, _, is_too_large, _ in found] == [False, False, True, False]
    assert found[3][1] == FILES["d\u00e9.pdf"]


@pytest.mark.parametrize("cut", [4, 30, 2000])
def test_a_form_that_ends_early_is_incomplete(cut: int) -> None:
    with pytest.raises(UploadIncomplete):
        taken(form()[:-cut])


def test_a_form_with_endless_headers_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        taken(b"--WXYZ\r\nX-Endless: " + b"x" * 100_000)
