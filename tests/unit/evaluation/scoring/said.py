"""Predictions as docai would have made them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

from docai.domain.answers import Answer, Citation, Question
from docai.domain.charts import Chart, DataPoint, Series
from docai.domain.documents import PageState
from docai.domain.evidence import Evidence, Verdict
from docai.domain.geometry import Box
from docai.domain.ids import AnswerId, DocumentId
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Table
from docai.evaluation.predictions import Failure, PredictedPage, Prediction

BOX = Box(x0=0.1, y0=0.1, x1=0.9, y1=0.9)


def answered(text: str, pages: Sequence[int] = (), file: str = "file.pdf") -> Prediction:
    """An answer with a citation on each of these pages."""
    return _answer(text, tuple(_citation(file, page) for page in pages))


def abstained(pages: Sequence[int] = ()) -> Prediction:
    return _answer(None, tuple(_citation("file.pdf", page) for page in pages))


def failed() -> Prediction:
    return Prediction(sample_id="1", failure=Failure(code="pdf_damaged", message="It is damaged."))


def charted(*charts: Chart, tables: Sequence[Table] = ()) -> Prediction:
    """A page on which these charts and tables were read."""
    blocks = [Block(kind=BlockKind.CHART, text="", box=BOX, chart=chart) for chart in charts]
    blocks += [Block(kind=BlockKind.TABLE, text="", box=BOX, table=table) for table in tables]
    parse = PageParse(page_number=1, engine="test 1", blocks=tuple(blocks))
    return Prediction(
        sample_id="1", pages=(PredictedPage(file="file.png", number=1, state=PageState.PARSED, parse=parse),)
    )


def chart(values: dict[str, dict[str, str]], title: str = "") -> Chart:
    """A chart of values by series and category."""
    series = [
        Series(name=name, points=tuple(DataPoint(category=category, text=text) for category, text in points.items()))
        for name, points in values.items()
    ]
    return Chart(title=title, series=tuple(series))


def _answer(text: str | None, citations: tuple[Citation, ...]) -> Prediction:
    answer = Answer(
        id=AnswerId(uuid4()),
        question=Question(text="What?"),
        answerable=text is not None,
        text=text,
        citations=citations,
        engine="test 1",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return Prediction(sample_id="1", answer=answer)


def _citation(file: str, page: int) -> Citation:
    evidence = Evidence(reader="test 1", witness=None, verdict=Verdict.EXACT, page_number=page, box=BOX)
    return Citation(
        document_id=DocumentId(uuid4()),
        document_name=file,
        page_number=page,
        box=BOX,
        quote="words",
        evidence=evidence,
    )
