"""Tables as PubTabNet and FinTabNet annotate them: tokens of HTML for the structure, of characters for each cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from pydantic import BaseModel, ValidationError

from docai.domain.geometry import Box
from docai.domain.tables import Cell
from docai.errors import DatasetDamaged
from docai.evaluation.metrics.table_grids import LooseCell, placed

_SPAN = re.compile(r"(rowspan|colspan)\s*=\s*[\"']?(\d+)")


class CellTokens(BaseModel):
    """What stands in a cell."""

    tokens: list[str] = []
    """Characters, and tags such as `<b>`."""
    bbox: tuple[float, float, float, float] | None = None
    """Around the text; a blank cell has none."""


class TableTokens(BaseModel):
    """A table."""

    structure: list[str]
    cells: list[CellTokens]

    def html(self) -> str:
        """The table as HTML, with what stands in its cells."""
        cells = iter(self.cells)
        pieces = []
        for piece in self.structure:
            if piece == "</td>":
                pieces += [escape(t, quote=False) if len(t) == 1 else t for t in next(cells, CellTokens()).tokens]
            pieces.append(piece)
        return f"<html><body><table>{''.join(pieces)}</table></body></html>"

    def grid(self, width: float, height: float) -> list[Cell]:
        """The cells in their places, with boxes as fractions of a picture of this size."""
        return placed(self._rows(width, height))

    def plain_grid(self) -> list[Cell]:
        """The cells in their places, without boxes."""
        return placed(self._rows(None, None))

    def _rows(self, width: float | None, height: float | None) -> list[list[LooseCell]]:
        cells = iter(self.cells)
        rows: list[list[LooseCell]] = []
        spans, is_head = {"rowspan": 1, "colspan": 1}, False
        for piece in self.structure:
            if piece in {"<thead>", "</thead>"}:
                is_head = piece == "<thead>"
            elif piece == "<tr>":
                rows.append([])
            elif piece.startswith("<td"):
                spans = {"rowspan": 1, "colspan": 1}
            spans |= {name: int(number) for name, number in _SPAN.findall(piece)}
            if piece == "</td>" and rows:
                cell = next(cells, CellTokens())
                box = None
                if cell.bbox is not None and width and height:
                    x0, y0, x1, y1 = cell.bbox
                    box = Box.clipped(x0 / width, y0 / height, x1 / width, y1 / height)
                text = "".join(t for t in cell.tokens if len(t) == 1)
                rows[-1].append(LooseCell(text, spans["rowspan"], spans["colspan"], box, is_head))
        return rows


def annotated(where: str, structure: object, cells: object) -> TableTokens:
    """The table of an annotation.

    Args:
        where: For people, where the annotation stands.
        structure: Tokens of HTML.
        cells: Each with `tokens` and `bbox`; or a list of such lists, as the hub has them.

    Raises:
        DatasetDamaged: it is of another form.
    """
    flat: Any = cells
    if isinstance(cells, Sequence) and any(isinstance(cell, Sequence) for cell in cells):
        flat = [cell for row in cells for cell in row]
    try:
        return TableTokens.model_validate({"structure": structure, "cells": flat})
    except ValidationError as error:
        raise DatasetDamaged(f"{where}: {error.errors()[0]['msg']} at {error.errors()[0]['loc']}.") from None


def of_annotation(where: str, html: object) -> TableTokens:
    """The table of an object `html` as both sets have it, with `structure` and `cells`.

    Raises:
        DatasetDamaged: it is of another form.
    """
    structure = html.get("structure") if isinstance(html, dict) else None
    tokens = structure.get("tokens") if isinstance(structure, dict) else None
    return annotated(where, tokens, html.get("cells") if isinstance(html, dict) else None)
