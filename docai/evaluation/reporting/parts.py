"""A set broken down by its categories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from docai.evaluation.scoring.scorer import Scored

_MOST = 40
"""Parts of one category that are told; the larger ones."""


def parts_of(scored: Sequence[Scored]) -> list[tuple[str, str, list[Scored]]]:
    """Category, name and samples of each part, the largest of a category first.

    A category that is the same for all samples is left out, since it says nothing more than the whole.
    """
    found: defaultdict[str, defaultdict[str, list[Scored]]] = defaultdict(lambda: defaultdict(list))
    for each in scored:
        for category, name in each.sample.categories.items():
            found[category][name].append(each)
    return [
        (category, name, of)
        for category, parts in found.items()
        if any(len(of) < len(scored) for of in parts.values())
        for name, of in sorted(parts.items(), key=lambda part: -len(part[1]))[:_MOST]
    ]
