from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw, ImageFont, ImageOps

from docai.domain.words import PageWords, Witness, Word
from docai.engines.ocr import RapidOcrReader
from docai.errors import PageUnreadable

LINES = ("Invoice number 4711", "Total amount due 1,250.00", "Payable within thirty days")
TEXT = " ".join(LINES)


@pytest.fixture(scope="module")
def reader() -> RapidOcrReader:
    return RapidOcrReader(threads=1)


def _page(*lines: str, size: int = 28, ink: str = "black", paper: str = "white") -> Image.Image:
    page = Image.new("RGB", (900, 120 + 60 * len(lines)), paper)
    font = ImageFont.load_default(size)
    for i, line in enumerate(lines):
        ImageDraw.Draw(page).text((60, 60 + 60 * i), line, fill=ink, font=font)
    return page


def _png(page: Image.Image) -> bytes:
    buffer = io.BytesIO()
    page.save(buffer, "PNG")
    return buffer.getvalue()


def _text(page: PageWords) -> str:
    return " ".join(word.text for word in page.words)


def _word(page: PageWords, text: str) -> Word:
    return next(word for word in page.words if word.text == text)


def test_words_are_read_in_order_with_their_lines(reader: RapidOcrReader) -> None:
    page = reader.read(_png(_page(*LINES)))
    assert page.witness is Witness.OCR
    assert _text(page) == TEXT
    assert [word.line for word in page.words] == [0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]
    assert page.rotation == 0
    assert page.engine == reader.name


def test_a_word_s_box_fits_its_ink(reader: RapidOcrReader) -> None:
    image = _page(*LINES)
    box = _word(reader.read(_png(image)), "amount").box
    left, top, right, bottom = box.to_pixels(*image.size)
    first = 60 + ImageFont.load_default(28).getlength("Total ")
    last = 60 + ImageFont.load_default(28).getlength("Total amount")
    assert left == pytest.approx(first, abs=4)
    assert right == pytest.approx(last, abs=4)
    ink = ImageOps.invert(image.convert("L").crop((round(first), 110, round(last), 170))).getbbox()
    assert ink is not None
    assert top == pytest.approx(110 + ink[1], abs=5)
    assert bottom == pytest.approx(110 + ink[3], abs=5)


def test_a_blank_page_has_no_witness(reader: RapidOcrReader) -> None:
    page = reader.read(_png(Image.new("RGB", (600, 800), "white")))
    assert page.witness is None
    assert page.words == ()


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_turned_page_is_read_and_its_boxes_are_where_the_print_is(reader: RapidOcrReader, degrees: int) -> None:
    upright = _page(*LINES)
    box = _word(reader.read(_png(upright)), "Total").box
    page = reader.read(_png(upright.rotate(degrees, expand=True)))  # Pillow turns anticlockwise
    assert _text(page) == TEXT
    assert page.rotation == degrees
    expected = {
        90: (box.y0, 1 - box.x1, box.y1, 1 - box.x0),
        180: (1 - box.x1, 1 - box.y1, 1 - box.x0, 1 - box.y0),
        270: (1 - box.y1, box.x0, 1 - box.y0, box.x1),
    }[degrees]
    found = _word(page, "Total").box
    assert (found.x0, found.y0, found.x1, found.y1) == pytest.approx(expected, abs=0.02)


def test_light_print_on_dark_paper_is_read(reader: RapidOcrReader) -> None:
    assert _text(reader.read(_png(_page(*LINES, ink="white", paper="navy")))) == TEXT


def test_faint_print_is_read(reader: RapidOcrReader) -> None:
    assert _text(reader.read(_png(_page(*LINES, ink="#c4c4c4")))) == TEXT


def test_a_page_askew_keeps_its_lines(reader: RapidOcrReader) -> None:
    askew = _page(*LINES).rotate(3, fillcolor="white", resample=Image.Resampling.BICUBIC)
    assert _text(reader.read(_png(askew))) == TEXT


def test_print_on_its_side_beside_upright_print_is_read_too(reader: RapidOcrReader) -> None:
    page = Image.new("RGB", (900, 900), "white")
    page.paste(_page(*LINES), (0, 0))
    side = Image.new("RGB", (300, 50), "white")
    ImageDraw.Draw(side).text((10, 8), "70823471", fill="black", font=ImageFont.load_default(28))
    page.paste(side.rotate(90, expand=True), (800, 400))
    words = reader.read(_png(page))
    assert words.rotation == 0
    assert "70823471" in _text(words)


def test_small_print_of_a_coarse_scan_is_read(reader: RapidOcrReader) -> None:
    page = _page(*LINES, size=32)
    coarse = page.resize((page.width * 3 // 10, page.height * 3 // 10), Image.Resampling.BOX)
    assert _text(reader.read(_png(coarse))) == TEXT


def test_bytes_that_are_no_image_are_refused(reader: RapidOcrReader) -> None:
    with pytest.raises(PageUnreadable):
        reader.read(b"%PDF-1.7")
