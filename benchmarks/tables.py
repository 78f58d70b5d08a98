"""Tables read from PDFs and pictures, one JSON line per file, for the table scorer."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import pymupdf
import pymupdf.layout

from docai.domain.words import PageWords
from docai.engines.ocr import RapidOcrReader
from docai.pdf.scan import page_of_scan
from docai.pdf.tables import FoundTable, read_tables
from docai.pdf.words import read_words

SCAN_DPI = 200


def line_of(found: FoundTable, number: int) -> dict[str, Any]:
    cells = [
        {
            "row": cell.row,
            "col": cell.col,
            "row_end": cell.row + cell.row_span - 1,
            "col_end": cell.col + cell.col_span - 1,
            "text": cell.text,
            "role": cell.role.value,
            "box": None if cell.box is None else [cell.box.x0, cell.box.y0, cell.box.x1, cell.box.y1],
        }
        for cell in found.table.cells
    ]
    box = found.box
    return {"page": number, "box": [box.x0, box.y0, box.x1, box.y1], "cells": cells}


def words_of(page: pymupdf.Page, reader: RapidOcrReader) -> tuple[pymupdf.Page, PageWords]:
    """The page to read tables from and its words: the text layer's if it is believed, else those of OCR."""
    page.remove_rotation()
    words = read_words(page)
    if words.witness is not None or not page.get_images():
        return page, words
    image = page.get_pixmap(dpi=SCAN_DPI).tobytes("png")
    words = reader.read(image)
    return page_of_scan(image, words), words


def read_file(path: Path, reader: RapidOcrReader) -> tuple[int, list[dict[str, Any]], float]:
    """Pages, tables, and the seconds that words, layout and tables took."""
    start = time.perf_counter()
    if path.suffix.lower() != ".pdf":
        image = path.read_bytes()
        words = reader.read(image)
        tables = [line_of(t, 1) for t in read_tables(page_of_scan(image, words), words)]
        return 1, tables, time.perf_counter() - start
    tables = []
    with pymupdf.open(path) as document:
        for page in document:
            shown, words = words_of(page, reader)
            tables += [line_of(t, page.number + 1) for t in read_tables(shown, words)]
        n_pages = document.page_count
    return n_pages, tables, time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with manifest.json, whose items name files")
    parser.add_argument("--out", type=Path, required=True, help="predictions, JSON lines")
    parser.add_argument("--only", default="", help="only items whose name starts so")
    parser.add_argument("--first", type=int, default=None, help="only so many items")
    args = parser.parse_args()
    items = [
        i for i in json.loads((args.data / "manifest.json").read_text())["items"] if i["file"].startswith(args.only)
    ]
    reader = RapidOcrReader(1)
    n_cells = n_boxed = n_all_pages = 0
    total_s = 0.0
    with args.out.open("w") as out:
        for item in items[: args.first]:
            n_pages, tables, seconds = read_file(args.data / item["file"], reader)
            line = {"item": item["file"], "n_pages": n_pages, "tables": tables, "seconds": seconds}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
            cells = [cell for table in tables for cell in table["cells"]]
            n_cells, n_boxed = n_cells + len(cells), n_boxed + sum(cell["box"] is not None for cell in cells)
            n_all_pages, total_s = n_all_pages + n_pages, total_s + seconds
    share = n_boxed / n_cells if n_cells else 1.0
    print(f"{n_all_pages} pages, {total_s / max(1, n_all_pages):.2f} s each; {n_cells} cells, {share:.1%} with a box")


if __name__ == "__main__":
    main()
