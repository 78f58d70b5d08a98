from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from docai.domain.documents import DocumentFacts, MediaType, PageFacts
from docai.domain.geometry import PageSize
from docai.domain.plans import PagePlan, UnplannedPage
from docai.domain.words import PageWords, Witness
from docai.errors import ModelUnknown, PageCrashed, PageNotFound, TooManyPages
from docai.patches.estimates import EstimatePolicy
from docai.pipeline.parts import Parts
from docai.pipeline.plan import PlanPolicy, Plans
from docai.pipeline.rasterise import RasterPolicy
from tests.unit.patches.rules import Dynamic, Square


@dataclass(frozen=True)
class Pages:
    """Reads A4 pages, of which one kills its process."""

    n_pages: int
    crashing: int = 0

    @property
    def facts(self) -> DocumentFacts:
        return DocumentFacts(n_pages=self.n_pages)

    def measure(self, number: int) -> PageFacts:
        if number == self.crashing:
            raise PageCrashed("Page killed its process.")
        size, words = PageSize(width_pt=595, height_pt=842), PageWords(witness=None)
        return PageFacts(size=size, words=words, smallest_print_pt=10, native_dpi=None)

    @contextmanager
    def open(self, path: Path, media_type: MediaType, password: str | None) -> Iterator[Pages]:
        assert media_type is MediaType.PDF
        yield self


@dataclass(frozen=True)
class OnlyReader:
    """What plans of files need of the parts."""

    reader: Pages


def plans(reader: Pages, *, model: str = "", max_pages: int = 10) -> Plans:
    policy = PlanPolicy(
        raster=RasterPolicy(floor_dpi=150, ceiling_dpi=400, min_x_height_px=10, max_pixels=40_000_000),
        estimates=EstimatePolicy(),
        rule_named={"dynamic": Dynamic(own_tokens=4096), "square": Square()}.__getitem__,
        max_pages=max_pages,
        model=model,
    )
    return Plans(cast("Parts", OnlyReader(reader)), policy)


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "some.pdf"
    path.write_bytes(b"%PDF-1.7")
    return path


def test_a_page_that_cannot_be_measured_is_told_and_the_others_are_planned(pdf: Path) -> None:
    with plans(Pages(3, crashing=2)).of_file(pdf, rule=Dynamic(own_tokens=4096)) as document:
        first, second, third = document.pages
    assert isinstance(second, UnplannedPage)
    assert (second.page_number, second.fault.code) == (2, "page_crashed")
    for page, number in ((first, 1), (third, 3)):
        assert isinstance(page, PagePlan)
        assert (page.page_number, page.witness) == (number, Witness.OCR)
        assert page.reading is not None
        assert page.reading.visual_tokens == 44 * 63


def test_without_a_model_only_the_drawing_is_planned(pdf: Path) -> None:
    with plans(Pages(1)).of_file(pdf) as document:
        (page,) = document.pages
    assert isinstance(page, PagePlan)
    assert page.reading is None
    assert page.raster.dpi == 150


def test_a_document_of_too_many_pages_is_refused_before_any_is_measured(pdf: Path) -> None:
    with pytest.raises(TooManyPages, match="11 pages; the limit is 10"), plans(Pages(11)).of_file(pdf):
        pass


def test_a_page_that_is_not_there_is_refused(pdf: Path) -> None:
    made = plans(Pages(3))
    assert made.of_page(pdf, 3).page_number == 3
    for number in (0, 4):
        with pytest.raises(PageNotFound, match="3 pages"):
            made.of_page(pdf, number)


def test_the_model_that_is_named_goes_before_the_one_that_is_configured() -> None:
    assert plans(Pages(1)).rule() is None
    assert plans(Pages(1), model="square").required_rule().name == "square"
    assert plans(Pages(1), model="square").required_rule("dynamic").name == "dynamic"
    with pytest.raises(ModelUnknown, match="DOCAI_VLM__MODEL"):
        plans(Pages(1)).required_rule()


def test_models_are_compared_on_one_page(pdf: Path) -> None:
    made = plans(Pages(1))
    rules: list[Any] = [Dynamic(own_tokens=4096), Square(side_px=60)]
    fine, coarse = made.compared(made.of_page(pdf, 1), rules)
    assert fine.glance is not None
    assert fine.reading.looks[0].sight == fine.glance.sight
    assert coarse.glance is not None
    assert coarse.glance.effective_dpi < 30
    assert coarse.reading.refusal is not None


def test_the_sample_page_is_a4_with_small_print() -> None:
    page = plans(Pages(0)).of_sample()
    assert (page.raster.width_px, page.raster.height_px, page.raster.smallest_print_pt) == (1488, 2105, 8)
