"""A page that was laid out, read once more by a model; what that cannot read stays as the layout engine read it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from docai.charts.assembly import ENGINE as DRAWING
from docai.checks.verify import EvidencePolicy, verify
from docai.domain.attempts import Attempt, Outcome, Rung
from docai.domain.documents import Page, PageState
from docai.domain.geometry import Box
from docai.domain.ids import Sha256
from docai.domain.parses import Block, PageParse
from docai.domain.words import PageWords, Witness
from docai.errors import BlobMissing, CloudNotAllowed
from docai.grounding.align import Placed
from docai.grounding.sideways import align_turned
from docai.pipeline.ladder import Ladder, Showing
from docai.pipeline.looks import Look, one_pass, two_looks
from docai.pipeline.parse import LAYOUT_UNREADABLE
from docai.pipeline.parts import ModelPolicy
from docai.pipeline.sheet import Sheet
from docai.protocols import BlobStore, Cancellation, VisionLanguageModel

_KEPT = "The reading of the layout engine was kept."
_FURTHEST = list(Rung)


@dataclass(frozen=True, slots=True)
class Asking:
    """On whose behalf a page is read, and who hears of it."""

    tenant: str
    allows_cloud: bool
    """Whether the tenant said that its pages may be shown to a model at a provider."""
    priority: int
    cancel: Cancellation
    on_round: Callable[[], None]
    """Called after each round of questions to the model; which is progress."""


class ModelReading:
    """Reads pages with a model. Thread-safe, as the model is."""

    def __init__(
        self, vlm: VisionLanguageModel, blobs: BlobStore, policy: ModelPolicy, *, evidence: EvidencePolicy
    ) -> None:
        self._vlm = vlm
        self._blobs = blobs
        self._policy = policy
        self._evidence = evidence

    def read(self, page: Page, asking: Asking) -> tuple[Page, dict[Sha256, bytes]]:
        """The page in its final state, and the model's texts, which are stored under their hashes.

        Raises:
            EngineUnavailable: the model is away; nothing is wrong with the page.
            ReadingCancelled: nobody waits for it any more.
            BlobMissing: the page's image is gone.
            StoreFull: there is no room for the model's texts.
        """
        words, layout = page.words or PageWords(witness=None), page.parse
        assert layout is not None
        if self._vlm.is_cloud and not asking.allows_cloud:
            return as_laid_out(page, [_not_allowed(self._vlm.name)]), {}
        replies: dict[Sha256, bytes] = {}
        ladder = Ladder(self._showing(page, words, asking, replies), self._policy.max_attempts)
        looks = self._looks(page, ladder, layout, words)
        if not any(look.blocks is not None and look.was_tried for look in looks):
            return as_laid_out(page, ladder.attempts), replies
        return self._put_together(page, layout, words, looks, ladder.attempts), replies

    def _looks(self, page: Page, ladder: Ladder, layout: PageParse, words: PageWords) -> list[Look]:
        profile, sheet = self._policy.profile, self._sheet(page)
        if profile.page is not None:
            return one_pass(ladder, sheet, profile.page, words.rotation)
        return two_looks(ladder, sheet, profile, layout.blocks, words.rotation)

    def _sheet(self, page: Page) -> Sheet:
        assert page.image is not None
        plan = page.image.plan
        return Sheet(
            vlm=self._vlm,
            fidelity=self._policy.fidelity,
            width_px=plan.width_px,
            height_px=plan.height_px,
            dpi=plan.dpi,
            print_pt=plan.smallest_print_pt,
            max_output_tokens=self._policy.max_output_tokens,
        )

    def _showing(self, page: Page, words: PageWords, asking: Asking, replies: dict[Sha256, bytes]) -> Showing:
        if page.image is None:
            raise BlobMissing(f"Page {page.number} has no image.")

        def keep(text: str) -> Sha256:
            content = text.encode("utf-8", "surrogatepass")
            sha256 = self._blobs.put(content)
            replies[sha256] = content
            return sha256

        return Showing(
            vlm=self._vlm,
            profile=self._policy.profile,
            sheet=self._sheet(page),
            image=self._blobs.get(page.image.sha256),
            image_sha256=page.image.sha256,
            words=words.words,
            keep=keep,
            cancel=asking.cancel,
            on_round=asking.on_round,
            tenant=asking.tenant,
            priority=asking.priority,
        )

    def _put_together(
        self, page: Page, layout: PageParse, words: PageWords, looks: Sequence[Look], attempts: list[Attempt]
    ) -> Page:
        sequence: list[Placed | Block] = []
        left = list(layout.blocks)
        rungs = {look.rung for look in looks if look.blocks is not None}
        read = [look.area for look in looks if look.blocks is not None]
        for look in looks:
            if look.blocks is not None:
                sequence += look.blocks
                continue
            kept = _laid_out_in(look.area, left, read)
            left = [block for block in left if not any(block is one for one in kept)]
            sequence += [block.model_copy(update={"reader": block.reader or layout.engine}) for block in kept]
            if look.was_tried:
                attempts.append(_kept(words, look.area))
                rungs.add(_fallback(words))
        taken = {i for each in sequence if isinstance(each, Block) for i in each.word_ids}
        placed = [each for each in sequence if isinstance(each, Placed)]
        aligned = align_turned(placed, words, taken=taken)
        from_model = (
            _named(block, self._vlm.name, each.block.confidence)
            for block, each in zip(aligned.blocks, placed, strict=True)
        )
        parse = PageParse(
            page_number=page.number,
            engine=self._vlm.name,
            blocks=tuple(each if isinstance(each, Block) else next(from_model) for each in sequence),
            attempts=tuple(attempts),
            rung=max(rungs, key=_FURTHEST.index),
            drawn=tuple(block for block in layout.blocks if block.chart is not None and block.reader == DRAWING),
            manifest=layout.manifest,
        )
        verified = verify(
            parse,
            words,
            reader=self._vlm.name,
            policy=self._evidence,
            second=page.second_words,
            unsaid=aligned.unsaid,
        )
        # What was wrong with the layout is of no concern once a model has read the page without it.
        is_mended = page.fault is not None and page.fault.code == LAYOUT_UNREADABLE and _fallback(words) not in rungs
        return _final(page.model_copy(update={"parse": verified, "fault": None if is_mended else page.fault}))


def _named(block: Block, reader: str, confidence: float | None) -> Block:
    """A block that says how sure its reader was, and whose table says what found its grid."""
    changes: dict[str, object] = {"reader_confidence": confidence}
    if block.table is not None:
        changes["table"] = block.table.model_copy(update={"engine": reader})
    return block.model_copy(update=changes)


def _laid_out_in(area: Box | None, left: Sequence[Block], read: Sequence[Box | None]) -> list[Block]:
    """Of the layout engine's blocks that are left, those in an area, without what the model has read beside it."""
    if area is None:
        return list(left)
    return [
        block
        for block in left
        if area.holds(block.box.centre)
        and not any(other is not None and other.holds(block.box.centre) for other in read)
    ]


def as_laid_out(page: Page, attempts: Sequence[Attempt] = ()) -> Page:
    """The page in its final state as the layout engine read it, with what was tried before."""
    layout = page.parse
    if layout is not None and attempts:
        words = page.words or PageWords(witness=None)
        tried = (*attempts, _kept(words, None))
        layout = layout.model_copy(update={"attempts": tried, "rung": _fallback(words)})
    return _final(page.model_copy(update={"parse": layout}))


def _final(page: Page) -> Page:
    return page.model_copy(update={"state": PageState.DEGRADED if page.fault else PageState.PARSED})


def _fallback(words: PageWords) -> Rung:
    return Rung.TEXT_LAYER if words.witness is Witness.TEXT_LAYER else Rung.OCR


def _kept(words: PageWords, area: Box | None) -> Attempt:
    return Attempt(rung=_fallback(words), outcome=Outcome.READ, message=_KEPT, region=area)


def _not_allowed(model: str) -> Attempt:
    message = (
        f"{CloudNotAllowed.code}: {model} runs at a provider, and the tenant did not say that its pages may go there."
    )
    return Attempt(rung=Rung.MODEL, outcome=Outcome.REFUSED, message=message)
