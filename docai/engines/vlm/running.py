"""A prepared batch through the model, every row to its own end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers import GenerationConfig

from docai.engines.vlm.counting import Tensors, image_tokens
from docai.engines.vlm.detokenizing import Detokenizer
from docai.engines.vlm.drawing import Drawing
from docai.engines.vlm.loading import LoadedVlm
from docai.engines.vlm.prompting import Prepared
from docai.engines.vlm.rows import Row
from docai.engines.vlm.watching import Watch
from docai.errors import EngineUnavailable
from docai.protocols.generating import Cancellation


class Runner:
    """Runs one model."""

    def __init__(self, loaded: LoadedVlm, detokenizer: Detokenizer) -> None:
        """`detokenizer` is for finding the strings at which a text ends."""
        self._loaded = loaded
        self._detokenizer = detokenizer
        # Llama 3.2 Vision reads the token of an image, and has no place for it in what it writes.
        images = image_tokens(loaded.processor, loaded.model.config)
        self._image_tokens = frozenset(token for token in images if token < loaded.vocabulary_size)

    def run(self, rows: Sequence[Row], batch: Prepared, cancel: Cancellation | None) -> None:
        """Let the model write; what it wrote, and why it ended, is then in the rows.

        Raises:
            MemoryError: the batch does not fit.
            EngineUnavailable: the GPU was lost.
        """
        watch = Watch(rows, self._loaded.eos_tokens, self._detokenizer.text, cancel)
        try:
            with torch.inference_mode():
                self._loaded.model.generate(
                    **self._on_device(batch.tensors),
                    **batch.settings,
                    generation_config=self._config(max(row.decoding.max_tokens for row in rows)),
                    logits_processor=[Drawing(rows, self._image_tokens)],
                    stopping_criteria=[watch],
                )
        except RuntimeError as error:
            if "CUDA error" in str(error):
                raise EngineUnavailable(f"the GPU was lost: {error}") from error
            if not isinstance(error, torch.OutOfMemoryError) and "allocate memory" not in str(error):
                raise
        else:
            return
        # Out here, where the error and with it the tensors of every layer are gone.
        if self._loaded.device.type == "cuda":
            torch.cuda.empty_cache()
        raise MemoryError

    def _config(self, max_tokens: int) -> GenerationConfig:
        config = GenerationConfig.from_dict(self._loaded.model.generation_config.to_dict())
        config.max_new_tokens = max_tokens
        return config

    def _on_device(self, tensors: Tensors) -> dict[str, Any]:
        device, dtype = self._loaded.device, self._loaded.dtype
        return {
            name: tensor.to(device, dtype if tensor.is_floating_point() else None) for name, tensor in tensors.items()
        }
