"""A page's image and words as the models of the LayoutLM kind take them."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image
from transformers import BatchEncoding, PreTrainedTokenizerBase, ProcessorMixin

from docai.domain.words import Word
from docai.engines.checkpoints.control_tokens import defused, special_tokens
from docai.engines.specialists.word_windows import windows
from docai.errors import InvalidQuestion, PageUnreadable

MAX_TOKENS = 512
"""Of question and words together: what LayoutLMv3 has positions for (`max_position_embeddings` is 514, of which the
numbering of RoBERTa takes 2), and what the T5 in UDOP was trained with (Raffel et al. 2020, section 3.1.2)."""
BOX_UNITS = 1000
"""Boxes are whole numbers from 0 to 1000 across the page (LayoutLM, Xu et al. 2020, section 3.1)."""
MIN_ROOM_TOKENS = 64
"""A question that leaves fewer tokens to the page's words is none."""


def picture(image: bytes) -> Image.Image:
    """The image of a file.

    Raises:
        PageUnreadable: it is damaged.
    """
    try:
        with Image.open(io.BytesIO(image)) as opened:
            return opened.convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise PageUnreadable(f"the page's image is damaged: {error}") from error


def box_units(word: Word) -> list[int]:
    """A word's box as the models take it: left, top, right, bottom."""
    return [round(BOX_UNITS * edge) for edge in (word.box.x0, word.box.y0, word.box.x1, word.box.y1)]


class WordTokens:
    """Cuts a page's words into windows that a model takes, each with the question."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, *, max_tokens: int = MAX_TOKENS) -> None:
        """Take a tokenizer into use; it must take words with boxes."""
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens
        self._special = special_tokens([*tokenizer.get_added_vocab(), *tokenizer.all_special_tokens])

    def plain(self, text: str) -> str:
        """The text on one line, no token of the model's in it."""
        return defused(" ".join(text.split()), self._special)

    def asked(self, question: str) -> str:
        """A question as the model is asked it.

        Raises:
            InvalidQuestion: it is empty.
        """
        if not (plain := self.plain(question)):
            raise InvalidQuestion("the question is empty")
        return plain

    def windows(self, question: str, words: Sequence[Word]) -> list[slice]:
        """The words of each window, none for a page without words.

        Raises:
            InvalidQuestion: the question leaves too little room.
        """
        if not words:
            return []
        texts = [self.plain(word.text) for word in words]
        encoded = self._tokenizer(question, texts, boxes=[box_units(word) for word in words], truncation=False)
        lengths = [0] * len(words)
        beside = 0
        for word, sequence in zip(encoded.word_ids(0), encoded.sequence_ids(0), strict=True):
            if word is None or sequence == 0:
                beside += 1
            else:
                lengths[word] += 1
        room = self._max_tokens - beside
        if room < MIN_ROOM_TOKENS:
            raise InvalidQuestion(f"the question has {beside} tokens; the model takes {self._max_tokens} with the page")
        return windows(lengths, room)

    def inputs(
        self, processor: ProcessorMixin, image: Image.Image, question: str, words: Sequence[Word]
    ) -> BatchEncoding:
        """What the model takes of a window, as tensors; it knows which token is of which word."""
        return processor(
            image,
            question,
            text_pair=[self.plain(word.text) for word in words],
            boxes=[box_units(word) for word in words],
            truncation="only_second",
            max_length=self._max_tokens,
            return_tensors="pt",
        )
