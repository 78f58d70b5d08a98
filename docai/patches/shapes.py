"""Shapes of language models and vision towers; what tokens cost them in memory and operations."""

from __future__ import annotations

from dataclasses import dataclass

from docai.domain.sights import Sight, Tile

_BYTES_PER_NUMBER = 2
"""Keys and values in bfloat16 or float16."""


@dataclass(frozen=True)
class LanguageShape:
    """The decoder that reads the prompt; embeddings and output layer are not counted.

    Attributes:
        n_layers: layers that keep keys and values of every token.
        n_heads: heads of the queries.
        n_kv_heads: heads of the keys and of the values.
        head_dim: numbers in a head.
        n_parameters: weights that a token meets, those of all layers; of a mixture of experts only the active ones.
        is_causal: whether a token of the prompt attends only to those before it; PaliGemma's attends to all.
    """

    n_layers: int
    n_heads: int
    n_kv_heads: int
    head_dim: int
    n_parameters: int
    is_causal: bool = True


@dataclass(frozen=True)
class VisionShape:
    """The tower that sees the patches.

    Attributes:
        n_layers: its layers.
        hidden: width of its layers.
        intermediate: width inside its feed-forward layers.
        n_parameters: weights that a patch meets.
        windowed_layers: layers in which a patch attends only to its window.
        window_patches: patches in a window.
        connector_parameters: weights that a visual token meets between tower and language model.
    """

    n_layers: int
    hidden: int
    intermediate: int
    n_parameters: int
    windowed_layers: int = 0
    window_patches: int = 0
    connector_parameters: int = 0


def decoder(
    *, n_layers: int, hidden: int, intermediate: int, n_heads: int, n_kv_heads: int, head_dim: int
) -> LanguageShape:
    """A decoder with grouped queries and gated feed-forward layers, as Llama, Mistral, Qwen and Granite are built.

    The projections of queries and output have hidden x (heads x head size) weights, those of keys and values hidden x
    (kv heads x head size), and the feed-forward layer has three matrices of hidden x intermediate; biases and norms,
    below 0.1 % of the whole, are left out.
    """
    attention = 2 * hidden * n_heads * head_dim + 2 * hidden * n_kv_heads * head_dim
    layer = attention + 3 * hidden * intermediate
    return LanguageShape(n_layers, n_heads, n_kv_heads, head_dim, n_layers * layer)


def tower(
    *, n_layers: int, hidden: int, intermediate: int, is_gated: bool = False, connector_parameters: int = 0
) -> VisionShape:
    """A vision transformer with full attention.

    A layer has four matrices of hidden x hidden and two of hidden x intermediate, three where it `is_gated`.
    """
    layer = 4 * hidden**2 + (3 if is_gated else 2) * hidden * intermediate
    return VisionShape(n_layers, hidden, intermediate, n_layers * layer, connector_parameters=connector_parameters)


def merger(hidden: int, merge: int, out: int) -> int:
    """Weights of the two layers that join merge x merge patches into a token.

    From transformers `models/qwen2_vl/modeling_qwen2_vl.py`, class `PatchMerger`.
    """
    joined = hidden * merge**2
    return joined * joined + joined * out


def kv_bytes(language: LanguageShape | None, tokens: int) -> int:
    """Bytes of the keys and values of so many tokens, 2 bytes a number; 0 where the shape is unknown."""
    if language is None:
        return 0
    return 2 * language.n_layers * language.n_kv_heads * language.head_dim * _BYTES_PER_NUMBER * tokens


def prefill_flops(language: LanguageShape | None, vision: VisionShape | None, sight: Sight, text_tokens: int) -> float:
    """Floating-point operations to see an image and read a prompt; 0 where a shape is unknown.

    Two operations for each weight that a token or patch meets, and four for each number of a query against each key
    that it attends to (product with the key, sum of the values); half of them where attention is causal (Kaplan et
    al., Scaling Laws for Neural Language Models, section 2.1, with the causal half taken off).
    """
    if language is None or vision is None:
        return 0.0
    tokens = sight.prompt_tokens + text_tokens
    reading = 2.0 * language.n_parameters * tokens
    pairs = tokens**2 / (2 if language.is_causal else 1)
    reading += 4.0 * language.n_layers * language.n_heads * language.head_dim * pairs
    return reading + _seeing(vision, sight)


def _seeing(vision: VisionShape, sight: Sight) -> float:
    full_layers = vision.n_layers - vision.windowed_layers
    pairs = full_layers * sum(_patches(tile, sight.patch_px) ** 2 for tile in sight.tiles)
    pairs += vision.windowed_layers * vision.window_patches * sight.n_patches
    weights = vision.n_parameters * sight.n_patches + vision.connector_parameters * sight.visual_tokens
    return 2.0 * weights + 4.0 * vision.hidden * pairs


def _patches(tile: Tile, patch_px: int) -> int:
    return (tile.width_px // patch_px) * (tile.height_px // patch_px)
