"""A page as it can be shown to a model: whole, in regions or in halves, each with its token plan; turned or not."""

from __future__ import annotations

from dataclasses import dataclass

from docai.domain.geometry import Box
from docai.domain.sights import Purpose, TokenPlan
from docai.errors import DocaiError
from docai.patches.cutting import Cut, Rectangle
from docai.patches.fidelity import Context, FidelityPolicy
from docai.patches.planning import plan_image, plan_page, plan_regions
from docai.pipeline.place import turned
from docai.protocols import VisionLanguageModel

_CHARACTERS_PER_TOKEN = 3
"""Of English prompts, at least; a tokenizer for bytes has fewer, and context to spare."""
_CHAT_TOKENS = 64
"""What a chat template adds."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page's image as a model may be shown it."""

    vlm: VisionLanguageModel
    fidelity: FidelityPolicy
    width_px: int
    height_px: int
    dpi: float
    print_pt: float | None
    """Font size of the smallest print, points; None where unknown."""
    max_output_tokens: int

    @property
    def output_tokens(self) -> int:
        """Room for output: what is set, but no more than its share of the context, where that is known."""
        return Context.of_model(
            self.vlm.images,
            limit_tokens=self.vlm.context_tokens,
            text_tokens=0,
            max_output_tokens=self.max_output_tokens,
        ).output_tokens

    def pages(self, prompt: str, purpose: Purpose, rotation: int = 0) -> tuple[TokenPlan, ...]:
        """Plans that show all of the page; regions are in fractions of the turned page.

        Raises:
            PrintTooSmall, TokenBudgetExceeded, ModelPools: it cannot be shown so that it can be read.
        """
        width, height = self._size(rotation)
        return plan_page(
            self.vlm.images,
            width,
            height,
            dpi=self.dpi,
            print_pt=self.print_pt,
            purpose=purpose,
            policy=self.fidelity,
            context=self._context(prompt),
        )

    def region(self, prompt: str, box: Box, purpose: Purpose, rotation: int = 0) -> tuple[TokenPlan, ...]:
        """Plans that show a part of the page at its own resolution; regions are in fractions of the turned page.

        Raises:
            PrintTooSmall, TokenBudgetExceeded, ModelPools, PageTooLarge: it cannot be shown so that it can be read.
        """
        width, height = self._size(rotation)
        (planned,) = plan_regions(
            self.vlm.images,
            [(turned(box, rotation), purpose)],
            width,
            height,
            dpi=self.dpi,
            print_pt=self.print_pt,
            policy=self.fidelity,
            context=self._context(prompt),
        )
        if isinstance(planned, DocaiError):
            raise planned
        return planned

    def halves(self, prompt: str, plan: TokenPlan, rotation: int) -> tuple[TokenPlan, ...]:
        """Plans that show what another shows as an upper and a lower half, which share some lines; none if too low.

        Raises:
            PrintTooSmall, TokenBudgetExceeded, ModelPools, PageTooLarge: a half cannot be shown so that it can be read.
        """
        width, height = self._size(rotation)
        area = Rectangle.around(plan.region, width, height) if plan.region else Rectangle(0, 0, width, height)
        cut = Cut(area, self.dpi, self.print_pt)
        if cut.most[1] < 2:
            return ()
        return tuple(
            plan_image(
                self.vlm.images,
                half.width,
                half.height,
                dpi=self.dpi,
                print_pt=self.print_pt,
                purpose=plan.purpose,
                policy=self.fidelity,
                context=self._context(prompt),
                region=half.box(width, height),
            )
            for half in cut.pieces(1, 2)
        )

    def _size(self, rotation: int) -> tuple[int, int]:
        is_lying = rotation % 180 != 0
        return (self.height_px, self.width_px) if is_lying else (self.width_px, self.height_px)

    def _context(self, prompt: str) -> Context:
        text_tokens = len(prompt) // _CHARACTERS_PER_TOKEN + _CHAT_TOKENS
        return Context(self.vlm.context_tokens, text_tokens, self.output_tokens)
