"""PageEmbedding and PatchEmbedding: one vector per word or patch of a page, never pooled; QueryEmbedding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from docai.domain.geometry import Box, even_cells
from docai.domain.words import PageWords

Matrix = npt.NDArray[np.float32]
HalfMatrix = npt.NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class PageSight:
    """What an encoder may look at of a page."""

    words: PageWords | None
    image: bytes | None = None
    """An image file's bytes; only for encoders that ask for images."""


@dataclass(frozen=True, slots=True)
class PageGrid:
    """How a page's patch vectors lie on it: `rows` x `columns` of them, row by row, then the overview's."""

    rows: int
    columns: int
    overview_side: int = 0
    """The page seen whole as this many by this many further vectors; 0 for none."""

    @property
    def n_vectors(self) -> int:
        """How many vectors the page has."""
        return self.rows * self.columns + self.overview_side**2

    @property
    def run_lengths(self) -> tuple[int, ...]:
        """Vectors of each row of the grid, then of each row of the overview."""
        return (self.columns,) * self.rows + (self.overview_side,) * self.overview_side

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Which part of the page each vector is of, in their order.

        Every model stretches a page to whole patches and adds no margin, so that the cells divide the page evenly.
        """
        return even_cells(self.rows, self.columns) + even_cells(self.overview_side, self.overview_side)


@dataclass(frozen=True, slots=True)
class PageEmbedding:
    """A page for late interaction."""

    vectors: Matrix  # (N, D)
    """Unit length, float32, finite; all of them are stored and searched."""
    boxes: tuple[Box, ...]
    """Where each vector stands on the page, N of them."""
    word_ids: tuple[int, ...]
    """Which of the page's words each vector is of, N indices, for explaining a hit; none where they are of patches."""
    encoder: str
    """Fingerprint: name, version and settings of the encoder; vectors of different encoders are never compared."""
    run_lengths: tuple[int, ...] = ()
    """Lengths of the runs of neighbouring vectors, a row of patches or a few words, whose means find candidates; they
    sum to N. None: a run each."""
    grid: PageGrid | None = None
    """How the vectors lie, where they are of patches."""


@dataclass(frozen=True, slots=True)
class PatchEmbedding:
    """A page image for late interaction: every vector that a vision model gives for it."""

    patches: HalfMatrix  # (rows x columns, D)
    """One per cell of the grid laid over the page, row by row; unit length, float16, finite, as are the others."""
    rows: int
    columns: int
    boxes: tuple[Box, ...]
    """Which part of the page each patch is of, rows x columns of them."""
    overview: HalfMatrix  # (O, D)
    """The page seen whole and small, by models that cut it into tiles; O is 0 for the others."""
    overview_boxes: tuple[Box, ...]
    """Which part of the page each overview vector is of, O of them."""
    prompt: HalfMatrix  # (P, D)
    """Of the tokens around the image: of no place on the page."""
    encoder: str
    """Fingerprint of the encoder; vectors of different encoders are never compared."""

    def as_page(self) -> PageEmbedding:
        """What is stored and searched: every vector of the image, none of the prompt."""
        grid = PageGrid(self.rows, self.columns, overview_side=round(len(self.overview) ** 0.5))
        vectors = np.concatenate([self.patches, self.overview]).astype(np.float32)
        boxes = self.boxes + self.overview_boxes
        return PageEmbedding(vectors, boxes, (), self.encoder, grid.run_lengths, grid)


@dataclass(frozen=True, slots=True)
class StoredVectors:
    """A page's vectors as an index gives them back."""

    vectors: Matrix  # (N, D)
    grid: PageGrid | None


@dataclass(frozen=True, slots=True)
class QueryEmbedding:
    """A query for late interaction."""

    vectors: Matrix  # (Q, D)
    """Each scaled by its token's weight, so that MaxSim sums weighted similarities."""
    tokens: tuple[str, ...]
    """What each vector is of, Q of them."""
    encoder: str
