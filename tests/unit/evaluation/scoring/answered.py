"""Samples, answers and what a scorer makes of them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from docai.domain.answers import Answer, AnswerForm, Citation, Question
from docai.domain.evidence import Evidence, Verdict
from docai.domain.geometry import Box
from docai.domain.ids import AnswerId, DocumentId
from docai.domain.words import Witness
from docai.evaluation.predictions import Failure, Prediction
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.scorer import Scored, Scorer

FILE = "report.pdf"
_BOX = Box(x0=0.1, y0=0.1, x1=0.9, y1=0.2)


def sample(truth: BaseModel, categories: Mapping[str, str] | None = None, *, task: Task = Task.ANSWER) -> Sample:
    """Of one file."""
    return Sample(
        id="1",
        task=task,
        files=(SampleFile(FILE, bytes),),
        truth=truth.model_dump(mode="json"),
        question="what?",
        categories=categories or {},
    )


def answered(
    text: str | None,
    *pages: tuple[str, int],
    confidence: float = 0.5,
    form: AnswerForm | None = None,
) -> Prediction:
    """An answer that cites these pages; an abstention where there is no text."""
    answer = Answer(
        id=AnswerId(UUID(int=1)),
        question=Question(text="what?"),
        answerable=text is not None,
        text=text,
        confidence=confidence,
        citations=tuple(_cited(*page) for page in pages),
        engine="test 1",
        form=form,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return Prediction(sample_id="1", answer=answer)


def failed() -> Prediction:
    """What is kept where docai raised."""
    return Prediction(sample_id="1", failure=Failure(code="pdf_damaged", message="It cannot be read."))


def score(scorer: Scorer, asked: Sample, prediction: Prediction) -> Scored:
    """Both with their score."""
    return Scored(asked, prediction, scorer.score(asked, prediction))


def values(scorer: Scorer, truth: BaseModel, prediction: Prediction) -> dict[str, Any]:
    """Of one item."""
    return scorer.score(sample(truth), prediction).values


def _cited(name: str, page_number: int) -> Citation:
    return Citation(
        document_id=DocumentId(UUID(int=2)),
        document_name=name,
        page_number=page_number,
        box=_BOX,
        quote="quoted",
        evidence=Evidence(
            reader="test 1", witness=Witness.TEXT_LAYER, verdict=Verdict.EXACT, page_number=page_number, box=_BOX
        ),
    )
