"""The ladder of attempts: parts of a page are shown to a model until each was read or every rung was tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from docai.dialects.profiles import Ask, ReadingProfile
from docai.domain.attempts import Attempt, Outcome, Rung
from docai.domain.generations import Decoding, Generation, GenerationRequest, ShownImage
from docai.domain.geometry import Box
from docai.domain.ids import Sha256, sha256_of
from docai.domain.readings import Reading
from docai.domain.sights import Purpose, TokenPlan
from docai.domain.words import Word
from docai.errors import ModelPools, PageError
from docai.pipeline.judge import Judged, judge
from docai.pipeline.place import View
from docai.pipeline.sheet import Sheet
from docai.prompts import load
from docai.protocols import Cancellation, VisionLanguageModel
from docai.rendering.pieces import Piece, cut_pieces

WARMER = (0.4, 0.8)
"""Temperatures of further tries. olmOCR 0.4.27 climbs from 0.1 to 1.0 in eight tries (`olmocr/pipeline.py`)."""
_DETERMINED = frozenset({Outcome.REFUSED, Outcome.FILTERED, Outcome.ENGINE_ERROR})
"""What comes out the same at any temperature."""
_MOST_TURNS = 2
"""A model that wants a page turned a third time does not know."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part of the page that is to be read."""

    ask: Ask
    purpose: Purpose
    plan: Callable[[str, int], tuple[TokenPlan, ...]]
    """From a prompt and a rotation to the plans that show the part; raises where it cannot be shown."""
    box: Box | None = None
    """Where it is; None for all of the page."""
    rotation: int = 0
    """Clockwise degrees by which the page is turned to read it."""


@dataclass(frozen=True, slots=True)
class Try:
    """One image that is to be shown."""

    wanted: Wanted
    place: tuple[int, ...]
    """Which part, and which piece of it: sorted by it, pieces are in reading order."""
    plan: TokenPlan
    rung: Rung
    rotation: int
    n_turns: int = 0
    n_warmer: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """What came of a part, or of a piece of it: its reading, or None where every rung failed."""

    number: int
    """Which of the parts that were wanted."""
    view: View
    rung: Rung
    reading: Reading | None


@dataclass(frozen=True, slots=True)
class Showing:
    """What the tries of one page share."""

    vlm: VisionLanguageModel
    profile: ReadingProfile
    sheet: Sheet
    image: bytes
    image_sha256: Sha256
    words: Sequence[Word]
    keep: Callable[[str], Sha256]
    """Keeps a model's text, and gives its hash."""
    cancel: Cancellation
    on_round: Callable[[], None]
    """Hears of each round that is over."""
    tenant: str
    priority: int


