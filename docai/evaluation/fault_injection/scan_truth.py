"""Scans whose lines are known: SROIE's receipts and FUNSD's forms, read by OCR."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from docai.domain.geometry import Box
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock
from docai.evaluation.fault_injection.opening import Opener
from docai.evaluation.fault_injection.truth import TruthPage


def scan_pages(folder: Path, item: Mapping[str, Any], opener: Opener) -> Iterator[TruthPage]:
    """A picture, each of its lines or entries as a block with its box.

    Args:
        folder: of the set, whose name the set has.
        item: of its manifest.
        opener: opens the file.
    """
    path = folder / item["file"]
    truth = json.loads((folder / item["gt"]).read_text(encoding="utf-8"))
    with Image.open(BytesIO(path.read_bytes())) as image:
        size = image.size
    yield TruthPage(
        source=folder.name,
        path=path,
        name=path.stem,
        page_number=1,
        words=opener.picture_words(path),
        blocks=tuple(_in_order([_block(text, corners, size) for text, corners in _lines(truth) if text.strip()])),
    )


def _in_order(blocks: Sequence[ReadBlock]) -> list[ReadBlock]:
    """Line by line, as a model reads; the entries of forms come in no order."""
    lines: list[list[tuple[Box, ReadBlock]]] = []
    for box, block in sorted(((b.box, b) for b in blocks if b.box), key=lambda each: each[0].centre[1]):
        if lines and box.centre[1] < lines[-1][0][0].y1:
            lines[-1].append((box, block))
        else:
            lines.append([(box, block)])
    return [block for line in lines for _, block in sorted(line, key=lambda each: each[0].x0)]


def _lines(truth: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[float]]]:
    """Texts with the coordinates of their corners, in pixels: x and y by turns."""
    for line in truth.get("lines", ()):
        yield line["text"], line["poly"]
    for entity in truth.get("entities", ()):
        yield entity["text"], entity["box"]


def _block(text: str, corners: Sequence[float], size: tuple[int, int]) -> ReadBlock:
    width, height = size
    xs, ys = corners[::2], corners[1::2]
    box = Box.clipped(min(xs) / width, min(ys) / height, max(xs) / width, max(ys) / height)
    return ReadBlock(kind=BlockKind.PARAGRAPH, text=text, box=box)
