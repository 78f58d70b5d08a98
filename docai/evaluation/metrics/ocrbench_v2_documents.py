"""OCRBench v2: how alike two documents in Markdown are as trees of headings and lines (`document parsing`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from docai.evaluation.metrics.tree_edit_distance import tree_edit_distance

_SPECIAL = re.compile(r"<bos>|<eos>|<pad>|<unk>")
_JOINED = re.compile(r"\s##(\S)")
_MARKS = str.maketrans("*_", "  ")
_ROOT, _TITLE = "ROOT", "TITLE"


@dataclass(slots=True)
class _Node:
    label: str
    children: list[_Node] = field(default_factory=list)

    def walk(self) -> Iterator[_Node]:
        """Itself and all below, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


def document_similarity(prediction: str, truth: str) -> float:
    """1 less the edit distance of the trees by the nodes of the larger one, 0 to 1 (`doc_parsing_evaluation`).

    A tree has a root, a node for what stands before the first heading, a child for each heading whatever its level, and
    below each heading its lines. The official figure weighs structure alone: one text costs nothing against another,
    while a blank line costs 1 against any line, another blank one included, so that documents with blank lines do not
    reach 1 even where they are equal. Adding or taking out a node costs 1.
    """
    said, true = _tree(prediction), _tree(truth)
    one, other = _post_order(said), _post_order(true)
    blank = np.array([not label.strip() for _, label in one]), np.array([not label.strip() for _, label in other])
    costs = (blank[0][:, None] | blank[1][None, :]).astype(np.float64)
    distance = tree_edit_distance([leftmost for leftmost, _ in one], [leftmost for leftmost, _ in other], costs)
    return max(0.0, 1.0 - distance / max(len(one), len(other)))


def _tree(text: str) -> _Node:
    """Lines go to the first node, parents first, that is labelled as the last heading is."""
    root = _Node(_ROOT, [_Node(_TITLE)])
    parent = root.children[0]
    for line in map(_cleaned, text.split("\n")):
        if not line.startswith("#"):
            parent.children.append(_Node(line))
            continue
        label = line.replace("#", "")
        root.children.append(_Node(label))
        sought = label or _TITLE
        parent = next(node for node in root.walk() if node.label == sought)
    return root


def _cleaned(line: str) -> str:
    """As the script cleans it, but for blanks in LaTeX commands, which make no line blank and no heading."""
    return _JOINED.sub(r"\1", _SPECIAL.sub("", line)).translate(_MARKS)


def _post_order(root: _Node) -> list[tuple[int, str]]:
    """Of each node the index of the leftmost leaf below it, and its label."""
    nodes: list[tuple[int, str]] = []

    def add(node: _Node) -> None:
        start = len(nodes)
        for child in node.children:
            add(child)
        nodes.append((start, node.label))

    add(root)
    return nodes
