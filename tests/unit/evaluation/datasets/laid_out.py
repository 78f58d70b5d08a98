"""Small folders in the layouts of data sets."""

import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow
from PIL import Image
from pyarrow.parquet import write_table

from docai.pdf.from_pictures import pdf_of_pictures


def drawn_picture(shade: int, kind: str = "PNG") -> bytes:
    """A page in one shade of grey; each shade has other bytes."""
    out = BytesIO()
    Image.new("L", (40, 60), shade).save(out, kind)
    return out.getvalue()


def drawn_pdf(path: Path, n_pages: int = 3) -> Path:
    """A PDF of so many pages."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pdf_of_pictures([drawn_picture(10 + i) for i in range(n_pages)]))
    return path


def write_lines(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """JSON, one a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def write_json(path: Path, content: object) -> None:
    """One JSON value."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def write_parquet(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """A table as the Hugging Face hub has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(pyarrow.Table.from_pylist([dict(row) for row in rows]), path)


def picture_cell(shade: int, kind: str = "PNG") -> dict[str, Any]:
    """A cell of the hub's `Image` feature."""
    return {"bytes": drawn_picture(shade, kind), "path": None}
