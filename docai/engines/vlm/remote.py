"""RemoteModel: a model behind a server or provider; many requests at once, sent again where that helps."""

from __future__ import annotations

import asyncio
import json
import math
import queue
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, CancelledError, Future, wait
from dataclasses import dataclass, field, replace

from docai.domain.generations import Chunk, EngineTrouble, Generation, GenerationRequest, StopReason
from docai.engines.vlm.loop_thread import LoopThread
from docai.engines.vlm.retrying import Backoff
from docai.engines.vlm.throttle import Throttle
from docai.engines.vlm.wire import AWAY, REFUSED, TIMED_OUT, TOO_LONG, Say, Trouble, Wire, away, refused
from docai.errors import EngineUnavailable
from docai.protocols import Cancellation, ImageRule

_POLL_S = 0.05
"""How often it is asked whether the caller still wants what it asked for."""
_ASK_AGAIN_S = 60.0
"""How long a server that does not tell its context is left alone with that question."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one process may ask of a server."""

    concurrency: int = 32
    """Requests under way at once."""
    timeout_s: float = 180.0
    """Longest time for one image."""
    retries: int = 4
    context_tokens: int = 0
    """Most tokens of prompt and output; 0: as the server or model says."""
    backoff: Backoff = field(default_factory=Backoff)


class RemoteModel:
    """A `VisionLanguageModel` over a `Wire`. Thread-safe; one event loop waits for all requests of all threads."""

    def __init__(self, wire: Wire, rule: ImageRule, limits: Limits, *, is_cloud: bool) -> None:
        """Nothing is sent, and no thread started, before the first request."""
        self._wire = wire
        self._rule = rule
        self._limits = limits
        self._is_cloud = is_cloud
        self._throttle = Throttle(limits.concurrency)
        self._loop = LoopThread("docai-vlm")
        self._told_context = limits.context_tokens or None
        self._asked_context_at = -math.inf
        self._asking_context = asyncio.Lock()

    @property
    def name(self) -> str:
        """Server or provider, and model."""
        return self._wire.name

    @property
    def images(self) -> ImageRule:
        """How it sees images."""
        return self._rule

    @property
    def context_tokens(self) -> int:
        """The least of what settings, server and model say; the server is asked once."""
        if self._told_context is None:
            self._loop.submit(self._learn_context()).result()
        return self._context_limit

    @property
    def max_parallel(self) -> int:
        """As many as may be under way."""
        return self._limits.concurrency

    @property
    def is_cloud(self) -> bool:
        """Whether images leave the operator's machines."""
        return self._is_cloud

    def generate(
        self, requests: Sequence[GenerationRequest], *, cancel: Cancellation | None = None
    ) -> list[Generation]:
        """All at once, as far as the throttle lets them; each comes to its own end.

        Raises:
            EngineUnavailable: not one of them reached the server.
        """
        futures = [self._loop.submit(self._finished(request, None)) for request in requests]
        try:
            _wait(futures, cancel)
        finally:
            for future in futures:
                future.cancel()  # what is not done by now is no longer wanted
        made = [_result(future, request) for future, request in zip(futures, requests, strict=True)]
        lost = [generation.error for generation in made if _is_lost(generation)]
        if made and len(lost) == len(made) and lost[0] is not None:
            raise EngineUnavailable(lost[0].message, engine=self.name)
        return made

    def stream(self, request: GenerationRequest, *, cancel: Cancellation | None = None) -> Iterator[Chunk]:
        """The text as it comes; closing the iterator closes the connection.

        Raises:
            EngineUnavailable: the server was not reached.
        """
        said: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        future = self._loop.submit(self._finished(request, said.put))
        future.add_done_callback(lambda _: said.put(None))
        text = ""
        try:
            while (piece := _next(said, future, cancel)) is not None:
                text += piece
                yield Chunk(text=piece)
            end = _result(future, request, text)
            if _is_lost(end) and end.error is not None and not end.text:
                raise EngineUnavailable(end.error.message, engine=self.name)
            yield Chunk(text="", end=end)
        finally:
            future.cancel()

    def close(self) -> None:
        """Cancel what is under way, and let go of connections and thread."""
        if self._loop.is_started:
            self._loop.submit(self._wire.close()).result()
            self._loop.close()

    async def _finished(self, request: GenerationRequest, say: Say | None) -> Generation:
        """The request, tried as often as it may be."""
        began = time.perf_counter()
        n_tries = 0
        await self._learn_context()
        while True:
            try:
                _must_be_text(request)
                self._must_fit(request)
                made = await self._tried(request, say)
                break
            except Trouble as trouble:
                if not trouble.is_worth_retrying or n_tries >= self._limits.retries:
                    made = Generation(text=trouble.text, stop=StopReason.ERROR, error=trouble.error)
                    break
                await asyncio.sleep(self._limits.backoff.delay_s(n_tries, trouble))
            n_tries += 1
        return replace(made, seconds=time.perf_counter() - began, facts=request.facts)

    async def _tried(self, request: GenerationRequest, say: Say | None) -> Generation:
        timeout_s = self._limits.timeout_s * max(1, len(request.images))
        async with self._throttle.turn():
            try:
                async with asyncio.timeout(timeout_s):
                    return await self._wire.ask(request, say)
            except TimeoutError:
                pass
            if not await self._wire.is_alive():
                raise away(f"The server took longer than {timeout_s:g} s, and no longer answers at all.")
            raise refused(TIMED_OUT, f"The server took longer than {timeout_s:g} s.")

    async def _learn_context(self) -> None:
        """Ask the server for its context, until it tells; a silent one is left alone for a while.

        Who comes meanwhile waits for the same answer: what does not fit must not be sent before that is known.
        """
        async with self._asking_context:
            now = time.monotonic()
            if self._told_context is None and now - self._asked_context_at > _ASK_AGAIN_S:
                self._asked_context_at = now
                self._told_context = await self._wire.context_tokens()

    @property
    def _context_limit(self) -> int:
        return min((n for n in (self._told_context, self._rule.context_tokens) if n), default=0)

    def _must_fit(self, request: GenerationRequest) -> None:
        """Refuse what certainly does not fit before megabytes are sent: its images and its output alone are too many.

        Raises:
            Trouble: they are.
        """
        limit = self._context_limit
        needed = sum(image.plan.sight.prompt_tokens for image in request.images) + request.decoding.max_tokens
        if limit and needed > limit:
            raise refused(
                TOO_LONG,
                f"Images and output take {needed} tokens, and the context has {limit}: show smaller regions, or start "
                "the server with a longer one.",
            )


