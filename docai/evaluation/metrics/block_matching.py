"""Blocks read from a page paired with its true blocks, as `quick_match` of OmniDocBench pairs them.

L. Ouyang et al., "OmniDocBench: Benchmarking diverse PDF document parsing with comprehensive annotations" (CVPR 2025);
`match_gt2pred_quick` in `utils/match_quick.py` of opendatalab/OmniDocBench, version 1.0. Readers cut a page into blocks
in their own ways. Blocks that were read in pieces are put together where their true block holds each piece; the rest is
paired by the least sum of normalised edit distances (H. W. Kuhn, 1955); a true block that is left over goes to the
read block that holds it. What is left of both is paired, far apart as it may be; when only read blocks are left they
are one wrong block together, but, as in the reference, beside left true blocks a surplus of them is forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist
from scipy.optimize import linear_sum_assignment

_SURE = 0.25
"""Distance below which two blocks belong together, so that neither is put together with others."""
_PIECE = 0.6
"""Distance up to which a piece is held by a block."""
_HELD = 0.4
"""Distance below which a true block is held by a longer read one."""
_FAR = 0.7
"""Distance above which a pair is none."""

_Floats = NDArray[np.float64]
_Run = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BlockMatch:
    """Blocks that belong together, by index, ascending; one of the two may be empty."""

    truth: tuple[int, ...]
    read: tuple[int, ...]


def quick_match(read: Sequence[str], truth: Sequence[str]) -> list[BlockMatch]:
    """Which read blocks belong to which true ones.

    Args:
        read: Blocks in reading order, none empty.
        truth: Blocks, none empty.

    Returns:
        Matches in which each true block stands once; a block read as part of two matches may stand in both.
    """
    if not truth or not read:
        return [BlockMatch((), (j,)) for j in range(len(read))] + [BlockMatch((i,), ()) for i in range(len(truth))]
    if len(truth) == len(read) == 1:
        return [BlockMatch((0,), (0,))]
    runs = _merged_runs(read, truth)
    costs = edit_costs([" ".join(read[j] for j in run) for run in runs], truth)
    groups: dict[_Run, list[int]] = {}
    rows, columns = linear_sum_assignment(costs)
    for i, column in zip(rows.tolist(), columns.tolist(), strict=True):
        if costs[i, column] <= _FAR:
            groups.setdefault(runs[column], []).append(i)
    open_truth = [i for i in range(len(truth)) if i not in {i for held in groups.values() for i in held}]
    used = {j for run in groups for j in run}
    left = open_truth
    for j, block in enumerate(read):
        held = [i for i in open_truth if _held_distance(truth[i], block) < _HELD]
        if held:
            used.add(j)  # also where an earlier block has taken them
            groups.setdefault((j,), []).extend(i for i in held if i in left)
            left = [i for i in left if i not in held]
    matches = [BlockMatch(tuple(sorted(held)), run) for run, held in groups.items() if held]
    return matches + _of_the_rest(read, truth, left, used)


def simple_match(read: Sequence[str], truth: Sequence[str]) -> list[BlockMatch]:
    """The read block of each true one at the least sum of distances; what is left of both stands alone."""
    if not truth or not read:
        return quick_match(read, truth)
    rows, columns = linear_sum_assignment(edit_costs(read, truth))
    pairs = dict(zip(rows.tolist(), columns.tolist(), strict=True))
    matches = [BlockMatch((i,), (pairs[i],) if i in pairs else ()) for i in range(len(truth))]
    return matches + [BlockMatch((), (j,)) for j in range(len(read)) if j not in pairs.values()]


def edit_costs(read: Sequence[str], truth: Sequence[str]) -> _Floats:
    """Normalised edit distances, 0 to 1, true blocks by read ones."""
    costs: _Floats = cdist(truth, read, scorer=Levenshtein.normalized_distance, dtype=np.float64)
    return costs


def _merged_runs(read: Sequence[str], truth: Sequence[str]) -> list[_Run]:
    """The read blocks one by one, or several one after another where they are pieces of one true block."""
    sure = edit_costs(read, truth) < _SURE
    open_truth = [i for i in range(len(truth)) if not sure[i].any()]
    open_read = [j for j in range(len(read)) if not sure[:, j].any()]
    found: dict[_Run, float] = {}
    for i in open_truth:
        options = [_grown(read, truth[i], j, frozenset(open_read)) for j in open_read]
        costs = [Levenshtein.normalized_distance(truth[i], " ".join(read[j] for j in run)) for run in options]
        if options:
            best = min(range(len(options)), key=costs.__getitem__)
            found[options[best]] = min(costs[best], found.get(options[best], 1.0))
    merged = _without_overlap(found)
    starts = {run[0]: run for run in merged}
    inside = {j for run in merged for j in run[1:]}
    return [starts.get(j, (j,)) for j in range(len(read)) if j not in inside]


def _grown(read: Sequence[str], block: str, start: int, usable: frozenset[int]) -> _Run:
    """The run from `start` as far as each further block is a piece of the true one and brings it nearer."""
    run = [start]
    while run[-1] + 1 in usable:
        pieces = [read[j] for j in (*run, run[-1] + 1)]
        before, after = (Levenshtein.normalized_distance(block, " ".join(each)) for each in (pieces[:-1], pieces))
        distances = [_held_distance(piece, block) for piece in pieces]
        if after > before or max(distances[:-1]) > _PIECE or distances[-1] >= _PIECE:
            break
        run.append(run[-1] + 1)
        if len(" ".join(pieces)) > len(block):
            break
    return tuple(run)


def _without_overlap(costs: dict[_Run, float]) -> list[_Run]:
    """Of runs that share blocks, the set without any at the lowest mean cost."""
    chosen: list[_Run] = []
    group: list[_Run] = []
    for run in sorted(costs):
        if group and not any(set(run) & set(other) for other in group):
            chosen += _cheapest(group, costs)
            group = []
        group.append(run)
    return chosen + _cheapest(group, costs)


def _cheapest(group: Sequence[_Run], costs: dict[_Run, float]) -> list[_Run]:
    paths: list[list[_Run]] = []
    for run in group:
        apart = [path for path in paths if all(set(run).isdisjoint(other) for other in path)]
        for path in apart:
            path.append(run)
        if not apart:
            paths.append([run])
    return min(paths, key=lambda path: sum(costs[run] for run in path) / len(path), default=[])


def _held_distance(piece: str, block: str) -> float:
    """The least distance of a text from stretches of its length in a longer one, by its length; 1 for a shorter one."""
    n = len(piece)
    if n > len(block) or not n:
        return 1.0
    if piece in block:
        return 0.0
    stretches = [block[k : k + n] for k in range(len(block) - n + 1)]
    most = int(n * _PIECE) + 1
    found: NDArray[np.int32] = cdist([piece], stretches, scorer=Levenshtein.distance, score_cutoff=most, dtype=np.int32)
    return min(1.0, float(found.min()) / n)


def _of_the_rest(read: Sequence[str], truth: Sequence[str], left: Sequence[int], used: set[int]) -> list[BlockMatch]:
    spare = [j for j in range(len(read)) if j not in used]
    if not left:
        return [BlockMatch((), tuple(spare))] if spare else []
    pairs: dict[int, int] = {}
    if spare:
        distances: NDArray[np.int32] = cdist(
            [truth[i] for i in left], [read[j] for j in spare], scorer=Levenshtein.distance, dtype=np.int32
        )
        rows, columns = linear_sum_assignment(distances)
        pairs = {left[r]: spare[c] for r, c in zip(rows.tolist(), columns.tolist(), strict=True)}
    return [BlockMatch((i,), (pairs[i],) if i in pairs else ()) for i in left]
