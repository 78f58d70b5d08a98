"""Where on a page most of a table's words stand together, in whatever order a witness has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from docai.grounding.lines import in_lines
from docai.grounding.word_matching import Print

_COST = 0.35
"""What a word that the table does not say takes off a region; one that only the table has adds one."""
_TAIL = 0.02
"""Share of the table's words on either side that may stand beside it by chance."""


def densest(said: Sequence[str], free: Sequence[int], printed: Print) -> list[int]:
    """The words of a table's vocabulary in the lines of the page where they are densest.

    A word counts the more the less often the page has it beyond the table. The lines are those of the largest sum
    (Kadane's algorithm: J. Bentley, Programming Pearls, column 8), within the width in which nearly all such words
    stand.

    Args:
        said: keys of the table's tokens.
        free: ids of the words to look among.
        printed: the page's words.
    """
    wanted = Counter(said)
    there = Counter(printed.keys[i] for i in free)
    worth = {key: min(1.0, n / there[key]) for key, n in wanted.items() if there[key]}
    left, right = _width([i for i in free if worth.get(printed.keys[i], 0.0) >= 1 - _COST], printed)
    within = [i for i in free if left <= printed.middles[i][0] <= right]
    lines = in_lines(within, printed.words)
    first = start = end = 0
    best = total = 0.0
    for number, line in enumerate(lines):
        total += sum(worth.get(printed.keys[i], 0.0) - _COST for i in line)
        if total <= 0:
            total, first = 0.0, number + 1
        elif total > best:
            best, start, end = total, first, number + 1
    return sorted(i for line in lines[start:end] for i in line if printed.keys[i] in worth)


def _width(ids: Sequence[int], printed: Print) -> tuple[float, float]:
    """From where to where nearly all of some words stand; the whole page for none."""
    if not ids:
        return 0.0, 1.0
    starts = sorted(printed.words[i].box.x0 for i in ids)
    ends = sorted(printed.words[i].box.x1 for i in ids)
    n_beside = int(_TAIL * len(ids))
    return starts[n_beside], ends[-1 - n_beside]
