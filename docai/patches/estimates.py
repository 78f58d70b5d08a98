"""What reading pages with a model takes: tokens, memory, seconds and money, before any page is shown to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from docai.domain.documents import Fault
from docai.domain.images import RasterPlan
from docai.domain.plans import PlanTotals, ReadingPlan
from docai.domain.sights import Purpose, TokenPlan
from docai.errors import ModelPools, PageError
from docai.patches.fidelity import Context, FidelityPolicy
from docai.patches.planning import plan_image, plan_page
from docai.protocols.generating import ImageRule

EXPECTED_OUTPUT_TOKENS = 1000
"""Assumed of a page. A full page of English has about 500 words, and byte-pair vocabularies take about 1.3 tokens a
word; boxes, tags and table cells add about half as much again."""
PROMPT_TEXT_TOKENS = 512
"""Assumed of a prompt: ours have fewer than 2,000 characters, and a token of English has about four."""
_PER_MILLION = 1e6
_BYTES_PER_FLOP = 1.0
"""A token costs two operations a weight (Kaplan et al. 2020, arXiv 2001.08361, section 2.1) and has two bytes of each
weight read, in bfloat16: as many bytes as operations."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Prices, and what the device does; None where unknown."""

    prompt_price: float | None = None
    """Of a million tokens."""
    output_price: float | None = None
    currency: str = "USD"
    flops_per_s: float | None = None
    bytes_per_s: float | None = None


@dataclass(frozen=True, slots=True)
class EstimatePolicy:
    """The settings that decide what a page would take."""

    fidelity: FidelityPolicy = field(default_factory=FidelityPolicy)
    rates: Rates = field(default_factory=Rates)
    context_tokens: int = 0
    """What engine or server allow; 0: what the model does."""
    max_output_tokens: int = 8192
    """Room kept for the output, whatever is expected of it."""

    def context(self, rule: ImageRule) -> Context:
        """What a model's context must hold beside an image."""
        return Context.of_model(
            rule,
            limit_tokens=self.context_tokens,
            text_tokens=PROMPT_TEXT_TOKENS,
            max_output_tokens=self.max_output_tokens,
        )


def plan_reading(rule: ImageRule, raster: RasterPlan, policy: EstimatePolicy) -> ReadingPlan:
    """How a drawn page would be read in one pass, and what that takes; a page that would be refused tells why."""
    try:
        looks = plan_page(
            rule,
            raster.width_px,
            raster.height_px,
            dpi=raster.dpi,
            print_pt=raster.smallest_print_pt,
            purpose=Purpose.TEXT,
            policy=policy.fidelity,
            context=policy.context(rule),
        )
    except (PageError, ModelPools) as refused:
        return ReadingPlan(model=rule.name, refusal=Fault(code=refused.code, message=refused.message))
    return estimate(rule, looks, policy)


def glance(rule: ImageRule, raster: RasterPlan, policy: EstimatePolicy) -> TokenPlan | None:
    """How a model sees a whole page if nothing is asked of what is lost; None where it does not take the page."""
    try:
        return plan_image(
            rule,
            raster.width_px,
            raster.height_px,
            dpi=raster.dpi,
            print_pt=raster.smallest_print_pt,
            purpose=Purpose.CLASSIFICATION,
            policy=policy.fidelity,
            context=Context(0, 0, 0),
        )
    except PageError:
        return None


def estimate(rule: ImageRule, looks: tuple[TokenPlan, ...], policy: EstimatePolicy) -> ReadingPlan:
    """What the looks at one page take together."""
    prompt_tokens = sum(look.sight.prompt_tokens + PROMPT_TEXT_TOKENS for look in looks)
    output_tokens = min(EXPECTED_OUTPUT_TOKENS, len(looks) * policy.context(rule).output_tokens)
    return ReadingPlan(
        model=rule.name,
        looks=looks,
        prompt_tokens=prompt_tokens,
        output_tokens=output_tokens,
        kv_bytes=max((look.kv_bytes for look in looks), default=0) or None,
        prefill_flops=sum(look.prefill_flops for look in looks) or None,
        seconds=_seconds(rule, looks, output_tokens, policy.rates),
        cost=_cost(prompt_tokens, output_tokens, policy.rates),
    )


def totals(readings: Iterable[ReadingPlan]) -> PlanTotals:
    """Of a document's pages; what is unknown of one page that is read is unknown of all."""
    found = list(readings)
    read = [reading for reading in found if reading.refusal is None]
    return PlanTotals(
        n_pages=len(found),
        n_refused=len(found) - len(read),
        n_images=sum(len(reading.looks) for reading in read),
        visual_tokens=sum(reading.visual_tokens for reading in read),
        prompt_tokens=sum(reading.prompt_tokens for reading in read),
        output_tokens=sum(reading.output_tokens for reading in read),
        kv_bytes=max((reading.kv_bytes or 0 for reading in read), default=0) or None,
        seconds=_sum([reading.seconds for reading in read]),
        cost=_sum([reading.cost for reading in read]),
    )


def _seconds(rule: ImageRule, looks: tuple[TokenPlan, ...], output_tokens: int, rates: Rates) -> float | None:
    """Prefill at the device's operations, then the output token by token at its bandwidth; one look at a time.

    A floor: kernels reach about half of either, and a server that reads many pages at once reads the weights once for
    all of them, which takes less per page and longer for each.
    """
    flops = [look.prefill_flops for look in looks]
    if not rates.flops_per_s or not rates.bytes_per_s or not flops or 0.0 in flops:
        return None
    per_look = output_tokens / len(looks)
    seconds = sum(flops) / rates.flops_per_s
    for look in looks:
        keys_and_values = rule.kv_bytes(look.sight.prompt_tokens + PROMPT_TEXT_TOKENS + round(per_look / 2))
        weights = _flops_of_weights(rule, look) * _BYTES_PER_FLOP
        seconds += per_look * (weights + keys_and_values) / rates.bytes_per_s
    return seconds


def _flops_of_weights(rule: ImageRule, look: TokenPlan) -> float:
    """Operations that one token of output takes with the weights, attention left out.

    Prefill of n tokens takes a n + b n^2 operations, of which b is attention; two steps of its growth tell a.
    """
    n = look.sight.prompt_tokens + PROMPT_TEXT_TOKENS
    first, second = (rule.prefill_flops(look.sight, PROMPT_TEXT_TOKENS + more) - look.prefill_flops for more in (1, 2))
    attention = (second - 2 * first) / 2
    return max(0.0, first - attention * (2 * n + 1))


def _cost(prompt_tokens: int, output_tokens: int, rates: Rates) -> float | None:
    if rates.prompt_price is None or rates.output_price is None:
        return None
    return (prompt_tokens * rates.prompt_price + output_tokens * rates.output_price) / _PER_MILLION


def _sum(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None
