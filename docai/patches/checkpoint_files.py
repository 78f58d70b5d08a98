"""CheckpointFiles: what a checkpoint's own config.json and processor settings say, old and new forms alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from docai.patches.shapes import LanguageShape, VisionShape, decoder, tower

_GATED_TOWERS = frozenset({"pixtral", "qwen2_5_vl", "qwen2_5_vl_vision", "glm_ocr_vision", "glm4v_vision"})
"""Towers whose feed-forward layers have three matrices."""


@dataclass(frozen=True)
class CheckpointFiles:
    """Settings of one checkpoint.

    Attributes:
        config: its config.json.
        preprocessor: its preprocessor_config.json, or the processor_config.json that has the same under
            `image_processor`.
    """

    config: Mapping[str, Any]
    preprocessor: Mapping[str, Any]

    @property
    def images(self) -> Mapping[str, Any]:
        """Settings of the image processor."""
        nested = self.preprocessor.get("image_processor")
        return nested if isinstance(nested, Mapping) else self.preprocessor

    @property
    def text(self) -> Mapping[str, Any]:
        """Settings of the language model; older files have them beside the others."""
        for key in ("text_config", "llm_config", "language_config", "decoder"):
            nested = self.config.get(key)
            if isinstance(nested, Mapping):
                return nested
        return self.config

    @property
    def vision(self) -> Mapping[str, Any]:
        """Settings of the vision tower."""
        nested = self.config.get("vision_config", self.config.get("encoder"))
        return nested if isinstance(nested, Mapping) else {}

    def image_number(self, key: str, default: int) -> int:
        """A number among the settings of the image processor; `default` where the file leaves it to the class."""
        return _number(self.images.get(key), default)

    def image_flag(self, key: str, *, default: bool) -> bool:
        """A yes or no among the settings of the image processor; `default` where the file leaves it to the class."""
        value = self.images.get(key)
        return default if value is None else bool(value)

    def processor_number(self, key: str, default: int) -> int:
        """A number among the settings of the processor around the image processor."""
        return _number(self.preprocessor.get(key), default)

    def vision_number(self, key: str, default: int) -> int:
        """A number among the settings of the vision tower."""
        return _number(self.vision.get(key), default)

    def size(self, *keys: str, default: int) -> int:
        """The first of these keys of the image processor's `size`, which may also be one number."""
        size = self.images.get("size")
        if isinstance(size, int):
            return size
        if isinstance(size, Mapping):
            for key in keys:
                if size.get(key) is not None:
                    return int(size[key])
        return default

    @property
    def context_tokens(self) -> int:
        """Positions of the language model."""
        for key in ("max_position_embeddings", "n_positions", "max_sequence_length"):
            if self.text.get(key):
                return int(self.text[key])
        return 0

    def language_shape(self) -> LanguageShape | None:
        """The language model's shape, where its settings have the usual names and every layer keeps keys and values."""
        text = self.text
        names = ("num_hidden_layers", "hidden_size", "intermediate_size", "num_attention_heads")
        layers = {str(kind) for kind in text.get("layer_types") or ()}
        if any(not isinstance(text.get(name), int) for name in names) or "linear_attention" in layers:
            return None
        if text.get("cross_attention_layers") or text.get("n_routed_experts") or text.get("num_experts"):
            return None
        heads = int(text["num_attention_heads"])
        hidden = int(text["hidden_size"])
        return decoder(
            n_layers=int(text["num_hidden_layers"]),
            hidden=hidden,
            intermediate=int(text["intermediate_size"]),
            n_heads=heads,
            n_kv_heads=int(text.get("num_key_value_heads") or heads),
            head_dim=int(text.get("head_dim") or hidden // heads),
        )

    def vision_shape(self) -> VisionShape | None:
        """The tower's shape up to the layer whose output is used, where its settings have the usual names."""
        vision = self.vision
        layers = vision.get("num_hidden_layers", vision.get("depth"))
        hidden = vision.get("embed_dim") if self.config.get("model_type") == "qwen2_vl" else vision.get("hidden_size")
        intermediate = vision.get("intermediate_size")
        if intermediate is None and isinstance(hidden, int) and vision.get("mlp_ratio"):
            intermediate = int(hidden * vision["mlp_ratio"])
        if not (isinstance(layers, int) and isinstance(hidden, int) and isinstance(intermediate, int)):
            return None
        used = self.config.get("vision_feature_layer")
        if isinstance(used, int) and used < -1:  # -2: the last layer but one
            layers += used + 1
        is_gated = vision.get("model_type", self.config.get("model_type")) in _GATED_TOWERS
        return tower(n_layers=layers, hidden=hidden, intermediate=intermediate, is_gated=is_gated)


def _number(value: object, default: int) -> int:
    return value if isinstance(value, int) else default
