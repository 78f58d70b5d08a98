"""Fields by rules: from form fields, labels with their values, tables, and the wording of agreements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from docai.domain.documents import Page
from docai.domain.evidence import Evidence, Verdict
from docai.domain.extractions import FieldValue
from docai.domain.geometry import Box
from docai.domain.words import Witness
from docai.query.extract_passages import Passage
from docai.query.extraction.labels import Naming, naming_of
from docai.query.extraction.pairs import Place, Sheet, pairs
from docai.query.extraction.rows import Read, Reader, rows_of
from docai.query.extraction.schema import ArrayNode, Leaf, Node, ObjectNode, Wanted, escaped
from docai.query.extraction.values import Habits, Kind, kind_of, read_value, wants_iso
from docai.query.extraction.wording import worded

ENGINE = "rules 2"
"""Stored with every extraction; raised when the same pages may give other fields."""

MIN_CONFIDENCE = 0.55
"""A value whose label names the field less than this is withheld."""
_IS_LABEL = 0.7
"""Print that names some field so well is a label."""
_WORDS = frozenset({Kind.TEXT, Kind.CODE})
_SHARED = 0.97
"""A place is taken by one field only, unless its label names both this exactly."""


@dataclass(frozen=True, slots=True)
class Found:
    """What documents say of a schema's fields."""

    data: Any
    fields: tuple[FieldValue, ...]


def extract_by_rules(wanted: Wanted, documents: Sequence[tuple[str, Sequence[Page]]]) -> Found:
    """The fields of a schema, as far as rules find them; what is uncertain is null.

    Args:
        wanted: the schema's tree.
        documents: each one's name, and its pages in order with words and parses.
    """
    return _Rules(wanted, documents).found()


