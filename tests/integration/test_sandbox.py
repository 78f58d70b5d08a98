"""Documents are read in confined processes, by several threads at once, through deaths of the engine."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from docai.domain.documents import MediaType
from docai.domain.words import TextLayerFlaw, Witness
from docai.errors import EngineUnavailable
from docai.pdf import confinement, draw_edge, draw_scan
from docai.pdf.sandbox import PdfSandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[PdfSandbox]:
    with PdfSandbox(page_timeout_s=60) as started:
        yield started


def test_the_walls_that_the_kernel_has_are_told(sandbox: PdfSandbox) -> None:
    assert sandbox.confinement == confinement.available_layers()
    assert confinement.Layer.RESOURCE_LIMITS in sandbox.confinement


def test_words_of_a_plain_page_stand_where_they_were_drawn(sandbox: PdfSandbox, tmp_path: Path) -> None:
    drawn = draw_edge.plain(2)
    path = tmp_path / "plain.pdf"
    path.write_bytes(drawn.pdf)
    with sandbox.open(path, MediaType.PDF) as document:
        facts = document.measure(2)
    expected = [word for word in drawn.words if word.page_number == 2]
    assert facts.words.witness is Witness.TEXT_LAYER
    assert [word.text for word in facts.words.words] == [word.text for word in expected]
    for found, true in zip(facts.words.words, expected, strict=True):
        assert found.box.holds(true.box.centre)
    assert facts.smallest_print_pt == pytest.approx(12, abs=0.1)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_turned_page_is_read_as_it_is_shown(sandbox: PdfSandbox, tmp_path: Path, degrees: int) -> None:
    drawn = draw_edge.rotated(degrees)
    path = tmp_path / "turned.pdf"
    path.write_bytes(drawn.pdf)
    with sandbox.open(path, MediaType.PDF) as document:
        words = document.measure(1).words.words
        picture = document.render(1, 100)
    ink = np.asarray(Image.open(io.BytesIO(picture.content)).convert("L")) < 128
    for found, true in zip(words, drawn.words, strict=True):
        assert found.text == true.text
        assert found.box.holds(true.box.centre)
        left, top, right, bottom = found.box.to_pixels(picture.width_px, picture.height_px)
        assert ink[top:bottom, left:right].any()


def test_a_drawing_is_the_picture_it_says_it_is(sandbox: PdfSandbox, tmp_path: Path) -> None:
    path = tmp_path / "plain.pdf"
    path.write_bytes(draw_edge.plain().pdf)
    with sandbox.open(path, MediaType.PDF) as document:
        size = document.measure(1).size
        drawn = document.render(1, 144)
    picture = Image.open(io.BytesIO(drawn.content))
    assert picture.size == (drawn.width_px, drawn.height_px) == size.pixels(144)
    assert 0 < drawn.ink_share < 0.2


def test_a_blank_page_has_no_ink(sandbox: PdfSandbox, tmp_path: Path) -> None:
    path = tmp_path / "blank.pdf"
    path.write_bytes(draw_edge.blank().pdf)
    with sandbox.open(path, MediaType.PDF) as document:
        facts = document.measure(1)
        assert document.render(1, 100).ink_share == 0
    assert facts.words.text_layer_flaws == (TextLayerFlaw.MISSING,)


def test_a_scan_tells_its_resolution_and_that_it_has_no_text(sandbox: PdfSandbox, tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(draw_scan.scan().pdf)
    with sandbox.open(path, MediaType.PDF) as document:
        facts = document.measure(1)
    assert facts.native_dpi == pytest.approx(200, rel=0.01)
    assert facts.words.witness is None


def test_a_layout_names_the_pages_words(sandbox: PdfSandbox, tmp_path: Path) -> None:
    path = tmp_path / "plain.pdf"
    path.write_bytes(draw_edge.plain().pdf)
    with sandbox.open(path, MediaType.PDF) as document:
        words = document.measure(1).words
        blocks = document.read_layout(1, words, None)
    assert sorted(i for block in blocks for i in block.word_ids) == list(range(len(words.words)))


def test_every_picture_of_a_tiff_is_a_page_drawn_pixel_by_pixel(sandbox: PdfSandbox, tmp_path: Path) -> None:
    pictures = [Image.fromarray(_noise(300 + 40 * i, 200)) for i in range(3)]
    path = tmp_path / "pages.tif"
    pictures[0].save(path, save_all=True, append_images=pictures[1:], dpi=(100, 100))
    with sandbox.open(path, MediaType.TIFF) as document:
        assert document.facts.n_pages == 3
        for number, picture in enumerate(pictures, start=1):
            dpi = document.measure(number).native_dpi
            assert dpi == pytest.approx(100)
            drawn = Image.open(io.BytesIO(document.render(number, dpi or 0).content))
            assert np.array_equal(np.asarray(drawn.convert("L")), np.asarray(picture))


def test_a_photograph_is_turned_as_its_camera_says(sandbox: PdfSandbox, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "photo.jpg"
    Image.fromarray(_noise(600, 900)).save(path, exif=exif, dpi=(200, 200))
    with sandbox.open(path, MediaType.JPEG) as document:
        facts = document.measure(1)
        drawn = document.render(1, facts.native_dpi or 0)
    assert (drawn.width_px, drawn.height_px) == (900, 600)


def test_a_resolution_that_cannot_be_is_not_believed(sandbox: PdfSandbox, tmp_path: Path) -> None:
    path = tmp_path / "tiny.png"
    Image.fromarray(_noise(600, 900)).save(path, dpi=(2400, 2400))
    with sandbox.open(path, MediaType.PNG) as document:
        assert document.measure(1).native_dpi == pytest.approx(200)


def test_several_threads_read_documents_side_by_side(sandbox: PdfSandbox, tmp_path: Path) -> None:
    paths = []
    for n_pages in range(1, 9):
        paths.append(tmp_path / f"{n_pages}.pdf")
        paths[-1].write_bytes(draw_edge.plain(n_pages).pdf)

    def read(path: Path) -> list[str]:
        with sandbox.open(path, MediaType.PDF) as document:
            numbers = range(1, document.facts.n_pages + 1)
            return [" ".join(word.text for word in document.measure(number).words.words) for number in numbers]

    with ThreadPoolExecutor(4) as pool:
        for n_pages, texts in enumerate(pool.map(read, paths), start=1):
            assert len(texts) == n_pages
            assert all(f"page {number} of {n_pages}" in text for number, text in enumerate(texts, start=1))


def test_a_killed_engine_is_started_again_and_open_documents_go_on(tmp_path: Path) -> None:
    path = tmp_path / "plain.pdf"
    path.write_bytes(draw_edge.plain(2).pdf)
    with PdfSandbox() as sandbox:
        with sandbox.open(path, MediaType.PDF) as document:
            assert document.measure(1).words.words
            sandbox.nursery.kill_process()
            assert document.measure(2).words.words
        assert sandbox.nursery.n_started == 2


def test_an_engine_that_does_not_start_is_said_to_be_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(EngineUnavailable):
        PdfSandbox().start()


def _noise(width: int, height: int) -> np.ndarray:
    return np.random.default_rng(width).integers(0, 256, (height, width), dtype=np.uint8)
