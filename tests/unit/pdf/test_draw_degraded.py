"""Poor scans are the same every time, and each harm does what it says."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pymupdf
import pytest

from docai.domain.geometry import PageSize
from docai.pdf.draw_degraded import Degradation, Harm, degraded
from docai.pdf.draw_sheet import Sheet, Style, finished, new_pdf

Grey = npt.NDArray[np.float64]
HARMS = [
    Degradation(Harm.BLUR, 2.0),
    Degradation(Harm.ROTATION, 3.0),
    Degradation(Harm.NOISE, 30.0),
    Degradation(Harm.JPEG, 10.0),
    Degradation(Harm.CONTRAST, 0.25),
]


def content(*degradations: Degradation, seed: int = 7) -> bytes:
    pdf = new_pdf(len(degradations), PageSize(width_pt=300, height_pt=200))
    for number, page in enumerate(pdf, start=1):
        Sheet(page, number).text(40, 60, "The harbour office approved it.", Style(12, "tiro", (0.0, 0.0, 0.0)))
        page.draw_rect((40, 100, 260, 104), fill=(0, 0, 0))
    return finished(degraded(pdf, degradations, seed), "scan.pdf").pdf


@lru_cache
def picture(degradation: Degradation) -> Grey:
    with pymupdf.open(stream=content(degradation)) as pdf:
        (image,) = pdf[0].get_images()
        pixels = pymupdf.Pixmap(pdf, image[0])
        grey = np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.stride)[:, : pixels.width]
        return grey.astype(np.float64)


def sharpness(grey: Grey) -> float:
    return float(np.abs(np.diff(grey, axis=1)).max())


@pytest.mark.parametrize("degradation", [Degradation(), *HARMS], ids=lambda each: each.harm.value)
def test_the_same_scan_has_the_same_bytes_and_no_text(degradation: Degradation) -> None:
    assert content(degradation) == content(degradation)
    with pymupdf.open(stream=content(degradation)) as pdf:
        assert pdf[0].get_text().strip() == ""
        assert (pdf[0].rect.width, pdf[0].rect.height) == (300, 200)


def test_a_scan_has_the_resolution_asked_for() -> None:
    assert picture(Degradation()).shape == (556, 834)
    assert picture(Degradation(dpi=100.0)).shape == (278, 417)


@pytest.mark.parametrize("degradation", HARMS, ids=lambda each: each.harm.value)
def test_every_harm_changes_the_picture_and_more_of_it_more(degradation: Degradation) -> None:
    clean = picture(Degradation())
    less_is_worse = degradation.harm in {Harm.JPEG, Harm.CONTRAST}
    worse = Degradation(degradation.harm, degradation.strength * (0.5 if less_is_worse else 2.0))
    first, second = (float(np.abs(picture(each) - clean).mean()) for each in (degradation, worse))
    assert 0 < first < second


def test_noise_has_its_standard_deviation_and_its_seed() -> None:
    paper = picture(Degradation(Harm.NOISE, 30.0))[:100, :100]
    # Paper is white, so that only noise below it shows: half of a normal distribution.
    assert np.sqrt(((paper - 255) ** 2).mean() * 2) == pytest.approx(30.0, rel=0.05)
    assert content(Degradation(Harm.NOISE, 30.0), seed=1) != content(Degradation(Harm.NOISE, 30.0), seed=2)


def test_blur_softens_and_contrast_pales() -> None:
    assert sharpness(picture(Degradation(Harm.BLUR, 2.0))) < 0.5 * sharpness(picture(Degradation()))
    pale = picture(Degradation(Harm.CONTRAST, 0.25))
    assert (pale.min(), pale.max()) == (pytest.approx(191, abs=1), 255)


def test_rotation_is_clockwise() -> None:
    turned = picture(Degradation(Harm.ROTATION, 3.0))
    dark = turned < 100
    left, right = (np.flatnonzero(dark[200:, x]).mean() for x in (150, 680))
    assert (right - left) / (680 - 150) == pytest.approx(np.tan(np.radians(3.0)), rel=0.1)


def test_pages_are_spoiled_one_by_one() -> None:
    with pymupdf.open(stream=content(Degradation(), Degradation(Harm.CONTRAST, 0.25))) as pdf:
        darkest = [min(page.get_pixmap(colorspace=pymupdf.csGRAY).samples) for page in pdf]
    assert darkest[0] < 20
    assert darkest[1] > 180
