"""How many visual tokens are really in a prepared prompt: what the model will see, not what was planned."""

from __future__ import annotations

import torch
from transformers import PreTrainedConfig, ProcessorMixin

Tensors = dict[str, torch.Tensor]


def image_tokens(processor: ProcessorMixin, config: PreTrainedConfig) -> frozenset[int]:
    """Ids of the tokens in whose place the image's features are put; empty for models that have none of them."""
    named = (getattr(config, name, None) for name in ("image_token_id", "image_token_index"))
    found = {int(token) for token in named if isinstance(token, int)}
    if found:
        return frozenset(found)
    token = getattr(processor.tokenizer, "image_token_id", None)
    return frozenset({int(token)} if isinstance(token, int) else ())


class VisualTokens:
    """Counts for one model."""

    def __init__(self, processor: ProcessorMixin, config: PreTrainedConfig) -> None:
        """`config` is the model's."""
        self._kind = str(config.model_type)
        self._config = config
        self._tokens = torch.tensor(sorted(image_tokens(processor, config)), dtype=torch.long)

    def of(self, tensors: Tensors, n_images: int) -> list[int]:
        """For each prompt of a batch, of equally many images each, what of them the language model attends to."""
        if self._kind == "mllama":
            return self._cross_attended(tensors)
        if self._kind == "idefics":
            # Latents of the Perceiver, in place of each image's patches; transformers `models/idefics/perceiver.py`.
            latents = int(self._config.perceiver_config.resampler_n_latents)
            return [n_images * latents] * len(tensors["input_ids"])
        return [int(n) for n in torch.isin(tensors["input_ids"], self._tokens).sum(dim=1)]

    def _cross_attended(self, tensors: Tensors) -> list[int]:
        """States of the tiles that hold pixels; transformers `MllamaVisionModel` gives patches and a class token each.

        The others are masked from attention (`_prepare_aspect_ratio_attention_mask`).
        """
        vision = self._config.vision_config
        states = (int(vision.image_size) // int(vision.patch_size)) ** 2 + 1
        tiles = tensors["aspect_ratio_mask"].flatten(1).sum(dim=1)
        return [int(n) * states for n in tiles]
