"""RunRecord: what a run measured, with what, and when; all that is needed to repeat it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict


class Hardware(BaseModel):
    """The machine."""

    model_config = ConfigDict(frozen=True)

    processor: str
    n_cores: int
    """That this process may use."""
    memory_gib: float
    gpu: str | None = None


class RunRecord(BaseModel):
    """One run of a data set."""

    model_config = ConfigDict(frozen=True)

    dataset: str
    title: str
    split: str
    data: str
    """SHA-256 of the samples' ids, questions and truths and of their files' names: the same for the same data."""
    n_samples: int
    """That were to be asked, after `first`."""
    first: int | None = None
    """Only so many samples, drawn by lot with the seed where the set has more; None: all."""
    seed: int
    profile: str
    """Name of the profile; `environment` for the settings of the environment."""
    settings: dict[str, Any]
    """All of them, without secrets."""
    visual_tokens: int | None = None
    """Most visual tokens of a page that this run allowed; None: as many as the fidelity rule asks for."""
    model: str | None = None
    """Vision-language model with its revision and engine; None: none was configured."""
    engines: dict[str, str] = {}
    """Others, by what they do: layout, OCR, encoder."""
    docai_version: str
    hardware: Hardware
    started_at: datetime
    finished_at: datetime | None = None
    seconds: float = 0.0
    """Over all its sittings, with reading."""
    n_pages_read: int = 0
    """Pages that were read for it, none twice."""
    cost: float | None = None
    """By the prices of the settings; None where they have none."""
    currency: str = "USD"
    contamination: dict[str, Any] | None = None
    """What was found to overlap with data that was trained on or shown; None: not asked for."""
