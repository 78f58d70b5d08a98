"""Why a model is not shown an image, in words that tell what to do next."""

from __future__ import annotations

from docai.domain.sights import Connector, Purpose, Sight
from docai.errors import ModelPools, PageError, PrintTooSmall, TokenBudgetExceeded
from docai.protocols.generating import ImageRule

_OTHER_MODEL = "choose another model: `docai plan FILE --models` compares them."
_HOW_IT_LOSES = {
    Connector.RESAMPLED: "has a fixed number of latents stand for an image of any size",
    Connector.POOLED: "averages or drops patches when it is used",
}


def pools(rule: ImageRule, purpose: Purpose) -> ModelPools:
    """The model pools, and the image is to be read."""
    return ModelPools(
        f"{rule.name} {_HOW_IT_LOSES[rule.connector]}, which loses small print. It may classify pages and describe "
        f"pictures; for {purpose.value}, {_OTHER_MODEL}",
        model=rule.name,
        connector=rule.connector.value,
    )


def print_too_small(rule: ImageRule, best: Sight, *, purpose: Purpose, dpi: float, floor_dpi: float) -> PrintTooSmall:
    """The model sees the image below the floor, or cuts some of it away, whatever it is told."""
    effective_dpi = dpi * min(1.0, best.scale)
    lost = f" and cuts {best.cut_share:.0%} of it away" if best.cut_share > 0 else ""
    if best.connector in _HOW_IT_LOSES:
        lost += f", and {_HOW_IT_LOSES[best.connector]}"
    return PrintTooSmall(
        f"{rule.name} sees an image of {best.image_width_px} x {best.image_height_px} pixels at "
        f"{effective_dpi:.0f} DPI at best{lost}; for {purpose.value}, {floor_dpi:.0f} are asked for. Show it a smaller "
        f"region, or {_OTHER_MODEL}",
        model=rule.name,
        effective_dpi=round(effective_dpi, 1),
        floor_dpi=round(floor_dpi, 1),
    )


def context_too_small(rule: ImageRule, sight: Sight, *, room_tokens: int, beside_tokens: int) -> TokenBudgetExceeded:
    """The context does not hold the image beside text and output."""
    return TokenBudgetExceeded(
        f"{rule.name} needs {sight.prompt_tokens:,} tokens for an image of {sight.image_width_px} x "
        f"{sight.image_height_px} pixels; beside {beside_tokens:,} of text and output its context has room for "
        f"{max(0, room_tokens):,}. Raise DOCAI_VLM__CONTEXT_TOKENS and the server's own limit, lower "
        f"DOCAI_VLM__MAX_OUTPUT_TOKENS, or {_OTHER_MODEL}",
        model=rule.name,
        tokens=sight.prompt_tokens,
        room_tokens=max(0, room_tokens),
    )


def no_piece_serves(rule: ImageRule, refusal: PageError, n_pieces: int) -> PageError:
    """Nor can it be shown the page in so many pieces."""
    kind = TokenBudgetExceeded if isinstance(refusal, TokenBudgetExceeded) else PrintTooSmall
    return kind(
        f"{rule.name} keeps the fidelity rule in none of {n_pieces} pieces of the page either. {refusal.message}",
        **refusal.details,
    )
