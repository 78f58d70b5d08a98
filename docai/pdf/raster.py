"""Draws one page as a lossless PNG, spending less on the file than on the drawing."""

from __future__ import annotations

import contextlib
import mmap
import struct

import numpy as np
import numpy.typing as npt
import pymupdf
from isal import isal_zlib
from pymupdf import mupdf

from docai.domain.geometry import PageSize
from docai.domain.images import RenderedPage
from docai.errors import PageTooLarge

Pixels = npt.NDArray[np.uint8]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPES = {1: 0, 3: 2}
"""Channels to PNG's colour type: greyscale and truecolour (third edition, 11.2.1)."""
_FILTER_NONE = 0
"""Row filter of PNG, 9.2: on printed pages the others cost more than they save."""
_INCHES_PER_METRE = 1 / 0.0254
_FASTEST = 1
_NO_COLOUR = 0
"""MuPDF's test device: every colour and every image on the page is grey."""
_MOST_INK_DIFFERENCE = 24
"""Grey levels of 255 by which a pixel must differ from the background to count as ink, at most: more than the noise of
poor scans and of JPEG."""
_LEAST_INK_DIFFERENCE = 6
"""The same on paper without noise, where faint print still stands out."""
_NOISES = 6
"""Ink differs by so many times what two thirds of the page differ by."""
_TWO_THIRDS = 0.68
"""Of a normal distribution lie within its deviation."""
_INK_STEP = 3
"""Every third pixel of every third row is looked at for ink: no letter is as small as that at any resolution."""
_SHADE_STEP = 4
"""Of those, every fourth each way tells the background."""
_papers: list[mmap.mmap] = []
"""The paper in use, if any: like the library itself, it is not for several threads."""


def draw(page: pymupdf.Page, dpi: float, *, max_pixels: int, listed: pymupdf.DisplayList | None = None) -> RenderedPage:
    """Draw a page that was freed of its rotation; without colour where it has none.

    Args:
        page: the page.
        dpi: pixels per inch.
        max_pixels: most pixels allowed.
        listed: the page's display list, where there is one already.

    Raises:
        PageTooLarge: the page has more than `max_pixels` pixels at `dpi`.
    """
    size = PageSize(width_pt=page.rect.width, height_pt=page.rect.height)
    width, height = size.pixels(dpi)
    if width * height > max_pixels:
        raise PageTooLarge(f"the page has {width} x {height} pixels at {dpi:g} DPI", width_px=width, height_px=height)
    drawing = listed or page.get_displaylist()
    colours = pymupdf.csGRAY if is_gray(drawing) else pymupdf.csRGB
    rows = _draw(drawing, size, (width, height), colours)
    return RenderedPage(
        content=_png(rows, width, colours.n, dpi),
        width_px=width,
        height_px=height,
        dpi=dpi,
        ink_share=ink_share(rows[:, :-1], colours.n),
    )


def is_gray(drawing: pymupdf.DisplayList) -> bool:
    """Whether nothing on a page has colour, told without drawing it; doubtful images count as coloured."""
    found = mupdf.ll_fz_new_test_device_outparams()
    device = mupdf.FzDevice(mupdf.ll_fz_new_test_device_outparams_fn(0.0, 0, None, found))
    mupdf.fz_run_display_list(drawing.this, device, mupdf.FzMatrix(), _everywhere(), mupdf.FzCookie())
    mupdf.fz_close_device(device)
    return bool(found.is_color == _NO_COLOUR)


