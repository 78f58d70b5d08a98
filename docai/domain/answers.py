"""Question, Hit, Answer, Citation, and abstention."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from docai.domain.documents import DocumentFilter
from docai.domain.evidence import Evidence
from docai.domain.explanations import Explanation
from docai.domain.geometry import Box
from docai.domain.ids import AnswerId, DocumentId


class SearchMode(StrEnum):
    """What ranks the pages."""

    HYBRID = "hybrid"
    LATE_INTERACTION = "late_interaction"
    TEXT = "text"


class Question(BaseModel):
    """What is asked, and where to look."""

    model_config = ConfigDict(frozen=True)

    text: str
    document_ids: tuple[DocumentId, ...] = ()
    """Empty: all of the tenant's documents."""
    top_k: int = 10
    mode: SearchMode = SearchMode.HYBRID
    filter: DocumentFilter = DocumentFilter()
    """Only in documents that it matches, of those named."""
    explain: bool = False
    """Whether hits say what made their scores."""


class Match(BaseModel):
    """Why a page was found: a token of the query and the word of the page that met it best."""

    model_config = ConfigDict(frozen=True)

    token: str
    word: str
    box: Box
    similarity: float
    """Cosine of the token's and the word's vectors, before weighting; 1 where words were compared by their terms."""
    weight: float
    """The token's weight in this query: its inverse document frequency."""


class Hit(BaseModel):
    """A page that answers a search."""

    model_config = ConfigDict(frozen=True)

    document_id: DocumentId
    document_name: str
    page_number: int
    score: float
    """Fused score: comparable within one search only."""
    late_interaction_rank: int | None = None
    late_interaction_score: float | None = None
    text_rank: int | None = None
    text_score: float | None = None
    encoder: str | None = None
    """Fingerprint of the encoder whose vectors were searched; None where none were."""
    matches: tuple[Match, ...] = ()
    snippet: str = ""
    explanation: Explanation | None = None


class Citation(BaseModel):
    """Where an answer stands."""

    model_config = ConfigDict(frozen=True)

    document_id: DocumentId
    document_name: str
    page_number: int
    box: Box
    quote: str
    """The page's own words."""
    evidence: Evidence


class AnswerKind(StrEnum):
    """What holds the answer on the page."""

    SPAN = "span"
    CELL = "cell"
    FIELD = "field"


class Answer(BaseModel):
    """An answer with its citations, or an abstention."""

    model_config = ConfigDict(frozen=True)

    id: AnswerId
    question: Question
    answerable: bool
    text: str | None
    """None when nothing on the pages says it."""
    kind: AnswerKind | None = None
    confidence: float = 0.0
    """0 to 1; of the best candidate, also when we abstain."""
    citations: tuple[Citation, ...] = ()
    reason: str | None = None
    """Why we abstain."""
    engine: str
    created_at: datetime
