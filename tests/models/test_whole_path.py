"""From a file to the page that is asked for, with a model that looks at page images: everything real but its size."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from docai.assembly.local import open_local
from docai.assembly.parts import Assembled
from docai.domain.answers import Question, SearchMode
from docai.domain.ids import DocumentId
from docai.settings import EmbedderSettings, Settings, WorkerSettings
from tests.models.training import Lesson, ndcg_at_5

N_DOCUMENTS = 4

VISUAL_TOKENS = 50
"""The pages were taught as 6 x 8 patches; drawn at another resolution, with at most so many they are cut so again."""

Places = list[tuple[DocumentId, int]]


@pytest.fixture(scope="module")
def settings(taught: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        home=tmp_path_factory.mktemp("home"),
        embedder=EmbedderSettings(model=str(taught), device="cpu", visual_tokens=VISUAL_TOKENS),
        worker=WorkerSettings(processes=2),
    )


@pytest.fixture(scope="module")
def places(settings: Settings, lesson: Lesson) -> Places:
    """Where each page of the lesson stands, once all are read."""
    with open_local(settings) as local:
        n_pages = len(lesson.images) // N_DOCUMENTS
        submissions = [
            local.system.submit(local.tenant.id, _tiff(lesson.images[first : first + n_pages]), f"{first}.tiff")
            for first in range(0, len(lesson.images), n_pages)
        ]
        for submission in submissions:
            assert local.system.wait(local.tenant.id, submission.job.id, 120).state.is_final
        return [(each.document.id, number) for each in submissions for number in range(1, n_pages + 1)]


@pytest.fixture(scope="module")
def local(settings: Settings, places: Places) -> Iterator[Assembled]:
    """Everything started again, after the pages were read: the model and its index are known to belong together."""
    assert places
    with open_local(settings) as opened:
        yield opened


def _tiff(images: list[Image.Image]) -> io.BytesIO:
    stream = io.BytesIO()
    # Copies: Pillow keeps at an image how it was saved before, as a PNG in other tests, and fails on it.
    first, *others = (image.copy() for image in images)
    first.save(stream, "TIFF", save_all=True, append_images=others, compression="tiff_lzw")
    stream.seek(0)
    return stream


def test_the_pages_that_are_asked_for_are_found(local: Assembled, places: Places, lesson: Lesson) -> None:
    ranks = []
    for place, text in zip(places, lesson.queries, strict=True):
        question = Question(text=text, top_k=len(places), mode=SearchMode.LATE_INTERACTION)
        found = [(hit.document_id, hit.page_number) for hit in local.system.search(local.tenant.id, question)]
        assert len(found) == len(places), "each page has vectors"
        ranks.append(1 + found.index(place))
    assert ndcg_at_5(ranks) >= 0.9


def test_all_patches_are_stored_as_they_lie_on_the_page(local: Assembled, places: Places) -> None:
    document_id, number = places[-1]
    stored = local.system._parts.index.vectors(local.tenant.id, document_id, number)
    assert stored is not None
    assert stored.grid is not None
    assert (stored.grid.rows, stored.grid.columns, len(stored.vectors)) == (8, 6, 48)
    assert np.allclose(np.linalg.norm(stored.vectors, axis=1), 1.0, atol=2e-3)


def test_a_heat_map_glows_on_the_page(local: Assembled, places: Places, lesson: Lesson) -> None:
    document_id, number = places[0]
    picture = local.system.heat_map(local.tenant.id, Question(text=lesson.queries[0]), document_id, number)
    with Image.open(io.BytesIO(picture)) as shown:
        assert shown.format == "PNG"
        pixels = np.asarray(shown.convert("RGB")).astype(int)
    # Grey where nothing glows.
    assert (np.ptp(pixels, axis=2) > 0).any()