def ink_share(rows: Pixels, n_channels: int = 1) -> float:
    """Share of pixels that differ from the background, the commonest shade, by more than the paper itself does.

    Args:
        rows: shape (H, W * n_channels); of colours, green is looked at.
        n_channels: values per pixel.
    """
    sample = np.ascontiguousarray(rows[::_INK_STEP, n_channels // 2 :: n_channels * _INK_STEP])
    shades = np.bincount(sample[::_SHADE_STEP, ::_SHADE_STEP].ravel(), minlength=256)
    background = int(shades.argmax())
    difference = min(_MOST_INK_DIFFERENCE, max(_LEAST_INK_DIFFERENCE, _NOISES * _noise(shades, background)))
    low, high = max(0, background - difference), min(255, background + difference)
    return float((np.count_nonzero(sample < low) + np.count_nonzero(sample > high)) / sample.size)


def _noise(shades: npt.NDArray[np.intp], background: int) -> int:
    """Levels about the background within which two thirds of the pixels lie; counted up to where it does not matter."""
    wanted = _TWO_THIRDS * shades.sum()
    for levels in range(_MOST_INK_DIFFERENCE // _NOISES):
        if shades[max(0, background - levels) : background + levels + 1].sum() >= wanted:
            return levels
    return _MOST_INK_DIFFERENCE


def _draw(drawing: pymupdf.DisplayList, size: PageSize, pixels: tuple[int, int], colours: pymupdf.Colorspace) -> Pixels:
    """The page's pixels, shape (H, W * n_channels + 1).

    One byte of room behind every row is for the next row's filter byte: nothing is copied. They are overwritten by the
    next drawing.
    """
    width, height = pixels
    stride = width * colours.n + 1
    samples = _paper(stride * height)
    canvas = mupdf.fz_new_pixmap_with_data(
        colours.this, width, height, mupdf.FzSeparations(), 0, stride, mupdf.python_mutable_buffer_data(samples)
    )
    mupdf.fz_clear_pixmap_with_value(canvas, 0xFF)
    zoom = mupdf.FzMatrix(width / size.width_pt, 0, 0, height / size.height_pt, 0, 0)
    device = mupdf.fz_new_draw_device(zoom, canvas)
    mupdf.fz_run_display_list(drawing.this, device, mupdf.FzMatrix(), _everywhere(), mupdf.FzCookie())
    mupdf.fz_close_device(device)
    return np.frombuffer(samples, dtype=np.uint8).reshape(height, stride)


def _paper(n_bytes: int) -> memoryview:
    """Memory to draw on, the same for every page; in large pages of memory its first touch is cheap."""
    if not _papers or len(_papers[0]) < n_bytes:
        _papers.clear()  # first: a process may not have room for two
        try:
            _papers.append(mmap.mmap(-1, n_bytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
        except OSError as error:
            raise MemoryError(f"no room for a page of {n_bytes} bytes") from error
        if hasattr(mmap, "MADV_HUGEPAGE"):
            with contextlib.suppress(OSError):  # a kernel without them
                _papers[0].madvise(mmap.MADV_HUGEPAGE)
    return memoryview(_papers[0])[:n_bytes]


def _everywhere() -> mupdf.FzRect:
    return mupdf.FzRect(mupdf.FzRect.Fixed_INFINITE)


def _png(rows: Pixels, width: int, n_channels: int, dpi: float) -> bytes:
    """Rows of shape (H, W * n_channels + 1), the last byte of each free, as a PNG file; overwrites the free bytes."""
    rows[:, -1] = _FILTER_NONE
    packer = isal_zlib.compressobj(_FASTEST)
    packed = (packer.compress(bytes([_FILTER_NONE])), packer.compress(rows.reshape(-1)[:-1]), packer.flush())
    per_metre = round(dpi * _INCHES_PER_METRE)
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", struct.pack("!IIBBBBB", width, len(rows), 8, _COLOUR_TYPES[n_channels], 0, 0, 0)),
            _chunk(b"pHYs", struct.pack("!IIB", per_metre, per_metre, 1)),
            _chunk(b"IDAT", b"".join(packed)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = isal_zlib.crc32(content, isal_zlib.crc32(kind))
    return b"".join((struct.pack("!I", len(content)), kind, content, struct.pack("!I", checksum)))
