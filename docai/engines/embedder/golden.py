"""A page and a query that never change: an encoder that gives other vectors for them than at first is not the same."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from docai.domain.embeddings import PageSight
from docai.domain.geometry import Box
from docai.domain.words import PageWords, Witness, Word
from docai.errors import IndexMismatch
from docai.protocols import PageEmbedder

QUERY = "Which quarter had the highest net sales, 1,234.5 or 987 million?"

MIN_COSINE = 0.99
"""Two kernels for the same sums in bfloat16 agree to 0.999; a changed filter or prompt is below 0.99 somewhere."""

TEXT = "Quarterly report : net sales rose to $ 1,234.5 million in the third quarter ( 2024 : 987 )"
"""What encoders of words look at; the golden page's drawing says nothing."""

PAGE_PX = (620, 877)
"""A4 at 75 dpi: not square, so that rows taken for columns are found out."""


@dataclass(frozen=True, slots=True)
class Golden:
    """What an encoder gave for the golden page and query."""

    encoder: str
    page: npt.NDArray[np.float16]  # (N, D)
    query: npt.NDArray[np.float16]  # (Q, D)

    def to_bytes(self) -> bytes:
        """To be kept with the index that was built with the encoder."""
        stream = io.BytesIO()
        np.savez_compressed(stream, encoder=np.array(self.encoder), page=self.page, query=self.query)
        return stream.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Golden:
        """What `to_bytes` made; never a pickle."""
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return cls(encoder=str(arrays["encoder"]), page=arrays["page"], query=arrays["query"])


def golden_page() -> bytes:
    """The golden page, a PNG: shapes only, for fonts differ from machine to machine."""
    page = Image.new("RGB", PAGE_PX, "white")
    draw = ImageDraw.Draw(page)
    for line in range(40, 420, 18):
        for word in range(50, 540 - line % 7 * 20, 34):
            draw.rectangle((word, line, word + 12 + (word * line) % 17, line + 6), fill="black")
    for row in range(5):
        draw.line((50, 460 + 40 * row, 570, 460 + 40 * row), fill="black")
        draw.line((50 + 130 * row, 460, 50 + 130 * row, 620), fill="black")
    for bar, height in enumerate((60, 110, 90, 150)):
        draw.rectangle((80 + 120 * bar, 830 - height, 150 + 120 * bar, 830), fill=(40 * bar, 90, 200 - 40 * bar))
    stream = io.BytesIO()
    page.save(stream, "PNG")
    return stream.getvalue()


def golden_words() -> PageWords:
    """The golden page's words, on one line."""
    texts = TEXT.split()
    step = 1 / len(texts)
    words = tuple(
        Word(text=text, box=Box(x0=place * step, y0=0.05, x1=min(1.0, (place + 1) * step), y1=0.07), line=0)
        for place, text in enumerate(texts)
    )
    return PageWords(witness=Witness.TEXT_LAYER, words=words)


def golden_of(embedder: PageEmbedder) -> Golden:
    """Embed the golden page and query; takes as long as one page takes.

    Raises:
        InvalidEmbedding, EngineUnavailable: the encoder fails.
    """
    page = embedder.embed_pages([PageSight(golden_words(), golden_page())])[0]
    query = embedder.embed_query(QUERY, {})
    assert page is not None
    assert query is not None
    return Golden(embedder.fingerprint, page.vectors.astype(np.float16), query.vectors.astype(np.float16))


def check(embedder: PageEmbedder, expected: Golden) -> float:
    """Compare an encoder with what an index was built with; returns the lowest cosine of a vector to its like.

    Raises:
        IndexMismatch: the fingerprint is another one, or a vector is.
    """
    if embedder.fingerprint != expected.encoder:
        raise IndexMismatch(
            "the index was built by another encoder; build a new one, or load the encoder it was built with",
            built_with=expected.encoder,
            loaded=embedder.fingerprint,
        )
    found = golden_of(embedder)
    lowest = min(_lowest_cosine(found.page, expected.page), _lowest_cosine(found.query, expected.query))
    if not lowest >= MIN_COSINE:
        raise IndexMismatch(
            f"the encoder no longer gives the vectors the index was built with (cosine {lowest:.3f}, at least "
            f"{MIN_COSINE} expected): a library was changed beneath it; go back, or build a new index",
            cosine=lowest,
        )
    return lowest


def _lowest_cosine(one: npt.NDArray[np.float16], other: npt.NDArray[np.float16]) -> float:
    """Of vectors in the same place; -1 where there are more of one than of the other."""
    if one.shape != other.shape:
        return -1.0
    left, right = one.astype(np.float32), other.astype(np.float32)
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    return float(((left * right).sum(axis=1) / lengths).min())
