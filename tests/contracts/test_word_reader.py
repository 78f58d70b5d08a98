from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image, ImageDraw, ImageFont

from docai.domain.words import PageWords, Witness
from docai.engines.ocr import RapidOcrReader
from docai.errors import PageTooLarge, PageUnreadable
from docai.protocols import WordReader


@pytest.fixture(scope="module")
def reader() -> WordReader:
    return RapidOcrReader(threads=1)


def _png(text: str) -> bytes:
    page = Image.new("RGB", (600, 200), "white")
    ImageDraw.Draw(page).text((50, 80), text, fill="black", font=ImageFont.load_default(30))
    buffer = io.BytesIO()
    page.save(buffer, "PNG")
    return buffer.getvalue()


def _text(page: PageWords) -> str:
    return " ".join(word.text for word in page.words)


def test_a_page_s_words_name_their_witness_and_engine(reader: WordReader) -> None:
    page = reader.read(_png("Received with thanks"))
    assert _text(page) == "Received with thanks"
    assert page.witness is Witness.OCR
    assert page.engine == reader.name
    assert page.text_layer_flaws == ()


def test_confidences_are_shares_and_words_hold_no_white_space(reader: WordReader) -> None:
    for word in reader.read(_png("Received with thanks")).words:
        assert 0.0 < word.confidence <= 1.0
        assert word.text == "".join(word.text.split())
        assert word.box.area > 0


def test_pages_read_side_by_side_do_not_mix(reader: WordReader) -> None:
    texts = [f"Invoice number {number}" for number in (1001, 2002, 3003, 4004)]
    with ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(reader.read, map(_png, texts)))
    assert [_text(page) for page in pages] == texts


def test_damaged_and_oversized_images_are_refused_with_their_own_errors(reader: WordReader) -> None:
    with pytest.raises(PageUnreadable):
        reader.read(_png("Received with thanks")[:200])
    huge = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(huge, "PNG")
    with pytest.raises(PageTooLarge):
        reader.read(huge.getvalue())


def test_reading_writes_nothing_and_says_nothing(reader: WordReader, capfd: pytest.CaptureFixture[str]) -> None:
    RapidOcrReader(threads=1).read(_png("Received with thanks"))
    assert capfd.readouterr() == ("", "")
