"""A JSON Schema to a mask over the next token, so that even a poor model writes what the schema allows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import torch
import xgrammar
from transformers import PreTrainedTokenizerBase

from docai.engines.vlm.sent_schemas import sendable

MAX_SCHEMA_CHARACTERS = 200_000
"""Larger schemas take seconds to compile; they are not enforced."""


class Constraint:
    """What the next token of one text may be."""

    def __init__(self, compiled: xgrammar.CompiledGrammar) -> None:
        """Start at the beginning of a text that is to satisfy `compiled`."""
        self._matcher = xgrammar.GrammarMatcher(compiled)
        self._mask = xgrammar.allocate_token_bitmask(1, compiled.tokenizer_info.vocab_size)

    def restrict(self, scores: torch.Tensor) -> None:
        """Set the scores of tokens that may not come next to minus infinity, in place; (1, V)."""
        if self._matcher.is_terminated():
            return
        self._matcher.fill_next_token_bitmask(self._mask)
        xgrammar.apply_token_bitmask_inplace(scores, self._mask.to(scores.device))

    def accept(self, token: int) -> None:
        """Go on by the token that was chosen."""
        if not self._matcher.is_terminated():
            self._matcher.accept_token(token)


class Constraints:
    """Constraints for the tokens of one model."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, vocabulary_size: int, eos_tokens: frozenset[int]) -> None:
        """Nothing is read before the first schema.

        Args:
            tokenizer: The model's tokenizer.
            vocabulary_size: How many tokens the model's output layer tells apart.
            eos_tokens: Tokens by which it says that it is done; they are allowed where the text satisfies the schema.
        """
        self._tokenizer = tokenizer
        self._vocabulary_size = vocabulary_size
        self._eos_tokens = sorted(eos_tokens)

    def of(self, schema: Mapping[str, Any]) -> Constraint | None:
        """The constraint for a text; None for a schema that cannot be enforced, such as a recursive one."""
        try:
            wanted = json.dumps(sendable(schema))
        except (RecursionError, ValueError, TypeError):
            return None
        if wanted == "null" or len(wanted) > MAX_SCHEMA_CHARACTERS:
            return None
        try:
            # White space is as fixed as `json.dumps` has it: where it is free, models have filled pages with it.
            return Constraint(self._compiler.compile_json_schema(wanted, any_whitespace=False))
        except (RuntimeError, ValueError, TypeError):
            return None

    @cached_property
    def _compiler(self) -> xgrammar.GrammarCompiler:
        tokens = xgrammar.TokenizerInfo.from_huggingface(
            self._tokenizer, vocab_size=self._vocabulary_size, stop_token_ids=self._eos_tokens
        )
        return xgrammar.GrammarCompiler(tokens, max_threads=1)
