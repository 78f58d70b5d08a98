"""Pages and what a document says on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from pydantic import Field, JsonValue

from docai.api.schemas.attempts import AttemptOut
from docai.api.schemas.blocks import BlockOut, TableOut, blocks_and_tables
from docai.api.schemas.checks import CheckOut
from docai.api.schemas.documents import DocumentOut
from docai.api.schemas.evidence import BoxOut, OmissionOut, box_out
from docai.api.schemas.wire import FaultOut, WireModel
from docai.domain.attempts import Rung
from docai.domain.documents import Document, Page, PageState
from docai.domain.evidence import Coverage, Verdict
from docai.domain.images import PageImage, ResolutionReason
from docai.domain.plans import PagePlan
from docai.domain.words import PageWords, TextLayerFlaw, Witness, Word


class CoverageOut(WireModel):
    """Which of the page's words ended up in the output."""

    n_words: int
    n_covered: int
    share: float
    omitted_word_ids: list[int]
    omissions: list[OmissionOut] = Field(description="The omitted words, those that stand together as one.")

    @classmethod
    def of(cls, coverage: Coverage) -> Self:
        """From the domain."""
        return cls(
            n_words=coverage.n_words,
            n_covered=coverage.n_covered,
            share=round(coverage.share, 4),
            omitted_word_ids=list(coverage.omitted_word_ids),
            omissions=[OmissionOut.of(omission) for omission in coverage.omissions],
        )


class ImageOut(WireModel):
    """The drawn page: at which resolution, and why."""

    sha256: str
    media_type: str
    width_px: int
    height_px: int
    dpi: float
    reason: ResolutionReason
    smallest_print_pt: float | None
    x_height_px: float | None
    is_legible: bool
    renderer: str

    @classmethod
    def of(cls, image: PageImage) -> Self:
        """From the domain."""
        return cls(sha256=image.sha256, media_type=image.media_type, renderer=image.renderer, **image.plan.model_dump())


class WordsOut(WireModel):
    """Whose words were believed."""

    witness: Witness | None
    engine: str
    n_words: int
    rotation: int
    text_layer_flaws: list[TextLayerFlaw]

    @classmethod
    def of(cls, words: PageWords) -> Self:
        """From the domain."""
        return cls(
            witness=words.witness,
            engine=words.engine,
            n_words=len(words.words),
            rotation=words.rotation,
            text_layer_flaws=list(words.text_layer_flaws),
        )


class PageOut(WireModel):
    """A page's entry in the ledger."""

    number: int
    state: PageState
    fault: FaultOut | None
    width_pt: float | None
    height_pt: float | None
    image: ImageOut | None
    words: WordsOut | None
    second_words: WordsOut | None = Field(description="The other witness, where it was heard too.")
    coverage: CoverageOut | None
    engine: str | None = Field(description="What read the page: the layout engine, or a vision-language model.")
    rung: Rung | None = Field(
        description="Which step of the ladder of attempts gave the result; null where no model was asked."
    )
    revision: int | None = Field(description="Which of the page's results this is; null while there is none.")
    n_blocks: int
    n_tables: int

    @classmethod
    def of(cls, page: Page) -> Self:
        """From the domain."""
        return cls(**_ledger_fields(page))


class WordOut(WireModel):
    """A word as the witness read it; its id is its place in the list."""

    text: str
    box: BoxOut
    line: int
    confidence: float
    font_size_pt: float | None

    @classmethod
    def of(cls, word: Word) -> Self:
        """From the domain."""
        return cls(
            text=word.text,
            box=box_out(word.box),
            line=word.line,
            confidence=round(word.confidence, 4),
            font_size_pt=word.font_size_pt,
        )


