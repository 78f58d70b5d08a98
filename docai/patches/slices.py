"""Rules of MiniCPM-V: an overview and slices of about one size, cut by the image's area and shape."""

from __future__ import annotations

import math
from dataclasses import dataclass

from docai.domain.sights import Connector, Sight, Tile
from docai.patches.rule import check_shape, grid_tiles, overview, whole

_IMAGE_ID = 3
"""`<image_id>`, one digit, `</image_id>`: up to ten images in a prompt."""


@dataclass(frozen=True)
class MiniCPMSlices:
    """As many slices as the area has of 448 x 448 pixels, on the grid whose shape is nearest on a logarithmic scale.

    From transformers `models/minicpmv4_6/image_processing_minicpmv4_6.py` (`get_sliced_grid`, `find_best_resize`,
    `get_refine_size`) and `models/minicpmv4_6/processing_minicpmv4_6.py` (`replace_image_token`). MiniCPM-V 4.7 and
    MiniCPM-OCR share them. MiniCPM-V 2.6 cuts the same way and has `queries` latents stand for each slice (vLLM
    `model_executor/models/minicpmv.py`).

    Attributes:
        merge: patches along the side of a token: 4 in the mode `16x`, 2 in `4x`.
        most: most slices, by the checkpoint's own settings.
        ceiling: most slices that may be asked for.
        queries: latents a slice; None where patches are merged.
        has_image_id: whether the image's number precedes it in the prompt.
        settings: what the processor must be told besides.
    """

    merge: int = 4
    most: int = 9
    ceiling: int = 36
    queries: int | None = None
    has_image_id: bool = True
    slice_px: int = 448
    patch: int = 14
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def connector(self) -> Connector:
        """Merged, or resampled where latents stand for a slice."""
        return Connector.MERGED if self.queries is None else Connector.RESAMPLED

    def see(self, model: str, width_px: int, height_px: int, max_visual_tokens: int | None) -> Sight:
        """See `Rule.see`; the budget is given to the processor as `max_slice_nums`."""
        check_shape(width_px, height_px)
        most = self.most
        if max_visual_tokens is not None:
            wanted = (
                n for n in range(self.ceiling, 1, -1) if self._tokens(width_px, height_px, n) <= max_visual_tokens
            )
            most = next(wanted, 1)
        columns, rows = self._grid(width_px, height_px, most)
        is_cut = columns * rows > 1
        source = self._resized(width_px, height_px, enlarges=not is_cut)
        tiles: tuple[Tile, ...] = (overview(*source) if is_cut else whole(*source),)
        seen, frames = source, 2
        if is_cut:
            a_slice = self._slice(width_px, height_px, columns, rows)
            tiles += grid_tiles(columns, rows, *a_slice)
            seen = (a_slice[0] * columns, a_slice[1] * rows)
            frames += 2 * columns * rows + rows - 1
        n_patches = sum((tile.width_px // self.patch) * (tile.height_px // self.patch) for tile in tiles)
        tokens = self._tokens(width_px, height_px, most)
        return Sight(
            model=model,
            image_width_px=width_px,
            image_height_px=height_px,
            seen_width_px=seen[0],
            seen_height_px=seen[1],
            tiles=tiles,
            patch_px=self.patch,
            n_patches=n_patches,
            merge_factor=float(self.merge**2) if self.queries is None else n_patches / tokens,
            visual_tokens=tokens,
            prompt_tokens=tokens + frames + (_IMAGE_ID if self.has_image_id else 0),
            connector=self.connector,
            processor={"max_slice_nums": most, **dict(self.settings)},
        )

    def _tokens(self, width: int, height: int, most: int) -> int:
        columns, rows = self._grid(width, height, most)
        is_cut = columns * rows > 1
        if self.queries is not None:
            return self.queries * (columns * rows + 1 if is_cut else 1)
        side = self.patch * self.merge
        source = self._resized(width, height, enlarges=not is_cut)
        tokens = (source[0] // side) * (source[1] // side)
        if is_cut:
            a_slice = self._slice(width, height, columns, rows)
            tokens += columns * rows * (a_slice[0] // side) * (a_slice[1] // side)
        return tokens

    def _slice(self, width: int, height: int, columns: int, rows: int) -> tuple[int, int]:
        return self._resized(_whole(width, columns) / columns, _whole(height, rows) / rows, enlarges=True)

    def _grid(self, width: int, height: int, most: int) -> tuple[int, int]:
        wanted = min(math.ceil(width * height / self.slice_px**2), most)
        if wanted <= 1:
            return 1, 1
        log_aspect = math.log(width / height)
        best, nearest = (1, 1), math.inf
        for n_slices in (wanted - 1, wanted, wanted + 1):
            if n_slices == 1 or n_slices > most:
                continue
            for rows in range(1, n_slices + 1):
                columns, rest = divmod(n_slices, rows)
                if rest:
                    continue
                distance = abs(log_aspect - math.log(columns / rows))
                if distance < nearest or (distance == nearest and rows > best[1]):
                    best, nearest = (columns, rows), distance
        return best

    def _resized(self, width: float, height: float, *, enlarges: bool) -> tuple[int, int]:
        if width * height > self.slice_px**2 or enlarges:
            aspect = width / height
            height = int(self.slice_px / math.sqrt(aspect))
            width = int(height * aspect)
        side = self.patch * (self.merge if self.queries is None else 1)
        return _whole(width, side), _whole(height, side)


def _whole(length: float, divisor: int) -> int:
    return max(round(length / divisor) * divisor, divisor)