class Ladder:
    """Climbs for one page. What was tried stands in `attempts`, in order."""

    def __init__(self, showing: Showing, max_rounds: int) -> None:
        """Ask at most `max_rounds` times, each time about all parts that are still to be read."""
        self.attempts: list[Attempt] = []
        self._showing = showing
        self._rounds_left = max_rounds

    def climb(self, wanted: Sequence[Wanted]) -> list[Part]:
        """Read parts of the page; gives what came of each, a part's pieces one after another.

        Raises:
            EngineUnavailable: the engine is away; nothing is wrong with the page.
            ReadingCancelled: nobody waits for it any more.
        """
        ended: dict[tuple[int, ...], Part] = {}
        waiting: list[Try] = []
        for number, each in enumerate(wanted):
            planned = self._planned(each, number, ended)
            waiting += planned
        while waiting and self._rounds_left > 0:
            self._rounds_left -= 1
            following: list[Try] = []
            for one, judged in zip(waiting, self._ask(waiting), strict=True):
                if judged.outcome is Outcome.READ:
                    ended[one.place] = _part(one, judged.reading)
                    continue
                further = self._following(one, judged)
                following += further
                if not further:
                    ended[one.place] = _part(one, None)
            waiting = following
            self._showing.on_round()
        ended |= {one.place: _part(one, None) for one in waiting}
        return [ended[place] for place in sorted(ended)]

    def _planned(self, wanted: Wanted, number: int, ended: dict[tuple[int, ...], Part]) -> list[Try]:
        try:
            plans = wanted.plan(load(wanted.ask.prompt).text, wanted.rotation)
        except (PageError, ModelPools) as error:
            refused = Attempt(rung=Rung.MODEL, outcome=Outcome.REFUSED, message=error.message, region=wanted.box)
            self.attempts.append(refused.model_copy(update={"prompt": load(wanted.ask.prompt).ref}))
            ended[(number,)] = Part(number, View(wanted.box), Rung.MODEL, None)
            return []
        return [Try(wanted, (number, n), plan, Rung.MODEL, wanted.rotation) for n, plan in enumerate(plans)]

    def _ask(self, tries: Sequence[Try]) -> list[Judged]:
        """Show all of these at once."""
        show = self._showing
        sizes = [(one.plan.sight.image_width_px, one.plan.sight.image_height_px) for one in tries]
        pieces = [
            Piece(one.plan.region, width, height, one.rotation)
            for one, (width, height) in zip(tries, sizes, strict=True)
        ]
        requests = [self._request(one, cut) for one, cut in zip(tries, cut_pieces(show.image, pieces), strict=True)]
        generations = show.vlm.generate(requests, cancel=show.cancel)
        return [self._judged(one, generation) for one, generation in zip(tries, generations, strict=True)]

    def _request(self, one: Try, content: bytes) -> GenerationRequest:
        show = self._showing
        decoding = Decoding(
            max_tokens=show.sheet.output_tokens,
            temperature=_temperature(one, show.profile),
            top_p=show.profile.top_p,
            seed=one.n_warmer,
            stop=show.profile.stop,
            wants_logprobs=True,
        )
        return GenerationRequest(
            images=(ShownImage(content, one.plan, media_id=sha256_of(content)),),
            prompt=load(one.wanted.ask.prompt).text,
            decoding=decoding,
            schema=one.wanted.ask.schema,
            priority=show.priority,
            tenant=show.tenant,
            facts={"page": show.image_sha256, "rotation": one.rotation},
        )

    def _judged(self, one: Try, generation: Generation) -> Judged:
        show, prompt = self._showing, load(one.wanted.ask.prompt)
        shown = View(one.plan.region, one.rotation).on_page
        printed = " ".join(word.text for word in show.words if shown.holds(word.box.centre))
        judged = judge(
            generation,
            one.plan,
            dialect=one.wanted.ask.dialect,
            prompt=prompt.text,
            printed=printed,
            is_turnable=one.n_turns < _MOST_TURNS,
        )
        attempt = Attempt(
            rung=one.rung,
            outcome=judged.outcome,
            message=judged.message,
            region=None if one.plan.region is None else shown,
            plan=one.plan,
            usage=generation.usage,
            prompt=prompt.ref,
            temperature=_temperature(one, show.profile),
            rotation=one.rotation,
            reply_sha256=show.keep(generation.text) if generation.text else None,
            seconds=generation.seconds,
        )
        self.attempts.append(attempt)
        return replace(judged, reading=_sure_as(judged.reading, generation.probability))

    def _following(self, one: Try, judged: Judged) -> list[Try]:
        """What is tried next for something that was not read; nothing where every rung was tried."""
        if judged.outcome is Outcome.ROTATED and judged.reading is not None:
            return self._turned(one, judged.reading.rotation or 0)
        if judged.outcome not in _DETERMINED and one.n_warmer < len(WARMER):
            rung = Rung.REGIONS if one.rung is Rung.REGIONS else Rung.WARMER
            return [replace(one, rung=rung, n_warmer=one.n_warmer + 1)]
        if one.wanted.purpose is Purpose.TEXT and one.rung is not Rung.REGIONS:
            return self._planned_again(one, self._halves)
        return []

    def _turned(self, one: Try, degrees: int) -> list[Try]:
        return self._planned_again(one, partial(self._turns, rotation=(one.rotation + degrees) % 360))

    def _turns(self, one: Try, rotation: int) -> list[Try]:
        prompt = load(one.wanted.ask.prompt).text
        box = View(one.plan.region, one.rotation).on_page if one.plan.region else None
        sheet = self._showing.sheet
        purpose = one.wanted.purpose
        plans = sheet.pages(prompt, purpose, rotation) if box is None else sheet.region(prompt, box, purpose, rotation)
        turned = replace(one, rung=Rung.TURNED, rotation=rotation, n_turns=one.n_turns + 1, n_warmer=0)
        return [replace(turned, plan=plan, place=(*one.place, n)) for n, plan in enumerate(plans)]

    def _halves(self, one: Try) -> list[Try]:
        plans = self._showing.sheet.halves(load(one.wanted.ask.prompt).text, one.plan, one.rotation)
        return [
            replace(one, plan=plan, place=(*one.place, n), rung=Rung.REGIONS, n_warmer=0)
            for n, plan in enumerate(plans)
        ]

    def _planned_again(self, one: Try, plan: Callable[[Try], list[Try]]) -> list[Try]:
        try:
            return plan(one)
        except (PageError, ModelPools):
            return []


def _temperature(one: Try, profile: ReadingProfile) -> float:
    return max(profile.temperature, WARMER[one.n_warmer - 1]) if one.n_warmer else profile.temperature


def _sure_as(reading: Reading | None, probability: float | None) -> Reading | None:
    """A reading whose blocks are as sure as the reply that they stand in."""
    if reading is None or probability is None:
        return reading
    blocks = (block.model_copy(update={"confidence": probability}) for block in reading.blocks)
    return reading.model_copy(update={"blocks": tuple(blocks)})


def _part(one: Try, reading: Reading | None) -> Part:
    return Part(one.place[0], View(one.plan.region, one.rotation), one.rung, reading)
