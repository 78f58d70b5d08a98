"""Runs with made-up samples, predictions and scores, for the tests of reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

from PIL import Image

from docai.domain.answers import Answer, Citation, Question
from docai.domain.evidence import Evidence, Verdict
from docai.domain.generations import TokenUsage
from docai.domain.geometry import Box
from docai.domain.ids import AnswerId, DocumentId
from docai.domain.words import Witness
from docai.evaluation.datasets.dataset import Dataset, Source
from docai.evaluation.predictions import Failure, Prediction
from docai.evaluation.running.run_record import Hardware, RunRecord
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.scorer import ItemScore, Scored, mean_figures

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
SCRIPT = '<script>alert("x")</script>&'


@dataclass(frozen=True)
class ExactScorer:
    """Right where the truth's text was answered; and how long answers are, where there is one."""

    primary: str = "exact"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        said = prediction.answer_text
        values = {"exact": float(said == sample.truth["text"])}
        if said is not None:
            values["brief"] = 1.0 / len(said)
        return ItemScore(values)

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        return mean_figures(scored)

    def truth_text(self, sample: Sample) -> str:
        return str(sample.truth["text"])

    def prediction_text(self, prediction: Prediction) -> str:
        return prediction.answer_text or "nothing"


@dataclass(frozen=True)
class PooledScorer(ExactScorer):
    """As ExactScorer, with a figure that is no mean: right ones by all that were answered."""

    calls: list[int] = field(default_factory=list)

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        self.calls.append(len(scored))
        answered = [each for each in scored if each.prediction.answer_text is not None]
        right = sum(each.score.values["exact"] for each in scored)
        pooled = {"pooled_precision": right / len(answered)} if answered else {}
        return {"exact": mean_figures(scored)["exact"]} | pooled


def dataset(scorer: ExactScorer | None = None, task: Task = Task.ANSWER) -> Dataset:
    def load(_: Source) -> Iterator[Sample]:
        yield from ()

    return Dataset(
        name="made-up",
        title="Made <up>",
        task=task,
        splits=("all",),
        load=load,
        scorer=scorer or ExactScorer(),
        layout="nothing",
        obtain="nowhere",
        licence="CC0 & none",
    )


def record(**changed: Any) -> RunRecord:
    given: dict[str, Any] = {
        "dataset": "made-up",
        "title": "Made <up>",
        "split": "all",
        "data": "d" * 64,
        "n_samples": 4,
        "seed": 7,
        "profile": "environment",
        "settings": {"reading": {"dpi": 150, "note": SCRIPT}, "vlm": {"url": None}},
        "docai_version": "0.1.0",
        "hardware": Hardware(processor="a processor", n_cores=2, memory_gib=15.6),
        "started_at": NOW,
        "finished_at": NOW + timedelta(minutes=2),
        "seconds": 120.0,
        "n_pages_read": 10,
    }
    return RunRecord(**given | changed)


def sample(number: int, *, truth: str = "a", group: str = "", **categories: str) -> Sample:
    return Sample(
        id=f"s{number}",
        task=Task.ANSWER,
        files=(SampleFile(f"f{number}.pdf", bytes),),
        truth={"text": truth},
        question=f"Question {number} {SCRIPT}",
        group=group,
        categories=categories,
    )


def prediction(number: int, said: str | None, *, seconds: float = 1.0, usage: TokenUsage | None = None) -> Prediction:
    return Prediction(
        sample_id=f"s{number}",
        answer=_answer(said),
        n_pages=2,
        seconds=seconds,
        usage=usage or TokenUsage(),
    )


def failed(number: int) -> Prediction:
    return Prediction(sample_id=f"s{number}", failure=Failure(code="pdf_damaged", message=f"broken {SCRIPT}"))


def scored(of: Sample, predicted: Prediction, scorer: ExactScorer | None = None) -> Scored:
    return Scored(of, predicted, (scorer or ExactScorer()).score(of, predicted))


def answered(rights: Sequence[bool | None], *, group_of: int = 1, kinds: Sequence[str] = ("text",)) -> list[Scored]:
    """Samples of which some are right, some wrong, and some (None) declined, so many of one group each."""
    said = {True: "a", False: "bb", None: None}
    return [
        scored(
            sample(
                number,
                group=f"g{number // group_of}" if group_of > 1 else "",
                kind=kinds[number % len(kinds)],
            ),
            prediction(number, said[right], seconds=1.0 + number),
        )
        for number, right in enumerate(rights)
    ]


def page_picture(size: tuple[int, int] = (1240, 1754)) -> bytes:
    """A page of noise: the dearest to compress."""
    out = BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(out, "PNG")
    return out.getvalue()


def _answer(said: str | None) -> Answer:
    box = Box(x0=0.1, y0=0.1, x1=0.5, y1=0.2)
    evidence = Evidence(
        reader="r", witness=Witness.TEXT_LAYER, verdict=Verdict.MODEL_ONLY, page_number=3, box=box, witness_text=None
    )
    citation = Citation(
        document_id=DocumentId(UUID(int=1)),
        document_name=f"doc {SCRIPT}",
        page_number=3,
        box=box,
        quote=f"quoted {SCRIPT}",
        evidence=evidence,
    )
    return Answer(
        id=AnswerId(UUID(int=2)),
        question=Question(text="?"),
        answerable=said is not None,
        text=said,
        confidence=0.25,
        citations=() if said is None else (citation,),
        reason=None if said is not None else f"no idea {SCRIPT}",
        engine="e",
        created_at=NOW,
    )
