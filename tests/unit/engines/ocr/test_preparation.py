from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from docai.engines.ocr.preparation import MAX_PIXELS, decode
from docai.errors import PageTooLarge, PageUnreadable


def _bytes(image: Image.Image, form: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form)
    return buffer.getvalue()


def test_colours_come_as_blue_green_red() -> None:
    assert decode(_bytes(Image.new("RGB", (4, 3), (10, 20, 30)))).tolist() == [[[30, 20, 10]] * 4] * 3


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK", "YCbCr", "LA", "RGBA", "PA"])
def test_every_colour_mode_shows_dark_print_on_white_paper(mode: str) -> None:
    drawn = Image.new("RGB", (40, 20), "white")
    drawn.paste("black", (10, 5, 20, 15))
    pixels = decode(_bytes(drawn.convert(mode), "TIFF" if mode in {"CMYK", "YCbCr", "PA"} else "PNG"))
    assert pixels.shape == (20, 40, 3)
    assert pixels.dtype == np.uint8
    assert pixels[10, 15].max() < 60
    assert pixels[2, 2].min() > 220


def test_transparent_paper_is_white() -> None:
    clear = Image.new("RGBA", (10, 10), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (4, 4, 6, 6))
    pixels = decode(_bytes(clear))
    assert pixels[0, 0].tolist() == [255, 255, 255]
    assert pixels[5, 5].tolist() == [0, 0, 0]


def test_sixteen_bit_grey_keeps_its_contrast() -> None:
    grey = np.full((10, 10), 4000, dtype=np.uint16)
    grey[5, 5] = 100
    pixels = decode(_bytes(Image.fromarray(grey)))
    assert pixels[0, 0].tolist() == [255, 255, 255]
    assert pixels[5, 5].tolist() == [0, 0, 0]


def test_an_even_sixteen_bit_page_is_white() -> None:
    assert decode(_bytes(Image.fromarray(np.full((4, 4), 700, dtype=np.uint16)))).min() == 255


def test_an_image_over_the_pixel_limit_is_not_decoded() -> None:
    side = int(MAX_PIXELS**0.5) + 1
    with pytest.raises(PageTooLarge) as caught:
        decode(_bytes(Image.new("1", (side, side))))
    assert caught.value.details == {"width_px": side, "height_px": side}


@pytest.mark.parametrize("content", [b"", b"no image", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_image_is_unreadable(content: bytes) -> None:
    with pytest.raises(PageUnreadable):
        decode(content)


def test_a_truncated_image_is_unreadable() -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (60, 60, 3), dtype=np.uint8))
    content = _bytes(noise)
    with pytest.raises(PageUnreadable):
        decode(content[: len(content) // 2])
