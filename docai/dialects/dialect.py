"""Dialect and Shown: what every form of output can do, and what its coordinates refer to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from docai.domain.readings import ReadBlock, Reading


@dataclass(frozen=True, slots=True)
class Shown:
    """The image that the text is about: some dialects give coordinates in its pixels, as the model saw them."""

    width_px: float
    height_px: float
    """The image after the model's own resize."""


class Dialect(Protocol):
    """A form in which models write down a page or a piece of one."""

    @property
    def name(self) -> str:
        """Its name in settings and profiles."""

    @property
    def has_boxes(self) -> bool:
        """Whether it says where things stand."""

    def read(self, text: str, shown: Shown) -> Reading:
        """What a text says.

        What is wrong with a part of it costs that part only, and is told under `problems`; a text that broke off gives
        what was complete, marked as truncated.

        Raises:
            ReplyUnreadable: nothing in the text is of this dialect.
        """

    def write(self, blocks: Sequence[ReadBlock], shown: Shown) -> str:
        """The blocks as a model would write them, so that `read` gives them back as far as the dialect can say them."""
