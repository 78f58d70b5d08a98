"""A set held against training data: files by their bytes, pages by their looks, questions by their words."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from docai.errors import DatasetDamaged
from docai.evaluation.contamination.findings import (
    ContaminatedItem,
    Contamination,
    Methods,
    Overlap,
    OverlapKind,
)
from docai.evaluation.contamination.page_prints import PageReader
from docai.evaluation.contamination.perceptual_hash import (
    DHASH_DISTANCE,
    LIKENESS,
    PHASH_DISTANCE,
    PageIndex,
    PagePrint,
)
from docai.evaluation.contamination.training_data import TrainingData
from docai.evaluation.contamination.word_runs import N_WORDS, QuestionIndex
from docai.evaluation.samples import Sample
from docai.pdf.sandbox import PdfSandbox

_MOST_OVERLAPS = 5
"""Of each kind, that are kept of an item."""
_PAGES_AT_ONCE = 1024
"""Pages of the training data in memory."""
_Place = tuple[str, int]
"""A file and a page of it, from 1."""


def check(samples: Iterable[Sample], against: Path) -> Contamination:
    """What of a set's files, pages and questions stands in training data.

    Args:
        samples: Of the set; each different file name is read once.
        against: A folder with PDFs, pictures (PNG, JPEG, TIFF) and `.jsonl` files, of which every text counts; or one
            such file.

    Raises:
        DatasetMissing: There is no such folder or file.
        DatasetDamaged: A line of a `.jsonl` is no JSON.
    """
    items, data = list(samples), TrainingData(against)
    found = _Found(items)
    index = QuestionIndex({sample.id: sample.question for sample in items if sample.question})
    for place, text in data.texts():
        found.n_texts += 1
        for item, words, is_whole in index.in_text(text):
            found.add_words(item, words, place, is_whole=is_whole)
    with PdfSandbox() as sandbox, TemporaryDirectory(prefix="docai-pages-") as scratch:
        _compare_files(items, data, PageReader(sandbox, Path(scratch)), found)
    return found.contamination(against.name, index)


class _Found:
    """Overlaps so far."""

    def __init__(self, items: Sequence[Sample]) -> None:
        self.n_files = self.n_pages = self.n_texts = 0
        self.unreadable: list[str] = []
        self._items = items
        self._kept: defaultdict[str, list[Overlap]] = defaultdict(list)
        self._n: defaultdict[str, Counter[OverlapKind]] = defaultdict(Counter)
        self._words: defaultdict[str, set[str]] = defaultdict(set)
        self._users: defaultdict[str, list[str]] = defaultdict(list)
        for sample in items:
            for name in dict.fromkeys(file.name for file in sample.files):
                self._users[name].append(sample.id)

    def add(self, item: str, overlap: Overlap) -> None:
        """Of one item."""
        self._n[item][overlap.kind] += 1
        if self._n[item][overlap.kind] <= _MOST_OVERLAPS:
            self._kept[item].append(overlap)

    def add_words(self, item: str, words: str, place: str, *, is_whole: bool) -> None:
        """Words of an item's question in a text."""
        self._words[item].add(words)
        kind = OverlapKind.QUESTION if is_whole else OverlapKind.WORDS
        self.add(item, Overlap(kind=kind, what=words, against=place))

    def add_file(self, name: str, overlap: Overlap) -> None:
        """Of all items that are about a file of the set."""
        for item in self._users[name]:
            self.add(item, overlap)

    def contamination(self, against: str, index: QuestionIndex) -> Contamination:
        """All of it."""
        touched = [sample.id for sample in self._items if sample.id in self._kept]
        return Contamination(
            against=against,
            methods=Methods(
                n_words=N_WORDS,
                template=index.template,
                dhash_distance=DHASH_DISTANCE,
                phash_distance=PHASH_DISTANCE,
                likeness=LIKENESS,
                most_overlaps=_MOST_OVERLAPS,
            ),
            n_items=len(self._items),
            n_contaminated=len(touched),
            by_kind={kind: sum(1 for item in touched if self._n[item][kind]) for kind in OverlapKind},
            items=tuple(
                ContaminatedItem(
                    id=item,
                    overlaps=tuple(self._kept[item]),
                    n_overlaps=dict(self._n[item]),
                    question_share=index.share(item, len(self._words[item])),
                )
                for item in touched
            ),
            clean_ids=tuple(sample.id for sample in self._items if sample.id not in self._kept),
            n_files_searched=self.n_files,
            n_pages_searched=self.n_pages,
            n_texts_searched=self.n_texts,
            unreadable=tuple(self.unreadable),
        )


def _compare_files(items: Sequence[Sample], data: TrainingData, reader: PageReader, found: _Found) -> None:
    names: defaultdict[str, list[str]] = defaultdict(list)
    places: list[_Place] = []
    prints: list[PagePrint] = []
    for file in {file.name: file for sample in items for file in sample.files}.values():
        content = file.read()
        names[_digest(content)].append(file.name)
        for place, page in _pages_of(file.name, reader.of_bytes(content), found.unreadable):
            places.append(place)
            prints.append(page)
    index = PageIndex(prints)
    pages = _training_pages(data, reader, names, found)
    while batch := list(islice(pages, _PAGES_AT_ONCE)):
        found.n_pages += len(batch)
        for near in index.near([page for _, page in batch]):
            name, number = places[near.first]
            there, page_there = batch[near.second][0]
            overlap = Overlap(
                kind=OverlapKind.PAGE,
                what=f"{name}, page {number}",
                against=f"{there}, page {page_there}",
                distances=near.distances,
                likeness=near.likeness,
            )
            found.add_file(name, overlap)


def _training_pages(
    data: TrainingData, reader: PageReader, names: dict[str, list[str]], found: _Found
) -> Iterator[tuple[_Place, PagePrint]]:
    """Pages of all files, whose bytes are compared on the way."""
    for there, path in data.documents():
        found.n_files += 1
        for name in names.get(_digest(path.read_bytes()), ()):
            found.add_file(name, Overlap(kind=OverlapKind.FILE, what=name, against=there))
        yield from _pages_of(there, reader.of_file(path), found.unreadable)


def _pages_of(name: str, pages: Iterable[PagePrint], unreadable: list[str]) -> Iterator[tuple[_Place, PagePrint]]:
    try:
        for number, page in enumerate(pages, start=1):
            yield (name, number), page
    except DatasetDamaged:
        unreadable.append(name)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
