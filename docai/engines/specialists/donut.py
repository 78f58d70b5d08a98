"""Donut as a vision-language model: a page to JSON, or a question about it to an answer, without any OCR."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import torch
from transformers import StoppingCriteria, StoppingCriteriaList
from transformers.generation import GenerateEncoderDecoderOutput
from transformers.modeling_outputs import BaseModelOutput

from docai.domain.generations import Chunk, EngineTrouble, Generation, GenerationRequest, StopReason, TokenUsage
from docai.engines.checkpoints.control_tokens import defused, special_tokens
from docai.engines.checkpoints.files import read_json
from docai.engines.specialists.loading import Kind, Specialist, load
from docai.engines.specialists.pages import picture
from docai.engines.specialists.token_json import token_json
from docai.errors import CheckpointRefused, DocaiError, EngineError, InvalidQuestion, TokenBudgetExceeded
from docai.patches.models import model_of
from docai.protocols.generating import Cancellation, ImageRule

KIND = Kind("VisionEncoderDecoderModel", "DonutProcessor")
QUESTION_TASK = "<s_docvqa>"
"""The task token of checkpoints that answer questions (Kim et al. 2022; model card of donut-base-finetuned-docvqa)."""


class DonutModel:
    """A `VisionLanguageModel` whose text is JSON.

    What it can do was decided when it was trained, and its task token says it: with `<s_docvqa>` the prompt is a
    question; with any other, such as `<s_cord-v2>` for receipts, the prompt is not read.
    """

    def __init__(self, loaded: Specialist, *, task: str | None = None) -> None:
        """Take a loaded checkpoint into use; see `DonutModel.load`.

        Args:
            loaded: The checkpoint.
            task: Its task token; None for `<s_docvqa>` where it has that, else the one that it begins with.

        Raises:
            CheckpointRefused: it does not have this task, or none at all.
        """
        self._loaded = loaded
        self._tokenizer = loaded.processor.tokenizer
        self._added = frozenset(self._tokenizer.get_added_vocab())
        self._special = special_tokens([*self._added, *self._tokenizer.all_special_tokens])
        self._task = _task(loaded, self._added, task)
        self._images = model_of(loaded.config, _preprocessor(loaded.folder), name=loaded.folder.name)
        self._busy = Lock()

    @classmethod
    def load(
        cls,
        source: str,
        *,
        device: str = "cpu",
        dtype: torch.dtype | None = None,
        cache: Path | None = None,
        task: str | None = None,
    ) -> DonutModel:
        """Load a checkpoint; arguments and errors as in `docai.engines.specialists.loading.load` and above."""
        return cls(load(KIND, source, device=device, dtype=dtype, cache=cache), task=task)

    @property
    def name(self) -> str:
        """See `VisionLanguageModel`."""
        return f"{self._loaded.name};{self._task}"

    @property
    def images(self) -> ImageRule:
        """See `VisionLanguageModel`."""
        return self._images

    @property
    def context_tokens(self) -> int:
        """Positions of the decoder: its prompt and output; the image takes none of them."""
        return int(self._loaded.model.config.decoder.max_position_embeddings)

    @property
    def max_parallel(self) -> int:
        """One: there is one model, and a page keeps it busy."""
        return 1

    @property
    def is_cloud(self) -> bool:
        """False: it runs here."""
        return False

    def generate(
        self, requests: Sequence[GenerationRequest], *, cancel: Cancellation | None = None
    ) -> list[Generation]:
        """See `VisionLanguageModel`."""
        return [self._generation(request, cancel) for request in requests]

    def stream(self, request: GenerationRequest, *, cancel: Cancellation | None = None) -> Iterator[Chunk]:
        """All at once: fields are JSON only when they have ended."""
        generation = self._generation(request, cancel)
        yield Chunk(generation.text, generation)

    def close(self) -> None:
        """Nothing to let go of beside memory, which goes with the object."""

    def _generation(self, request: GenerationRequest, cancel: Cancellation | None) -> Generation:
        start = time.perf_counter()
        try:
            with self._busy:
                if cancel is not None and cancel.is_set():
                    return Generation("", StopReason.CANCELLED, facts=request.facts)
                text, stop, usage, logprobs = self._decoded(request, cancel)
        except torch.OutOfMemoryError:
            trouble = EngineTrouble(EngineError.code, f"the page does not fit into the memory of {self._loaded.device}")
            return Generation("", StopReason.ERROR, error=trouble, facts=request.facts)
        except DocaiError as error:
            trouble = EngineTrouble(error.code, error.message, error.retryable)
            return Generation("", StopReason.ERROR, error=trouble, facts=request.facts)
        return Generation(text, stop, usage, time.perf_counter() - start, logprobs, facts=request.facts)

    def _decoded(
        self, request: GenerationRequest, cancel: Cancellation | None
    ) -> tuple[str, StopReason, TokenUsage, tuple[float, ...] | None]:
        prompt = self._tokenizer(self._prompt(request), add_special_tokens=False, return_tensors="pt").input_ids
        n_prompt = int(prompt.shape[1])
        if n_prompt + request.decoding.max_tokens > self.context_tokens:
            raise TokenBudgetExceeded(
                f"{n_prompt} tokens of prompt and {request.decoding.max_tokens} of output exceed the "
                f"{self.context_tokens} positions of the decoder"
            )
        pixels = self._pixels(request)
        states = self._encoded(pixels, request.images[0].plan.sight.visual_tokens)
        decoding = request.decoding
        sampling = {"temperature": decoding.temperature, "top_p": decoding.top_p} if decoding.temperature > 0 else {}
        torch.manual_seed(decoding.seed)
        with torch.inference_mode():
            output = self._loaded.model.generate(
                encoder_outputs=states,
                decoder_input_ids=prompt.to(self._loaded.device),
                max_new_tokens=decoding.max_tokens,
                do_sample=decoding.temperature > 0,
                num_beams=1,
                bad_words_ids=[[self._tokenizer.unk_token_id]],
                output_scores=decoding.wants_logprobs,
                return_dict_in_generate=True,
                stopping_criteria=StoppingCriteriaList([_Cancelled(cancel)]),
                pad_token_id=self._tokenizer.pad_token_id,
                eos_token_id=self._tokenizer.eos_token_id,
                **sampling,
            )
        ids = output.sequences[0, n_prompt:].tolist()
        usage = TokenUsage(
            prompt_tokens=n_prompt, visual_tokens=states.last_hidden_state.shape[1], output_tokens=len(ids)
        )
        logprobs = self._logprobs(output) if decoding.wants_logprobs else None
        return self._json(output.sequences[0].tolist()), self._stop(ids, decoding.max_tokens), usage, logprobs

    def _prompt(self, request: GenerationRequest) -> str:
        """The task token, and the question where there is one."""
        if self._task != QUESTION_TASK:
            return self._task
        question = defused(" ".join(request.prompt.split()), self._special)
        if not question:
            raise InvalidQuestion("the question is empty")
        return f"{QUESTION_TASK}<s_question>{question}</s_question><s_answer>"

    def _pixels(self, request: GenerationRequest) -> torch.Tensor:
        if len(request.images) != 1:
            raise EngineError(f"Donut takes one image, not {len(request.images)}")
        shown = picture(request.images[0].content)
        processed = self._loaded.processor.image_processor(shown, return_tensors="pt")
        return self._loaded.on_device({"pixel_values": processed["pixel_values"]})["pixel_values"]

    def _encoded(self, pixels: torch.Tensor, planned: int) -> BaseModelOutput:
        """The encoder's states, as many as were planned.

        Raises:
            EngineError: another number: the image is not seen as its plan says.
        """
        with torch.inference_mode():
            states = self._loaded.model.encoder(pixels)
        n_states = int(states.last_hidden_state.shape[1])
        if n_states != planned:
            raise EngineError(f"the image became {n_states} visual tokens, where its plan says {planned}")
        return states

    def _json(self, ids: list[int]) -> str:
        """The whole sequence, with the question that it begins with, as JSON."""
        text = self._tokenizer.decode(ids, skip_special_tokens=False)
        for token in (self._tokenizer.eos_token, self._tokenizer.pad_token):
            text = text.replace(token, "")
        return json.dumps(token_json(text.removeprefix(self._task), self._added), ensure_ascii=False)

    def _stop(self, ids: list[int], max_tokens: int) -> StopReason:
        if ids and ids[-1] == self._tokenizer.eos_token_id:
            return StopReason.STOP
        return StopReason.LENGTH if len(ids) >= max_tokens else StopReason.CANCELLED

    def _logprobs(self, output: GenerateEncoderDecoderOutput) -> tuple[float, ...]:
        scores = self._loaded.model.compute_transition_scores(output.sequences, output.scores, normalize_logits=True)
        return tuple(float(score) for score in scores[0])


class _Cancelled(StoppingCriteria):  # type: ignore[misc]  # transformers is not typed
    """Ends a generation that nobody wants any more."""

    def __init__(self, cancel: Cancellation | None) -> None:
        self._cancel = cancel

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor, **_: object) -> torch.Tensor:
        is_over = self._cancel is not None and self._cancel.is_set()
        return torch.full((len(input_ids),), is_over, device=input_ids.device)


def _task(loaded: Specialist, added: frozenset[str], named: str | None) -> str:
    """The task token: as named, or `<s_docvqa>` where the checkpoint has it, or that which the decoder begins with."""
    begins_with = loaded.model.config.decoder_start_token_id
    own = loaded.processor.tokenizer.convert_ids_to_tokens(begins_with) if begins_with is not None else ""
    for task in [named] if named else [QUESTION_TASK, own]:
        if task in added and task.startswith("<s_"):
            return task
    raise CheckpointRefused(
        f"{loaded.folder} has no task token {named or QUESTION_TASK}; it has "
        f"{', '.join(sorted(token for token in added if token.startswith('<s_'))) or 'none'}",
        folder=str(loaded.folder),
    )


def _preprocessor(folder: Path) -> dict[str, Any]:
    """The processor's settings as `model_of` takes them; older checkpoints have a file for those of images."""
    whole, images = folder / "processor_config.json", folder / "preprocessor_config.json"
    found = read_json(whole) if whole.is_file() else {}
    return {**found, "image_processor": read_json(images)} if images.is_file() else found