class PageDetailOut(PageOut):
    """A page with all that was read from it."""

    blocks: list[BlockOut]
    tables: list[TableOut]
    checks: list[CheckOut] = Field(description="What the reading must satisfy, and whether it does.")
    attempts: list[AttemptOut] = Field(description="What was tried with a vision-language model, in order.")
    manifest: dict[str, JsonValue] | None = Field(
        description="All that the result depends on: hashes, prompts, settings, versions. Null where it was not kept."
    )
    word_list: list[WordOut]
    second_word_list: list[WordOut] = Field(description="The other witness's words, which `second` names by id.")

    @classmethod
    def of_page(cls, page: Page, *, first_table: int, floor: Verdict | None = None) -> Self:
        """From the domain; the page's first table has number `first_table` in the document.

        Values below the floor are without their text.
        """
        parse = page.parse
        blocks, tables = blocks_and_tables(parse, first_table=first_table, floor=floor)
        return cls(
            **_ledger_fields(page),
            blocks=blocks,
            tables=tables,
            checks=[CheckOut.of(check) for check in parse.checks] if parse else [],
            attempts=[AttemptOut.of(attempt) for attempt in parse.attempts] if parse else [],
            manifest=parse.manifest.model_dump(mode="json") if parse and parse.manifest else None,
            word_list=[WordOut.of(word) for word in page.words.words] if page.words else [],
            second_word_list=[WordOut.of(word) for word in page.second_words.words] if page.second_words else [],
        )


class PageListOut(WireModel):
    """Pages in order."""

    data: list[PageOut]
    has_more: bool
    next_cursor: str | None


class PageContentOut(WireModel):
    """What one page says."""

    number: int
    state: PageState
    fault: FaultOut | None
    blocks: list[BlockOut]


class ContentOut(WireModel):
    """What a document says, in reading order."""

    document: DocumentOut
    pages: list[PageContentOut]
    tables: list[TableOut]

    @classmethod
    def of(cls, document: Document, pages: Sequence[Page], floor: Verdict | None = None) -> Self:
        """From the domain; values below the floor without their text."""
        contents: list[PageContentOut] = []
        tables: list[TableOut] = []
        for page in pages:
            blocks, found = blocks_and_tables(page.parse, first_table=len(tables) + 1, floor=floor)
            tables += found
            contents.append(
                PageContentOut(number=page.number, state=page.state, fault=FaultOut.of(page.fault), blocks=blocks)
            )
        return cls(document=DocumentOut.of(document), pages=contents, tables=tables)


class PagePlanOut(WireModel):
    """What reading a page would take."""

    page: int
    width_pt: float
    height_pt: float
    width_px: int
    height_px: int
    dpi: float
    reason: ResolutionReason
    smallest_print_pt: float | None
    x_height_px: float | None
    is_legible: bool
    witness: Witness
    text_layer_flaws: list[TextLayerFlaw]
    n_text_layer_words: int

    @classmethod
    def of(cls, plan: PagePlan) -> Self:
        """From the domain."""
        return cls(
            page=plan.page_number,
            width_pt=plan.size.width_pt,
            height_pt=plan.size.height_pt,
            witness=plan.witness,
            text_layer_flaws=list(plan.text_layer_flaws),
            n_text_layer_words=plan.n_text_layer_words,
            **plan.raster.model_dump(),
        )


def _ledger_fields(page: Page) -> dict[str, object]:
    parse = page.parse
    return {
        "number": page.number,
        "state": page.state,
        "fault": FaultOut.of(page.fault),
        "width_pt": page.size.width_pt if page.size else None,
        "height_pt": page.size.height_pt if page.size else None,
        "image": ImageOut.of(page.image) if page.image else None,
        "words": WordsOut.of(page.words) if page.words else None,
        "second_words": WordsOut.of(page.second_words) if page.second_words else None,
        "coverage": CoverageOut.of(parse.coverage) if parse and parse.coverage else None,
        "engine": parse.engine if parse else None,
        "rung": parse.rung if parse else None,
        "revision": page.revision,
        "n_blocks": len(parse.blocks) if parse else 0,
        "n_tables": len(parse.tables) if parse else 0,
    }
