"""The fidelity rule's terms: what is read and what is merely looked at, the floor, and the context beside the image."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from docai.domain.sights import Connector, Purpose
from docai.protocols.generating import ImageRule

READING = frozenset({Purpose.TEXT, Purpose.TABLE, Purpose.CHART, Purpose.FORMULA, Purpose.QUESTION})
"""What print is read for: here the floor holds. Layout is found on a coarser image, as MinerU2.5 does on one of
1036 x 1036 pixels (mineru_vl_utils, `MinerUClient`), and what it finds is then read by itself."""
LOOKING = frozenset({Purpose.PICTURE, Purpose.CLASSIFICATION})
"""All that a model which pools may do."""
POOLING = frozenset({Connector.RESAMPLED, Connector.POOLED})
UNBOUNDED_TOKENS = 1 << 20
"""More visual tokens than any model takes."""
_OUTPUT_SHARE = 4
"""A quarter of the smallest contexts, 4,096 tokens, is a full page of text; the rest is for images."""


@dataclass(frozen=True, slots=True)
class FidelityPolicy:
    """The settings of the fidelity rule: the least resolution at which print may reach a model, after its resize."""

    floor_dpi: float = 150.0
    small_print_floor_dpi: float = 200.0
    small_print_pt: float = 9.0
    """Print below this font size is small."""
    page_tokens: int = 0
    """For measuring what a budget costs: a page is shown whole with at most so many visual tokens, a part of it with
    its share, whatever the floor; plans name the floor all the same. 0: the rule is kept."""

    def floor(self, purpose: Purpose, *, dpi: float, print_pt: float | None) -> float:
        """The floor for an image of `dpi` whose smallest print is `print_pt`; 0 where no print is to be read.

        Never above `dpi`: what is more would be invented.
        """
        if purpose not in READING:
            return 0.0
        is_small = print_pt is not None and print_pt < self.small_print_pt
        return min(dpi, self.small_print_floor_dpi if is_small else self.floor_dpi)


@dataclass(frozen=True, slots=True)
class Context:
    """What a model's context must hold beside the image."""

    limit_tokens: int
    """Prompt and output together, as the engine or server allows; 0: as the model does."""
    text_tokens: int
    """Of the prompt, without images."""
    output_tokens: int
    """Room kept for the output."""

    @classmethod
    def of_model(cls, rule: ImageRule, *, limit_tokens: int, text_tokens: int, max_output_tokens: int) -> Self:
        """The context of a model that may write so much, though room for that is no more than its share."""
        context = cls(limit_tokens, text_tokens, 0)
        whole = context.room(rule) + text_tokens
        return replace(context, output_tokens=min(max_output_tokens, whole // _OUTPUT_SHARE))

    def room(self, rule: ImageRule) -> int:
        """Tokens left for images; below 0 where not even text and output fit."""
        limits = [limit for limit in (self.limit_tokens, rule.context_tokens) if limit > 0]
        return min(limits, default=UNBOUNDED_TOKENS) - self.text_tokens - self.output_tokens
