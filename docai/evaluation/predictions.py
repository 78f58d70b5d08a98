"""Prediction: what docai said to a sample, whole, as it is kept."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from docai.domain.answers import Answer
from docai.domain.documents import PageState
from docai.domain.extractions import Extraction
from docai.domain.generations import TokenUsage
from docai.domain.geometry import PageSize
from docai.domain.parses import PageParse


class RankedPage(BaseModel):
    """A page in a ranking."""

    model_config = ConfigDict(frozen=True)

    file: str
    """Name of the sample's or corpus' file."""
    page: int
    """1-based."""
    score: float = 0.0


class PredictedPage(BaseModel):
    """A page as docai read it."""

    model_config = ConfigDict(frozen=True)

    file: str
    number: int
    """1-based."""
    state: PageState
    size: PageSize | None = None
    markdown: str = ""
    text: str = ""
    """The page's words, line by line, as the witness that docai believes has them."""
    parse: PageParse | None = None


class Failure(BaseModel):
    """Why there is no output."""

    model_config = ConfigDict(frozen=True)

    code: str
    """Of docai's own error, such as `pdf_damaged`."""
    message: str


class Prediction(BaseModel):
    """What docai said to one sample; all that is empty was not asked for, or failed."""

    model_config = ConfigDict(frozen=True)

    sample_id: str
    answer: Answer | None = None
    within: tuple[RankedPage, ...] = ()
    """Pages of the sample's own file, best first."""
    across: tuple[RankedPage, ...] = ()
    """Pages of the whole corpus, best first."""
    pages: tuple[PredictedPage, ...] = ()
    extraction: Extraction | None = None
    failure: Failure | None = None
    n_pages: int = 0
    """Pages of the sample's files."""
    seconds: float = 0.0
    """From asking to the answer; for `Task.PARSE` and files that were read for this sample, with reading."""
    usage: TokenUsage = TokenUsage()
    """What a vision-language model took for it, reading included."""

    @property
    def answer_text(self) -> str | None:
        """What was answered; None: docai abstained, or failed."""
        return self.answer.text if self.answer is not None and self.answer.answerable else None
