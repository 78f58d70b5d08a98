from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from docai.engines.ocr.models import Floats, Models
from docai.engines.ocr.pieces import read_pieces
from docai.engines.ocr.preparation import Pixels


@pytest.fixture(scope="module")
def models() -> Models:
    return Models(threads=1)


def _drawn(text: str, quarter_turns: int) -> tuple[Pixels, Floats]:
    """A page with a text turned anticlockwise, and the quadrilateral around it."""
    font = ImageFont.load_default(30)
    left, top, right, bottom = font.getbbox(text)
    label = Image.new("RGB", (round(right - left) + 12, round(bottom - top) + 10), "white")
    ImageDraw.Draw(label).text((6 - left, 5 - top), text, fill="black", font=font)
    label = label.rotate(90 * quarter_turns, expand=True)
    page = Image.new("RGB", (400, 400), "white")
    page.paste(label, (50, 50))
    x1, y1 = 50 + label.width, 50 + label.height
    return np.asarray(page), np.asarray([[(50, 50), (x1, 50), (x1, y1), (50, y1)]], dtype=np.float32)


@pytest.mark.parametrize("quarter_turns", [0, 1, 3])
def test_a_piece_is_read_the_way_it_stands(models: Models, quarter_turns: int) -> None:
    page, quads = _drawn("Ref 48213", quarter_turns)
    (piece,) = read_pieces(models, page, quads)
    assert "".join(piece.reading.characters) == "Ref48213"
    assert piece.reading.confidence > 0.8


@pytest.mark.parametrize("letter", ["1", "7", "J"])
def test_a_lone_narrow_letter_is_not_turned(models: Models, letter: str) -> None:
    (piece,) = read_pieces(models, *_drawn(letter, 0))
    assert piece.reading.characters == (letter,)


def test_pieces_keep_their_order(models: Models) -> None:
    page, quads = _drawn("alpha", 0)
    other, more = _drawn("omega", 1)
    both = np.minimum(page, np.roll(other, 150, axis=(0, 1)))
    pieces = read_pieces(models, both, np.concatenate([quads, more + 150]))
    assert ["".join(piece.reading.characters) for piece in pieces] == ["alpha", "omega"]
