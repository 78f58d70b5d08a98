"""PageEmbedding and PatchEmbedding: one vector per word or patch of a page, never pooled; QueryEmbedding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from docai.domain.geometry import Box

Matrix = npt.NDArray[np.float32]
HalfMatrix = npt.NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class PageEmbedding:
    """A page for late interaction."""

    vectors: Matrix  # (N, D)
    """Unit length, float32, finite."""
    boxes: tuple[Box, ...]
    """Where each vector stands on the page, N of them."""
    word_ids: tuple[int, ...]
    """Which of the page's words each vector is of, N indices, for explaining a hit."""
    encoder: str
    """Fingerprint: name, version and settings of the encoder; vectors of different encoders are never compared."""


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


@dataclass(frozen=True, slots=True)
class QueryEmbedding:
    """A query for late interaction."""

    vectors: Matrix  # (Q, D)
    """Each scaled by its token's weight, so that MaxSim sums weighted similarities."""
    tokens: tuple[str, ...]
    """What each vector is of, Q of them."""
    encoder: str
