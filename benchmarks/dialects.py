"""Truth of tables and pages through each dialect and back, by the oracle: what is kept of cells, spans and order."""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docai.dialects import DIALECTS
from docai.dialects.dialect import Shown
from docai.dialects.draft import Draft
from docai.dialects.formulas import bare
from docai.dialects.html_tables import read_html_table
from docai.dialects.markup import parse_html
from docai.dialects.spans import table_text
from docai.domain.generations import Decoding, GenerationRequest, ShownImage, StopReason
from docai.domain.geometry import Box
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock, Reading
from docai.domain.sights import Purpose, TokenPlan
from docai.domain.tables import Cell, Table
from docai.engines.vlm.oracle import OracleModel
from docai.patches.models import model_named

PAGE_PX = (1700, 2200)
"""US Letter at 200 dpi; only the proportion matters here."""
BLOCKS_A_PAGE = 40
"""Truth without pages or boxes is cut into pages of so many blocks, one strip each."""
RULE = model_named("qwen2.5-vl-7b")
_OMNIDOC = {
    "title": BlockKind.HEADING,
    "table": BlockKind.TABLE,
    "figure": BlockKind.FIGURE,
    "equation_isolated": BlockKind.FORMULA,
    "header": BlockKind.HEADER,
    "footer": BlockKind.FOOTER,
    "page_number": BlockKind.FOOTER,
}


@dataclass
class Score:
    """What came back of what was written."""

    pages: int = 0
    blocks: int = 0
    kept_blocks: int = 0
    kinds: int = 0
    sayable: int = 0
    """Blocks of a kind that the dialect has a word for."""
    boxes: int = 0
    """Within one step of the coarsest grid, DocTags'."""
    orders: int = 0
    tables: int = 0
    kept_tables: int = 0
    cells: int = 0
    kept_cells: int = 0
    spans: int = 0
    kept_spans: int = 0
    seconds: float = 0.0
    problems: int = 0


def tidy(text: str) -> str:
    return "\n".join(line for part in text.split("\n") if (line := " ".join(part.split())))


def filled(cells: Sequence[Cell]) -> Table | None:
    """A table of cells as truth has them: with the empty places that it leaves out; None where cells overlap."""
    taken = [(r, c) for x in cells for r in range(x.row, x.row + x.row_span) for c in range(x.col, x.col + x.col_span)]
    if len(set(taken)) < len(taken) or not taken:
        return None
    n_rows, n_cols = (max(place[axis] for place in taken) + 1 for axis in (0, 1))
    gaps = [Cell(row=r, col=c) for r in range(n_rows) for c in range(n_cols) if (r, c) not in set(taken)]
    return Table(n_rows=n_rows, n_cols=n_cols, cells=tuple(sorted([*cells, *gaps], key=lambda x: (x.row, x.col))))


def cell_of(said: dict[str, Any]) -> Cell:
    return Cell(
        row=said["row"],
        col=said["col"],
        row_span=said["row_end"] - said["row"] + 1,
        col_span=said["col_end"] - said["col"] + 1,
        text=tidy(said["text"]),
    )


def of_html(text: str) -> Table | None:
    element = next(parse_html(text).iter("table"), None)
    return None if element is None else read_html_table(element, Draft()).table


def of_rows(rows: Sequence[Sequence[str]]) -> Table | None:
    return filled([Cell(row=r, col=c, text=tidy(t)) for r, row in enumerate(rows) for c, t in enumerate(row)])


def tables_of(path: Path) -> Iterator[Table | None]:
    if path.suffix == ".html":
        yield of_html(path.read_text())
    elif path.suffix == ".csv":
        yield of_rows(list(csv.reader(path.open())))
    elif path.suffix == ".json":
        for table in json.loads(path.read_text())["tables"]:
            for region in table.get("regions", []):
                yield filled([cell_of(c) for c in region["cells"]])
            if "rows" in table:
                yield of_rows(table["rows"])


def block(kind: BlockKind, text: str = "", table: Table | None = None, box: Box | None = None) -> ReadBlock:
    level = 1 if kind is BlockKind.HEADING else None
    text = tidy(text) if table is None else table_text(table)
    return ReadBlock(kind=kind, text=text, table=table, box=box, level=level)


def omnidoc_blocks(page: dict[str, Any]) -> Iterator[ReadBlock]:
    width, height = page["page_info"]["width"], page["page_info"]["height"]
    found = [d for d in page["layout_dets"] if not d.get("ignore")]
    if max(y for d in found for y in d["poly"][1::2]) > height:
        width, height = height, width  # some of the truth gives one for the other
    for each in sorted(found, key=lambda d: d.get("order") or 0):
        xs, ys = each["poly"][::2], each["poly"][1::2]
        box = Box.clipped(min(xs) / width, min(ys) / height, max(xs) / width, max(ys) / height)
        kind = _OMNIDOC.get(each["category_type"], BlockKind.PARAGRAPH)
        kind = BlockKind.CAPTION if each["category_type"].endswith("caption") else kind
        table = of_html(each["html"]) if kind is BlockKind.TABLE and each.get("html") else None
        text = each.get("latex") or each.get("text") or ""
        yield block(kind, bare(text) if kind is BlockKind.FORMULA else text, table, box)


def document_blocks(said: dict[str, Any]) -> Iterator[ReadBlock]:
    kinds = {"title": BlockKind.TITLE, "heading": BlockKind.HEADING}
    for each in said["blocks"]:
        yield block(kinds.get(each["type"], BlockKind.PARAGRAPH), each["text"])
    for each in said["tables"]:
        table = filled([cell_of(c) for c in each["cells"]])
        yield block(BlockKind.CAPTION, each.get("caption") or "")
        if table is not None:
            yield block(BlockKind.TABLE, table=table)


