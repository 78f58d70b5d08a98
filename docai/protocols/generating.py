"""What a vision-language model, and a reader of spans, must do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from docai.domain.generations import Chunk, Generation, GenerationRequest
from docai.domain.sights import Connector, Sight
from docai.domain.span_answers import SpanAnswer
from docai.domain.words import PageWords


class Cancellation(Protocol):
    """Whether the caller still wants what it asked for; `threading.Event` is one."""

    def is_set(self) -> bool:
        """True: stop as soon as you can."""


class ImageRule(Protocol):
    """How a model turns images into tokens, and what tokens cost it; pure numbers. See `docai.patches.models`."""

    @property
    def name(self) -> str:
        """The model's name, or the folder's where it is one of the operator's own."""

    @property
    def connector(self) -> Connector:
        """What stands between patches and the language model."""

    @property
    def context_tokens(self) -> int:
        """The most tokens of prompt and output that the model was made for."""

    def see(self, width_px: int, height_px: int, *, max_visual_tokens: int | None = None) -> Sight:
        """How it sees an image of this size.

        Args:
            width_px: the image's width.
            height_px: the image's height.
            max_visual_tokens: at most so many tokens for it, more or fewer than the model's own settings allow, as far
                as the model can be told; None for its own settings.

        Raises:
            PageTooLarge: the model does not take an image of this shape.
        """

    def kv_bytes(self, context_tokens: int) -> int:
        """Bytes of keys and values for so many tokens, 2 bytes a number; 0 where its shape is unknown."""

    def prefill_flops(self, sight: Sight, text_tokens: int) -> float:
        """Floating-point operations to see an image and read a prompt; 0 where its shape is unknown."""


class VisionLanguageModel(Protocol):
    """Images and a prompt to text. Thread-safe."""

    @property
    def name(self) -> str:
        """Model, revision and engine, as stored with every result."""

    @property
    def images(self) -> ImageRule:
        """How it sees images."""

    @property
    def context_tokens(self) -> int:
        """The most tokens that a prompt with its output may have."""

    @property
    def max_parallel(self) -> int:
        """How many requests are worth handing over at once."""

    @property
    def is_cloud(self) -> bool:
        """Whether images leave the operator's own machines: only for tenants that said yes to that."""

    def generate(
        self, requests: Sequence[GenerationRequest], *, cancel: Cancellation | None = None
    ) -> list[Generation]:
        """One generation per request, in their order. A request that fails does not touch the others.

        Raises:
            EngineUnavailable: the engine as a whole does not answer.
        """

    def stream(self, request: GenerationRequest, *, cancel: Cancellation | None = None) -> Iterator[Chunk]:
        """The text as it comes; the last chunk has the generation. Closing the iterator cancels the request.

        Raises:
            EngineUnavailable: the engine does not answer.
        """

    def close(self) -> None:
        """Let go of connections, memory and threads."""


class SpanReader(Protocol):
    """A page and a question to the words that answer it: it can say nothing that is not printed. Thread-safe."""

    @property
    def name(self) -> str:
        """Model, weights and engine, as stored with every answer."""

    def answer(self, image: bytes, words: PageWords, question: str) -> SpanAnswer | None:
        """The words that answer, or None where the page does not.

        Args:
            image: the page as shown, a PNG or JPEG file.
            words: the page's words in reading order.
            question: what is asked; control tokens of the model in it are taken as text.

        Raises:
            PageUnreadable: the image is damaged.
            InvalidQuestion: the question is empty, or so long that it leaves no room for the page.
            EngineUnavailable: the page does not fit into the device's memory.
        """
