"""Small tables of digits, drawn as they would be cut from a page, with what their cells say."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock
from docai.domain.tables import Cell, CellRole, Table

CROP_PX = (112, 84)
"""4 x 3 tokens of 28 pixels."""
DPI = 200.0
FONT_PX = 21
"""An em; 7.6 points at 200 DPI."""
PRINT_PT = FONT_PX * 72 / DPI
N_ROWS, N_COLS = 3, 2
_PAPER = "white"


@dataclass(frozen=True)
class Crop:
    """A table's image and its cells."""

    content: bytes
    """A PNG file."""
    table: Table

    @property
    def block(self) -> ReadBlock:
        """The table as a model is taught to tell it."""
        text = "\n".join(
            "\t".join(cell.text for cell in self.table.cells if cell.row == row) for row in range(self.table.n_rows)
        )
        return ReadBlock(kind=BlockKind.TABLE, text=text, table=self.table)


def draw_crops(n: int, seed: int) -> list[Crop]:
    """Tables of three rows and two columns, all different; in every other one a heading spans both columns."""
    rng = random.Random(seed)
    numbers = rng.sample(range(100, 1000), n * N_ROWS * N_COLS)
    return [_crop(numbers[i::n][: N_ROWS * N_COLS], spans=i % 2 == 1) for i in range(n)]


def blank() -> bytes:
    """A crop with nothing on it."""
    return _png(Image.new("RGB", CROP_PX, _PAPER))


def _crop(numbers: list[int], *, spans: bool) -> Crop:
    image = Image.new("RGB", CROP_PX, _PAPER)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(FONT_PX)
    width, height = CROP_PX[0] / N_COLS, CROP_PX[1] / N_ROWS
    cells = []
    for row in range(N_ROWS):
        is_heading = row == 0
        cols = 1 if is_heading and spans else N_COLS
        for col in range(cols):
            col_span = N_COLS // cols
            text = str(numbers[row * N_COLS + col])
            role = CellRole.COLUMN_HEADER if is_heading else CellRole.DATA
            cells.append(Cell(row=row, col=col, col_span=col_span, text=text, role=role))
            middle = (width * (col + col_span / 2), height * (row + 0.5))
            draw.text(middle, text, fill="black", font=font, anchor="mm")
        draw.line((0, height * (row + 1) - 1, CROP_PX[0], height * (row + 1) - 1), fill="grey")
    return Crop(_png(image), Table(n_rows=N_ROWS, n_cols=N_COLS, cells=tuple(cells)))


def _png(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()
