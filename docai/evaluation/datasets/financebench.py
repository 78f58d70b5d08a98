"""FinanceBench: questions that analysts ask of filings, its open-source part of 150."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from docai.evaluation.datasets.dataset import Dataset, Source
from docai.evaluation.datasets.docqa_folder import (
    accepted_answers,
    docqa_questions,
    document_of,
    evidence_of,
    is_docqa_folder,
    listed_files,
)
from docai.evaluation.datasets.files import json_lines, present
from docai.evaluation.datasets.rows_checked import checked, document
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.docqa import FINANCEBENCH
from docai.evaluation.scoring.evidence_pages import EvidencePage
from docai.evaluation.scoring.finance_answers import FinanceAnswers, FinanceTruth

_QUESTIONS = "financebench_open_source.jsonl"
_DOCUMENTS = "financebench_document_information.jsonl"


class _Evidence(BaseModel):
    doc_name: str
    evidence_page_num: int
    """0-based."""


class _Row(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    financebench_id: str
    doc_name: str
    question_type: str
    question_reasoning: str | None = None
    question: str
    answer: str
    evidence: tuple[_Evidence, ...]


class _Document(BaseModel):
    doc_name: str
    doc_type: str = ""
    gics_sector: str = ""


def _load(source: Source) -> Iterator[Sample]:
    if is_docqa_folder(source):
        yield from _from_docqa(source)
        return
    path = present(source, f"data/{_QUESTIONS}", _QUESTIONS)
    filings = _filings(source)
    folder = present(source, "pdfs", "data/pdfs")
    for number, row in enumerate(json_lines(path), start=1):
        read = checked(_Row, row, f"{path}, question {number}")
        file = document(folder / f"{read.doc_name}.pdf")
        pages = dict.fromkeys((f"{each.doc_name}.pdf", each.evidence_page_num + 1) for each in read.evidence)
        truth = FinanceTruth(
            answer=read.answer, evidence=tuple(EvidencePage(file=name, page=page) for name, page in pages)
        )
        filing = filings.get(read.doc_name)
        categories = {"question_type": read.question_type}
        if read.question_reasoning:
            categories["reasoning"] = read.question_reasoning
        if filing is not None:
            categories |= {"document_type": filing.doc_type, "sector": filing.gics_sector}
        yield _sample(read.financebench_id, read.question, file, truth, categories)


def _filings(source: Source) -> dict[str, _Document]:
    """What is known of each filing; the file may be left out, since only breakdowns need it."""
    path = next(
        (path for path in (source.folder / "data" / _DOCUMENTS, source.folder / _DOCUMENTS) if path.exists()), None
    )
    if path is None:
        return {}
    read = [checked(_Document, row, f"{path}, filing {number}") for number, row in enumerate(json_lines(path), start=1)]
    return {filing.doc_name: filing for filing in read}


def _from_docqa(source: Source) -> Iterator[Sample]:
    topics = {item.file: item.topic for item in listed_files(source)}
    for question in docqa_questions(source, {FINANCEBENCH}):
        file = document_of(source, question)
        truth = FinanceTruth(answer=accepted_answers(question)[0], evidence=evidence_of(file, question))
        categories = {"question_type": question.question_type or "", "document_type": topics.get(question.file, "")}
        yield _sample(question.id, question.question, file, truth, categories)


def _sample(name: str, question: str, file: SampleFile, truth: FinanceTruth, categories: dict[str, str]) -> Sample:
    return Sample(
        id=name,
        task=Task.ANSWER,
        files=(file,),
        truth=truth.model_dump(mode="json"),
        question=question,
        group=file.name,
        categories=categories,
    )


DATASET = Dataset(
    name="financebench",
    title="FinanceBench, open-source part (Islam et al. 2023)",
    task=Task.ANSWER,
    splits=("all",),
    load=_load,
    scorer=FinanceAnswers(),
    layout=f"data/{_QUESTIONS}, data/{_DOCUMENTS} (may be left out) and pdfs/*.pdf; also a folder of `docqa`",
    obtain="git clone https://github.com/patronus-ai/financebench FOLDER",
    licence="CC BY-NC 4.0; filings are public records",
)
