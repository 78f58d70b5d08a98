from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw, ImageFont

from docai.domain.words import Witness
from docai.engines.ocr import RapidOcrReader


@pytest.fixture(scope="module")
def reader() -> RapidOcrReader:
    return RapidOcrReader(threads=1)


def _page(*lines: str, size: int = 28) -> Image.Image:
    page = Image.new("RGB", (900, 120 + 60 * len(lines)), "white")
    font = ImageFont.load_default(size)
    for i, line in enumerate(lines):
        ImageDraw.Draw(page).text((60, 60 + 60 * i), line, fill="black", font=font)
    return page


def _png(page: Image.Image) -> bytes:
    buffer = io.BytesIO()
    page.save(buffer, "PNG")
    return buffer.getvalue()


def test_words_are_read_in_order_with_their_lines(reader: RapidOcrReader) -> None:
    page = reader.read(_png(_page("Invoice number 4711", "Total amount due 1,250.00")))
    assert page.witness is Witness.OCR
    assert [word.text for word in page.words] == ["Invoice", "number", "4711", "Total", "amount", "due", "1,250.00"]
    assert [word.line for word in page.words] == [0, 0, 0, 1, 1, 1, 1]


def test_a_blank_page_has_no_witness(reader: RapidOcrReader) -> None:
    page = reader.read(_png(Image.new("RGB", (600, 800), "white")))
    assert page.witness is None
    assert page.words == ()
