"""The form of a prompt: a checkpoint's own chat template, or the fixed form of a family that never had one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from jinja2 import TemplateError
from PIL import Image
from transformers import BatchFeature, ProcessorMixin

from docai.errors import CheckpointRefused

PROBE = "qZ7"
"""A word that no template contains."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What is shown and said in one prompt, control tokens in it already broken up."""

    pictures: tuple[Image.Image, ...]
    labels: tuple[str, ...]
    """Said before each picture; empty for none."""
    prompt: str
    system: str = ""


class PromptForm(Protocol):
    """Turns to what the model takes."""

    @property
    def max_images(self) -> int | None:
        """The most images of one prompt; None for any number."""

    def encode(self, turns: Sequence[Turn], settings: Mapping[str, Any]) -> BatchFeature:
        """The turns as one batch, padded on the left; `settings` are for the image processor."""

    def text_of(self, turn: Turn) -> str:
        """The prompt as text, with one placeholder for each image."""


def form_of(processor: ProcessorMixin) -> PromptForm:
    """The form that a checkpoint's prompts have.

    Raises:
        CheckpointRefused: it has no chat template and its family no form of its own; or its template leaves out what
            it is told.
    """
    if getattr(processor, "chat_template", None) or getattr(processor.tokenizer, "chat_template", None):
        return ChatForm(processor)
    fixed = FIXED.get(type(processor).__name__)
    if fixed is None:
        raise CheckpointRefused(
            f"the checkpoint has no chat template, and {type(processor).__name__} no form of its own: put the "
            "template of the model that it was made from into its folder, as chat_template.jinja"
        )
    return FixedForm(processor, *fixed)


class System(Enum):
    """How a template takes what is said before the user's turn."""

    PARTS = "parts"
    """As a list of parts, like the user's turn."""
    STRING = "string"
    """As a string."""
    NONE = "none"
    """Not at all: the user says it."""


class ChatForm:
    """The checkpoint's own chat template."""

    max_images = None

    def __init__(self, processor: ProcessorMixin) -> None:
        """Find out what the template can be told.

        Raises:
            CheckpointRefused: it leaves out the user's words, or fails over them.
        """
        self._processor = processor
        self._system = System.NONE
        self._sanitizes = True
        if PROBE not in self._rendered([_message("user", PROBE, n_images=1)]):
            raise CheckpointRefused("the checkpoint's chat template leaves out what the user says: it has another form")
        self._system = self._system_form()

    def encode(self, turns: Sequence[Turn], settings: Mapping[str, Any]) -> BatchFeature:
        """See PromptForm."""
        chats = [self._messages(turn) for turn in turns]
        if not self._sanitizes:
            return self._encoded(chats, settings)
        try:
            return self._encoded(chats, settings, sanitize_control_tokens=True)
        except (NotImplementedError, ValueError):
            # The library cannot sanitise where the template leaves the first token to the tokenizer, or where the
            # processor looks up characters of the text (Idefics3); the turns' control tokens are broken up anyway.
            encoded = self._encoded(chats, settings)
            self._sanitizes = False
            return encoded

    def text_of(self, turn: Turn) -> str:
        """See PromptForm."""
        return str(self._processor.apply_chat_template(self._messages(turn), add_generation_prompt=True))

    def _encoded(self, chats: list[list[dict[str, Any]]], settings: Mapping[str, Any], **more: bool) -> BatchFeature:
        return self._processor.apply_chat_template(
            chats,
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
            processor_kwargs={"padding": True, **settings},
            **more,
        )

    def _messages(self, turn: Turn) -> list[dict[str, Any]]:
        parts: list[dict[str, Any]] = []
        for picture, label in zip(turn.pictures, turn.labels, strict=True):
            if label:
                parts.append({"type": "text", "text": f"{label}\n"})
            parts.append({"type": "image", "image": picture})
        prompt = turn.prompt
        messages = []
        if turn.system and self._system is System.NONE:
            prompt = f"{turn.system}\n\n{prompt}"
        elif turn.system:
            messages.append(self._system_message(turn.system, self._system))
        return [*messages, {"role": "user", "content": [*parts, {"type": "text", "text": prompt}]}]

    def _system_message(self, text: str, form: System) -> dict[str, Any]:
        content: Any = text if form is System.STRING else [{"type": "text", "text": text}]
        return {"role": "system", "content": content}

    def _system_form(self) -> System:
        """The first form in which a system's words come out of the template as they went in."""
        user = _message("user", "", n_images=1)
        for form in (System.PARTS, System.STRING):
            rendered = self._rendered([self._system_message(PROBE, form), user])
            if PROBE in rendered and "'type'" not in rendered:
                return form
        return System.NONE

    def _rendered(self, chat: list[dict[str, Any]]) -> str:
        """What the template makes of a chat; nothing where it fails over it."""
        try:
            return str(self._processor.apply_chat_template(chat, add_generation_prompt=True))
        except (TemplateError, TypeError, ValueError, KeyError):
            return ""


def _message(role: str, text: str, n_images: int) -> dict[str, Any]:
    return {"role": role, "content": [*([{"type": "image"}] * n_images), {"type": "text", "text": text}]}


class FixedForm:
    """The one form of a family without chat templates."""

    def __init__(self, processor: ProcessorMixin, write: Callable[[Turn], str], max_images: int | None) -> None:
        """`write` gives the prompt as text; see FIXED."""
        self._processor = processor
        self._write = write
        self.max_images = max_images

    def encode(self, turns: Sequence[Turn], settings: Mapping[str, Any]) -> BatchFeature:
        """See PromptForm."""
        return self._processor(
            images=[list(turn.pictures) for turn in turns] if self.max_images is None else [_only(t) for t in turns],
            text=[self.text_of(turn) for turn in turns],
            return_tensors="pt",
            padding=True,
            **settings,
        )

    def text_of(self, turn: Turn) -> str:
        """See PromptForm."""
        return self._write(turn)


def _only(turn: Turn) -> Image.Image:
    (picture,) = turn.pictures
    return picture


def _words(turn: Turn) -> str:
    return " ".join(f"{turn.system} {' '.join(turn.labels)} {turn.prompt}".split())


def _blip2(turn: Turn) -> str:
    """Salesforce/blip2-opt-2.7b, model card: questions are asked so."""
    return f"Question: {_words(turn)} Answer:"


def _instructblip(turn: Turn) -> str:
    """Salesforce/instructblip-vicuna-7b, model card: the instruction alone."""
    return _words(turn)


def _paligemma(turn: Turn) -> str:
    """google/paligemma-3b-mix-448, model card: image tokens, then a prefix on one line; the processor ends the line."""
    return "<image>" * len(turn.pictures) + _words(turn)


def _idefics(turn: Turn) -> str:
    """HuggingFaceM4/idefics-9b-instruct, model card: `User:` and `Assistant:`, images where they are spoken of."""
    shown = "".join(f"{label} <image>\n" for label in turn.labels)
    system = f"{turn.system}\n" if turn.system else ""
    return f"{system}User: {shown}{turn.prompt}<end_of_utterance>\nAssistant:"


FIXED: dict[str, tuple[Callable[[Turn], str], int | None]] = {
    "Blip2Processor": (_blip2, 1),
    "InstructBlipProcessor": (_instructblip, 1),
    "PaliGemmaProcessor": (_paligemma, None),
    "IdeficsProcessor": (_idefics, None),
}
"""Name of the processor's class to how a prompt is written, and the most images it may have."""