def pages_of(path: Path) -> Iterator[list[ReadBlock]]:
    said = json.loads(path.read_text())
    said = said[0] if isinstance(said, list) else said
    if "layout_dets" in said:
        yield list(omnidoc_blocks(said))
    elif "blocks" in said:
        blocks = [b for b in document_blocks(said) if b.text or b.table]
        for start in range(0, len(blocks), BLOCKS_A_PAGE):
            page = blocks[start : start + BLOCKS_A_PAGE]
            strips = [Box(x0=0.1, y0=n / len(page), x1=0.9, y1=(n + 1) / len(page)) for n in range(len(page))]
            yield [b.model_copy(update={"box": box}) for b, box in zip(page, strips, strict=True)]


def request(purpose: Purpose, key: str) -> GenerationRequest:
    sight = RULE.see(*PAGE_PX)
    plan = TokenPlan(purpose=purpose, sight=sight, dpi=200, effective_dpi=199, floor_dpi=150, print_em_px=None)
    return GenerationRequest((ShownImage(b"", plan, media_id=key),), "", Decoding(max_tokens=75_000))


def compare(score: Score, truth: Sequence[ReadBlock], reading: Reading, name: str) -> None:
    dialect: Any = DIALECTS[name]
    score.pages += 1
    score.problems += len(reading.problems)
    said = [b for b in truth if b.text or dialect.has_boxes or b.kind is BlockKind.FIGURE]
    score.blocks += len(said)
    texts = [b.text for b in reading.blocks]
    score.orders += texts == [b.text for b in said]
    for written, read in zip(said, reading.blocks, strict=False):
        score.kept_blocks += written.text == read.text
        score.boxes += close(written.box, read.box)
        score.sayable += written.kind in dialect.kinds
        score.kinds += written.kind in dialect.kinds and written.kind == read.kind
    score.tables += sum(b.table is not None for b in said)
    for written, read in zip(said, reading.blocks, strict=False):
        if written.table is None:
            continue
        kept = {} if read.table is None else {(c.row, c.col): c for c in read.table.cells}
        spans = [c for c in written.table.cells if c.row_span > 1 or c.col_span > 1]
        score.cells += len(written.table.cells)
        score.spans += len(spans)
        score.kept_cells += sum(
            (k := kept.get((c.row, c.col))) is not None and k.text == c.text for c in written.table.cells
        )
        score.kept_spans += sum(
            (k := kept.get((c.row, c.col))) is not None and (k.row_span, k.col_span) == (c.row_span, c.col_span)
            for c in spans
        )
        score.kept_tables += read.table == written.table


def close(a: Box | None, b: Box | None) -> bool:
    if a is None or b is None:
        return False
    gaps = (a.x0 - b.x0, a.y0 - b.y0, a.x1 - b.x1, a.y1 - b.y1)
    return max(abs(gap) for gap in gaps) <= 1 / 499


def measure(name: str, pages: Sequence[Sequence[ReadBlock]], purpose: Purpose) -> Score:
    dialect = DIALECTS[name]
    truth = {str(number): page for number, page in enumerate(pages)}
    model = OracleModel(truth, dialect, RULE)
    sight = RULE.see(*PAGE_PX)
    score = Score()
    for key, page in truth.items():
        generation = model.generate([request(purpose, key)])[0]
        assert generation.stop is StopReason.STOP, generation
        start = time.perf_counter()
        reading = dialect.read(generation.text, Shown(sight.seen_width_px, sight.seen_height_px))
        score.seconds += time.perf_counter() - start
        compare(score, page, reading, name)
    return score


def share(part: int, whole: int) -> str:
    return f"{part / whole:.1%} of {whole}" if whole else "none"


def report(title: str, names: Sequence[str], pages: Sequence[Sequence[ReadBlock]], purpose: Purpose) -> None:
    print(f"\n{title}: {len(pages)}")
    print("| dialect | pages in order | blocks | kinds | boxes | whole tables | cells | spans | problems | ms a page |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name in names:
        s = measure(name, pages, purpose)
        print(
            f"| {name} | {share(s.orders, s.pages)} | {share(s.kept_blocks, s.blocks)} | {share(s.kinds, s.sayable)} "
            f"| {share(s.boxes, s.blocks if DIALECTS[name].has_boxes else 0)} "
            f"| {share(s.kept_tables, s.tables)} | {share(s.kept_cells, s.cells)} | {share(s.kept_spans, s.spans)} "
            f"| {s.problems} | {1000 * s.seconds / max(1, s.pages):.1f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with tables/ and pages/, each with a manifest")
    args = parser.parse_args()
    found: dict[str, list[Path]] = {}
    for name in ("tables", "pages"):
        items = json.loads((args.data / name / "manifest.json").read_text())["items"]
        found[name] = [args.data / name / item["gt"] for item in items if item.get("gt")]
    drawn = [table for path in found["tables"] for table in tables_of(path)]
    whole = Box(x0=0.0, y0=0.0, x1=1.0, y1=1.0)
    crops = [[block(BlockKind.TABLE, table=table, box=whole)] for table in drawn if table is not None]
    print(f"{len(drawn)} tables, {len(drawn) - len(crops)} of them with cells that overlap in the truth, left out")
    pages = [page for path in found["pages"] if path.name.endswith(".gt.json") for page in pages_of(path)]
    of_pages = [name for name, dialect in DIALECTS.items() if BlockKind.PARAGRAPH in getattr(dialect, "kinds", ())]
    of_pages = [name for name in of_pages if name not in {"text", "elements"}]
    report("Tables", [*of_pages, "otsl", "table", "elements"], crops, Purpose.TABLE)
    report("Pages", of_pages, [page for page in pages if page], Purpose.TEXT)


if __name__ == "__main__":
    main()
