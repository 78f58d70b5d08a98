"""Late interaction without weights: each word's character n-grams, hashed to a vector at its place on the page."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from docai.domain.embeddings import Matrix, PageEmbedding, QueryEmbedding
from docai.domain.geometry import Box
from docai.domain.words import PageWords
from docai.errors import InvalidEmbedding
from docai.terms import content_tokens, tokens

VERSION = 1
"""Raised whenever the same word gets another vector; it is part of the fingerprint."""

SIZES = (2, 3, 4, 5)
"""Lengths of the character n-grams, word boundaries counted."""

CACHED_WORDS = 100_000
"""Words whose vectors are remembered: more than the vocabulary of a large corpus, 50 MB at 128 dimensions."""


class NgramEmbedder:
    """Pages and queries to vectors that are near where words are spelt alike. Thread-safe."""

    def __init__(self, dimension: int = 128) -> None:
        """`dimension` is D, the length of a vector: fewer make unlike words more alike by chance."""
        self._dimension = dimension
        self._vector = lru_cache(maxsize=CACHED_WORDS)(self._hashed)

    @property
    def fingerprint(self) -> str:
        """Name, version and settings: vectors with different fingerprints are never compared."""
        return f"ngram/{VERSION};dimension={self._dimension};sizes={SIZES[0]}-{SIZES[-1]}"

    @property
    def dimension(self) -> int:
        """D, the length of a vector."""
        return self._dimension

    def embed_page(self, words: PageWords) -> PageEmbedding | None:
        """One unit vector per token at its word's place; None for a page without tokens.

        A word such as `profit/loss` has two tokens at one place, a lone `-` has none.

        Raises:
            InvalidEmbedding: a vector has no length.
        """
        surfaces: list[str] = []
        boxes: list[Box] = []
        labels: list[str] = []
        for word in words.words:
            for token in tokens(word.text):
                surfaces.append(token.surface)
                boxes.append(word.box)
                labels.append(word.text)
        if not surfaces:
            return None
        return PageEmbedding(self._vectors(surfaces), tuple(boxes), tuple(labels), self.fingerprint)

    def embed_query(self, text: str, weights: Mapping[str, float]) -> QueryEmbedding | None:
        """One vector per content token, scaled by its term's weight; stop words count only where there is nothing else.

        Args:
            text: The query.
            weights: Term to weight; a missing term weighs as the heaviest, as if it stood on no page.

        Returns:
            None when the text has no token.
        """
        found = content_tokens(text)
        if not found:
            return None
        unseen = max(weights.values(), default=1.0)
        scales = np.array([weights.get(token.term, unseen) for token in found], dtype=np.float32)
        surfaces = [token.surface for token in found]
        return QueryEmbedding(self._vectors(surfaces) * scales[:, None], tuple(surfaces), self.fingerprint)

    def _vectors(self, surfaces: Sequence[str]) -> Matrix:
        vectors = np.stack([self._vector(surface) for surface in surfaces])
        if not np.all(np.einsum("nd,nd->n", vectors, vectors) > 0.5):
            raise InvalidEmbedding("a word's n-grams cancel each other out", words=len(surfaces))
        return vectors

    def _hashed(self, surface: str) -> Matrix:
        """The sum of the signed unit vectors of the word's n-grams, scaled to length 1."""
        vector = np.zeros(self._dimension, dtype=np.float32)
        for gram in _grams(surface):
            # BLAKE2b is the same on every platform; Python's own hash differs from process to process.
            code = int.from_bytes(hashlib.blake2b(gram.encode(), digest_size=8).digest(), "little")
            vector[(code >> 1) % self._dimension] += 1.0 if code & 1 else -1.0
        length = float(np.linalg.norm(vector))
        return vector / length if length else vector


def _grams(surface: str) -> list[str]:
    bounded = f"^{surface}$"
    return [bounded[i : i + size] for size in SIZES for i in range(len(bounded) - size + 1)]