@dataclass
class _Rules:
    """One extraction under way."""

    wanted: Wanted
    documents: Sequence[tuple[str, Sequence[Page]]]
    fields: list[FieldValue] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._pages = {(page.document_id, page.number): page for _, pages in self.documents for page in pages}
        self._sheets = [Sheet.of(page) for page in self._pages.values()]
        self._habits = Habits.of(piece.text for sheet in self._sheets for row in sheet.rows for piece in row)
        self._pairs = [pair for sheet in self._sheets for pair in pairs(sheet)]
        self._scalars = dict(_scalars(self.wanted.root, ""))
        self._siblings = list(self._scalars.values())
        self._namings: dict[int, Naming] = {}
        self._label_scores: dict[str, float] = {}
        self._about = str(self.wanted.schema.get("description", ""))

    def found(self) -> Found:
        reads = self._assigned(self._scalars)
        data = self._data(self.wanted.root, "", reads)
        return Found(data, tuple(self.fields))

    # ------------------------------------------------------------ the tree

    def _data(self, node: Node, path: str, reads: dict[str, Read]) -> object:
        if isinstance(node, Leaf):
            read = reads.get(path)
            self.fields.append(self._field(path, read))
            return None if read is None else read.value.value
        if isinstance(node, ArrayNode):
            return self._array(node, path)
        data: dict[str, object] = {}
        for key, inner in node.properties.items():
            value = self._data(inner, f"{path}/{escaped(key)}", reads)
            if value is not None or key in node.required or (isinstance(inner, Leaf) and inner.accepts_null):
                data[key] = value
        return data

    def _array(self, node: ArrayNode, path: str) -> list[object]:
        items = node.items
        if isinstance(items, Leaf):
            return [self._data(items, f"{path}/{n}", {f"{path}/{n}": read}) for n, read in enumerate(self._list(items))]
        if not isinstance(items, ObjectNode):
            return []
        inner = [leaf for leaf in items.properties.values() if isinstance(leaf, Leaf)]
        if not inner:
            return []
        iso = frozenset(leaf.name for leaf in inner if wants_iso(leaf, self._about))
        rows = rows_of(self._sheets, Reader.of(inner, self._habits, iso))
        found = []
        for n, row in enumerate(rows):
            here = f"{path}/{n}"
            found.append(self._data(items, here, {f"{here}/{escaped(name)}": read for name, read in row.items()}))
        return found

    def _list(self, leaf: Leaf) -> list[Read]:
        """The items of an array of single values."""
        said = worded(leaf, self._sheets, self._habits, is_iso=wants_iso(leaf, self._about))
        if said:
            return said
        best = self._assigned({"": leaf}).get("")
        return [best] if best is not None else []

    # ------------------------------------------------------------ labels

    def _assigned(self, scalars: dict[str, Leaf]) -> dict[str, Read]:
        """The best place for each leaf; the surest choose first, and a place is taken once."""
        offers: list[tuple[float, str, Read]] = []
        for path, leaf in scalars.items():
            offers += [(read.confidence, path, read) for read in self._offers(leaf)]
        chosen: dict[str, Read] = {}
        taken: set[tuple[object, ...]] = set()
        for score, path, read in sorted(offers, key=lambda offer: -offer[0]):
            place = read.place
            key = (place.document_id, place.page_number, place.word_ids[:1], place.text)
            if path in chosen or (key in taken and score < _SHARED):
                continue
            chosen[path] = read
            taken.add(key)
        for path, leaf in scalars.items():
            if path not in chosen:
                said = worded(leaf, self._sheets, self._habits, is_iso=wants_iso(leaf, self._about))
                if said:
                    chosen[path] = said[0]
        return chosen

    def _offers(self, leaf: Leaf) -> Iterator[Read]:
        naming = self._naming(leaf)
        is_iso = wants_iso(leaf, self._about)
        kind = kind_of(leaf)
        labels: dict[str, float] = {}
        for pair in self._pairs:
            named = labels.get(pair.label)
            if named is None:
                named = labels[pair.label] = naming.score(pair.label)
            score = named * pair.factor
            if score < MIN_CONFIDENCE or (pair.behind and not self._is_label(pair.behind)):
                continue
            if kind in _WORDS and self._is_label(pair.value.text):
                continue
            value = read_value(leaf, pair.value.text, self._habits, is_iso=is_iso)
            if value is not None:
                yield Read(value, pair.value, score)

    def _naming(self, leaf: Leaf) -> Naming:
        key = id(leaf)
        if key not in self._namings:
            self._namings[key] = naming_of(leaf, self._siblings)
        return self._namings[key]

    def _is_label(self, text: str) -> bool:
        """Whether print names one of the fields, so that it is no value of another."""
        if text not in self._label_scores:
            scores = (self._naming(leaf).score(text) for leaf in self._siblings)
            self._label_scores[text] = max(scores, default=0.0)
        return self._label_scores[text] >= _IS_LABEL

    # ------------------------------------------------------------ evidence

    def _field(self, path: str, read: Read | None) -> FieldValue:
        if read is None:
            return FieldValue(path=path, value=None)
        place, value = read.place, read.value
        ids = self._words_of(read)
        words = self._pages[place.document_id, place.page_number].words
        seen = [words.words[i] for i in ids] if words else []
        box = Box.around(word.box for word in seen) or place.box
        evidence = place.evidence or self._evidence(place, ids, box)
        sure = min((word.confidence for word in seen), default=1.0)
        return FieldValue(
            path=path,
            value=value.value,
            text=place.text[value.start : value.end],
            document_id=place.document_id,
            page_number=place.page_number,
            box=box,
            confidence=min(1.0, read.confidence) * sure**0.5,
            evidence=evidence,
        )

    def _words_of(self, read: Read) -> tuple[int, ...]:
        """The words of the part of a place that says the value."""
        place = read.place
        words = self._pages[place.document_id, place.page_number].words
        if words is None or not place.word_ids:
            return ()
        passage = Passage(words.words, place.word_ids)
        if passage.text != place.text:
            return place.word_ids
        return passage.ids_between(read.value.start, max(read.value.end, read.value.start + 1))

    def _evidence(self, place: Place, ids: tuple[int, ...], box: Box) -> Evidence:
        words = self._pages[place.document_id, place.page_number].words
        assert words is not None
        return Evidence(
            reader=words.engine,
            witness=words.witness,
            verdict=Verdict.EXACT if words.witness is Witness.TEXT_LAYER else Verdict.OCR_AGREE,
            page_number=place.page_number,
            box=box,
            word_ids=ids,
            confidence=min((words.words[i].confidence for i in ids), default=1.0),
        )


def _scalars(node: Node, path: str) -> Iterator[tuple[str, Leaf]]:
    """The leaves that stand in no array, by their JSON pointers."""
    if isinstance(node, Leaf):
        yield path, node
    elif isinstance(node, ObjectNode):
        for key, inner in node.properties.items():
            yield from _scalars(inner, f"{path}/{escaped(key)}")
