"""One page image to words: find lines, turn the page upright, read, order, split."""

from __future__ import annotations

import cv2
import numpy as np

from docai.domain.geometry import Box
from docai.domain.words import Word
from docai.engines.ocr.detection import find_lines, suitable_scale
from docai.engines.ocr.line_words import StripWord, split
from docai.engines.ocr.models import Models
from docai.engines.ocr.ordering import in_reading_order
from docai.engines.ocr.orientation import upright_turn
from docai.engines.ocr.pieces import read_pieces
from docai.engines.ocr.preparation import Pixels
from docai.engines.ocr.recognition import Strip

LEAST_CONFIDENCE = 0.4
"""Pieces read with less are specks, rules or pictures; whether a word above it is legible is the caller's to say."""


def read_page(models: Models, pixels: Pixels) -> tuple[int, tuple[Word, ...]]:
    """Quarter turns clockwise that the page needed, and its words with boxes on the page as it came."""
    scale = suitable_scale(pixels)
    quads = find_lines(models, pixels, scale)
    turn = upright_turn(models, pixels, quads)
    if turn:
        pixels = np.ascontiguousarray(np.rot90(pixels, -turn))
        quads = find_lines(models, pixels, scale)
    pieces = [piece for piece in read_pieces(models, pixels, quads) if piece.reading.confidence >= LEAST_CONFIDENCE]
    size = pixels.shape[1], pixels.shape[0]
    words = []
    for number, line in enumerate(in_reading_order(np.asarray([piece.quad for piece in pieces], dtype=np.float32))):
        for index in line:
            strip = pieces[index].strip
            for word in split(strip, pieces[index].reading):
                box = _turned_back(_box(strip, word, size), turn)
                words.append(Word(text=word.text, box=box, line=number, confidence=min(1.0, word.confidence)))
    return turn, tuple(words)


def _box(strip: Strip, word: StripWord, size: tuple[int, int]) -> Box:
    """Where a strip's word stands on the page that was read, `size` its width and height in pixels."""
    corners = [(word.left, word.top), (word.right, word.top), (word.right, word.bottom), (word.left, word.bottom)]
    on_page = cv2.perspectiveTransform(np.asarray([corners], dtype=np.float32), strip.to_page)[0] / size
    return Box.clipped(*(float(edge) for edge in (*on_page.min(axis=0), *on_page.max(axis=0))))


def _turned_back(box: Box, turn: int) -> Box:
    """A box on a page that was turned clockwise by `turn` quarters, on the page as it came."""
    for _ in range(turn):
        box = Box(x0=box.y0, y0=1 - box.x1, x1=box.y1, y1=1 - box.x0)
    return box
