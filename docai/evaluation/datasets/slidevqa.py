"""SlideVQA: questions about decks of 20 slides."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, ConfigDict, Field

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Dataset, HubPlace, Source
from docai.evaluation.datasets.files import all_present, json_lines, present
from docai.evaluation.datasets.page_images import as_document
from docai.evaluation.datasets.parquet_pictures import located_rows, placed_picture
from docai.evaluation.datasets.rows_checked import checked, document
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.slide_answers import SlideAnswers, SlideTruth

_HUB = "NTT-hil-insight/SlideVQA"
_COLUMNS = ("deck_name", "qa_id", "question", "answer", "evidence_pages")
_N_SLIDES = 20
_NUMBER = re.compile(r"-(\d+)-\d+$")
"""Of a slide, in the name of its picture, before its width."""
_PICTURES = frozenset({".jpg", ".jpeg", ".png"})


class _Question(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: int | str = Field(alias="qa_id")
    deck: str = Field(alias="deck_name")
    question: str
    answer: str
    evidence: tuple[int, ...] = Field(alias="evidence_pages", min_length=1)
    """From 1."""
    reasoning: str | None = Field(default=None, alias="reasoning_type")
    image_urls: tuple[str, ...] = ()


def load(source: Source) -> Iterator[Sample]:
    """The questions of a split; see `Dataset`."""
    annotations = [f"annotations/qa/{source.split}.jsonl", f"qa/{source.split}.jsonl", f"{source.split}.jsonl"]
    on_hub = "val" if source.split == "dev" else source.split
    tables = [f"data/{on_hub}-*.parquet", f"{on_hub}-*.parquet"]
    found = present(source, *annotations, *tables)
    if found.suffix == ".jsonl":
        decks: dict[str, Sequence[SampleFile]] = {}
        for number, line in enumerate(json_lines(found), start=1):
            question = checked(_Question, line, f"{found}, question {number}")
            if question.deck not in decks:
                decks[question.deck] = _slides(source, question)
            yield _sample(question, decks[question.deck], str(found))
        return
    for place, row in located_rows(all_present(source, *tables), _COLUMNS):
        slides = [placed_picture(place, f"page_{number}") for number in range(1, _N_SLIDES + 1)]
        yield _sample(checked(_Question, row, str(place)), slides, str(place))


def _slides(source: Source, question: _Question) -> list[SampleFile]:
    """In order: a missing one would move all that are behind it."""
    folder = source.folder / "images" / source.split / question.deck
    if not folder.is_dir():
        raise DatasetMissing(f"There is no {folder}.", path=str(folder))
    if question.image_urls:
        return [document(folder / PurePosixPath(url.partition("?")[0]).name) for url in question.image_urls]
    paths = [path for path in folder.iterdir() if path.suffix.lower() in _PICTURES]
    slides = {_number(path): path for path in paths}
    if missing := [str(number) for number in range(1, _N_SLIDES + 1) if number not in slides]:
        raise DatasetMissing(f"{folder} has no slide {', '.join(missing)}.", path=str(folder))
    return [SampleFile.at(slides[number]) for number in range(1, _N_SLIDES + 1)]


def _number(path: Path) -> int:
    found = _NUMBER.search(path.stem)
    return int(found.group(1)) if found else 0


def _sample(question: _Question, slides: Sequence[SampleFile], where: str) -> Sample:
    if not 1 <= min(question.evidence) <= max(question.evidence) <= len(slides):
        raise DatasetDamaged(f"{where}: question {question.id} has evidence beyond its {len(slides)} slides.")
    pages = tuple(sorted(set(question.evidence)))
    categories = {"slides": "one" if len(pages) == 1 else "several"}
    if question.reasoning:
        categories["reasoning"] = question.reasoning
    return Sample(
        id=str(question.id),
        task=Task.ANSWER,
        files=(as_document(question.deck, slides),),
        truth=SlideTruth(answer=question.answer, evidence_pages=pages).model_dump(mode="json"),
        question=question.question,
        group=question.deck,
        categories=categories,
    )


DATASET = Dataset(
    name="slidevqa",
    title="SlideVQA (Tanaka et al., AAAI 2023)",
    task=Task.ANSWER,
    splits=("test", "dev", "train"),
    load=load,
    scorer=SlideAnswers(),
    layout="`annotations/qa/test.jsonl` and the slides in `images/test/DECK/`; or the hub's `data/test-*.parquet`.",
    obtain="https://github.com/nttmdlab-nlp/SlideVQA, or after its licence was accepted "
    f"`hf download {_HUB} --repo-type dataset --include 'data/test-*' --local-dir FOLDER`",
    licence="NTT's licence for evaluation: research, no redistribution",
    hub=HubPlace(_HUB, ("data/test-*.parquet",)),
)
