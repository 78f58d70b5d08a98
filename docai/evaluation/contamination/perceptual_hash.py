"""Perceptual hashes of page images: nearly the same picture gives nearly the same bits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.fft import dctn

DHASH_DISTANCE = 10
"""Bits of 64. Krawetz: up to 10 may be a variation, more is another picture."""
PHASH_DISTANCE = 8
"""Bits of 64: no re-encoding of 410 pages (halved; enlarged by half as JPEG of quality 30; JPEG of quality 50) was
farther from its page."""
LIKENESS = 0.94
"""Least correlation of the thumbnails: none of those re-encoded pages fell below it. By the hashes alone about one pair
of 1,500 of the pages is near, most of them of one layout and nothing more."""
_SIDE = 8
_FINE = 32
_THUMB = 64


@dataclass(frozen=True, slots=True)
class PagePrint:
    """What a page is recognised by."""

    dhash: int
    phash: int
    thumb: npt.NDArray[np.uint8]
    """(64, 64), grey."""


@dataclass(frozen=True, slots=True)
class Near:
    """Two pages that look alike."""

    first: int
    """Index."""
    second: int
    """Index."""
    distances: tuple[int, int]
    """Bits of dHash and pHash that differ, of 64 each."""
    likeness: float
    """Correlation of the thumbnails, up to 1."""


def page_print(picture: Image.Image) -> PagePrint:
    """Two hashes of a picture, 64 bits each, and a thumbnail.

    dHash (N. Krawetz, "Kind of like that", hackerfactor.com, 2013): whether each of 8 x 8 places is brighter than its
    left neighbour. pHash (C. Zauner, "Implementation and benchmarking of perceptual image hash functions", Hagenberg
    2010): whether each of 8 x 8 low frequencies of the picture in 32 x 32, those that are constant along a side left
    out, is above their median. Single bits differ from those of other programs, which shrink pictures otherwise.
    """
    grey = picture.convert("L")
    coarse = np.asarray(grey.resize((_SIDE + 1, _SIDE), Image.Resampling.BOX), np.int16)
    fine = np.asarray(grey.resize((_FINE, _FINE), Image.Resampling.BOX), np.float64)
    low = dctn(fine, norm="ortho")[1 : _SIDE + 1, 1 : _SIDE + 1]
    return PagePrint(
        dhash=_bits(coarse[:, 1:] > coarse[:, :-1]),
        phash=_bits(low > np.median(low)),
        thumb=np.asarray(grey.resize((_THUMB, _THUMB), Image.Resampling.BOX), np.uint8),
    )


class PageIndex:
    """Pages that others are compared with, all with all: 10,000 with 10,000 take seconds."""

    def __init__(self, pages: Sequence[PagePrint]) -> None:
        self._pages = pages
        self._hashes = _hashes(pages)

    def near(self, others: Sequence[PagePrint]) -> Iterator[Near]:
        """Pairs of a page here and one of the others that are near by both hashes and by their thumbnails."""
        hashes = _hashes(others)
        apart = [np.bitwise_count(self._hashes[:, None, i] ^ hashes[None, :, i]) for i in range(2)]
        for first, second in np.argwhere((apart[0] <= DHASH_DISTANCE) & (apart[1] <= PHASH_DISTANCE)).tolist():
            likeness = _correlation(self._pages[first].thumb, others[second].thumb)
            if likeness >= LIKENESS:
                distances = int(apart[0][first, second]), int(apart[1][first, second])
                yield Near(first, second, distances, round(likeness, 4))


def _bits(places: npt.NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(places).tobytes(), "big")


def _hashes(pages: Sequence[PagePrint]) -> npt.NDArray[np.uint64]:
    return np.array([(page.dhash, page.phash) for page in pages], np.uint64).reshape(-1, 2)


def _correlation(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> float:
    """Pearson's; 0 where a page is of one colour: blank pages are alike and prove nothing."""
    a, b = (thumb.astype(np.float64).ravel() for thumb in (one, other))
    a, b = a - a.mean(), b - b.mean()
    length = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / length if length else 0.0
