"""Question, Hit, Answer, Citation, and abstention; and what is told while an answer is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from docai.domain.attempts import PromptRef
from docai.domain.documents import DocumentFilter
from docai.domain.evidence import Evidence
from docai.domain.explanations import Explanation
from docai.domain.generations import TokenUsage
from docai.domain.geometry import Box
from docai.domain.ids import AnswerId, DocumentId
from docai.domain.sights import TokenPlan


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


class AnswerForm(StrEnum):
    """What kind of thing an answer is."""

    SPAN = "span"
    """Words of a page."""
    NUMBER = "number"
    LIST = "list"
    YES_NO = "yes_no"
    NONE = "none"
    """Nothing: the pages do not say."""


class Step(BaseModel):
    """A step of arithmetic, done again by us."""

    model_config = ConfigDict(frozen=True)

    expression: str
    """Numbers that stand on cited places, results of steps before it, `+ - * /` and brackets."""
    result: float


class CrossCheck(BaseModel):
    """What another reader says of the same pages, beside the one that answered."""

    model_config = ConfigDict(frozen=True)

    engine: str
    text: str | None
    """None: it abstained, or, where `agrees` is false, stands in a document that the answer does not cite."""
    agrees: bool | None
    """Whether both say the same; None where one of the two abstained."""
    confidence: float


class PageShown(BaseModel):
    """A page, or a piece of one, in a model's prompt."""

    model_config = ConfigDict(frozen=True)

    document_id: DocumentId
    document_name: str
    page_number: int
    plan: TokenPlan


class PageLeftOut(BaseModel):
    """A page that a model was not shown, and why."""

    model_config = ConfigDict(frozen=True)

    document_id: DocumentId
    document_name: str
    page_number: int
    reason: str


class ModelUse(BaseModel):
    """What a vision-language model was shown, and what that took; also where its answer could not be used."""

    model_config = ConfigDict(frozen=True)

    model: str
    """Model, revision and engine."""
    prompt: PromptRef | None = None
    shown: tuple[PageShown, ...] = ()
    left_out: tuple[PageLeftOut, ...] = ()
    usage: TokenUsage = TokenUsage()
    problem: str | None = None
    """Why what it said was not used; None where it was."""


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
    form: AnswerForm | None = None
    """None where the extractive reader answered."""
    is_verified: bool = True
    """Whether everything that it rests on stands on the cited pages; False: only a model says so."""
    steps: tuple[Step, ...] = ()
    cross_check: CrossCheck | None = None
    model: ModelUse | None = None
    """None where no vision-language model was asked."""
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PagesFound:
    """Told first: the pages that an answer is looked for on, best first."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Told while a model writes: a piece of its answer, before anything has confirmed it."""

    text: str


AnswerNews = PagesFound | TextPiece | Answer
"""What is told while an answer is made; the answer comes last."""
