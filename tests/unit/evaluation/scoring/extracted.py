"""Extractions and read pages as docai would have made them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from docai.domain.documents import PageState
from docai.domain.extractions import Extraction, FieldValue
from docai.domain.geometry import Box
from docai.domain.ids import ExtractionId
from docai.evaluation.predictions import PredictedPage, Prediction
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.scorer import Scored, Scorer

BOX = Box(x0=0.1, y0=0.1, x1=0.9, y1=0.2)
NOTHING = Prediction(sample_id="1")


def extracted(data: Any, *values: tuple[object, int | None]) -> Prediction:
    """An extraction of this data; of these values, each with its page, or None where it stands nowhere."""
    fields = tuple(
        FieldValue(path=f"/{i}", value=value, page_number=page, box=None if page is None else BOX)
        for i, (value, page) in enumerate(values)
    )
    found = Extraction(
        id=ExtractionId(uuid4()),
        document_ids=(),
        json_schema={},
        data=data,
        fields=fields,
        is_valid=True,
        engine="test 1",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return Prediction(sample_id="1", extraction=found)


def read(*texts: str) -> Prediction:
    """Pages with these texts."""
    pages = (
        PredictedPage(file="a.png", number=number, state=PageState.PARSED, text=text)
        for number, text in enumerate(texts, start=1)
    )
    return Prediction(sample_id="1", pages=tuple(pages))


def sample(truth: dict[str, Any], task: Task = Task.EXTRACT, *, group: str = "", **more: Any) -> Sample:
    return Sample("1", task, (), truth, group=group, **more)


def scored(scorer: Scorer, *pairs: tuple[Sample, Prediction]) -> list[Scored]:
    return [Scored(one, said, scorer.score(one, said)) for one, said in pairs]


def figures(scorer: Scorer, truths: Sequence[dict[str, Any]], said: Sequence[Prediction]) -> dict[str, float]:
    """Figures of extractions or read pages."""
    return scorer.figures(scored(scorer, *((sample(truth), one) for truth, one in zip(truths, said, strict=True))))
