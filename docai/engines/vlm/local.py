"""A vision-language model that transformers runs in this process."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import torch
import transformers

from docai.domain.generations import Chunk, EngineTrouble, Generation, GenerationRequest, StopReason, TokenUsage
from docai.engines.vlm.constraints import Constraints
from docai.engines.vlm.detokenizing import Detokenizer, Growing, until_stop
from docai.engines.vlm.loading import LoadedVlm, LocalOptions, load
from docai.engines.vlm.local_batching import Sized, TokenBudget, halving, plan
from docai.engines.vlm.prompting import Asked, Prompter
from docai.engines.vlm.rows import Row
from docai.engines.vlm.running import Runner
from docai.errors import EngineError, EngineUnavailable
from docai.protocols.generating import Cancellation, ImageRule

BATCH_TOKENS = {"cpu": 16_384, "cuda": 65_536}
"""Tokens of prompts at once, where nothing else is said: on a GPU 16 pages of 4,096. With outputs half as long, their
keys and values take 5 GiB in Qwen2.5-VL-7B and 14 GiB in Qwen3-VL-8B (56 and 144 KiB a token)."""

USUAL_TOKENS = 4096
"""Of a page; by it we say how many requests are worth handing over at once."""

FAILURES = (RuntimeError, ValueError, TypeError, IndexError, KeyError, AssertionError)
"""What processors and models raise over an image or prompt that they do not take."""


class LocalModel:
    """Images and a prompt to text; see docai.protocols.VisionLanguageModel.

    Everything is computed in one thread of the model's own, in the order in which it is asked for.
    """

    is_cloud = False

    def __init__(self, source: str, options: LocalOptions | None = None) -> None:
        """Load a model.

        Args:
            source: A name that `docai.patches.models` lists, a folder, or an id on the Hugging Face hub.
            options: How it is loaded and run.

        Raises:
            CheckpointRefused, ModelUnknown, EngineUnavailable: see `docai.engines.vlm.loading.load`.
        """
        options = options or LocalOptions()
        self._loaded: LoadedVlm = load(source, options)
        tokenizer = self._loaded.processor.tokenizer
        limits = [n for n in (options.context_tokens, self._loaded.rule.context_tokens) if n > 0]
        self._context_tokens = min(limits, default=0)
        self._prompter = Prompter(self._loaded, self._context_tokens)
        self._constraints = Constraints(tokenizer, self._loaded.vocabulary_size, self._loaded.eos_tokens)
        self._detokenizer = Detokenizer(tokenizer, self._loaded.eos_tokens)
        self._runner = Runner(self._loaded, self._detokenizer)
        self._budget = TokenBudget(options.batch_tokens or BATCH_TOKENS[self._loaded.device.type])
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="local-model")

    @property
    def name(self) -> str:
        """Model, revision and engine."""
        return f"{self._loaded.source}@{self._loaded.revision} (transformers {transformers.__version__})"

    @property
    def images(self) -> ImageRule:
        """How it sees images."""
        return self._loaded.rule

    @property
    def context_tokens(self) -> int:
        """The most tokens of prompt and output; 0 where the checkpoint does not say."""
        return self._context_tokens

    @property
    def max_parallel(self) -> int:
        """How many requests are worth handing over at once."""
        return max(1, self._budget.n_tokens // USUAL_TOKENS)

    def generate(
        self, requests: Sequence[GenerationRequest], *, cancel: Cancellation | None = None
    ) -> list[Generation]:
        """One generation per request, in their order; a request that fails does not touch the others.

        Raises:
            EngineUnavailable: the model was closed, or the GPU was lost.
        """
        return _result(self._submit(lambda: self._generated(requests, cancel)))

    def stream(self, request: GenerationRequest, *, cancel: Cancellation | None = None) -> Iterator[Chunk]:
        """The text as it comes; the last chunk has the generation. Closing the iterator cancels the request.

        Raises:
            EngineUnavailable: as `generate`.
        """
        pieces: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        growing = Growing(self._detokenizer, request.decoding.stop)
        left = _Either(cancel)

        def told(token: int) -> None:
            # In the model's own thread: tokenizers fail when two threads borrow them at once.
            pieces.put(growing.add(token))

        running = self._submit(lambda: self._generated([request], left, told))
        running.add_done_callback(lambda _: pieces.put(None))
        try:
            while (piece := pieces.get()) is not None:
                if piece:
                    yield Chunk(piece)
            (whole,) = _result(running)
            yield Chunk(growing.rest(whole.text), whole)
        finally:
            left.set()

    def close(self) -> None:
        """Let go of the thread and of the model's memory; what is asked for later is refused."""
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._loaded.model.to("meta")
        if self._loaded.device.type == "cuda":
            torch.cuda.empty_cache()

    def _submit(self, work: Callable[[], list[Generation]]) -> Future[list[Generation]]:
        try:
            return self._thread.submit(work)
        except RuntimeError as error:
            raise EngineUnavailable("the model was closed") from error

    def _generated(
        self,
        requests: Sequence[GenerationRequest],
        cancel: Cancellation | None,
        told: Callable[[int], None] | None = None,
    ) -> list[Generation]:
        done: dict[int, Generation] = {}
        ready: dict[int, Asked] = {}
        for place, request in enumerate(requests):
            asked = self._prompter.ask(request)
            if isinstance(asked, EngineTrouble):
                done[place] = _failed(asked)
            else:
                ready[place] = asked
        sized = [Sized(place, asked.n_tokens, asked.kind) for place, asked in ready.items()]

        def compute(places: tuple[int, ...]) -> list[Generation]:
            return self._batch([requests[p] for p in places], [ready[p] for p in places], cancel, told)

        def exceeded(places: tuple[int, ...]) -> None:
            self._budget.exceeded(len(places) * max(ready[place].n_tokens for place in places))

        for places in plan(sized, self._budget):
            done.update(zip(places, halving(places, compute, exceeded), strict=True))
        return [replace(done[place], facts=request.facts) for place, request in enumerate(requests)]

    def _batch(
        self,
        requests: Sequence[GenerationRequest],
        asked: Sequence[Asked],
        cancel: Cancellation | None,
        told: Callable[[int], None] | None,
    ) -> list[Generation]:
        """Generations for requests of one kind.

        Raises:
            MemoryError: several do not fit.
            EngineUnavailable: the GPU was lost.
        """
        if cancel is not None and cancel.is_set():
            return [Generation("", StopReason.CANCELLED) for _ in requests]
        try:
            return self._written(requests, asked, cancel, told)
        except MemoryError:
            if len(requests) > 1:
                raise
            return [_failed(_trouble(f"a prompt of {asked[0].n_tokens} tokens does not fit into the device's memory"))]
        except FAILURES as error:
            if len(requests) > 1:
                # One of them spoils it: by itself each shows which.
                return [self._batch([r], [a], cancel, told)[0] for r, a in zip(requests, asked, strict=True)]
            return [_failed(_trouble(f"{self._loaded.rule.name} cannot take the prompt: {error}"))]

    def _written(
        self,
        requests: Sequence[GenerationRequest],
        asked: Sequence[Asked],
        cancel: Cancellation | None,
        told: Callable[[int], None] | None,
    ) -> list[Generation]:
        started = time.monotonic()
        batch = self._prompter.prepare(asked)
        counts = list(zip(batch.prompt_tokens, batch.visual_tokens, strict=True))
        refused = {
            place: trouble
            for place, (request, each, (n_prompt, n_visual)) in enumerate(zip(requests, asked, counts, strict=True))
            if (
                trouble := self._prompter.check(
                    each, prompt_tokens=n_prompt, visual_tokens=n_visual, max_tokens=request.decoding.max_tokens
                )
            )
        }
        if refused:
            others = [place for place in range(len(requests)) if place not in refused]
            kept = (
                self._batch([requests[p] for p in others], [asked[p] for p in others], cancel, told) if others else []
            )
            good = dict(zip(others, kept, strict=True))
            return [good[p] if p in good else _failed(refused[p]) for p in range(len(requests))]
        rows = [
            Row(request.decoding, self._constraints.of(request.schema) if request.schema else None, told)
            for request in requests
        ]
        self._runner.run(rows, batch, cancel)
        return [self._said(row, *count, started) for row, count in zip(rows, counts, strict=True)]

    def _said(self, row: Row, prompt_tokens: int, visual_tokens: int, started: float) -> Generation:
        text = until_stop(self._detokenizer.text(row.tokens), row.decoding.stop)
        return Generation(
            text=text,
            # transformers itself ends only where the rows did, or at the most tokens of any of them.
            stop=row.stop or StopReason.LENGTH,
            usage=TokenUsage(prompt_tokens=prompt_tokens, visual_tokens=visual_tokens, output_tokens=len(row.tokens)),
            seconds=max(row.ended_at - started, 0.0),
            token_logprobs=tuple(row.logprobs) if row.decoding.wants_logprobs else None,
        )


def _result(running: Future[list[Generation]]) -> list[Generation]:
    try:
        return running.result()
    except CancelledError as error:
        raise EngineUnavailable("the model was closed") from error


class _Either(Event):
    """Set by itself, or by the caller's own cancellation."""

    def __init__(self, other: Cancellation | None) -> None:
        super().__init__()
        self._other = other

    def is_set(self) -> bool:
        return super().is_set() or (self._other is not None and self._other.is_set())


def _trouble(message: str) -> EngineTrouble:
    return EngineTrouble(EngineError.code, message)


def _failed(trouble: EngineTrouble) -> Generation:
    return Generation("", StopReason.ERROR, error=trouble)