def _must_be_text(request: GenerationRequest) -> None:
    """That all that is said can be sent: halves of surrogate pairs, as JSON may hold them, are no characters.

    Raises:
        Trouble: it cannot.
    """
    labels = (image.label or "" for image in request.images)
    schema = "" if request.schema is None else json.dumps(request.schema, ensure_ascii=False)
    try:
        "".join((request.prompt, request.system or "", schema, *labels)).encode()
    except UnicodeEncodeError:
        raise refused(REFUSED, "The prompt, a label or the schema has halves of surrogate pairs.") from None


def _wait(futures: Sequence[Future[Generation]], cancel: Cancellation | None) -> None:
    """Until all have ended, or are no longer wanted."""
    pending = set(futures)
    while pending and not (cancel is not None and cancel.is_set()):
        _, pending = wait(pending, None if cancel is None else _POLL_S, FIRST_EXCEPTION)


def _next(said: queue.SimpleQueue[str | None], future: Future[Generation], cancel: Cancellation | None) -> str | None:
    """The next piece; None when there is none any more."""
    while True:
        try:
            return said.get(timeout=None if cancel is None else _POLL_S)
        except queue.Empty:
            if cancel is not None and cancel.is_set():
                future.cancel()  # which ends the queue


def _result(future: Future[Generation], request: GenerationRequest, text: str = "") -> Generation:
    try:
        return future.result()
    except CancelledError:
        return Generation(text=text, stop=StopReason.CANCELLED, facts=request.facts)


def _is_lost(generation: Generation) -> bool:
    error: EngineTrouble | None = generation.error
    return error is not None and error.code == AWAY
