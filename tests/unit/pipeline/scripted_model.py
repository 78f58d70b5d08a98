"""A vision-language model that says what a test wants it to say, and a page for it to read."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

from PIL import Image, ImageDraw

from docai.domain.documents import Page, PageState
from docai.domain.generations import Chunk, Generation, GenerationRequest, StopReason, TokenUsage
from docai.domain.geometry import Box, PageSize
from docai.domain.ids import DocumentId, sha256_of
from docai.domain.images import PageImage, RasterPlan, ResolutionReason
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.words import PageWords, Witness, Word
from docai.patches.models import model_named
from docai.protocols import Cancellation, ImageRule

WIDTH, HEIGHT, DPI = 620, 877, 75.0
"""A4, so coarse that tests are quick; the floor of the fidelity rule is no higher than the image."""
LINES = ("Annual report", "Sales rose by 12 percent.", "Costs fell to 800 euros.", "Nothing else happened.")
LINE_HEIGHT = 0.02

Answer = Callable[[GenerationRequest], "str | Generation"]


class ScriptedModel:
    """A `VisionLanguageModel`. Thread-safe, as far as what it is told is."""

    name = "scripted 1"

    def __init__(
        self,
        answer: Answer | Sequence[str | Generation],
        *,
        rule: ImageRule | None = None,
        context_tokens: int = 32_768,
        is_cloud: bool = False,
        max_parallel: int = 4,
    ) -> None:
        """Say what `answer` gives for a request, or its entries one after another, the last one for ever."""
        self.images = rule or model_named("qwen2.5-vl-7b")
        self.context_tokens = context_tokens
        self.is_cloud = is_cloud
        self.max_parallel = max_parallel
        self.requests: list[GenerationRequest] = []
        self.n_calls = 0
        self._answer = answer
        self._lock = threading.Lock()

    def generate(
        self, requests: Sequence[GenerationRequest], *, cancel: Cancellation | None = None
    ) -> list[Generation]:
        with self._lock:
            self.n_calls += 1
            said = [self._said(request) for request in requests]
        return [each if isinstance(each, Generation) else stopped(each) for each in said]

    def _said(self, request: GenerationRequest) -> str | Generation:
        self.requests.append(request)
        if callable(self._answer):
            return self._answer(request)
        return self._answer[min(len(self.requests), len(self._answer)) - 1]

    def stream(self, request: GenerationRequest, *, cancel: Cancellation | None = None) -> Iterator[Chunk]:
        (whole,) = self.generate([request], cancel=cancel)
        yield Chunk(whole.text, whole)

    def close(self) -> None:
        pass


def stopped(text: str, stop: StopReason = StopReason.STOP) -> Generation:
    return Generation(text, stop, TokenUsage(prompt_tokens=700, visual_tokens=600, output_tokens=20), seconds=0.01)


def page_json(*blocks: dict[str, Any], rotation: int = 0) -> str:
    return json.dumps({"language": "en", "rotation": rotation, "blocks": list(blocks)})


def lines_json(lines: Sequence[str] = LINES) -> str:
    """The page's lines as a model gives them that has no boxes."""
    return page_json(*({"kind": "paragraph", "box": None, "text": line} for line in lines))


def words_of(lines: Sequence[str], witness: Witness | None = Witness.TEXT_LAYER, rotation: int = 0) -> PageWords:
    words = []
    for row, line in enumerate(lines):
        x, y = 0.1, 0.1 + row * 0.1
        for text in line.split():
            x1 = min(1.0, x + 0.01 * len(text))
            words.append(Word(text=text, box=Box(x0=x, y0=y, x1=x1, y1=y + LINE_HEIGHT), line=row))
            x = min(1.0, x1 + 0.01)
    return PageWords(witness=witness, words=tuple(words), rotation=rotation, engine="witness 1")


def drawn(lines: Sequence[str] = LINES) -> bytes:
    """A picture of the page: each word a grey bar, which nobody reads here."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    for word in words_of(lines).words:
        ImageDraw.Draw(image).rectangle(word.box.to_pixels(WIDTH, HEIGHT), fill="grey")
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def laid_out(
    content: bytes,
    lines: Sequence[str] = LINES,
    *,
    witness: Witness | None = Witness.TEXT_LAYER,
    kinds: Sequence[BlockKind] = (),
    rotation: int = 0,
    document_id: DocumentId | None = None,
    number: int = 1,
) -> Page:
    """A page whose lines the layout engine found as a block each, put forward to a model."""
    words = words_of(lines, witness, rotation)
    blocks = []
    for row, line in enumerate(lines):
        ids = tuple(i for i, word in enumerate(words.words) if word.line == row)
        box = Box.around(words.words[i].box for i in ids)
        assert box is not None
        kind = kinds[row] if row < len(kinds) else BlockKind.PARAGRAPH
        blocks.append(Block(kind=kind, text=line, box=box, word_ids=ids))
    plan = RasterPlan(
        dpi=DPI,
        width_px=WIDTH,
        height_px=HEIGHT,
        reason=ResolutionReason.FLOOR,
        smallest_print_pt=10,
        x_height_px=None,
        is_legible=True,
    )
    return Page(
        document_id=document_id or DocumentId(UUID(int=1)),
        number=number,
        state=PageState.QUEUED,
        size=PageSize(width_pt=595, height_pt=842),
        image=PageImage(
            sha256=sha256_of(content), media_type="image/png", n_bytes=len(content), plan=plan, renderer="reader 1"
        ),
        words=words,
        parse=PageParse(page_number=number, engine="layout 1", blocks=tuple(blocks)),
    )
