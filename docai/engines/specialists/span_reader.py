"""LoadedSpanReader: what all readers of spans share: a checkpoint, its tokens, and one question at a time."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import ClassVar, Self

import torch

from docai.engines.specialists.loading import Kind, Specialist, load
from docai.engines.specialists.pages import WordTokens


class LoadedSpanReader:
    """A checkpoint in use."""

    KIND: ClassVar[Kind]
    """The classes of its model and processor."""

    def __init__(self, loaded: Specialist) -> None:
        """Take a loaded checkpoint into use; see `load`."""
        self._loaded = loaded
        self._tokens = WordTokens(loaded.processor.tokenizer)
        # Tokenizers fail when two threads borrow them at once.
        self._busy = Lock()

    @classmethod
    def load(
        cls, source: str, *, device: str = "cpu", dtype: torch.dtype | None = None, cache: Path | None = None
    ) -> Self:
        """Load a checkpoint; arguments and errors as `docai.engines.specialists.loading.load` has them."""
        return cls(load(cls.KIND, source, device=device, dtype=dtype, cache=cache, apply_ocr=False))

    @property
    def name(self) -> str:
        """See `SpanReader`."""
        return self._loaded.name
