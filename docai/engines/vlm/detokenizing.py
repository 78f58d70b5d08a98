"""Tokens to text, at once or as they come; special tokens are kept, since dialects are written in them."""

from __future__ import annotations

from collections.abc import Sequence

from transformers import PreTrainedTokenizerBase

UNFINISHED = "�"
"""What a tokenizer gives for bytes that are no whole character yet."""


class Detokenizer:
    """The text of one model's tokens."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, eos_tokens: frozenset[int]) -> None:
        """`eos_tokens` and what fills up a batch are not part of any text."""
        self._tokenizer = tokenizer
        self._silent = eos_tokens | {tokenizer.pad_token_id, tokenizer.bos_token_id}

    def text(self, tokens: Sequence[int]) -> str:
        """All of them as text."""
        said = [token for token in tokens if token not in self._silent]
        return str(self._tokenizer.decode(said, skip_special_tokens=False, clean_up_tokenization_spaces=False))


def until_stop(text: str, stops: Sequence[str]) -> str:
    """The text before the first of the stop strings in it."""
    found = [at for stop in stops if (at := text.find(stop)) >= 0]
    return text[: min(found)] if found else text


class Growing:
    """The pieces of a text as its tokens come; put together they are the whole text."""

    def __init__(self, detokenizer: Detokenizer, stops: Sequence[str]) -> None:
        """`stops` end the text and are no part of it: what may be the start of one is held back."""
        self._detokenizer = detokenizer
        self._stops = stops
        self._held_back = max((len(stop) - 1 for stop in stops), default=0)
        self._settled: list[int] = []
        self._recent: list[int] = []
        self._given = 0
        self._text = ""

    def add(self, token: int) -> str:
        """What can be told now that this token has come; often nothing."""
        self._recent.append(token)
        # Decoded with the tokens before them: by themselves, words may lose their leading space.
        before = self._detokenizer.text(self._settled)
        both = self._detokenizer.text([*self._settled, *self._recent])
        if both.endswith(UNFINISHED):
            return ""
        self._text += both[len(before) :]
        self._settled, self._recent = self._recent, []
        return self._new(until_stop(self._text, self._stops)[: max(0, len(self._text) - self._held_back)])

    def rest(self, whole: str) -> str:
        """What of the finished text was not told yet."""
        return self._new(whole)

    def _new(self, told: str) -> str:
        piece = told[self._given :]
        self._given = max(self._given, len(told))
        return piece
