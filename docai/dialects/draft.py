"""Draft: the blocks and problems found so far in a reply, up to a bound."""

from __future__ import annotations

from dataclasses import dataclass, field

from docai.dialects.limits import MAX_BLOCKS, MAX_PROBLEMS
from docai.domain.readings import ReadBlock, Reading


@dataclass(slots=True)
class Draft:
    """A reading in the making."""

    blocks: list[ReadBlock] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    is_truncated: bool = False

    def add(self, block: ReadBlock) -> None:
        """One more block; those beyond the bound are counted as broken off."""
        if len(self.blocks) < MAX_BLOCKS:
            self.blocks.append(block)
        elif not self.is_truncated:
            self.broken_off(f"there are more than {MAX_BLOCKS} blocks; the rest is left out")

    def note(self, problem: str) -> None:
        """Tell what was left out or mended."""
        if len(self.problems) < MAX_PROBLEMS and problem not in self.problems:
            self.problems.append(problem)

    def broken_off(self, problem: str) -> None:
        """Tell where the text ends too soon."""
        self.is_truncated = True
        self.note(problem)

    def take(self, other: Draft) -> None:
        """What another draft has, after what is here."""
        for block in other.blocks:
            self.add(block)
        for problem in other.problems:
            self.note(problem)
        self.is_truncated = self.is_truncated or other.is_truncated

    def reading(self, *, rotation: int | None = None, language: str | None = None) -> Reading:
        """What was read."""
        return Reading(
            blocks=tuple(self.blocks),
            is_truncated=self.is_truncated,
            rotation=rotation,
            language=language,
            problems=tuple(self.problems),
        )
