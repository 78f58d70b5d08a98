"""Page pictures made small enough to stand within a report."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

from PIL import Image

MOST_BYTES = 150_000
"""Of one picture, before it is written in base64."""
_SIDES = (1100, 900, 700, 500, 300)
"""The longer side in pixels: the first at which a picture is small enough."""
_QUALITY = 72


def data_uri(picture: bytes) -> str:
    """A picture of any kind that Pillow reads as a JPEG within a `data:` address, of at most `MOST_BYTES`."""
    with Image.open(BytesIO(picture)) as opened:
        page = opened.convert("RGB")
    content = b""
    for side in _SIDES:
        page.thumbnail((side, side))
        out = BytesIO()
        page.save(out, "JPEG", quality=_QUALITY, optimize=True)
        content = out.getvalue()
        if len(content) <= MOST_BYTES:
            break
    return f"data:image/jpeg;base64,{b64encode(content).decode('ascii')}"
