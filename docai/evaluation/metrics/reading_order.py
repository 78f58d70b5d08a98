"""How far a page's blocks were read in their true order: normalised edit distance, and agreement of pairs.

The distance is that of OmniDocBench (L. Ouyang et al., "OmniDocBench: Benchmarking diverse PDF document parsing with
comprehensive annotations", CVPR 2025; `get_order_paired` in `dataset/end2end_dataset.py` of opendatalab/OmniDocBench):
the true positions of the blocks that were found, in the order in which they were read, against all true positions in
their own order. Benchmark figures average it over pages. The agreement is Kendall's tau, on the blocks that were found.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from rapidfuzz.distance import Levenshtein


def order_distance(read: Sequence[Hashable], truth: Sequence[Hashable]) -> float | None:
    """The normalised edit distance of two sequences of blocks.

    Blocks that were not found are missing from `read` and cost an edit each; something read that is no block of the
    truth has no place in either sequence, and OmniDocBench's order distance does not count it. A block that was read in
    several pieces may stand several times.

    Args:
        read: The true blocks, by any names, in the order in which they were read.
        truth: All blocks in their true order.

    Returns:
        0 (the same) to 1; None for a page without blocks, which OmniDocBench leaves out of its average.
    """
    if not read and not truth:
        return None
    return Levenshtein.normalized_distance(list(read), list(truth))


def order_agreement(read: Sequence[Hashable], truth: Sequence[Hashable]) -> float | None:
    """Kendall's tau between the order in which blocks were read and their true one.

    M. G. Kendall, "A new measure of rank correlation", Biometrika 30 (1938): pairs in the true order less pairs in the
    wrong one, over all pairs. Only blocks that stand in both sequences count, at their first place, so that it says
    nothing about omissions.

    Args:
        read: Blocks, by any names, in the order in which they were read.
        truth: All blocks in their true order, each once.

    Returns:
        -1 (reversed) to 1; None where fewer than two blocks were found.

    Raises:
        ValueError: A block stands twice in the truth.
    """
    places = {block: place for place, block in enumerate(truth)}
    if len(places) < len(truth):
        raise ValueError("a block stands twice in the true order")
    found = [places[block] for block in dict.fromkeys(read) if block in places]
    if len(found) < 2:
        return None
    in_order = np.triu(np.less.outer(found, found), 1).sum()
    return 4.0 * float(in_order) / (len(found) * (len(found) - 1)) - 1.0
