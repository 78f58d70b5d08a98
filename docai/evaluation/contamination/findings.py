"""Contamination: which items of a set overlap with training data, with what, and by which measure."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class OverlapKind(StrEnum):
    """By what an item was found elsewhere."""

    FILE = "file"
    """The same bytes."""
    PAGE = "page"
    """A page that looks the same: near by perceptual hashes and by thumbnail."""
    WORDS = "words"
    """A run of 13 words of the question."""
    QUESTION = "question"
    """The whole question, where it is shorter than that."""


class Overlap(BaseModel):
    """A part of an item that stands in the training data."""

    model_config = ConfigDict(frozen=True)

    kind: OverlapKind
    what: str
    """The item's file, with the page; or the words."""
    against: str
    """The file there, relative to what was given; with page or line."""
    distances: tuple[int, int] | None = None
    """Bits of dHash and pHash that differ, of 64 each; of pages."""
    likeness: float | None = None
    """Correlation of the thumbnails; of pages."""


class ContaminatedItem(BaseModel):
    """A sample that overlaps."""

    model_config = ConfigDict(frozen=True)

    id: str
    overlaps: tuple[Overlap, ...]
    """The first of each kind, at most `Methods.most_overlaps`."""
    n_overlaps: dict[OverlapKind, int]
    """How many there are."""
    question_share: float
    """Of the question's runs of 13 words, the share that was found, 0 to 1; of a shorter question, 0 or 1."""


class Methods(BaseModel):
    """What counts as an overlap."""

    model_config = ConfigDict(frozen=True)

    n_words: int
    """Words of a run (T. Brown et al., "Language models are few-shot learners", 2020, appendix C)."""
    template: int
    """Runs that more questions of the set share are its wording and are not looked for."""
    dhash_distance: int
    phash_distance: int
    """Most bits of 64 that differ."""
    likeness: float
    """Least correlation of thumbnails."""
    most_overlaps: int


class Contamination(BaseModel):
    """What of a set was found in training data."""

    model_config = ConfigDict(frozen=True)

    against: str
    """Name of the folder or file that was searched."""
    methods: Methods
    n_items: int
    n_contaminated: int
    by_kind: dict[OverlapKind, int]
    """Items with an overlap of each kind."""
    items: tuple[ContaminatedItem, ...]
    """Those that overlap, in the set's order."""
    clean_ids: tuple[str, ...]
    """All others: what scores without the contaminated items are made of."""
    n_files_searched: int
    n_pages_searched: int
    n_texts_searched: int
    unreadable: tuple[str, ...] = ()
    """Files on either side that could not be opened, and were compared by their bytes alone."""
