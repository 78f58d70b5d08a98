"""ReadFile: a file that was read for a run."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from docai.domain.generations import TokenUsage
from docai.domain.ids import DocumentId
from docai.evaluation.predictions import Failure


class ReadFile(BaseModel):
    """What became of a file; the newest line of a name counts."""

    model_config = ConfigDict(frozen=True)

    name: str
    document_id: DocumentId | None = None
    """None: it was not taken in."""
    n_pages: int = 0
    sample_id: str = ""
    """The sample for which it was read, which is told its seconds and tokens; empty: it was read for the corpus, or
    there was a file of the same bytes before."""
    seconds: float = 0.0
    """From taking it in until it was read; pages that an earlier sitting had read are not among them."""
    usage: TokenUsage = TokenUsage()
    """What a vision-language model took to read it."""
    failure: Failure | None = None
    """Why nothing of it can be asked about."""
    is_partial: bool = False
    """Whether only a part of it was read, or a part less well than we promise."""
    is_repeat: bool = False
    """Whether another file of the run had the same bytes: its pages are counted there."""
