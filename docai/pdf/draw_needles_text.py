"""Names, numbers and prose for the corpus of planted needles, drawn by lot from a seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TypeVar

import numpy as np

T = TypeVar("T")

_FIRST_SYLLABLES = (
    "Alder Ash Bar Birk Bran Brock Car Coln Dal Dern Dun Ed Eller Fal Fern Gar Glen Har Hazel Hern Holm Kel Kirk "
    "Lang Lin Mar Mel Mor Nor Oak Pen Ren Rook San Sel Stan Tarn Thorn Wel Wharn"
)
_LAST_SYLLABLES = (
    "beck berry bridge burn by cliff combe cote dale den don field fleet ford gate ham hurst land ley mere mond "
    "moor ness port shaw stead thwaite ton wick worth"
)
_PLACES = tuple(
    product(_FIRST_SYLLABLES.split(), ("", "al", "an", "el", "en", "er", "in", "ing"), _LAST_SYLLABLES.split())
)
_FAMILY_LETTERS = ("SZL", "SZE", "SLZ", "SEL", "SLE", "ZSL", "ZSE", "ESZ", "SZB", "SBZ", "SEB", "SLB")

_WHO = (
    "committee",
    "council",
    "harbour office",
    "surveyor",
    "district engineer",
    "board of works",
    "water company",
    "auditor",
    "planning office",
    "county archive",
    "parish clerk",
    "contractor",
    "labour exchange",
    "chamber of trade",
    "ministry",
)
_DID = (
    "reviewed",
    "approved",
    "postponed",
    "measured",
    "described",
    "renewed",
    "questioned",
    "published",
    "corrected",
    "financed",
    "inspected",
    "rejected",
    "compared",
    "replaced",
    "recorded",
    "welcomed",
)
_WHAT = (
    "the report on drainage",
    "the estimate for timber",
    "the list of moorings",
    "the rules for night work",
    "the plan of the eastern quay",
    "the accounts of the savings fund",
    "the survey of culverts",
    "the tender for gravel",
    "the timetable of the ferries",
    "the agreement with the millers",
    "the register of wells",
    "the inventory of pumps",
    "the map of the common land",
    "the petition about lighting",
    "the notice on fishing rights",
    "the minutes of the spring meeting",
)
_WHEN = (
    "before the end of the season",
    "after a long discussion",
    "without further comment",
    "at the request of the treasurer",
    "in the course of the summer",
    "as the law requires",
    "together with its neighbours",
    "for the first time in years",
    "because the frost came late",
    "although money was short",
    "while the road was closed",
    "on the advice of an engineer",
)


class Chance:
    """Choices by lot that are the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._draws = np.random.default_rng(seed)

    def number(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return int(self._draws.integers(low, high + 1))

    def of(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.number(0, len(choices) - 1)]

    def shuffled(self, choices: Sequence[T]) -> list[T]:
        """The choices in another order."""
        return [choices[i] for i in self._draws.permutation(len(choices))]

    def sentence(self) -> str:
        """A sentence without numbers and without names."""
        return f"The {self.of(_WHO)} {self.of(_DID)} {self.of(_WHAT)} {self.of(_WHEN)}."

    def prose(self, n_sentences: int, needle: str | None = None) -> str:
        """So many sentences, with another one somewhere among them."""
        sentences = [self.sentence() for _ in range(n_sentences)]
        if needle:
            sentences.insert(self.number(0, n_sentences), needle)
        return " ".join(sentences)


class Names:
    """Names and numbers that are much alike and of which none comes twice."""

    def __init__(self, chance: Chance) -> None:
        self._places = iter(chance.shuffled(["".join(parts) for parts in _PLACES]))
        self._families = iter(chance.shuffled(list(product(_FAMILY_LETTERS, range(10, 100)))))
        self._invoices = iter(chance.shuffled(list(range(1000, 10_000))))
        self._serials = iter(chance.shuffled(list(range(10_000, 100_000))))

    def place(self) -> str:
        """Such as Tarnelmoor, of 9,600.

        Raises:
            ValueError: all were taken.
        """
        return _next(self._places)

    def family(self) -> str:
        """The start of part numbers, such as SZL15, of 1,080.

        Raises:
            ValueError: all were taken.
        """
        letters, series = _next(self._families)
        return f"{letters}{series}"

    def invoice(self) -> str:
        """An invoice's number, such as INV-2026-4817, of 9,000.

        Raises:
            ValueError: all were taken.
        """
        return f"INV-2026-{_next(self._invoices)}"

    def serial(self) -> str:
        """An instrument's number, such as 48217-B, of 90,000.

        Raises:
            ValueError: all were taken.
        """
        return f"{_next(self._serials)}-B"


def _next(names: Iterator[T]) -> T:
    try:
        return next(names)
    except StopIteration:
        raise ValueError("a corpus of so many pages has no names left; draw fewer pages") from None
