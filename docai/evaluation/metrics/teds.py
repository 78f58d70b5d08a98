"""TEDS and TEDS-Struct: how alike two tables are as trees, 0 to 1.

X. Zhong, E. ShafieiBavani, A. Jimeno Yepes, "Image-based table recognition: data, model, and evaluation" (ECCV 2020):
`1 - distance / max(nodes of either tree)`. Insertions and deletions cost 1; renaming costs 1 where tag,
colspan or rowspan differ, else the normalised Levenshtein distance of the cells' tokens. The reference is
`src/metric.py` of ibm-aur-nlp/PubTabNet; what it does beyond the paper is done here as well:

- the table element itself does not count as a node of the denominator, markup inside of cells does;
- markup inside of a `td` is part of its tokens, one token per tag, and TEDS-Struct leaves all tokens out;
- a `th` is no `td`: its text is ignored, and a `th` against a `td` costs 1;
- two inputs of which one holds no table score 0, also where neither does.

The reference finds a table only as a child of `body` and gives 0 for a bare `<table>`; here the first table counts
wherever it stands. A span that is no number is read as 1, where the reference fails.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from lxml import etree, html
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from docai.domain.tables import Cell, Table
from docai.evaluation.metrics.tree_edit_distance import Floats, tree_edit_distance

_UNWRAPPED = ("thead", "tbody", "span", "sup", "sub", "div", "p")
"""OmniDocBench, `utils/data_preprocess.py`: tags that it takes out, keeping what stands in them."""
_MOST_PAIRS = 25_000_000
"""Pairs of nodes, of which several tables of 8 bytes each are kept: two trees of 5,000 nodes."""
_FIRST_TAG_TOKEN = 0xF0000
"""Tags in a cell are tokens of their own: characters of a plane for private use."""


class TedsVariant(StrEnum):
    """What is done to HTML before it is compared."""

    PUBTABNET = "pubtabnet"
    """Nothing: heads, bodies and header cells count as they are written."""
    OMNIDOCBENCH = "omnidocbench"
    """Header cells become cells, `thead`, `tbody` and inline wrappers are taken out, column groups dropped, MathML
    replaced by its LaTeX (`alttext`); text is NFKC with runs of white space as one blank."""


@dataclass(frozen=True, slots=True)
class _Node:
    kind: tuple[str, int, int]
    """Tag, colspan, rowspan; renaming one kind to another costs 1."""
    leftmost: int
    """Index in post-order of the leftmost leaf below."""
    tokens: str = ""


@dataclass(frozen=True, slots=True)
class _Tree:
    nodes: tuple[_Node, ...]
    """In post-order."""
    n_counted: int
    """Nodes in the denominator."""


def teds(
    prediction: str, truth: str, *, variant: TedsVariant = TedsVariant.PUBTABNET, structure_only: bool = False
) -> float:
    """The similarity of the first tables of two texts of HTML.

    Args:
        prediction: HTML, of a document or of a table alone.
        truth: HTML.
        variant: What is done to both before.
        structure_only: TEDS-Struct: what stands in cells is left out.

    Returns:
        0 to 1; 0 where one of the two holds no table.

    Raises:
        ValueError: The tables are too large to compare: 25 million pairs of nodes.
    """
    tags: dict[str, str] = {}
    first, second = _html_tree(prediction, variant, tags), _html_tree(truth, variant, tags)
    if first is None or second is None:
        return 0.0
    return _similarity(first, second, structure_only=structure_only)


def table_teds(prediction: Table, truth: Table, *, structure_only: bool = False) -> float:
    """The similarity of two tables whose trees are a table of rows of cells, whatever the cells are for.

    Positions that no cell was written for are empty cells, as `Table` has them; text is NFKC with runs of white space
    as one blank. Readers that do not tell heads from bodies can be compared by it; on tables with both it is a little
    above `TedsVariant.PUBTABNET`.

    Args:
        prediction: A table.
        truth: A table.
        structure_only: TEDS-Struct: the cells' text is left out.

    Returns:
        0 to 1.

    Raises:
        ValueError: The tables are too large to compare: 25 million pairs of nodes.
    """
    return _similarity(_grid_tree(prediction), _grid_tree(truth), structure_only=structure_only)


def _similarity(first: _Tree, second: _Tree, *, structure_only: bool) -> float:
    n_nodes = max(first.n_counted, second.n_counted)
    if not n_nodes:
        return 1.0
    if len(first.nodes) * len(second.nodes) > _MOST_PAIRS:
        raise ValueError(f"trees of {len(first.nodes)} and {len(second.nodes)} nodes are too large to compare")
    costs = _rename_costs(first.nodes, second.nodes, structure_only=structure_only)
    distance = tree_edit_distance([n.leftmost for n in first.nodes], [n.leftmost for n in second.nodes], costs)
    return max(0.0, 1.0 - distance / n_nodes)


def _rename_costs(first: Sequence[_Node], second: Sequence[_Node], *, structure_only: bool) -> Floats:
    kinds = {kind: number for number, kind in enumerate({node.kind for node in (*first, *second)})}
    rows = np.array([kinds[node.kind] for node in first])
    columns = np.array([kinds[node.kind] for node in second])
    same = rows[:, None] == columns[None, :]
    if structure_only:
        return np.where(same, 0.0, 1.0)
    texts: Floats = cdist(
        [node.tokens for node in first],
        [node.tokens for node in second],
        scorer=Levenshtein.normalized_distance,
        dtype=np.float64,
    )
    return np.where(same, texts, 1.0)


def _grid_tree(table: Table) -> _Tree:
    rows: list[list[Cell]] = [[] for _ in range(table.n_rows)]
    for cell in table.cells:
        rows[cell.row].append(cell)
    nodes: list[_Node] = []
    for row in rows:
        start = len(nodes)
        for cell in row:
            nodes.append(_Node(("td", cell.col_span, cell.row_span), len(nodes), _one_blank(cell.text)))
        nodes.append(_Node(("tr", 1, 1), start))
    nodes.append(_Node(("table", 1, 1), 0))
    return _Tree(tuple(nodes), len(nodes) - 1)


def _html_tree(text: str, variant: TedsVariant, tags: dict[str, str]) -> _Tree | None:
    """The tree of the first table; None where there is none. `tags` gives each tag met in a cell its token."""
    if not text.strip():
        return None
    parser = html.HTMLParser(remove_comments=True, remove_pis=True, encoding="utf-8")
    root = html.document_fromstring(f"<html><body>{text}</body></html>".encode("utf-8", "replace"), parser=parser)
    table = next(root.iter("table"), None)
    if table is None:
        return None
    table.tail = None
    if variant is TedsVariant.OMNIDOCBENCH:
        _simplify(table)
    nodes: list[_Node] = []
    _add(table, nodes, tags)
    return _Tree(tuple(nodes), sum(1 for _ in table.iterdescendants()))


def _simplify(table: etree._Element) -> None:
    for cell in table.iter("th"):
        cell.tag = "td"
    for formula in list(table.iter("math")):
        formula[:] = []
        formula.tag, formula.text = "span", f"${formula.get('alttext', '')}$"
    etree.strip_elements(table, "colgroup", with_tail=False)
    etree.strip_tags(table, *_UNWRAPPED)
    for element in table.iter():
        element.text = _blanks(element.text)
        element.tail = _blanks(element.tail)


def _add(element: etree._Element, nodes: list[_Node], tags: dict[str, str]) -> None:
    """Append an element's nodes."""
    start = len(nodes)
    tag = str(element.tag)
    if tag == "td":
        tokens = "".join(_tokens(element, tags))
        nodes.append(_Node((tag, _span(element.get("colspan")), _span(element.get("rowspan"))), start, tokens))
        return
    for child in element:
        _add(child, nodes, tags)
    nodes.append(_Node((tag, 0, 0), start))


def _tokens(element: etree._Element, tags: dict[str, str]) -> Iterator[str]:
    """What stands in an element: characters, and a token before and after each element in it."""
    yield element.text or ""
    for child in element:
        yield tags.setdefault(f"<{child.tag}>", chr(_FIRST_TAG_TOKEN + len(tags)))
        yield from _tokens(child, tags)
        yield tags.setdefault(f"</{child.tag}>", chr(_FIRST_TAG_TOKEN + len(tags)))
        yield child.tail or ""


def _span(said: str | None) -> int:
    try:
        return int(said or 1)
    except ValueError:
        return 1


def _blanks(text: str | None) -> str | None:
    """Text as it is compared, blanks at its ends kept."""
    if text is None:
        return None
    plain = unicodedata.normalize("NFKC", text)
    words = " ".join(plain.split())
    if not words:
        return " " if plain else ""
    return (" " if plain[0].isspace() else "") + words + (" " if plain[-1].isspace() else "")


def _one_blank(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())
