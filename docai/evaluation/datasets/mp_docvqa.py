"""MP-DocVQA: DocVQA's questions, asked about up to 20 pages of a document."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from docai.errors import DatasetDamaged
from docai.evaluation.datasets.dataset import Dataset, HubPlace, Source
from docai.evaluation.datasets.files import all_present, present
from docai.evaluation.datasets.page_images import as_document
from docai.evaluation.datasets.parquet_pictures import located_rows, placed_picture
from docai.evaluation.datasets.rows_checked import checked
from docai.evaluation.datasets.rrc import RRC, SPLITS, RrcQuestion, picture_in, questions
from docai.evaluation.metrics.python_literals import literal_of
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.anls_answers import AnlsAnswers, AnlsTruth

_HUB = "lmms-lab/MP-DocVQA"
_COLUMNS = ("questionId", "question", "doc_id", "page_ids", "answers", "answer_page_idx")


def _unwritten(value: Any) -> Any:  # noqa: ANN401 - whatever the column holds
    """The list that the hub's copy writes as Python does."""
    return literal_of(value) if isinstance(value, str) else value


_Strings = Annotated[tuple[str, ...], BeforeValidator(_unwritten), Field(min_length=1)]


class _Question(RrcQuestion):
    answers: _Strings
    document: str = Field(alias="doc_id")
    pages: _Strings = Field(alias="page_ids")
    """Such as `nkbl0226_p1`; the set cuts long documents to these."""
    answer_page: int = Field(alias="answer_page_idx", ge=0)
    """From 0, among these pages."""


def load(source: Source) -> Iterator[Sample]:
    """The questions of a split; see `Dataset`."""
    annotations = [f"{source.split}.json", f"*/{source.split}.json"]
    tables = [f"data/{source.split}-*.parquet", f"{source.split}-*.parquet"]
    found = present(source, *annotations, *tables)
    if found.suffix == ".json":
        for question in questions(found, _Question):
            pages = [picture_in(source, found, _places(source, page)) for page in question.pages]
            yield _sample(question, pages, str(found))
        return
    for place, row in located_rows(all_present(source, *tables), _COLUMNS):
        question = checked(_Question, row, str(place))
        columns = [f"image_{number}" for number in range(1, len(question.pages) + 1)]
        yield _sample(question, [placed_picture(place, column) for column in columns], str(place))


def _places(source: Source, page: str) -> list[str]:
    names = (f"{page}.jpg", f"{page}.png")
    return [f"{folder}/{name}" for folder in ("images", f"images/{source.split}") for name in names]


def _sample(question: _Question, pages: Sequence[SampleFile], where: str) -> Sample:
    if question.answer_page >= len(pages):
        raise DatasetDamaged(
            f"{where}: question {question.id} has its answer on page {question.answer_page + 1} of {len(pages)}."
        )
    # Two questions may have different pages of one document.
    cut = hashlib.sha256(" ".join(question.pages).encode()).hexdigest()[:8]
    return Sample(
        id=str(question.id),
        task=Task.ANSWER,
        files=(as_document(f"{question.document}-{cut}", pages),),
        truth=AnlsTruth(answers=question.answers, page=question.answer_page + 1).model_dump(mode="json"),
        question=question.question,
        group=question.document,
        categories={"pages": _length(len(pages))},
    )


def _length(n_pages: int) -> str:
    return "1" if n_pages == 1 else "2 to 10" if n_pages <= 10 else "11 to 20"


DATASET = Dataset(
    name="mp-docvqa",
    title="MP-DocVQA (Tito, Karatzas, Valveny, Pattern Recognition 2023)",
    task=Task.ANSWER,
    splits=SPLITS,
    load=load,
    scorer=AnlsAnswers(),
    layout="`val.json` and the pages in `images/`, named by their ids; or the hub's `data/val-*.parquet`.",
    obtain=f"{RRC}, or `hf download {_HUB} --repo-type dataset --include 'data/val-*' --local-dir FOLDER`",
    licence="terms of the competition's site; pages of the UCSF Industry Documents Library",
    hub=HubPlace(_HUB, ("data/val-*.parquet",)),
)
