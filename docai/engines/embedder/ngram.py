"""Late interaction without weights: each word's character n-grams, hashed to a vector at its place on the page."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from docai.domain.embeddings import Matrix, PageEmbedding, PageSight, QueryEmbedding
from docai.domain.words import PageWords
from docai.terms import content_tokens

VERSION = 1
"""Raised whenever the same word gets another vector; it is part of the fingerprint."""

SIZES = (2, 3, 4, 5)
"""Lengths of the character n-grams, word boundaries counted."""

CONTEXT = (0.4, 0.2)
"""How much of the vectors one and two content words away, on either side, is added to a word's own.

A word then meets a query best where its neighbours are the query's too; out of context it keeps a similarity of 0.85
to its bare self. nDCG@5 hardly changes for a nearer weight of 0.3 to 0.6; without context it falls by a tenth.
"""

RUN_WORDS = 4
"""Neighbouring vectors whose mean stands for them where candidates are sought; the page's last run may be shorter.

A word's own vector has two neighbours on either side in it, so that the mean of a longer run is of unlike vectors: with
runs of eight, 500 candidates among 2,000 real pages miss 1.2 % of the ten best, with runs of four none. Runs that end
with the printed line are up to twice as many and hardly better. See docs/performance.md.
"""

CACHED_WORDS = 100_000
"""Words whose vectors are remembered: more than the vocabulary of a large corpus, 50 MB at 128 dimensions."""


class NgramEmbedder:
    """Pages and queries to vectors that are near where words are spelt alike among like neighbours. Thread-safe."""

    def __init__(self, dimension: int = 128) -> None:
        """`dimension` is D, the length of a vector: the fewer, the more unlike words are alike by chance."""
        self._dimension = dimension
        self._vector = lru_cache(maxsize=CACHED_WORDS)(self._hashed)

    @property
    def fingerprint(self) -> str:
        """Name, version and settings: vectors with different fingerprints are never compared."""
        return f"ngram/{VERSION};dimension={self._dimension};sizes={SIZES};context={CONTEXT}"

    @property
    def dimension(self) -> int:
        """D, the length of a vector."""
        return self._dimension

    @property
    def sees_images(self) -> bool:
        """Whether it looks at page images: at words only."""
        return False

    @property
    def description(self) -> dict[str, str]:
        """What it is, for operators."""
        return {"source": "ngram", "dimension": str(self._dimension)}

    def embed_pages(self, pages: Sequence[PageSight]) -> list[PageEmbedding | None]:
        """Each page's vectors by its words; None for a page without any content token."""
        return [self.embed_words(page.words) if page.words else None for page in pages]

    def embed_words(self, words: PageWords) -> PageEmbedding | None:
        """One unit vector per content token at its word's place; None for a page without any.

        A word such as `profit/loss` has two tokens; a stop word and a lone `-` have none.
        """
        found = [(i, token.surface) for i, word in enumerate(words.words) for token in content_tokens(word.text)]
        if not found:
            return None
        word_ids = tuple(i for i, _ in found)
        boxes = tuple(words.words[i].box for i in word_ids)
        vectors = self._in_context([surface for _, surface in found])
        return PageEmbedding(vectors, boxes, word_ids, self.fingerprint, _runs(len(vectors)))

    def embed_query(self, text: str, weights: Mapping[str, float]) -> QueryEmbedding | None:
        """One vector per different content token, scaled by its term's weight.

        Args:
            text: The query.
            weights: Term to weight; a missing term weighs as much as the heaviest, as if it stood on no page.

        Returns:
            None when the text has no content token.
        """
        found = content_tokens(text)
        if not found:
            return None
        unseen = max(weights.values(), default=1.0)
        scales = np.array([weights.get(token.term, unseen) for token in found], dtype=np.float32)
        scaled = self._in_context([token.surface for token in found]) * scales[:, None]
        # A token that is said twice asks once: the first time.
        first = {token.surface: i for i, token in reversed(list(enumerate(found)))}
        rows = sorted(first.values())
        return QueryEmbedding(scaled[rows], tuple(found[i].surface for i in rows), self.fingerprint)

    def _in_context(self, surfaces: Sequence[str]) -> Matrix:
        """(N, D): each token's own vector, with its neighbours' added, scaled to length 1."""
        own = np.stack([self._vector(surface) for surface in surfaces])
        mixed = own.copy()
        for distance, weight in enumerate(CONTEXT, start=1):
            mixed[distance:] += weight * own[:-distance]
            mixed[:-distance] += weight * own[distance:]
        scaled: Matrix = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
        return scaled

    def _hashed(self, surface: str) -> Matrix:
        """(D,): the sum of a signed unit vector for each of the token's n-grams, scaled to length 1."""
        vector = np.zeros(self._dimension, dtype=np.float32)
        for gram in _grams(surface):
            self._add(gram, vector)
        if not vector.any():
            # All its n-grams fell on one another with opposite signs.
            self._add(surface, vector)
        scaled: Matrix = vector / np.linalg.norm(vector)
        return scaled

    def _add(self, feature: str, vector: Matrix) -> None:
        # BLAKE2b is the same on every platform; Python's own hash differs from process to process.
        code = int.from_bytes(hashlib.blake2b(feature.encode(), digest_size=8).digest(), "little")
        vector[(code >> 1) % self._dimension] += 1.0 if code & 1 else -1.0


def _runs(n_vectors: int) -> tuple[int, ...]:
    """Lengths of the runs that `n_vectors` vectors are cut into."""
    full, rest = divmod(n_vectors, RUN_WORDS)
    return (RUN_WORDS,) * full + ((rest,) if rest else ())


def _grams(surface: str) -> list[str]:
    bounded = f"^{surface}$"
    return [bounded[i : i + size] for size in SIZES for i in range(len(bounded) - size + 1)]
