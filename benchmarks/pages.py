"""Pages as Markdown, one JSON line per document, for the page text scorer.

    python benchmarks/pages.py --data FOLDER --out preds.jsonl [--only GROUP,GROUP] [--first N]

FOLDER holds `manifest.json`, whose items name PDFs and images. Each page is read as the system reads it: in isolation,
by its text layer where that is believed, else drawn and read by OCR. `seconds` is the wall time of a document.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from docai.domain.documents import MediaType
from docai.domain.words import PageWords, Witness
from docai.engines.ocr import RapidOcrReader
from docai.errors import DocaiError
from docai.patches.legibility import plan_raster
from docai.pdf.sandbox import PdfSandbox, SandboxedDocument
from docai.pipeline.parse import parse
from docai.rendering.markdown import page_markdown
from docai.settings import RasterSettings

MEDIA_TYPES = {".pdf": MediaType.PDF, ".png": MediaType.PNG, ".jpg": MediaType.JPEG, ".jpeg": MediaType.JPEG}
MAX_PIXELS = 40_000_000


def read_page(document: SandboxedDocument, number: int, reader: RapidOcrReader, engine: str) -> dict[str, object]:
    """One page's Markdown, and how many of its words its blocks hold."""
    words, image = words_and_image(document, number, reader)
    page = parse(document, number, words, image, engine=engine)
    covered = {i for block in page.blocks for i in block.word_ids}
    return {
        "page": number,
        "markdown": page_markdown(page),
        "n_words": len(words.words),
        "n_covered": len(covered),
    }


def words_and_image(document: SandboxedDocument, number: int, reader: RapidOcrReader) -> tuple[PageWords, bytes]:
    """The words of the witness that is believed, and the page's picture if OCR had to read it."""
    facts = document.measure(number)
    if facts.words.witness is Witness.TEXT_LAYER:
        return facts.words, b""
    settings = RasterSettings()
    plan = plan_raster(
        facts.size,
        smallest_print_pt=facts.smallest_print_pt,
        native_dpi=facts.native_dpi,
        floor_dpi=settings.floor_dpi,
        ceiling_dpi=settings.ceiling_dpi,
        min_x_height_px=settings.min_x_height_px,
        max_pixels=MAX_PIXELS,
    )
    image = document.render(number, plan.dpi).content
    return reader.read(image), image


def read_item(path: Path, sandbox: PdfSandbox, reader: RapidOcrReader) -> dict[str, object]:
    """All pages of a file; a page that cannot be read is empty."""
    pages: list[dict[str, object]] = []
    start = time.perf_counter()
    with sandbox.open(path, MEDIA_TYPES[path.suffix.lower()]) as document:
        for number in range(1, document.facts.n_pages + 1):
            try:
                pages.append(read_page(document, number, reader, sandbox.name))
            except DocaiError as error:
                print(path.name, number, error.code, error.message)
                pages.append({"page": number, "markdown": ""})
    return {"pages": pages, "n_pages": len(pages), "seconds": time.perf_counter() - start}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with manifest.json")
    parser.add_argument("--out", type=Path, required=True, help="predictions, JSON lines")
    parser.add_argument("--only", default="", help="comma-separated first folders of the items' files")
    parser.add_argument("--first", type=int, default=None, help="only so many items")
    args = parser.parse_args()
    items = json.loads((args.data / "manifest.json").read_text())["items"]
    groups = {group for group in args.only.split(",") if group}
    files = [item["file"] for item in items if not groups or item["file"].split("/")[0] in groups][: args.first]
    reader = RapidOcrReader()
    n_words = n_covered = 0
    with PdfSandbox() as sandbox, args.out.open("w", encoding="utf-8") as out:
        for file in files:
            row = read_item(args.data / file, sandbox, reader)
            out.write(json.dumps({"item": file, **row}, ensure_ascii=False) + "\n")
            n_words += sum(page.get("n_words", 0) for page in row["pages"])
            n_covered += sum(page.get("n_covered", 0) for page in row["pages"])
    print(f"{len(files)} files, {n_covered} of {n_words} words in blocks")


if __name__ == "__main__":
    main()
