"""Files as data sets publish them, drawn small."""

import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow
from PIL import Image
from pyarrow import parquet


def picture(shade: int = 0, kind: str = "PNG") -> bytes:
    """A picture that differs by its shade, 0 to 255."""
    content = BytesIO()
    Image.new("RGB", (40, 20), (shade, shade, shade)).save(content, kind)
    return content.getvalue()


def write(path: Path, content: bytes | str | object) -> Path:
    """Bytes and text as they are, all else as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, bytes | str) else json.dumps(content)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def write_parquet(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Two rows to each row group, so that looking one up passes others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pyarrow.Table.from_pylist(list(rows)), path, row_group_size=2)
    return path


def cell(shade: int = 0, kind: str = "PNG") -> dict[str, Any]:
    """A cell of the hub's `Image` feature."""
    return {"bytes": picture(shade, kind), "path": None}
