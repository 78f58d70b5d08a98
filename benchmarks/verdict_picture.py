"""The picture of a page by verdict that the documentation shows: a drawn page, and a reading of it with a few slips.

    .venv/bin/python benchmarks/verdict_picture.py [--out docs/images/verdicts.png]

The reading is docai's own with faults that models make: a digit, a look-alike, a sentence that is not there, a value
that stands nowhere, and a paragraph left out. Alignment, verdicts, omissions and checks are the service's own.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from docai.checks.verify import EvidencePolicy, verify
from docai.domain.documents import MediaType
from docai.domain.parses import Block, PageParse
from docai.domain.readings import ReadBlock
from docai.grounding.align import Placed, align
from docai.pdf import draw
from docai.pdf.sandbox import PdfSandbox
from docai.rendering.verdict_pictures import verdict_picture

SLIPS = {"43.8": "48.3", "Sweden": "Sw3den", "Denmark": "Lapland", "Q3": "Q3 (est.)"}
"""Cells, and what is read in their place; each once."""
DROPPED = "Payment terminals remain"
INVENTED = " The regulator approved the new tariff in November."
INVENTED_BEHIND = "Calls to the help line"
DPI = 110


def misread(blocks: tuple[Block, ...]) -> list[Placed]:
    """The blocks as a model reads them that slips."""
    slips = dict(SLIPS)
    read = []
    for block in blocks:
        if block.text.startswith(DROPPED):
            continue
        text = block.text + INVENTED if block.text.startswith(INVENTED_BEHIND) else block.text
        table = block.table
        if table is not None:
            cells = tuple(
                cell.model_copy(update={"text": slips.pop(cell.text, cell.text), "word_ids": (), "box": None})
                for cell in table.cells
            )
            table = table.model_copy(update={"cells": cells})
        read.append(Placed(ReadBlock(kind=block.kind, text=text, box=block.box, level=block.level, table=table)))
    return read


def main() -> None:
    """Draw the page, read it, and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("docs/images/verdicts.png"))
    out = parser.parse_args().out
    with TemporaryDirectory() as folder, PdfSandbox() as sandbox:
        path = Path(folder) / "report.pdf"
        path.write_bytes(draw.report().pdf)
        with sandbox.open(path, MediaType.PDF) as document:
            words = document.measure(1).words
            aligned = align(misread(tuple(document.read_layout(1, words, None))), words)
            image = document.render(1, DPI).content
    parse = PageParse(page_number=1, engine="a model", blocks=aligned.blocks)
    policy = EvidencePolicy(min_confidence=0.5)
    verified = verify(parse, words, reader="a model", policy=policy, unsaid=aligned.unsaid)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(verdict_picture(image, verified))


if __name__ == "__main__":
    main()
