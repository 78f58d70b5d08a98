"""How images, regions and pages are shown to a model so that the fidelity rule is kept."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from docai.domain.geometry import POINTS_PER_INCH, Box
from docai.domain.sights import Connector, Purpose, Sight, TokenPlan
from docai.errors import DocaiError, ModelPools, PageTooLarge, PrintTooSmall, TokenBudgetExceeded
from docai.patches.budgets import share_of_budget, within_budget
from docai.patches.cutting import MAX_REGIONS, Cut, Rectangle, fewest_pieces, grown
from docai.patches.fidelity import LOOKING, POOLING, UNBOUNDED_TOKENS, Context, FidelityPolicy
from docai.patches.refusals import context_too_small, no_piece_serves, pools, print_too_small
from docai.protocols.generating import ImageRule

_OUTSIDE_THE_PROMPT = frozenset({Connector.CROSS_ATTENTION, Connector.ENCODER_DECODER})
"""Their visual tokens are attended to, and take no room in the prompt."""
_NotShown = PrintTooSmall | TokenBudgetExceeded | PageTooLarge
_NOT_SHOWN = (PrintTooSmall, TokenBudgetExceeded, PageTooLarge)
"""Why one image is not shown whole; smaller ones may be."""
_ROUNDING_SHARE = 0.05
"""Models round an image to whole tokens. Half a token less on a side is no downscale, unless that is more of the side
than this."""
_WIDER = 1.5
"""Tilings jump: where a budget that should serve does not, one so many times as large may."""


def plan_image(  # noqa: PLR0913 - the image, what it is for, and the three that decide
    rule: ImageRule,
    width_px: int,
    height_px: int,
    *,
    dpi: float,
    print_pt: float | None,
    purpose: Purpose,
    policy: FidelityPolicy,
    context: Context,
    region: Box | None = None,
) -> TokenPlan:
    """How one image is shown whole, so that the fidelity rule is kept; the model's pixel budget is raised if it must.

    Args:
        rule: how the model sees images.
        width_px: of the image shown; of the region where it is one.
        height_px: likewise.
        dpi: the image's resolution.
        print_pt: font size of its smallest print, points; None where unknown.
        purpose: what it is looked at for.
        policy: the floor.
        context: what the context must hold beside the image.
        region: which part of its page the image is; None for all of it. It is kept in the plan.

    Raises:
        ModelPools: the model pools, and the image is to be read.
        PrintTooSmall: whatever the model is told, it sees the image below the floor, or cuts some of it away.
        TokenBudgetExceeded: its context does not hold the image at the floor.
        PageTooLarge: it does not take an image of this shape.
    """
    look = _look(rule, dpi=dpi, print_pt=print_pt, purpose=purpose, policy=policy, context=context)
    if region is not None:
        look = look.of_part(region)
    return look.plan(look.sight(width_px, height_px), region)


def plan_page(  # noqa: PLR0913 - as for `plan_image`
    rule: ImageRule,
    width_px: int,
    height_px: int,
    *,
    dpi: float,
    print_pt: float | None,
    purpose: Purpose,
    policy: FidelityPolicy,
    context: Context,
) -> tuple[TokenPlan, ...]:
    """How a page is shown: whole if that keeps the fidelity rule, else in the fewest overlapping regions that do.

    The regions cover the page, row by row. Neighbours share at least two lines of print, so that what one of them cuts
    stands whole in the other. They are cut from the image as it is, none of its pixels are lost to it.

    Args:
        rule: how the model sees images.
        width_px: of the page's image.
        height_px: likewise.
        dpi: the image's resolution.
        print_pt: font size of its smallest print, points; None where unknown.
        purpose: what it is looked at for.
        policy: the floor.
        context: what the context must hold beside each image.

    Raises:
        ModelPools: the model pools, and the page is to be read.
        PrintTooSmall: the model sees no region of it at the floor.
        TokenBudgetExceeded: its context holds no region of it at the floor.
    """
    look = _look(rule, dpi=dpi, print_pt=print_pt, purpose=purpose, policy=policy, context=context)
    return look.area(Rectangle(0, 0, width_px, height_px), width_px, height_px)


def plan_regions(  # noqa: PLR0913 - as for `plan_image`
    rule: ImageRule,
    regions: Iterable[tuple[Box, Purpose]],
    width_px: int,
    height_px: int,
    *,
    dpi: float,
    print_pt: float | None,
    policy: FidelityPolicy,
    context: Context,
) -> list[tuple[TokenPlan, ...] | DocaiError]:
    """How regions of a page, such as its tables and charts, are shown, each by itself.

    A region is shown pixel for pixel if the model can be told to; else at the floor, and where that takes it, in
    pieces. Regions grow by some pixels where the model would else round their sides down.

    Args:
        rule: how the model sees images.
        regions: where each lies on the page, and what it is looked at for.
        width_px: of the page's image.
        height_px: likewise.
        dpi: the image's resolution.
        print_pt: font size of its smallest print, points; None where unknown.
        policy: the floor.
        context: what the context must hold beside each image.

    Returns:
        For each region its plans, more than one where it is cut, or the error that tells why it cannot be shown.
    """
    planned: list[tuple[TokenPlan, ...] | DocaiError] = []
    for box, purpose in regions:
        rectangle = Rectangle.around(box, width_px, height_px)
        try:
            look = _look(rule, dpi=dpi, print_pt=print_pt, purpose=purpose, policy=policy, context=context)
            planned.append(look.region(rectangle, width_px, height_px))
        except (ModelPools, *_NOT_SHOWN) as error:
            planned.append(error)
    return planned


@dataclass(frozen=True, slots=True)
class _Look:
    """A model, what it is asked to look for, and what decides whether it sees enough."""

    rule: ImageRule
    dpi: float
    print_pt: float | None
    purpose: Purpose
    floor_dpi: float
    context: Context
    takes_more: bool = True
    """Whether to tell the model a larger budget than its own; False once that was seen to change nothing."""
    takes_less: bool = True
    """The same for a smaller one."""
    budget: int = 0
    """Visual tokens that the image gets whatever the floor; 0: as many as the floor asks for."""

    def of_part(self, part: Box) -> _Look:
        """The same for a part of the page."""
        return replace(self, budget=share_of_budget(self.budget, part.area)) if self.budget else self

    def sight(self, width_px: int, height_px: int) -> Sight:
        """The first sight that keeps the rule: by the model's own settings, or by a raised or lowered pixel budget.

        Raises:
            PrintTooSmall, TokenBudgetExceeded, PageTooLarge: as for `plan_image`.
        """
        if self.budget:
            return self._within_budget(width_px, height_px)
        own = self.rule.see(width_px, height_px)
        found = self._serving(own)
        if found is None:
            raise self._refusal(own)
        return found

    def sees(self, width_px: int, height_px: int) -> bool:
        """Whether an image of this size can be shown whole."""
        try:
            return self._serving(self.rule.see(width_px, height_px)) is not None
        except PageTooLarge:
            return False

    def area(self, area: Rectangle, width_px: int, height_px: int) -> tuple[TokenPlan, ...]:
        """Part of a page image of `width_px` x `height_px`, or all of it: shown as one image if it can be, else cut.

        Raises:
            PrintTooSmall, TokenBudgetExceeded: as for `plan_page`.
        """
        is_whole = (area.width, area.height) == (width_px, height_px)
        try:
            sight = self.sight(area.width, area.height)
        except _NOT_SHOWN as error:
            if self.budget:
                raise  # in pieces it would take more tokens, not fewer
            return self._cut(area, width_px, height_px, error)
        return (self.plan(sight, None if is_whole else area.box(width_px, height_px)),)

    def region(self, region: Rectangle, width_px: int, height_px: int) -> tuple[TokenPlan, ...]:
        """A region of a page image of `width_px` x `height_px`: at the image's own resolution if it can be.

        Raises:
            PrintTooSmall, TokenBudgetExceeded: as for `plan_page`.
        """
        if self.budget:
            return self.of_part(region.box(width_px, height_px)).area(region, width_px, height_px)
        try:
            own = self.rule.see(region.width, region.height)
        except PageTooLarge:  # too narrow, or too flat
            return self.area(region, width_px, height_px)
        shapes = (region, grown(region, width_px, height_px, to_multiples_of=round(_token_px(own))))
        for look in (replace(self, floor_dpi=self.dpi), self):
            for shape in shapes:
                try:
                    return (look.plan(look.sight(shape.width, shape.height), shape.box(width_px, height_px)),)
                except _NOT_SHOWN:
                    continue
        return self.area(region, width_px, height_px)

    def plan(self, sight: Sight, region: Box | None) -> TokenPlan:
        """The plan of what is seen so."""
        effective_dpi = self._effective_dpi(sight)
        tokens = sight.prompt_tokens + self.context.text_tokens + self.context.output_tokens
        return TokenPlan(
            purpose=self.purpose,
            region=region,
            sight=sight,
            dpi=self.dpi,
            effective_dpi=effective_dpi,
            floor_dpi=self.floor_dpi,
            print_em_px=None if self.print_pt is None else self.print_pt / POINTS_PER_INCH * effective_dpi,
            context_tokens=tokens,
            kv_bytes=self.rule.kv_bytes(tokens),
            prefill_flops=self.rule.prefill_flops(sight, self.context.text_tokens),
        )

    def _effective_dpi(self, sight: Sight) -> float:
        return self.dpi * min(1.0, sight.scale)

    def _within_budget(self, width_px: int, height_px: int) -> Sight:
        sight = within_budget(self.rule, width_px, height_px, self.budget)
        if self.purpose not in LOOKING and sight.connector in POOLING:
            raise print_too_small(self.rule, sight, purpose=self.purpose, dpi=self.dpi, floor_dpi=self.floor_dpi)
        if not self._fits(sight):
            raise self._no_room(sight)
        return sight

    def _serving(self, own: Sight) -> Sight | None:
        """The sight by the model's own settings if it serves, else the first one that does of those it can be told."""
        if self._serves(own):
            return own
        for budget in self._budgets(own):
            told = self.rule.see(own.image_width_px, own.image_height_px, max_visual_tokens=budget)
            if self._serves(told):
                return told
        return None

    def _serves(self, sight: Sight) -> bool:
        return self._fits(sight) and self._is_fine(sight)

    def _fits(self, sight: Sight) -> bool:
        return sight.prompt_tokens <= self.context.room(self.rule)

    def _is_fine(self, sight: Sight) -> bool:
        """Whether it is at the floor on both axes, and whole."""
        if self.purpose not in LOOKING and sight.connector in POOLING:
            return False  # some models pool large images only
        if self.floor_dpi <= 0:
            return True
        if sight.cut_share > 0:
            return False
        needed, half_token = self.floor_dpi / self.dpi, _token_px(sight) / 2
        for seen, given in (
            (sight.seen_width_px, sight.image_width_px),
            (sight.seen_height_px, sight.image_height_px),
        ):
            wanted = needed * given
            if seen < wanted - min(half_token, _ROUNDING_SHARE * wanted):
                return False
        return True

    def _budgets(self, own: Sight) -> list[int]:
        """Pixel budgets worth trying, as visual tokens: the least that may serve, one above it, all that there is."""
        is_fine, room = self._is_fine(own), self._visual_room(own)
        if room < 1 or not (self.takes_less if is_fine else self.takes_more):
            return []
        if is_fine:
            return [room, round(room / _WIDER)]  # framing grows with tiles, and may push the first one out
        needed = own.visual_tokens * (self.floor_dpi / self._effective_dpi(own)) ** 2
        tried = sorted({math.ceil(needed), math.ceil(needed * _WIDER)})
        return [*(budget for budget in tried if own.visual_tokens < budget < room), room]

    def _visual_room(self, own: Sight) -> int:
        if own.connector in _OUTSIDE_THE_PROMPT:
            return UNBOUNDED_TOKENS
        return self.context.room(self.rule) - max(0, own.prompt_tokens - own.visual_tokens)

    def _cut(self, area: Rectangle, width_px: int, height_px: int, refusal: _NotShown) -> tuple[TokenPlan, ...]:
        whole = self._whole(area)
        told = self if whole is None else self._knowing(whole)
        cut = Cut(area, self.dpi, self.print_pt, is_square=whole is not None and whole.cut_share > 0)
        pieces = fewest_pieces(cut, told.sees)
        if not pieces:
            raise no_piece_serves(self.rule, refusal, MAX_REGIONS) from refusal
        # All are of one size.
        plan = told.plan(told.sight(pieces[0].width, pieces[0].height), None)
        return tuple(plan.model_copy(update={"region": piece.box(width_px, height_px)}) for piece in pieces)

    def _whole(self, area: Rectangle) -> Sight | None:
        try:
            return self.rule.see(area.width, area.height)
        except PageTooLarge:
            return None

    def _knowing(self, own: Sight) -> _Look:
        """The same, knowing whether the model heeds budgets."""
        more, less = (
            self.rule.see(own.image_width_px, own.image_height_px, max_visual_tokens=budget)
            for budget in (2 * own.visual_tokens, max(1, own.visual_tokens // 2))
        )
        takes_more, takes_less = more.visual_tokens > own.visual_tokens, less.visual_tokens < own.visual_tokens
        return replace(self, takes_more=takes_more, takes_less=takes_less)

    def _refusal(self, own: Sight) -> PrintTooSmall | TokenBudgetExceeded:
        """Why no sight serves: the context is too small for one that is fine, or none is fine."""
        finest = self.rule.see(own.image_width_px, own.image_height_px, max_visual_tokens=UNBOUNDED_TOKENS)
        for sight in (own, finest):
            if self._is_fine(sight) and not self._fits(sight):
                return self._no_room(sight)
        best = max((own, finest), key=lambda sight: sight.scale)
        return print_too_small(self.rule, best, purpose=self.purpose, dpi=self.dpi, floor_dpi=self.floor_dpi)

    def _no_room(self, sight: Sight) -> TokenBudgetExceeded:
        beside = self.context.text_tokens + self.context.output_tokens
        room = self.context.room(self.rule)
        return context_too_small(self.rule, sight, room_tokens=room, beside_tokens=beside)


def _look(
    rule: ImageRule,
    *,
    dpi: float,
    print_pt: float | None,
    purpose: Purpose,
    policy: FidelityPolicy,
    context: Context,
) -> _Look:
    if rule.connector in POOLING and purpose not in LOOKING:
        raise pools(rule, purpose)
    floor_dpi = policy.floor(purpose, dpi=dpi, print_pt=print_pt)
    return _Look(rule, dpi, print_pt, purpose, floor_dpi, context, budget=policy.page_tokens)


def _token_px(sight: Sight) -> float:
    """Side of what one token stands for, in pixels seen."""
    return sight.patch_px * math.sqrt(max(1.0, sight.merge_factor))
