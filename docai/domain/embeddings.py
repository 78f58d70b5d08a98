"""PageEmbedding: one vector per patch or word, never pooled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from docai.domain.geometry import Box

Matrix = npt.NDArray[np.float32]


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
class QueryEmbedding:
    """A query for late interaction."""

    vectors: Matrix  # (Q, D)
    """Each scaled by its token's weight, so that MaxSim sums weighted similarities."""
    tokens: tuple[str, ...]
    """What each vector is of, Q of them."""
    encoder: str
