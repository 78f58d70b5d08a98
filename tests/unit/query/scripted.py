"""Models that reply by script, one seen by the rule of a real one, one that reads spans; and pages to show them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from docai.domain.documents import Page, PageState
from docai.domain.generations import Chunk, Generation, GenerationRequest, StopReason, TokenUsage
from docai.domain.geometry import Box, PageSize
from docai.domain.ids import DocumentId, sha256_of
from docai.domain.images import PageImage, RasterPlan, ResolutionReason
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.span_answers import SpanAnswer
from docai.domain.words import PageWords, Witness, Word
from docai.patches.fidelity import FidelityPolicy
from docai.patches.models import model_named
from docai.protocols import Cancellation, ImageRule
from docai.query.shown_pages import Camera
from docai.rendering.pictures import PillowCropper

DOCUMENT = DocumentId(UUID(int=7))
Said = tuple[tuple[int, ...], float] | Exception | None
"""Of a page: the words that answer and how sure that is, an error, or nothing."""
Script = str | Generation | Exception | Callable[[GenerationRequest], str]


@dataclass
class ScriptedModel:
    """Says what it is told to, one reply after another; the last one again and again."""

    script: Sequence[Script]
    context_tokens: int = 32_768
    is_cloud: bool = False
    name: str = "scripted 1"
    max_parallel: int = 1
    rule: str = "qwen2.5-vl-7b"
    asked: list[GenerationRequest] = field(default_factory=list)
    is_closed: bool = False

    @property
    def images(self) -> ImageRule:
        return model_named(self.rule)

    def generate(
        self, requests: Sequence[GenerationRequest], *, cancel: Cancellation | None = None
    ) -> list[Generation]:
        return [self._reply(request) for request in requests]

    def stream(self, request: GenerationRequest, *, cancel: Cancellation | None = None) -> Iterator[Chunk]:
        generation = self._reply(request)
        for start in range(0, len(generation.text), 7):
            if cancel is not None and cancel.is_set():
                yield Chunk("", replace(generation, stop=StopReason.CANCELLED))
                return
            yield Chunk(generation.text[start : start + 7])
        yield Chunk("", generation)

    def close(self) -> None:
        self.is_closed = True

    def _reply(self, request: GenerationRequest) -> Generation:
        said = self.script[min(len(self.asked), len(self.script) - 1)]
        self.asked.append(request)
        if isinstance(said, Exception):
            raise said
        if isinstance(said, Generation):
            return said
        text = said if isinstance(said, str) else said(request)
        return Generation(text, StopReason.STOP, TokenUsage(prompt_tokens=100, output_tokens=10))


@dataclass
class ScriptedReader:
    """Says what it is told to, page after page."""

    script: list[Said]
    name: str = "spans 1"
    asked: list[tuple[bytes, str]] = field(default_factory=list)

    def answer(self, image: bytes, words: PageWords, question: str) -> SpanAnswer | None:
        said = self.script[len(self.asked)]
        self.asked.append((image, question))
        if said is None or isinstance(said, Exception):
            if said is not None:
                raise said
            return None
        ids, confidence = said
        text = " ".join(words.words[i].text for i in ids)
        return SpanAnswer(text=text, word_ids=ids, confidence=confidence, engine=self.name)


def camera(model: ScriptedModel, image: bytes = b"png", *, output_tokens: int = 512) -> Camera:
    return Camera(model, lambda page: image, PillowCropper(), FidelityPolicy(), output_tokens)


def printed(
    *lines: str,
    number: int = 1,
    document_id: DocumentId = DOCUMENT,
    dpi: float = 150.0,
    print_pt: float = 10.0,
    witness: Witness = Witness.TEXT_LAYER,
) -> Page:
    """A read page with these lines; a tab parts pieces by a wide gap."""
    words: list[Word] = []
    blocks: list[Block] = []
    for n, line in enumerate(lines):
        x, first = 0.1, len(words)
        for column in line.split("\t"):
            for text in column.split():
                box = Box(x0=x, y0=0.05 + 0.02 * n, x1=min(1.0, x + 0.008 * len(text)), y1=0.065 + 0.02 * n)
                words.append(Word(text=text, box=box, line=n))
                x = min(0.97, box.x1 + 0.006)
            x = min(0.9, x + 0.15)
        ids = tuple(range(first, len(words)))
        around = Box.around(words[i].box for i in ids)
        if around is not None:
            text = " ".join(words[i].text for i in ids)
            blocks.append(Block(kind=BlockKind.PARAGRAPH, text=text, box=around, word_ids=ids))
    size = PageSize(width_pt=595.276, height_pt=841.89)
    width, height = size.pixels(dpi)
    plan = RasterPlan(
        dpi=dpi,
        width_px=width,
        height_px=height,
        reason=ResolutionReason.FLOOR,
        smallest_print_pt=print_pt,
        x_height_px=10,
        is_legible=True,
    )
    image = PageImage(sha256=sha256_of(b"png"), media_type="image/png", n_bytes=3, plan=plan, renderer="test 1")
    return Page(
        document_id=document_id,
        number=number,
        state=PageState.PARSED,
        size=size,
        image=image,
        words=PageWords(witness=witness, words=tuple(words), engine="test 1"),
        parse=PageParse(page_number=number, engine="test 1", blocks=tuple(blocks)),
    )
