"""An encoder of images that needs no weights: it sees the colours of a page's tiles, and knows their names."""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from docai.domain.embeddings import Matrix, PageEmbedding, PageGrid, PageSight, QueryEmbedding
from docai.domain.words import PageWords
from docai.errors import InvalidQuestion, PageUnreadable

GRID = PageGrid(rows=4, columns=3, overview_side=2)
COLOURS = {"white": (255, 255, 255), "red": (220, 30, 30), "green": (30, 160, 60), "blue": (30, 60, 200)}
PROMPT = "<query>"
"""Stands before every query, as models have it."""
MAX_TOKENS = 64
DIMENSION = 32


def painted(tiles: Mapping[int, str]) -> bytes:
    """A page image, white but for some of its tiles, which are counted row by row from 0."""
    image = Image.new("RGB", (GRID.columns * 40, GRID.rows * 40), COLOURS["white"])
    for tile, colour in tiles.items():
        row, column = divmod(tile, GRID.columns)
        image.paste(COLOURS[colour], (column * 40, row * 40, column * 40 + 40, row * 40 + 40))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


class PaintedEmbedder:
    """A vector for each tile by its colour, and four for the page seen whole; a query's words by the same names."""

    fingerprint = "painted/1"
    dimension = DIMENSION
    sees_images = True

    def embed_pages(self, pages: Sequence[PageSight]) -> list[PageEmbedding | None]:
        return [self._page(page) for page in pages]

    def embed_query(self, text: str, weights: Mapping[str, float]) -> QueryEmbedding | None:
        tokens = (PROMPT, *text.lower().split())
        if len(tokens) > MAX_TOKENS:
            raise InvalidQuestion(f"The question has {len(tokens)} tokens; the limit is {MAX_TOKENS}.")
        return QueryEmbedding(np.stack([vector_of(token) for token in tokens]), tokens, self.fingerprint)

    def embed_words(self, words: PageWords) -> PageEmbedding | None:
        return None

    def _page(self, page: PageSight) -> PageEmbedding:
        if page.image is None:
            raise PageUnreadable("The page has no image.")
        with Image.open(io.BytesIO(page.image)) as opened:
            tiles = opened.resize((GRID.columns, GRID.rows), Image.Resampling.NEAREST)
            whole = opened.resize((GRID.overview_side, GRID.overview_side), Image.Resampling.NEAREST)
        pixels = np.concatenate([np.asarray(tiles).reshape(-1, 3), np.asarray(whole).reshape(-1, 3)])
        vectors = np.stack([vector_of(_name(pixel)) for pixel in pixels.astype(float)])
        return PageEmbedding(vectors, GRID.boxes, (), self.fingerprint, GRID.run_lengths, GRID)


def vector_of(name: str) -> Matrix:
    """(D,): a unit vector, the same for the same name, and near that of no other."""
    seed = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
    vector = np.random.default_rng(seed).normal(size=DIMENSION).astype(np.float32)
    scaled: Matrix = vector / np.linalg.norm(vector)
    return scaled


def _name(pixel: np.ndarray) -> str:
    return min(COLOURS, key=lambda name: math.dist(COLOURS[name], pixel))
