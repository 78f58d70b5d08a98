from io import BytesIO

import pymupdf
import pytest
from PIL import Image

from docai.pdf.from_pictures import pdf_of_pictures


def picture(colour: str, kind: str, size: tuple[int, int] = (400, 600)) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, kind)
    return file.getvalue()


PICTURES = [picture("red", "PNG"), picture("blue", "JPEG", (300, 100)), picture("white", "TIFF")]


def test_each_picture_is_a_page_of_its_size() -> None:
    with pymupdf.open("pdf", pdf_of_pictures(PICTURES, dpi=200.0)) as document:
        assert [(round(page.rect.width), round(page.rect.height)) for page in document] == [
            (144, 216),
            (108, 36),
            (144, 216),
        ]


def test_pixels_are_kept_as_they_are() -> None:
    with pymupdf.open("pdf", pdf_of_pictures(PICTURES)) as document:
        drawn = document[0].get_pixmap(dpi=200)
        assert (drawn.width, drawn.height, drawn.pixel(200, 300)) == (400, 600, (255, 0, 0))
        (image,) = document[1].get_images()
        assert document.extract_image(image[0])["image"] == PICTURES[1]


def test_the_same_pictures_give_the_same_bytes() -> None:
    assert pdf_of_pictures(PICTURES) == pdf_of_pictures(PICTURES)


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(OSError, match="cannot identify"):
        pdf_of_pictures([b"nothing"])
