"""Wire: one server's or provider's way of taking a request; Trouble: why a request came to nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from docai.domain.generations import EngineTrouble, Generation, GenerationRequest
from docai.errors import EngineError, EngineUnavailable, PageTimedOut, PrintTooSmall, TokenBudgetExceeded

Say = Callable[[str], None]
"""Takes each piece of text as it comes."""

AWAY = EngineUnavailable.code
TIMED_OUT = PageTimedOut.code
TOO_LONG = TokenBudgetExceeded.code
TOO_SMALL = PrintTooSmall.code
REFUSED = EngineError.code
"""The server takes no such request, however often it is sent."""


@dataclass(eq=False)
class Trouble(Exception):
    """A request came to nothing."""

    error: EngineTrouble
    is_worth_retrying: bool = False
    """Whether the same request may succeed in a moment."""
    is_busy: bool = False
    """Whether the server has more to do than it can."""
    after_s: float | None = None
    """Seconds for which the server asks to be left alone."""
    text: str = ""
    """What was said before it broke off."""

    def after(self, text: str) -> Trouble:
        """The same, after some text was said: as that cannot be taken back, it is not tried again."""
        return replace(self, text=text, is_worth_retrying=self.is_worth_retrying and not text)


class Wire(Protocol):
    """Sends one request, once. All calls come from one event loop, many of them at the same time."""

    @property
    def name(self) -> str:
        """Model and engine."""

    async def ask(self, request: GenerationRequest, say: Say | None) -> Generation:
        """The answer; with `say`, the text as it comes too. Being cancelled closes the connection.

        Raises:
            Trouble: there is none.
        """

    async def context_tokens(self) -> int | None:
        """The most tokens of prompt and output that the server takes; None where it does not tell or answer."""

    async def is_alive(self) -> bool:
        """Whether it answers anything at all, within seconds."""

    async def close(self) -> None:
        """Let go of the connections."""


def away(message: str, *, text: str = "", is_worth_retrying: bool = True) -> Trouble:
    """The server or provider is not there, or not for us; `text` was said before."""
    error = EngineTrouble(code=AWAY, message=message, retryable=True)
    return Trouble(error, is_worth_retrying=is_worth_retrying).after(text)


def refused(code: str, message: str) -> Trouble:
    """The request cannot be taken as it is."""
    return Trouble(EngineTrouble(code=code, message=message))
