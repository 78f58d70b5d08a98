"""A mixed set of questions about whole documents: MMLongBench-Doc, FinanceBench and OHR-Bench."""

from __future__ import annotations

from collections.abc import Iterator

from docai.errors import DatasetDamaged
from docai.evaluation.datasets.dataset import Dataset, Source
from docai.evaluation.datasets.docqa_folder import (
    accepted_answers,
    docqa_questions,
    document_of,
    evidence_of,
    listed_files,
)
from docai.evaluation.metrics.mmlongbench import AnswerFormat
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.docqa import MMLONGBENCH, DocqaAnswers, DocqaTruth

_FORMATS = frozenset(AnswerFormat)


def _load(source: Source) -> Iterator[Sample]:
    topics = {item.file: item.topic for item in listed_files(source)}
    for question in docqa_questions(source):
        if question.dataset == MMLONGBENCH and question.answer_format not in _FORMATS:
            raise DatasetDamaged(f"{question.id} has the answer format {question.answer_format!r}, which is none.")
        file = document_of(source, question)
        truth = DocqaTruth(
            source=question.dataset,
            answers=accepted_answers(question),
            answer_format=question.answer_format,
            is_answerable=question.answerable,
            evidence=evidence_of(file, question),
        )
        yield Sample(
            id=question.id,
            task=Task.ANSWER,
            files=(file,),
            truth=truth.model_dump(mode="json"),
            question=question.question,
            group=file.name,
            categories={
                "source": question.dataset,
                "answer_format": f"{question.dataset}: {question.answer_format}",
                "document_type": topics.get(question.file, ""),
            },
        )


DATASET = Dataset(
    name="docqa",
    title="Questions about whole documents, of MMLongBench-Doc (Ma et al. 2024), FinanceBench (Islam et al. 2023) and "
    "OHR-Bench (Zhang et al. 2025)",
    task=Task.ANSWER,
    splits=("all",),
    load=_load,
    scorer=DocqaAnswers(),
    layout="manifest.json with `items` of `file` and `topic`; qa.jsonl with id, dataset, question, answer, "
    "answer_format, answerable, pages (from 1), evidence and file; the PDFs",
    obtain="put together from the three sets; the first two are read alone as `mmlongbench-doc` and `financebench`",
    licence="CC BY-NC 4.0 (MMLongBench-Doc, FinanceBench); OHR-Bench names none; documents with their owners",
)
