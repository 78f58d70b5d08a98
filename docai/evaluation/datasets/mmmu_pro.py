"""MMMU-Pro: MMMU's harder questions with ten options, and the same as pictures of the whole question."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from docai.errors import DatasetDamaged
from docai.evaluation.datasets.dataset import Dataset, HubPlace, Source
from docai.evaluation.datasets.exam_questions import asked, by_letter, listed, with_names
from docai.evaluation.datasets.files import all_present
from docai.evaluation.datasets.mmmu import LETTER, PICTURES, numbered_pictures, subject_categories
from docai.evaluation.datasets.parquet_pictures import kept_picture, located_rows
from docai.evaluation.datasets.rows_checked import checked
from docai.evaluation.metrics.mmmu_choice import ChoiceRule
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.mmmu import STANDARD, VISION, MmmuScorer, MmmuTruth

_BOTH, _FOUR = "both", "standard (4 options)"
_SETTINGS = {_BOTH: (STANDARD, VISION), STANDARD: (STANDARD,), VISION: (VISION,), _FOUR: (_FOUR,)}
"""Of each split; both settings together make the figure that is quoted."""
_COMMON = ("id", "options", "answer", "subject")
_IN_PICTURE = f"The picture holds a question with options. {LETTER}"


class _Question(BaseModel):
    id: str
    options: str | list[str]
    answer: str
    subject: str
    question: str = ""
    """Of the vision setting it stands in the picture."""


def _samples(source: Source) -> Iterator[Sample]:
    for setting in _SETTINGS.get(source.split, ()):
        columns = (*_COMMON, "image") if setting == VISION else (*_COMMON, "question", *PICTURES)
        for place, row in located_rows(all_present(source, f"{setting}/test-*.parquet"), columns):
            asks = checked(_Question, row, str(place))
            if setting == VISION:
                pictures = {1: kept_picture(place, row, "image", f"{asks.id}_vision")}
            else:
                pictures = numbered_pictures(place, row)
            try:
                yield _sample(asks, pictures, setting)
            except ValueError as error:
                raise DatasetDamaged(f"{place}: {error}.", path=str(place.path)) from None


def _sample(asks: _Question, pictures: dict[int, SampleFile], setting: str) -> Sample:
    options = by_letter(listed(asks.options))
    if asks.answer not in options:
        raise ValueError(f"the answer {asks.answer!r} is none of its options")
    is_vision = setting == VISION
    return Sample(
        id=f"{asks.id}_vision" if is_vision else asks.id,
        task=Task.ANSWER,
        files=tuple(pictures.values()),
        question=_IN_PICTURE if is_vision else with_names(asked(asks.question, options, LETTER), pictures),
        truth=MmmuTruth(answers=(asks.answer,), options=options).model_dump(mode="json"),
        categories={"setting": setting, **subject_categories(asks.subject)},
    )


DATASET = Dataset(
    name="mmmu-pro",
    title="MMMU-Pro (Yue et al., ACL 2025)",
    task=Task.ANSWER,
    splits=tuple(_SETTINGS),
    load=_samples,
    scorer=MmmuScorer(ChoiceRule.MMMU_PRO),
    layout="Folders `standard (10 options)`, `vision` and, for the split of that name, `standard (4 options)`, each "
    "with `test-*.parquet`.",
    obtain="`hf download MMMU/MMMU_Pro --repo-type dataset --local-dir FOLDER`",
    licence="Apache-2.0",
    hub=HubPlace("MMMU/MMMU_Pro", ("*/test-*.parquet",)),
)
