"""Tokenizers with a token per byte, and the special tokens that a family's processor asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import transformers
from tokenizers.pre_tokenizers import ByteLevel


def byte_tokenizer(
    named: dict[str, str],
    extra: Sequence[str],
    eos: str = "<|im_end|>",
    pad: str = "<|endoftext|>",
    bos: str | None = None,
) -> Any:
    """A tokenizer with a token per byte.

    Args:
        named: Special tokens that the processor looks for by a name, such as `image_token`.
        extra: Other special tokens.
        eos: What ends a text.
        pad: What fills up a batch.
        bos: What begins a text, if anything does.
    """
    vocabulary = {symbol: i for i, symbol in enumerate(sorted(ByteLevel.alphabet()))}
    for token in dict.fromkeys([pad, eos, *([bos] if bos else []), *named.values(), *extra]):
        vocabulary[token] = len(vocabulary)
    return transformers.Qwen2Tokenizer(
        vocab=vocabulary,
        merges=[],
        eos_token=eos,
        pad_token=pad,
        unk_token=pad,
        bos_token=bos,
        extra_special_tokens=list(extra),
        model_specific_special_tokens=named,
    )


def gemma_tokenizer(named: dict[str, str], extra: Sequence[str]) -> Any:
    """Gemma's kind of tokenizer: a token per printable ASCII character, and one per byte for all others."""
    symbols = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", *(f"<0x{byte:02X}>" for byte in range(256))]
    symbols += [chr(code) for code in range(33, 127)] + ["▁", "\n", *named.values(), *extra]
    vocabulary = {symbol: i for i, symbol in enumerate(dict.fromkeys(symbols))}
    return transformers.GemmaTokenizer(
        vocab=vocabulary,
        merges=[],
        extra_special_tokens=[*named.values(), *extra],
        model_specific_special_tokens=named,
    )
