"""A stand-in for a vision-language model that knows the truth: it writes what a model without fault would write.

For measuring dialects, joins and grounding without weights, and for tests of the pipeline. It sees no pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from time import perf_counter

from docai.dialects.dialect import Dialect, Shown
from docai.domain.generations import (
    Chunk,
    EngineTrouble,
    Generation,
    GenerationRequest,
    ShownImage,
    StopReason,
    TokenUsage,
)
from docai.domain.geometry import Box
from docai.domain.ids import sha256_of
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock
from docai.domain.sights import Purpose
from docai.errors import PageNotFound
from docai.protocols.generating import Cancellation, ImageRule

CHARACTERS_PER_TOKEN = 4
"""For counting output: about what byte-pair vocabularies need for English."""

_ONLY = {
    Purpose.TABLE: frozenset({BlockKind.TABLE}),
    Purpose.CHART: frozenset({BlockKind.CHART}),
    Purpose.FORMULA: frozenset({BlockKind.FORMULA}),
}
"""What is asked for of a crop, if there is any of it on the crop."""


class OracleModel:
    """Writes the truth of the region shown; the same request always gives the same text. Thread-safe.

    Args:
        truth: The blocks of each page in reading order, boxes in fractions of the page, by the page's key.
        dialect: What it writes pages in.
        images: How it pretends to see images.
        by_purpose: What it writes other looks in, such as a table's crop in OTSL.
        context_tokens: The most tokens of prompt and output; None for the rule's own.

    A page's key is looked for in the request's facts under `page`, then in the image's media id, then as the hash of
    its content (`docai.domain.ids.sha256_of`).
    """

    max_parallel = 64
    is_cloud = False

    def __init__(
        self,
        truth: Mapping[str, Sequence[ReadBlock]],
        dialect: Dialect,
        images: ImageRule,
        *,
        by_purpose: Mapping[Purpose, Dialect] | None = None,
        context_tokens: int | None = None,
    ) -> None:
        self._truth = truth
        self._dialect = dialect
        self._images = images
        self._by_purpose = dict(by_purpose or {})
        self._context_tokens = context_tokens

    @property
    def name(self) -> str:
        """What it is, and in which dialect it writes."""
        return f"oracle {self._dialect.name}"

    @property
    def images(self) -> ImageRule:
        """How it pretends to see images."""
        return self._images

    @property
    def context_tokens(self) -> int:
        """The most tokens of prompt and output."""
        return self._images.context_tokens if self._context_tokens is None else self._context_tokens

    def generate(
        self, requests: Sequence[GenerationRequest], *, cancel: Cancellation | None = None
    ) -> list[Generation]:
        """See `VisionLanguageModel`. A page without truth is an error of that request."""
        return [self._generate(request, cancel) for request in requests]

    def stream(self, request: GenerationRequest, *, cancel: Cancellation | None = None) -> Iterator[Chunk]:
        """See `VisionLanguageModel`. Line by line."""
        whole = self._generate(request, cancel)
        for line in whole.text.splitlines(keepends=True):
            if cancel is not None and cancel.is_set():
                whole = Generation(text="", stop=StopReason.CANCELLED, facts=request.facts)
                break
            yield Chunk(text=line)
        yield Chunk(text="", end=whole)

    def close(self) -> None:
        """See `VisionLanguageModel`. It holds nothing."""

    def _generate(self, request: GenerationRequest, cancel: Cancellation | None) -> Generation:
        started = perf_counter()
        if cancel is not None and cancel.is_set():
            return Generation(text="", stop=StopReason.CANCELLED, facts=request.facts)
        pieces = []
        for image in request.images:
            blocks = self._blocks_of(request, image)
            if blocks is None:
                trouble = EngineTrouble(PageNotFound.code, "the oracle has no truth of this page")
                return Generation(text="", stop=StopReason.ERROR, error=trouble, facts=request.facts)
            sight = image.plan.sight
            dialect = self._by_purpose.get(image.plan.purpose, self._dialect)
            pieces.append(dialect.write(blocks, Shown(sight.seen_width_px, sight.seen_height_px)))
        text = "\n\n".join(pieces)
        limit = request.decoding.max_tokens * CHARACTERS_PER_TOKEN
        return Generation(
            text=text[:limit],
            stop=StopReason.STOP if len(text) <= limit else StopReason.LENGTH,
            usage=_usage(request, min(len(text), limit)),
            seconds=perf_counter() - started,
            facts=request.facts,
        )

    def _blocks_of(self, request: GenerationRequest, image: ShownImage) -> list[ReadBlock] | None:
        keys = (str(request.facts.get("page", "")), image.media_id or "", sha256_of(image.content))
        key = next((key for key in keys if key in self._truth), None)
        return None if key is None else blocks_in(self._truth[key], image.plan.region, image.plan.purpose)


def blocks_in(blocks: Sequence[ReadBlock], region: Box | None, purpose: Purpose) -> list[ReadBlock]:
    """What of a page's blocks a look at a region of it shows.

    Blocks whose centre lies in the region, their boxes in fractions of it; for a look at the layout only kinds, levels
    and boxes; for one at a table, chart or formula only those, where there are any. Blocks without a box are shown with
    the whole page only.
    """
    shown = [moved for block in blocks if (moved := _within(block, region)) is not None]
    if purpose is Purpose.LAYOUT:
        return [block.model_copy(update={"text": "", "table": None, "chart": None}) for block in shown]
    wanted = _ONLY.get(purpose)
    only = [block for block in shown if wanted is not None and block.kind in wanted]
    return only or shown


def _within(block: ReadBlock, region: Box | None) -> ReadBlock | None:
    if region is None:
        return block
    if block.box is None or not region.holds(block.box.centre) or region.area <= 0:
        return None
    box = Box.clipped(
        (block.box.x0 - region.x0) / region.width,
        (block.box.y0 - region.y0) / region.height,
        (block.box.x1 - region.x0) / region.width,
        (block.box.y1 - region.y0) / region.height,
    )
    return block.model_copy(update={"box": box})


def _usage(request: GenerationRequest, n_characters: int) -> TokenUsage:
    sights = [image.plan.sight for image in request.images]
    text_tokens = -(-len(request.prompt) // CHARACTERS_PER_TOKEN)
    return TokenUsage(
        prompt_tokens=sum(sight.prompt_tokens for sight in sights) + text_tokens,
        visual_tokens=sum(sight.visual_tokens for sight in sights),
        output_tokens=-(-n_characters // CHARACTERS_PER_TOKEN),
    )
