"""Which vectors an index takes: finite, of unit length, of its own encoder, and not too many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from docai.domain.embeddings import Matrix, PageEmbedding, QueryEmbedding
from docai.errors import IndexMismatch, InvalidEmbedding

MAX_PAGE_VECTORS = 65_536
"""Most vectors of one page; 100 times a dense page of print, and 32 MiB at 128 dimensions."""

LENGTH_TOLERANCE = 1e-3
"""How far from 1 a vector's length may be: float32 sums of a few hundred squares err by less than 1e-4."""


@dataclass(frozen=True, slots=True)
class Admission:
    """The rule of one index."""

    encoder: str
    """Fingerprint of the one encoder whose vectors it holds."""
    dimension: int

    def page(self, embedding: PageEmbedding) -> Matrix:
        """A page's vectors, checked; Qdrant itself stores NaN and zero vectors without a word.

        Raises:
            IndexMismatch: another encoder made them.
            InvalidEmbedding: not one to `MAX_PAGE_VECTORS` finite vectors of unit length and this dimension, or
                runs or a grid of another number of vectors.
        """
        vectors = self._finite(embedding.vectors, embedding.encoder)
        n_vectors = len(vectors)
        if n_vectors > MAX_PAGE_VECTORS:
            raise InvalidEmbedding(f"A page of {n_vectors} vectors; the limit is {MAX_PAGE_VECTORS}.", n=n_vectors)
        lengths = np.linalg.norm(vectors, axis=1)
        if not np.all(np.abs(lengths - 1.0) <= LENGTH_TOLERANCE):
            raise InvalidEmbedding("A page's vectors must have length 1.", shortest=float(lengths.min()))
        runs, grid = embedding.run_lengths, embedding.grid
        if runs and (min(runs) < 1 or sum(runs) != n_vectors):
            raise InvalidEmbedding("A page's runs must hold each of its vectors once.", n=n_vectors, runs=sum(runs))
        if grid is not None and grid.n_vectors != n_vectors:
            raise InvalidEmbedding("A page's grid must have a place for each vector.", n=n_vectors, grid=grid.n_vectors)
        return vectors

    def query(self, embedding: QueryEmbedding) -> Matrix:
        """A query's vectors, checked; their lengths are their weights.

        Raises:
            IndexMismatch: another encoder made them.
            InvalidEmbedding: none, not finite, or of another dimension.
        """
        return self._finite(embedding.vectors, embedding.encoder)

    def _finite(self, vectors: Matrix, encoder: str) -> Matrix:
        if encoder != self.encoder:
            raise IndexMismatch(
                "The index was built by another encoder; `docai index build` makes one for this encoder.",
                index=self.encoder,
                given=encoder,
            )
        if vectors.ndim != 2 or len(vectors) == 0 or vectors.shape[1] != self.dimension:
            raise InvalidEmbedding("Not a list of vectors of the index's dimension.", shape=list(vectors.shape))
        if not np.all(np.isfinite(vectors)):
            raise InvalidEmbedding("A vector is not finite.", shape=list(vectors.shape))
        return np.ascontiguousarray(vectors, dtype=np.float32)
