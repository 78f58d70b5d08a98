"""The pixels of a page reach its score: a model taught from scratch finds the pages it was taught, through our path."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from docai.engines.embedder.colpali import ColPaliEmbedder
from docai.engines.embedder.loading import load
from tests.models.training import Lesson, ndcg_at_5, save, untaught


def quality(folder: Path, lesson: Lesson) -> float:
    """Of each page's own query over all pages, by exact MaxSim over the patches; an equal score counts against it."""
    embedder = ColPaliEmbedder(load(str(folder)))
    pages = [page.patches.astype(np.float32) for page in embedder.embed_images(lesson.files())]
    ranks = []
    for right, text in enumerate(lesson.queries):
        query = embedder.embed_query(text, {})
        assert query is not None
        scores = np.array([(query.vectors @ page.T).max(axis=1).sum() for page in pages])
        ranks.append(int((scores >= scores[right]).sum()))
    return ndcg_at_5(ranks)


def test_a_random_model_guesses(lesson: Lesson, tmp_path: Path) -> None:
    # By chance it is (1 + 1 / log2 3 + ... + 1 / log2 6) / 48 = 0.06.
    assert quality(save(*untaught(), tmp_path), lesson) < 0.2


def test_a_taught_model_finds_the_pages_it_was_taught(lesson: Lesson, taught: Path) -> None:
    assert quality(taught, lesson) >= 0.9


def test_a_query_follows_the_pixels_and_not_the_place_of_the_page(lesson: Lesson, taught: Path) -> None:
    exchanged = Lesson(lesson.images[1:] + lesson.images[:1], lesson.queries)
    assert quality(taught, exchanged) < 0.5
