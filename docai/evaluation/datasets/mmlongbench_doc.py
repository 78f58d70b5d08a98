"""MMLongBench-Doc: questions about long PDFs, a fifth of which these do not answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from docai.errors import DatasetDamaged
from docai.evaluation.datasets.dataset import Dataset, HubPlace, Source
from docai.evaluation.datasets.docqa_folder import (
    accepted_answers,
    docqa_questions,
    document_of,
    evidence_of,
    is_docqa_folder,
    listed_files,
)
from docai.evaluation.datasets.files import all_present, json_of, present
from docai.evaluation.datasets.rows_checked import checked, document
from docai.evaluation.datasets.tabular import rows
from docai.evaluation.metrics.mmlongbench import AnswerFormat
from docai.evaluation.metrics.python_literals import literal_of
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.docqa import MMLONGBENCH
from docai.evaluation.scoring.evidence_pages import EvidencePage
from docai.evaluation.scoring.long_document_answers import NOT_ANSWERABLE, LongDocumentAnswers, LongDocumentTruth

_PAGES = TypeAdapter(tuple[int, ...])
_SOURCES = TypeAdapter(tuple[str, ...])


class _Row(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    doc_id: str
    doc_type: str
    question: str
    answer: str
    evidence_pages: str | tuple[int, ...]
    """1-based, as Python writes a list."""
    evidence_sources: str | tuple[str, ...]
    answer_format: AnswerFormat


def _load(source: Source) -> Iterator[Sample]:
    if is_docqa_folder(source):
        yield from _from_docqa(source)
        return
    for number, (row, where) in enumerate(_rows(source)):
        read = checked(_Row, row, where)
        file = document(_documents(source) / read.doc_id)
        pages = _listed(_PAGES, read.evidence_pages, f"{where}: evidence_pages")
        truth = LongDocumentTruth(
            answer=read.answer,
            answer_format=read.answer_format,
            evidence=tuple(EvidencePage(file=file.name, page=page) for page in dict.fromkeys(pages)),
            sources=_listed(_SOURCES, read.evidence_sources, f"{where}: evidence_sources"),
        )
        yield _sample(f"{number:04}", read.question, file, truth, read.doc_type)


def _rows(source: Source) -> Iterator[tuple[Any, str]]:
    """Questions with where each stands."""
    if found := [path for name in ("samples.json", "data/samples.json") if (path := source.folder / name).is_file()]:
        read = json_of(found[0])
        if not isinstance(read, list):
            raise DatasetDamaged(f"{found[0]} holds no list of questions.", path=str(found[0]))
        for number, row in enumerate(read, start=1):
            yield row, f"{found[0]}, question {number}"
        return
    paths = all_present(source, "data/*.parquet", "*.parquet")
    for number, row in enumerate(rows(paths, tuple(_Row.model_fields)), start=1):
        yield row, f"{paths[0]}, question {number}"


def _documents(source: Source) -> Path:
    return present(source, "documents", "data/documents")


def _listed(of: TypeAdapter[tuple[Any, ...]], text: object, where: str) -> tuple[Any, ...]:
    read = literal_of(text) if isinstance(text, str) else text
    try:
        return of.validate_python(read)
    except ValidationError:
        raise DatasetDamaged(f"{where} is no list: {text!r}.") from None


def _from_docqa(source: Source) -> Iterator[Sample]:
    topics = {item.file: item.topic for item in listed_files(source)}
    for question in docqa_questions(source, {MMLONGBENCH}):
        file = document_of(source, question)
        row = {
            "answer": accepted_answers(question)[0] if question.answerable else NOT_ANSWERABLE,
            "answer_format": question.answer_format,
            "evidence": evidence_of(file, question),
            "sources": question.evidence,
        }
        truth = checked(LongDocumentTruth, row, question.id)
        yield _sample(question.id, question.question, file, truth, topics.get(question.file, ""))


def _sample(name: str, question: str, file: SampleFile, truth: LongDocumentTruth, document_type: str) -> Sample:
    several = "several" if truth.sources else "none"
    return Sample(
        id=name,
        task=Task.ANSWER,
        files=(file,),
        truth=truth.model_dump(mode="json"),
        question=question,
        group=file.name,
        categories={
            "answer_format": truth.answer_format.value,
            "document_type": document_type,
            "evidence": truth.sources[0] if len(truth.sources) == 1 else several,
        },
    )


DATASET = Dataset(
    name="mmlongbench-doc",
    title="MMLongBench-Doc (Ma et al., NeurIPS 2024)",
    task=Task.ANSWER,
    splits=("all",),
    load=_load,
    scorer=LongDocumentAnswers(),
    layout="samples.json (or data/*.parquet) with doc_id, doc_type, question, answer, evidence_pages, evidence_sources "
    "and answer_format; documents/*.pdf; also a folder of `docqa`",
    obtain="hf download --repo-type dataset yubo2333/MMLongBench-Doc --local-dir FOLDER",
    licence="CC BY-NC 4.0; documents with their owners",
    hub=HubPlace("yubo2333/MMLongBench-Doc"),
)
