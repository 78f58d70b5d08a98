"""The exact edit distance of two ordered trees, in whole rows of the Zhang-Shasha recurrence at a time.

K. Zhang and D. Shasha, "Simple fast algorithms for the editing distance between trees and related problems", SIAM
Journal on Computing 18 (1989). Inserting or deleting a node costs 1; renaming costs what the caller says, at most 1.
Two shortcuts keep it exact. A tree of one node against a tree of n costs n - 1 and the cheapest renaming, so leaves
need no tables of their own. And the forests of all subtrees of one height are filled side by side: a row depends on
itself only through `left neighbour + 1`, which a running minimum resolves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_Indices = NDArray[np.intp]


def tree_edit_distance(first: Sequence[int], second: Sequence[int], rename: Floats) -> float:
    """The least cost of turning one tree into another.

    Args:
        first: The first tree: for each node in post-order, the index of the leftmost leaf below it, its own for a leaf.
        second: The second tree.
        rename: Cost of renaming each node of `first` to each of `second`, 0 to 1; nodes in post-order.

    Returns:
        The distance, 0 to the number of nodes of both.

    Raises:
        ValueError: A tree has no node, a tree is none in post-order, or `rename` has another shape.
    """
    if not first or not second or rename.shape != (len(first), len(second)):
        raise ValueError(f"trees of {len(first)} and {len(second)} nodes with costs of shape {rename.shape}")
    for tree in (first, second):
        if tree[-1] != 0 or any(not 0 <= leaf <= node for node, leaf in enumerate(tree)):
            raise ValueError("not a tree in post-order")
    distances = _leaf_distances(first, second, rename)
    strips = [_strip(second, roots) for roots in _roots_by_height(second)]
    for roots in _roots_by_height(first):
        for root in roots:
            _fill(distances, rename, (first[root], root), first, strips)
    return float(distances[-1, -1])


@dataclass(frozen=True, slots=True)
class _Strip:
    """Columns of the forest tables of several subtrees, one after another; each begins with the empty forest."""

    node: _Indices
    """Of each column: the last node of its forest; for an empty forest, any."""
    before: _Indices
    """The column of the forest without the subtree of the last node."""
    is_empty: NDArray[np.bool_]
    is_tree: NDArray[np.bool_]
    """Whether the forest is the subtree of its last node."""
    size: Floats
    """Nodes of the forest."""
    apart: Floats
    """Falls from subtree to subtree by more than any cost, so that a running minimum does not cross from one over."""


def _roots_by_height(leftmost: Sequence[int]) -> list[list[int]]:
    """Roots of the subtrees that need tables, those with a left sibling and the whole tree, lowest first, no leaves."""
    height = [0] * len(leftmost)
    open_nodes: list[int] = []  # whose parents are still to come
    for node, leaf in enumerate(leftmost):
        while open_nodes and open_nodes[-1] >= leaf:
            height[node] = max(height[node], height[open_nodes.pop()] + 1)
        open_nodes.append(node)
    last = {leaf: node for node, leaf in enumerate(leftmost)}
    groups: dict[int, list[int]] = {}
    for root in sorted(last.values()):
        if height[root]:
            groups.setdefault(height[root], []).append(root)
    return [groups[each] for each in sorted(groups)]


def _strip(leftmost: Sequence[int], roots: Sequence[int]) -> _Strip:
    node: list[int] = []
    before: list[int] = []
    is_empty: list[bool] = []
    size: list[int] = []
    starts: list[int] = []
    widths: list[int] = []
    for root in roots:
        start, leaf = len(node), leftmost[root]
        starts.append(start)
        widths.append(root - leaf + 2)
        node += [leaf, *range(leaf, root + 1)]
        before += [start, *(start + leftmost[each] - leaf for each in range(leaf, root + 1))]
        is_empty += [True, *[False] * (root - leaf + 1)]
        size += list(range(root - leaf + 2))
    empty = np.array(is_empty)
    before_array = np.array(before, dtype=np.intp)
    step = 4.0 * len(leftmost) + 4.0
    return _Strip(
        node=np.array(node, dtype=np.intp),
        before=before_array,
        is_empty=empty,
        is_tree=~empty & (before_array == np.repeat(starts, widths)),
        size=np.array(size, dtype=np.float64),
        apart=-step * np.repeat(np.arange(len(roots), dtype=np.float64), widths),
    )


def _leaf_distances(first: Sequence[int], second: Sequence[int], rename: Floats) -> Floats:
    """Distances of all subtrees of which one is a leaf; the others are still to be filled."""
    distances = rename.astype(np.float64)
    first_leaves = [node for node, leaf in enumerate(first) if node == leaf]
    second_leaves = [node for node, leaf in enumerate(second) if node == leaf]
    for node, leaf in enumerate(second):
        if node != leaf:
            cheapest = rename[first_leaves, leaf : node + 1].min(axis=1)
            distances[first_leaves, node] = node - leaf + cheapest
    for node, leaf in enumerate(first):
        if node != leaf:
            cheapest = rename[leaf : node + 1, second_leaves].min(axis=0)
            distances[node, second_leaves] = node - leaf + cheapest
    return distances


def _fill(
    distances: Floats, rename: Floats, subtree: tuple[int, int], first: Sequence[int], strips: Sequence[_Strip]
) -> None:
    """Fill in the distances of the subtrees along the left edge of a subtree of the first tree."""
    leaf, root = subtree
    for strip in strips:
        rows = [strip.size]
        for node in range(leaf, root + 1):
            row = _row(distances, rename, (node, first[node] - leaf), rows, strip)
            if first[node] == leaf:
                distances[node, strip.node[strip.is_tree]] = row[strip.is_tree]
            rows.append(row)


def _row(
    distances: Floats, rename: Floats, node_and_before: tuple[int, int], rows: Sequence[Floats], strip: _Strip
) -> Floats:
    """Costs of turning the forest that ends with a node into each forest of a strip.

    Args:
        distances: Of subtrees; those that end further left are filled in.
        rename: Costs.
        node_and_before: The node, and the row of the forest without its subtree.
        rows: Of the forests that end before the node.
        strip: The other tree's forests.
    """
    node, before = node_and_before
    above = rows[-1]
    kept = rows[before][strip.before] + distances[node, strip.node]
    if before == 0:
        renamed = np.concatenate(([0.0], above[:-1])) + rename[node, strip.node]
        kept = np.where(strip.is_tree, renamed, kept)
    best = np.where(strip.is_empty, above + 1.0, np.minimum(above + 1.0, kept))
    shift = strip.apart - strip.size
    return np.minimum.accumulate(best + shift) - shift
