"""Requests to what the model takes: every image seen exactly as it was planned, or the request is refused."""

from __future__ import annotations

import inspect
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from PIL import Image

from docai.domain.generations import EngineTrouble, GenerationRequest, ShownImage
from docai.engines.checkpoints.control_tokens import defused, special_tokens
from docai.engines.vlm.counting import Tensors, VisualTokens, image_tokens
from docai.engines.vlm.forms import Turn, form_of
from docai.engines.vlm.loading import LoadedVlm
from docai.errors import EngineError, PageUnreadable, TokenBudgetExceeded, TokenMismatch
from docai.protocols.generating import ImageRule


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that can be run."""

    turn: Turn
    settings: dict[str, Any]
    """What the image processor is told."""
    n_tokens: int
    """Of the prompt, as planned."""
    visual_tokens: int
    """As planned."""

    @property
    def kind(self) -> tuple[int, str]:
        """Requests of one kind can be prepared together."""
        return len(self.turn.pictures), repr(sorted(self.settings.items()))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch, ready for the model."""

    tensors: Tensors
    prompt_tokens: tuple[int, ...]
    """Of each row, without padding."""
    visual_tokens: tuple[int, ...]
    """Counted in each row."""
    settings: dict[str, Any]
    """What the model itself must be told as the image processor was, such as how many patches are a token."""


class Prompter:
    """Makes prompts for one model."""

    def __init__(self, loaded: LoadedVlm, context_tokens: int) -> None:
        """Find the checkpoint's form of prompts.

        Raises:
            CheckpointRefused: see `docai.engines.vlm.forms.form_of`.
        """
        self._processor = loaded.processor
        self._rule: ImageRule = loaded.rule
        self._form = form_of(loaded.processor)
        self._context_tokens = context_tokens
        self._model_settings = frozenset(inspect.signature(loaded.model.forward).parameters)
        self._visual = VisualTokens(loaded.processor, loaded.model.config)
        tokenizer, images = loaded.processor.tokenizer, image_tokens(loaded.processor, loaded.model.config)
        added = tokenizer.added_tokens_decoder.items()
        # Some checkpoints do not mark the token of an image as special.
        self._special = special_tokens(str(each.content) for token, each in added if each.special or token in images)

    def ask(self, request: GenerationRequest) -> Asked | EngineTrouble:
        """Read a request's images and size it up; why not, where it cannot be run."""
        if self._form.max_images is not None and len(request.images) != self._form.max_images:
            return EngineTrouble(EngineError.code, f"{self._rule.name} takes {self._form.max_images} image at a time")
        pictures = []
        for image in request.images:
            picture = _picture(image)
            if isinstance(picture, EngineTrouble):
                return picture
            pictures.append(picture)
        settings = _together([image.plan.sight.processor for image in request.images])
        if settings is None:
            return EngineTrouble(
                TokenMismatch.code, "the images of the prompt are planned with settings that exclude each other"
            )
        turn = Turn(
            pictures=tuple(pictures),
            labels=tuple(defused(image.label or "", self._special) for image in request.images),
            prompt=defused(request.prompt, self._special),
            system=defused(request.system or "", self._special),
        )
        sights = [image.plan.sight for image in request.images]
        n_text = len(self._processor.tokenizer.encode(self._form.text_of(turn), add_special_tokens=False))
        n_tokens = sum(sight.prompt_tokens for sight in sights) + n_text
        return Asked(turn, settings, n_tokens, sum(sight.visual_tokens for sight in sights))

    def prepare(self, asked: Sequence[Asked]) -> Prepared:
        """The prompts of one kind as one batch, padded on the left.

        Raises:
            ValueError, TypeError: the processor does not take an image or a setting.
        """
        made = self._form.encode([each.turn for each in asked], asked[0].settings)
        # `labels` are for training, and would have the model compute a loss.
        tensors = {key: value for key, value in made.items() if isinstance(value, torch.Tensor) and key != "labels"}
        return Prepared(
            tensors=tensors,
            prompt_tokens=tuple(int(n) for n in tensors["attention_mask"].sum(dim=1)),
            visual_tokens=tuple(self._visual.of(tensors, len(asked[0].turn.pictures))),
            settings={key: value for key, value in asked[0].settings.items() if key in self._model_settings},
        )

    def check(self, asked: Asked, *, prompt_tokens: int, visual_tokens: int, max_tokens: int) -> EngineTrouble | None:
        """Why a prepared prompt may not be run; None if it may.

        Args:
            asked: What it was made from.
            prompt_tokens: Counted in it.
            visual_tokens: Counted in it.
            max_tokens: The most tokens of output.
        """
        if visual_tokens != asked.visual_tokens:
            return EngineTrouble(
                TokenMismatch.code,
                f"{self._rule.name} would see {visual_tokens} image tokens where {asked.visual_tokens} were planned: "
                "the images would be seen at another resolution",
            )
        if self._context_tokens and prompt_tokens + max_tokens > self._context_tokens:
            return EngineTrouble(
                TokenBudgetExceeded.code,
                f"a prompt of {prompt_tokens} tokens and an output of {max_tokens} do not fit into a context of "
                f"{self._context_tokens}",
            )
        return None


def _picture(image: ShownImage) -> Image.Image | EngineTrouble:
    """The image's pixels, of the size that was planned with."""
    try:
        with Image.open(io.BytesIO(image.content)) as opened:
            picture = opened.convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        return EngineTrouble(PageUnreadable.code, f"the image is damaged: {error}")
    sight = image.plan.sight
    if picture.size != (sight.image_width_px, sight.image_height_px):
        width, height = picture.size
        return EngineTrouble(
            TokenMismatch.code,
            f"the image has {width} x {height} pixels, its plan is for {sight.image_width_px} x "
            f"{sight.image_height_px}",
        )
    return picture


def _together(settings: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Settings for all images of a prompt, since processors take only one; None where they exclude each other.

    Of numbers the largest counts: a pixel budget larger than an image needs changes nothing for it. Where it does
    change something, the count of its tokens tells.
    """
    merged: dict[str, Any] = {}
    for each in settings:
        for key, value in each.items():
            joined = _joined(merged[key], value) if key in merged else value
            if joined is None:
                return None
            merged[key] = joined
    return merged


def _joined(one: Any, other: Any) -> Any:  # noqa: ANN401 - any setting
    if one == other:
        return one
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return _together([one, other])
    if isinstance(one, int | float) and isinstance(other, int | float) and not isinstance(one, bool):
        return max(one, other)
    return None
