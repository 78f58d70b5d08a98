"""A data set that is drawn where it is needed: forms and reports with questions, and a file that cannot be read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from docai.evaluation.datasets.dataset import Dataset, Source
from docai.evaluation.datasets.files import json_of
from docai.evaluation.predictions import Prediction
from docai.evaluation.running.profiles import profile_of
from docai.evaluation.running.runner import Plan
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.scorer import ItemScore, Scored, mean_figures
from docai.pdf.draw import form, invoice, plain, report
from docai.settings import OcrSettings, Settings, WorkerSettings

BROKEN = "broken.pdf"
N_LONG = 2
"""Documents of `LONG_PAGES` pages, each with two questions."""
LONG_PAGES = 3
SCHEMA = {"type": "object", "properties": {"invoice_number": {"type": "string"}, "due": {"type": "string"}}}


@dataclass(frozen=True, slots=True)
class SaysIt:
    """1 where the true text is in what was said."""

    primary: str = "says_it"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        return ItemScore({"says_it": float(sample.truth["text"] in self.prediction_text(prediction))})

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        return mean_figures(scored)

    def truth_text(self, sample: Sample) -> str:
        return str(sample.truth["text"])

    def prediction_text(self, prediction: Prediction) -> str:
        if prediction.extraction is not None:
            return json.dumps(prediction.extraction.data, ensure_ascii=False)
        ranked = "".join(f"{page.file}#{page.page} " for page in prediction.across[:1])
        return (prediction.answer_text or "") + ranked + "".join(page.markdown for page in prediction.pages)


def draw(folder: Path) -> None:
    """Everything of the set."""
    folder.mkdir(parents=True, exist_ok=True)
    asked = []
    for document in (invoice(), report(), form()):
        (folder / document.name).write_bytes(document.pdf)
        asked += [{"file": document.name, "question": f.question, "text": f.answer} for f in document.facts]
    (folder / BROKEN).write_bytes(b"%PDF-1.7 and nothing else")
    asked.append({"file": BROKEN, "question": "What is it?", "text": "nothing"})
    (folder / "same-as-form.pdf").write_bytes(form().pdf)
    (folder / "short.json").write_text(json.dumps(asked))
    long = []
    for number in range(N_LONG):
        name = f"long-{number}.pdf"
        (folder / name).write_bytes(plain(LONG_PAGES, size_pt=11.0 + number).pdf)
        long += [{"file": name, "question": f"What jumps over {what}?", "text": ""} for what in ("the dog", "page 2")]
    (folder / "long.json").write_text(json.dumps(long))


def _load(source: Source) -> Iterator[Sample]:
    for number, row in enumerate(json_of(source.folder / f"{source.split}.json"), start=1):
        yield Sample(
            id=f"{source.split}-{number}",
            task=Task.ANSWER,
            files=(SampleFile.at(source.folder / row["file"]),),
            truth={"text": row["text"]},
            question=row["question"],
            group=row["file"],
        )


def _load_all_tasks(source: Source) -> Iterator[Sample]:
    """The questions, and one sample of each other task."""
    yield from _load(source)
    files = {name: SampleFile.at(source.folder / name) for name in ("invoice.pdf", "form.pdf", "same-as-form.pdf")}
    parse = Sample(id="parse", task=Task.PARSE, files=(files["form.pdf"],), truth={"text": "KL-558213"})
    yield parse
    extract = replace(parse, id="extract", task=Task.EXTRACT, files=(files["invoice.pdf"],), schema=SCHEMA)
    yield replace(extract, truth={"text": "HM-2026-0417"})
    asked = "applicant date of birth"
    retrieve = replace(parse, id="retrieve", task=Task.RETRIEVE, question=asked, truth={"text": "form.pdf#1"})
    yield replace(retrieve, files=(files["form.pdf"],))
    yield replace(retrieve, id="retrieve-same", files=(files["same-as-form.pdf"],))


def _corpus(source: Source) -> Iterator[SampleFile]:
    for name in ("report.pdf", "form.pdf", "same-as-form.pdf"):
        yield SampleFile.at(source.folder / name)


QUESTIONS = Dataset(
    name="drawn-questions",
    title="Questions about drawn documents",
    task=Task.ANSWER,
    splits=("short", "long"),
    load=_load,
    scorer=SaysIt(),
    layout="PDFs, short.json and long.json",
    obtain="drawn by the tests",
    licence="Apache-2.0",
)
ALL_TASKS = replace(QUESTIONS, name="drawn-tasks", task=Task.RETRIEVE, load=_load_all_tasks, corpus=_corpus)


def plan(dataset: Dataset, data: Path, out: Path, *, split: str = "short", ocr_confidence: float = 0.5) -> Plan:
    """A run of the set by the layout engine, on two processes."""
    settings = Settings(worker=WorkerSettings(processes=2), ocr=OcrSettings(min_confidence=ocr_confidence))
    return Plan(dataset, Source(data, split), out, profile_of("layout", settings), parallel=2)
