"""The folder of questions about whole documents of several data sets: `manifest.json`, `qa.jsonl` and PDFs."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from pydantic import BaseModel, ConfigDict

from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.files import json_lines, json_of
from docai.evaluation.datasets.rows_checked import checked, document
from docai.evaluation.samples import SampleFile
from docai.evaluation.scoring.evidence_pages import EvidencePage
from docai.evaluation.scoring.long_document_answers import NOT_ANSWERABLE

MANIFEST = "manifest.json"
QUESTIONS = "qa.jsonl"
_Answer = str | int | float | bool | None


class DocqaQuestion(BaseModel):
    """A line of `qa.jsonl`."""

    model_config = ConfigDict(frozen=True)

    id: str
    dataset: str
    question: str
    answer: _Answer | tuple[_Answer, ...]
    answer_format: str
    answerable: bool
    pages: tuple[int, ...] = ()
    """Of the evidence, 1-based."""
    evidence: tuple[str, ...] = ()
    """What holds it, or its words, as the source has them."""
    file: str
    """Path of the PDF within the folder."""
    question_type: str | None = None


class ListedFile(BaseModel):
    """An item of the manifest."""

    model_config = ConfigDict(frozen=True)

    file: str
    """Path within the folder, or relative to it."""
    topic: str = ""
    """Kind of document."""


class _Manifest(BaseModel):
    items: tuple[ListedFile, ...]


def is_docqa_folder(source: Source) -> bool:
    """Whether the folder has this layout."""
    return (source.folder / MANIFEST).is_file() and (source.folder / QUESTIONS).is_file()


def docqa_questions(source: Source, datasets: Collection[str] = ()) -> Iterator[DocqaQuestion]:
    """The questions in order; only those of the data sets named, if any are.

    Raises:
        DatasetMissing: there is no `qa.jsonl`.
        DatasetDamaged: a line is no question.
    """
    path = source.folder / QUESTIONS
    for number, row in enumerate(json_lines(path), start=1):
        question = checked(DocqaQuestion, row, f"{path}, question {number}")
        if not datasets or question.dataset in datasets:
            yield question


def listed_files(source: Source) -> tuple[ListedFile, ...]:
    """The items of the manifest, in order.

    Raises:
        DatasetMissing: there is no manifest.
        DatasetDamaged: it is none.
    """
    path = source.folder / MANIFEST
    return checked(_Manifest, json_of(path), str(path)).items


def accepted_answers(question: DocqaQuestion) -> tuple[str, ...]:
    """The accepted answers; a list that is one answer, of the format `List`, as Python writes it."""
    answer = question.answer
    if not isinstance(answer, tuple):
        return (_written(answer),)
    if question.answer_format == "List":
        return (str([str(entry) for entry in answer]),)
    return tuple(map(_written, answer)) or (NOT_ANSWERABLE,)


def document_of(source: Source, question: DocqaQuestion) -> SampleFile:
    """The PDF that is asked about.

    Raises:
        DatasetMissing: it is not there.
    """
    return document(source.folder / question.file)


def evidence_of(file: SampleFile, question: DocqaQuestion) -> tuple[EvidencePage, ...]:
    """The pages that the answer stands on."""
    return tuple(EvidencePage(file=file.name, page=page) for page in dict.fromkeys(question.pages))


def _written(answer: _Answer) -> str:
    return NOT_ANSWERABLE if answer is None else str(answer).strip()
