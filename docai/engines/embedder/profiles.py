"""Checkpoints of the ColPali family as data: where they come from, what they give, what their licence allows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from docai.errors import CheckpointRefused


class Loader(StrEnum):
    """The library that has a model's classes."""

    ENGINE = "colpali_engine.models"
    TRANSFORMERS = "transformers"


class Cutting(StrEnum):
    """How a page becomes patches; see docai.engines.embedder.grids."""

    SQUARE = "square"
    NATIVE = "native"
    TILED = "tiled"


class CommercialUse(StrEnum):
    """Whether a checkpoint's weights may be used commercially."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Architecture:
    """A model class, by the name that `config.json` gives under `architectures`."""

    name: str
    loader: Loader
    processor: str
    """Name of its processor class, in the same library."""
    cutting: Cutting


ARCHITECTURES = {
    each.name: each
    for each in (
        Architecture("ColPali", Loader.ENGINE, "ColPaliProcessor", Cutting.SQUARE),
        Architecture("ColGemma3", Loader.ENGINE, "ColGemmaProcessor3", Cutting.SQUARE),
        Architecture("ColQwen2", Loader.ENGINE, "ColQwen2Processor", Cutting.NATIVE),
        Architecture("ColQwen2_5", Loader.ENGINE, "ColQwen2_5_Processor", Cutting.NATIVE),
        Architecture("ColQwen3", Loader.ENGINE, "ColQwen3Processor", Cutting.NATIVE),
        Architecture("ColQwen3_5", Loader.ENGINE, "ColQwen3_5Processor", Cutting.NATIVE),
        Architecture("ColIdefics3", Loader.ENGINE, "ColIdefics3Processor", Cutting.TILED),
        Architecture("ColModernVBert", Loader.ENGINE, "ColModernVBertProcessor", Cutting.TILED),
        Architecture("ColPaliForRetrieval", Loader.TRANSFORMERS, "ColPaliProcessor", Cutting.SQUARE),
        Architecture("ColQwen2ForRetrieval", Loader.TRANSFORMERS, "ColQwen2Processor", Cutting.NATIVE),
        Architecture("ColModernVBertForRetrieval", Loader.TRANSFORMERS, "ColModernVBertProcessor", Cutting.TILED),
    )
}
"""By name. colpali-engine 0.3.18 has the first eight, transformers 5.23 the last three."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A checkpoint."""

    name: str
    """What it is called in the settings."""
    source: str
    """Its id on the Hugging Face hub, or a local folder."""
    architecture: Architecture
    dimension: int | None
    """D, the length of a vector; None for a folder of which only the weights can tell."""
    visual_tokens: int | None
    """Most image vectors per page; None where the checkpoint's own files say it."""
    licence: str
    commercial_use: CommercialUse
    revision: str | None = None
    """Commit or tag on the hub; None for the newest, which is then written into the fingerprint."""


PROFILES = {
    name: Profile(name, source, ARCHITECTURES[architecture], dimension, visual_tokens, licence, commercial_use)
    for name, source, architecture, dimension, visual_tokens, licence, commercial_use in (
        ("colpali", "vidore/colpali-v1.3-merged", "ColPali", 128, None, "Gemma", CommercialUse.YES),
        ("colpali-hf", "vidore/colpali-v1.3-hf", "ColPaliForRetrieval", 128, None, "Gemma", CommercialUse.YES),
        ("colqwen2", "vidore/colqwen2-v1.0-merged", "ColQwen2", 128, 768, "Apache-2.0", CommercialUse.YES),
        ("colqwen2-hf", "vidore/colqwen2-v1.0-hf", "ColQwen2ForRetrieval", 128, 768, "Apache-2.0", CommercialUse.YES),
        # The adapter is MIT or Apache-2.0; Qwen2.5-VL-3B beneath it is not for commercial use.
        ("colqwen2.5", "vidore/colqwen2.5-v0.2", "ColQwen2_5", 128, 768, "Qwen Research", CommercialUse.NO),
        ("colqwen3", "TomoroAI/tomoro-colqwen3-embed-4b", "ColQwen3", 320, 1280, "Apache-2.0", CommercialUse.YES),
        ("colqwen3.5", "athrael-soju/colqwen3.5-4.5B-v3", "ColQwen3_5", 320, 1280, "Apache-2.0", CommercialUse.YES),
        ("colsmol-256m", "vidore/colSmol-256M", "ColIdefics3", 128, None, "Apache-2.0", CommercialUse.YES),
        ("colsmol-500m", "vidore/colSmol-500M", "ColIdefics3", 128, None, "Apache-2.0", CommercialUse.YES),
        ("colmodernvbert", "ModernVBERT/colmodernvbert", "ColModernVBert", 128, None, "MIT", CommercialUse.YES),
        (
            "colmodernvbert-hf",
            "ModernVBERT/colmodernvbert-hf",
            "ColModernVBertForRetrieval",
            128,
            None,
            "MIT",
            CommercialUse.YES,
        ),
    )
}
"""By name. Licences as the model cards and the README of colpali-engine 0.3.18 give them.

A ColGemma3 checkpoint is given by its folder or hub id: none is published by the makers of the engine.
"""


def architecture_named(name: str) -> Architecture:
    """The architecture that a `config.json` names.

    Raises:
        CheckpointRefused: for a name that is not in ARCHITECTURES.
    """
    if name not in ARCHITECTURES:
        known = ", ".join(ARCHITECTURES)
        raise CheckpointRefused(f"no embedder is of the architecture {name!r}; known are {known}", architecture=name)
    return ARCHITECTURES[name]


def profile_of(source: str, architecture: str) -> Profile:
    """The profile of a checkpoint that is not in PROFILES, such as a folder of one's own weights.

    Raises:
        CheckpointRefused: the architecture is unknown.
    """
    found = architecture_named(architecture)
    return Profile(
        name=source.rstrip("/").rpartition("/")[2],
        source=source,
        architecture=found,
        dimension=None,
        visual_tokens=None,
        licence="unknown",
        commercial_use=CommercialUse.UNKNOWN,
    )
