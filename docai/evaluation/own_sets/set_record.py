"""SetRecord: what `set.json` says of an own set as a whole."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from docai.errors import DatasetDamaged

RECORD = "set.json"
QUESTIONS = "questions.jsonl"
SEALED = ".sealed"
"""What the names of sealed files end with."""


class Cloud(StrEnum):
    """Whether a model at a provider may be shown the set's pages."""

    NEVER = "never"
    ALLOWED = "allowed"


class SetRecord(BaseModel):
    """An own set; a folder without `set.json` has all defaults."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cloud: Cloud = Cloud.NEVER
    encrypted: bool = False
    """Whether questions and documents are sealed with the deployment's key."""
    seed: int | None = None
    """Of the proposed questions; None where they were written by hand."""
    made_at: datetime | None = None


def read_record(folder: Path) -> SetRecord:
    """What `set.json` says.

    Raises:
        DatasetDamaged: it cannot be read.
    """
    path = folder / RECORD
    try:
        return SetRecord.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return SetRecord()
    except (ValidationError, OSError) as error:
        raise DatasetDamaged(f"{path} cannot be read: {error}.", path=str(path)) from None


def is_own_set(folder: Path) -> bool:
    """Whether a folder is an own set, sealed or not."""
    return any((folder / name).exists() for name in (RECORD, QUESTIONS, QUESTIONS + SEALED))
