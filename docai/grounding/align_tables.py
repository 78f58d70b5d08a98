"""A table that a model read, its cells with the words that say them, or that stand where a cell must be."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from docai.domain.geometry import Box
from docai.domain.tables import Cell, Table
from docai.grounding.lines import in_lines
from docai.grounding.spelling import is_ornament, is_same
from docai.grounding.table_places import Places, astray, beside, places_of
from docai.grounding.word_matching import Print, Token, match, tokens_of

_GAP = 3.0
"""Words of a line that are set apart by more characters' widths may be of two cells."""
_SURE = 0.8
"""Where so many of a table's tokens were found together, what else is printed in its cells is the table's."""


def align_table(
    table: Table, heard: Sequence[int], printed: Print, place: Box, *, is_all_its: bool
) -> tuple[Table, set[int]]:
    """Give every cell its words; gives the table, and the words that stand in cells which do not say them.

    First cells and words are matched line by line. Words that stand in another row or column than their cell's others
    were matched by chance and are let go. Cells that did not find all of their words, as those of several lines do not,
    are then looked for where the others say that their row and column must be: there a word that reads something else
    is the cell's too, and tells against it.

    Args:
        table: as it was read.
        heard: ids of the words to look among.
        printed: the page's words.
        place: where the table stands.
        is_all_its: whether the reader said where the table stands, so that all words there are of it; else those that
            no cell says are only where most of the table was found.
    """
    lines = [i for line in in_lines(heard, printed.words) for i in line]
    tokens = [tokens_of(cell.text, number) for number, cell in enumerate(table.cells)]
    matches = match([token for of_cell in tokens for token in of_cell], lines, printed)
    search = _Search(table, tokens, lines, printed)
    search.ids.update((number, list(found)) for number, found in matches.ids.items())
    search.let_go(astray(table, search.ids, printed))
    search.doubt(beside(table, search.ids, printed))
    search.complete(place)
    unsaid: set[int] = set()
    if is_all_its or search.share >= _SURE:
        unsaid = search.fill(place)
    rank = {i: n for n, i in enumerate(lines)}
    cells = tuple(
        _with_words(cell, sorted(search.ids[n], key=rank.__getitem__), printed) for n, cell in enumerate(table.cells)
    )
    return table.model_copy(update={"cells": cells}), unsaid


class _Search:
    """Cells in search of their words."""

    def __init__(self, table: Table, tokens: Sequence[Sequence[Token]], lines: Sequence[int], printed: Print) -> None:
        self.ids: dict[int, list[int]] = {number: [] for number in range(len(table.cells))}
        self._table = table
        self._tokens = tokens
        self._lines = lines
        self._printed = printed
        self._doubted: dict[int, list[int]] = {}

    @property
    def share(self) -> float:
        """How many of the table's tokens were found, 0 to 1."""
        n_found = sum(min(len(self._tokens[n]), len(found)) for n, found in self.ids.items())
        return n_found / max(1, sum(map(len, self._tokens)))

    def let_go(self, numbers: Sequence[int]) -> None:
        """Take words away from cells that found them by chance."""
        self.ids.update((number, []) for number in numbers)

    def doubt(self, numbers: Sequence[int]) -> None:
        """Take words away from cells that may have found them by chance, unless no others say the same."""
        for number in numbers:
            self._doubted[number], self.ids[number] = self.ids[number], []

    def complete(self, whole: Box) -> None:
        """Look once more for cells that did not find all of their words, the longest first."""
        loose = [n for n, tokens in enumerate(self._tokens) if tokens and not self._is_whole(n)]
        if not loose:
            return
        places = self._places(whole)
        before = {number: self.ids[number] or self._doubted.get(number, []) for number in loose}
        held = {i for number, found in self.ids.items() if number not in before for i in found}
        free = [i for i in self._lines if i not in held]
        for number in sorted(loose, key=lambda n: len(self._tokens[n]), reverse=True):
            self.ids[number] = self._found(number, before[number], free, places)
            taken = set(self.ids[number])
            free = [i for i in free if i not in taken]

    def fill(self, whole: Box) -> set[int]:
        """Give cells the words that stand in them and that nobody says; gives these."""
        held = {i for found in self.ids.values() for i in found}
        words = self._printed.words
        free = [i for i in self._lines if i not in held and not is_ornament(words[i].text)]
        if not free:
            return set()
        places = self._places(whole)
        unsaid: set[int] = set()
        for number, cell in enumerate(self._table.cells):
            here = self._standing_in(places.certain(cell), free)
            self.ids[number] += here
            unsaid.update(here)
            free = [i for i in free if i not in unsaid] if here else free
        return unsaid

    def _places(self, whole: Box) -> Places:
        """Where rows and columns are, by cells that found all of their words where there are such."""
        sure = {n: found for n, found in self.ids.items() if found and n not in self._doubted and self._is_whole(n)}
        return places_of(
            self._table, sure, {n: found for n, found in self.ids.items() if n not in sure}, self._printed, whole
        )

    def _is_whole(self, number: int) -> bool:
        """Whether a cell found exactly what it says, in one piece."""
        found, tokens, keys = self.ids[number], self._tokens[number], self._printed.keys
        if len(found) != len(tokens) or any(keys[i] != token.key for i, token in zip(found, tokens, strict=True)):
            return False
        return len(found) < 2 or self._is_one_piece(found)

    def _is_one_piece(self, ids: Sequence[int]) -> bool:
        """Whether words stand as one cell's do: without a wide gap in a line, and lines one under the other."""
        words, edges = self._printed.words, self._printed.edges
        starts, ends = [], []
        for line in in_lines(ids, words):
            for one, other in pairwise(line):
                (x0, _, x1, _), (x2, _, x3, _) = edges[one], edges[other]
                width = (x1 - x0 + x3 - x2) / (len(words[one].text) + len(words[other].text))
                if x2 - x1 > _GAP * width:
                    return False
            starts.append(edges[line[0]][0])
            ends.append(edges[line[-1]][2])
        return max(starts) <= min(ends)

    def _found(self, number: int, before: list[int], free: Sequence[int], places: Places) -> list[int]:
        """A cell's words: those where it must be, else between its neighbours, else those that it had found before."""
        cell, tokens = self._table.cells[number], self._tokens[number]
        words = self._printed.words
        certain, possible = places.certain(cell), places.possible(cell)
        best: list[int] = []
        n_best = 0
        for box in (certain, possible):
            here = self._standing_in(box, free)
            if here and is_same(cell.text, " ".join(words[i].text for i in here)):
                return here
            found = match(tokens, here, self._printed, takes_near=box is certain or certain is None)
            n_matched = found.n_matched.get(number, 0)
            if n_matched > n_best or not best:
                best, n_best = found.ids.get(number, []), n_matched
            if n_best == len(tokens):
                break
        left = [i for i in before if i in set(free)]
        if len(left) == len(before) and self._n_said(number, before) > n_best:
            return before
        return best

    def _n_said(self, number: int, ids: Sequence[int]) -> int:
        return match(self._tokens[number], ids, self._printed).n_matched.get(number, 0)

    def _standing_in(self, box: Box | None, ids: Sequence[int]) -> list[int]:
        if box is None:
            return []
        x0, y0, x1, y1 = box.x0, box.y0, box.x1, box.y1
        middles = self._printed.middles
        return [i for i in ids if x0 <= middles[i][0] <= x1 and y0 <= middles[i][1] <= y1]


def _with_words(cell: Cell, ids: Sequence[int], printed: Print) -> Cell:
    box = cell.box or printed.around(ids)
    return cell.model_copy(update={"word_ids": tuple(ids), "box": box})
