"""Rule: how a family turns an image of some size into patches and tokens; what every such rule shares."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

from docai.domain.geometry import Box
from docai.domain.sights import Connector, Sight, Tile
from docai.errors import PageTooLarge

WHOLE = Box(x0=0.0, y0=0.0, x1=1.0, y1=1.0)
"""All of the image."""


class Rule(Protocol):
    """A family's arithmetic with the constants of one checkpoint; immutable."""

    @property
    def connector(self) -> Connector:
        """What stands between patches and the language model."""

    def see(self, model: str, width_px: int, height_px: int, max_visual_tokens: int | None) -> Sight:
        """How the model sees an image of this size; arguments as in `docai.protocols.ImageRule.see`.

        Raises:
            PageTooLarge: the model does not take an image of this shape.
        """


def check_shape(width_px: int, height_px: int, max_aspect: float | None = None) -> None:
    """Refuse an image that has no pixels, or is longer for its breadth than a model takes.

    Args:
        width_px: the image's width.
        height_px: the image's height.
        max_aspect: the longer side over the shorter, at most.

    Raises:
        PageTooLarge: it is so.
    """
    if width_px < 1 or height_px < 1:
        raise PageTooLarge(f"an image of {width_px} x {height_px} pixels has nothing to see")
    if max_aspect is not None and max(width_px, height_px) / min(width_px, height_px) > max_aspect:
        raise PageTooLarge(
            f"an image of {width_px} x {height_px} pixels is longer than {max_aspect:g} times its breadth, which the "
            "model does not take: cut it into pieces",
            width_px=width_px,
            height_px=height_px,
        )


def overview(width_px: int, height_px: int) -> Tile:
    """The tile that shows all of the image once more."""
    return Tile(box=WHOLE, width_px=width_px, height_px=height_px, is_overview=True)


def whole(width_px: int, height_px: int) -> Tile:
    """The only tile of a model that does not cut."""
    return Tile(box=WHOLE, width_px=width_px, height_px=height_px)


@lru_cache(maxsize=256)
def grid_tiles(columns: int, rows: int, tile_width: int, tile_height: int) -> tuple[Tile, ...]:
    """Tiles of equal size that cover the image without padding, row by row."""
    return tuple(
        Tile(
            box=Box(x0=column / columns, y0=row / rows, x1=(column + 1) / columns, y1=(row + 1) / rows),
            width_px=tile_width,
            height_px=tile_height,
        )
        for row in range(rows)
        for column in range(columns)
    )
