"""A PDF of pictures, a page to each, as they are: nothing is decoded or drawn anew."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import pymupdf
from PIL import Image

_POINTS_PER_INCH = 72.0


def pdf_of_pictures(pictures: Sequence[bytes], dpi: float = 200.0) -> bytes:
    """The same pictures give the same bytes.

    Args:
        pictures: PNG, JPEG or TIFF.
        dpi: Resolution at which their pixels are laid out on the pages.
    """
    with pymupdf.open() as document:
        for picture in pictures:
            with Image.open(BytesIO(picture)) as opened:  # reads the head alone
                width, height = (side * _POINTS_PER_INCH / dpi for side in opened.size)
            page = document.new_page(width=width, height=height)
            page.insert_image(pymupdf.Rect(0, 0, width, height), stream=picture)
        content = document.tobytes(no_new_id=True, deflate=True)
    assert isinstance(content, bytes)
    return content
