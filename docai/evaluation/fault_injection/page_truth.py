"""Papers whose text the publisher gives, page by page: PMC's articles, whose blocks say on which page they stand."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock
from docai.domain.tables import Cell, Table
from docai.domain.words import PageWords
from docai.evaluation.fault_injection.opening import Opener
from docai.evaluation.fault_injection.table_truth import table_text
from docai.evaluation.fault_injection.truth import TruthPage

_KINDS = {"title": BlockKind.TITLE, "heading": BlockKind.HEADING}
_RUN = 10
"""Characters in a row by which a block is found on a page."""
_ON_PAGE = 0.8
"""A block stands on a page that has so much of its runs; one of which pages have less each is left out: it goes on over
a page's end, or is printed otherwise than the publisher's text has it."""


def article_pages(folder: Path, item: Mapping[str, Any], opener: Opener) -> Iterator[TruthPage]:
    """Every page of an article, with the blocks that stand on it as a whole; references are left out.

    References are not read as they are printed: the publisher's data have their parts in another order.

    Args:
        folder: of the set.
        item: of its manifest; nothing comes of files that are no publisher's articles.
        opener: opens the file.
    """
    source = item["file"].split("/")[0]
    if source != "pmc":
        return
    path = folder / item["file"]
    truth = json.loads((folder / item["gt"]).read_text(encoding="utf-8"))
    with opener.document(path) as document:
        pages = [opener.page(path, document, number).words for number in range(1, document.facts.n_pages + 1)]
    for number, blocks in _by_page(truth, pages).items():
        words = pages[number - 1]
        yield TruthPage(source=source, path=path, name=path.stem, page_number=number, words=words, blocks=tuple(blocks))


def _by_page(truth: Mapping[str, Any], pages: Sequence[PageWords]) -> dict[int, list[ReadBlock]]:
    """Blocks by the page that they stand on, 1-based, in the publisher's order."""
    runs = [_runs(word.text for word in page.words) for page in pages]
    found: dict[int, list[ReadBlock]] = {}
    for block in _blocks(truth):
        own = _runs(block.text.split())
        if not own:
            continue
        shares = [len(own & on_page) / len(own) for on_page in runs]
        best = max(range(len(shares)), key=shares.__getitem__)
        if shares[best] >= _ON_PAGE:
            found.setdefault(best + 1, []).append(block)
    return dict(sorted(found.items()))


def _runs(texts: Iterable[str]) -> set[str]:
    """Runs of letters and digits, wherever words and lines end."""
    flowing = "".join(c for text in texts for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
    return {flowing[n : n + _RUN] for n in range(max(1, len(flowing) - _RUN + 1))} - {""}


def _blocks(truth: Mapping[str, Any]) -> Iterator[ReadBlock]:
    for block in truth["blocks"]:
        if not block.get("implicit"):
            yield ReadBlock(kind=_KINDS.get(block["type"], BlockKind.PARAGRAPH), text=block["text"])
    for caption in truth.get("figure_captions", ()):
        yield ReadBlock(kind=BlockKind.CAPTION, text=caption["text"])
    for table in truth.get("tables", ()):
        read = _table(table["cells"])
        if read is not None:
            yield ReadBlock(kind=BlockKind.TABLE, text=table_text(read), table=read)


def _table(cells: Sequence[Mapping[str, Any]]) -> Table | None:
    """None where the publisher's cells do not tile a grid."""
    made = [
        Cell(
            row=c["row"],
            col=c["col"],
            row_span=c["row_end"] - c["row"] + 1,
            col_span=c["col_end"] - c["col"] + 1,
            text=c["text"],
        )
        for c in cells
    ]
    n_rows, n_cols = 1 + max(c["row_end"] for c in cells), 1 + max(c["col_end"] for c in cells)
    try:
        return Table(n_rows=n_rows, n_cols=n_cols, cells=tuple(sorted(made, key=lambda c: (c.row, c.col))))
    except ValueError:
        return None
