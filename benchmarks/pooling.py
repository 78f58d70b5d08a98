"""Reading small print with all patch tokens, and with tokens averaged 4:1: accuracy by print size, tiny models.

For each print size a Qwen2-VL of two vision and two language layers is trained from scratch on drawn pages full of
digits, once with one token per patch and once with 2 x 2 neighbouring tokens averaged after the vision tower; same
weights at the start, same pages, same number of steps. It is then asked for every digit of pages it has not seen. The
pixels are the same for both: what differs is how many tokens the language model gets for them.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np
import torch
import transformers
from curves import Chart, svg
from PIL import Image, ImageDraw, ImageFont
from torch.nn import functional

PAGE_PX, PATCH_PX = 32, 8
SIDE = PAGE_PX // PATCH_PX
"""Patches along a side of the page."""
GLYPH_WIDTH_EM, LINE_EM = 0.62, 1.2
"""Distance between digits of a line, and between lines."""
LEARNING_RATE, WARM_UP_STEPS = 3e-3, 50
N_TEST_PAGES = 256
TIMED_STEPS = 3
"""Steps by which it is seen how many fit into the time."""


@dataclass(frozen=True)
class Page:
    """Where digits stand on a page of a print size, and what each looks like."""

    em_px: int
    places: tuple[tuple[int, int], ...]
    """Left and top edge of each digit, pixels, line by line."""
    glyphs: np.ndarray
    """Ink of the ten digits, (10, height, width), 0 to 1."""

    @classmethod
    def of(cls, em_px: int) -> Page:
        width, height = round(GLYPH_WIDTH_EM * em_px), round(LINE_EM * em_px)
        font = ImageFont.load_default(em_px)
        glyphs = []
        for digit in range(10):
            image = Image.new("L", (width, height), 255)
            ImageDraw.Draw(image).text((0, 0), str(digit), fill=0, font=font)
            glyphs.append(1 - np.asarray(image, np.float32) / 255)
        xs, ys = range(0, PAGE_PX - width + 1, width), range(0, PAGE_PX - height + 1, height)
        return cls(em_px, tuple((x, y) for y in ys for x in xs), np.stack(glyphs))

    def middles(self) -> torch.Tensor:
        """Of each place, (3, K): time, row and column, in patches."""
        height, width = self.glyphs.shape[1:]
        columns, rows = torch.tensor(self.places, dtype=torch.float32).T
        return torch.stack([torch.zeros(len(self.places)), rows + height / 2, columns + width / 2]) / PATCH_PX

    @cached_property
    def distances(self) -> np.ndarray:
        """Between places, (K, K), squared."""
        at = np.array(self.places, np.float32)
        return ((at[:, None] - at[None]) ** 2).sum(axis=2)

    @property
    def digits_per_token(self) -> float:
        """With one token per patch."""
        return len(self.places) / SIDE**2


@dataclass(frozen=True)
class Batch:
    ink: torch.Tensor
    """(B, PAGE_PX, PAGE_PX), 0 to 1."""
    digits: torch.Tensor
    """(B, K)."""


def draw(page: Page, rng: np.random.Generator, n: int, *, patchy: bool) -> Batch:
    """Pages full of digits.

    Args:
        page: The print.
        rng: Where chance comes from.
        n: Pages.
        patchy: Whether neighbours are often equal, as on the pages of the training: from one digit all over the page to
            each place its own, evenly by order of magnitude. With the latter alone nothing is learnt for hundreds of
            steps, as it takes both digits and their places to get one right.
    """
    n_places = len(page.places)
    digits = rng.integers(0, 10, (n, n_places))
    if patchy:
        n_patches = np.ceil(n_places ** rng.random(n)).astype(int)
        for i, count in enumerate(n_patches):
            centres = rng.choice(n_places, count, replace=False)
            digits[i] = digits[i, centres[page.distances[:, centres].argmin(axis=1)]]
    ink = np.zeros((n, PAGE_PX, PAGE_PX), np.float32)
    height, width = page.glyphs.shape[1:]
    for k, (x, y) in enumerate(page.places):
        ink[:, y : y + height, x : x + width] = page.glyphs[digits[:, k]]
    return Batch(torch.from_numpy(ink), torch.from_numpy(digits))


class Reader(torch.nn.Module):
    """A tiny Qwen2-VL that is shown a page, then told the names of all its places, and says the digit at each.

    A name has the rotary position of its place, so that the place need not be found: what is measured is what the
    image tokens tell of it.
    """

    def __init__(self, page: Page, *, width: int, pools: bool) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.pools = pools
        n_places = len(page.places)
        self.register_buffer("names", torch.arange(10, 10 + n_places))
        self.register_buffer("places", page.middles())
        # The frequencies of the usual base, 10^6, would not tell places of a page of 6 x 6 patches apart.
        rope = {"rope_type": "default", "rope_theta": 2.0, "mrope_section": [width // 32, *[3 * width // 64] * 2]}
        layers = {"hidden_size": width, "initializer_range": 0.05}
        text = {
            **layers,
            "vocab_size": 10 + n_places,
            "intermediate_size": 2 * width,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 4,
            "rope_parameters": rope,
            "bos_token_id": None,
            "eos_token_id": None,
        }
        vision = {
            **layers,
            "embed_dim": width,
            "depth": 2,
            "num_heads": 4,
            "mlp_ratio": 2,
            "patch_size": PATCH_PX,
            "temporal_patch_size": 1,
            "in_channels": 1,
            "spatial_merge_size": 1,
        }
        config = transformers.Qwen2VLConfig(text_config=text, vision_config=vision)
        self.model = transformers.Qwen2VLForConditionalGeneration(config)

    def forward(self, batch: Batch) -> torch.Tensor:
        """Logits of each place's digit, (B, K, 10)."""
        n = len(batch.digits)
        tokens, at = self._image_tokens(batch.ink)
        language = self.model.model.language_model
        names = language.embed_tokens(self.names).expand(n, -1, -1)
        positions = torch.cat([at, self.places], dim=1)[:, None].expand(3, n, -1)
        inputs = torch.cat([tokens, names], dim=1)
        states = language(inputs_embeds=inputs, position_ids=positions, use_cache=False).last_hidden_state
        return self.model.lm_head(states[:, tokens.shape[1] :])[..., :10]

    def _image_tokens(self, ink: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Of each page, (B, T, D); and where they are, (3, T): time, row and column of their middles, in patches."""
        n = len(ink)
        # Centred, as image processors do; patches of zeros would have no scale, and gradients through them no bound.
        patches = (
            (2 * ink - 1).reshape(n, SIDE, PATCH_PX, SIDE, PATCH_PX).permute(0, 1, 3, 2, 4).reshape(-1, PATCH_PX**2)
        )
        grids = torch.tensor([[1, SIDE, SIDE]] * n, device=ink.device)
        tokens = self.model.model.visual(patches, grid_thw=grids).pooler_output.view(n, SIDE, SIDE, -1)
        if self.pools:
            tokens = tokens.view(n, SIDE // 2, 2, SIDE // 2, 2, -1).mean(dim=(2, 4))
        side = tokens.shape[1]
        axis = (torch.arange(side, device=ink.device) + 0.5) * (SIDE / side)
        at = torch.stack([torch.zeros_like(axis).repeat(side), axis.repeat_interleave(side), axis.repeat(side)])
        return tokens.flatten(1, 2), at


@dataclass(frozen=True)
class Training:
    """What is equal for both."""

    batch: int
    width: int
    device: str

    def steps(self, page: Page, reader: Reader) -> Iterator[float]:
        """Train without end; gives the loss of each step."""
        rng = np.random.default_rng(page.em_px)
        optimiser = torch.optim.AdamW(reader.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.98))
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min(1.0, (step + 1) / WARM_UP_STEPS))
        while True:
            batch = self._moved(draw(page, rng, self.batch, patchy=True))
            loss = functional.cross_entropy(reader(batch).transpose(1, 2), batch.digits)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            yield float(loss.detach())

    def reader(self, page: Page, *, pools: bool) -> Reader:
        return Reader(page, width=self.width, pools=pools).to(self.device)

    def accuracy(self, page: Page, reader: Reader) -> float:
        """Share of digits read on full pages that were not trained on."""
        batch = self._moved(draw(page, np.random.default_rng(10_000 + page.em_px), N_TEST_PAGES, patchy=False))
        with torch.inference_mode():
            return float((reader(batch).argmax(dim=2) == batch.digits).float().mean())

    def seconds(self, page: Page) -> float:
        """Of a step with all tokens and one with pooled ones together."""
        total = 0.0
        for pools in (False, True):
            steps = self.steps(page, self.reader(page, pools=pools))
            next(steps)
            start = time.perf_counter()
            for _ in range(TIMED_STEPS):
                next(steps)
            total += (time.perf_counter() - start) / TIMED_STEPS
        return total

    def _moved(self, batch: Batch) -> Batch:
        return Batch(*(tensor.to(self.device) for tensor in (batch.ink, batch.digits)))


@dataclass(frozen=True)
class Row:
    page: Page
    whole: float
    pooled: float


def measure(training: Training, page: Page, n_steps: int) -> Row:
    found = []
    for pools in (False, True):
        reader = training.reader(page, pools=pools)
        losses = list(islice(training.steps(page, reader), n_steps))
        found.append(training.accuracy(page, reader))
        print(f"  {page.em_px} px, {'pooled' if pools else 'all'}: loss {losses[-1]:.3f}, {found[-1]:.3f}", flush=True)
    return Row(page, *found)


def show(rows: list[Row]) -> None:
    print("| em, px | digits | digits per patch token | all patch tokens | averaged 4:1 |\n|---|---|---|---|---|")
    for row in rows:
        page = row.page
        print(
            f"| {page.em_px} | {len(page.places)} | {page.digits_per_token:.1f} | {row.whole:.3f} | {row.pooled:.3f} |"
        )


def plot(rows: list[Row], n_steps: int) -> str:
    series = {
        "all patch tokens": [(float(row.page.em_px), row.whole) for row in rows],
        "averaged 4:1": [(float(row.page.em_px), row.pooled) for row in rows],
    }
    title = f"Digits read, {n_steps} steps"
    chart = Chart(title, series, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0), line=0.1)
    return svg([chart], "em of the print, pixels", [row.page.em_px for row in rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=(6, 8, 10, 12), help="em of the print, pixels")
    parser.add_argument("--minutes", type=float, default=12.0, help="train about so long in all")
    parser.add_argument("--steps", type=int, default=0, help="steps of each model, instead of as many as fit")
    parser.add_argument("--batch", type=int, default=32, help="pages a step")
    parser.add_argument("--width", type=int, default=64, help="of the models; a multiple of 64")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--plot", type=Path, default=None, help="write the curves here, as SVG")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    training = Training(args.batch, args.width, args.device)
    pages = [Page.of(em_px) for em_px in sorted(args.sizes)]
    n_steps = args.steps or math.floor(60 * args.minutes / sum(training.seconds(page) for page in pages))
    print(f"{n_steps} steps each")
    rows = [measure(training, page, n_steps) for page in pages]
    show(rows)
    if args.plot:
        args.plot.write_text(plot(rows, n_steps))


if __name__ == "__main__":
    main()
