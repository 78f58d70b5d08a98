"""ChartQAPro: harder questions about charts, infographics and dashboards of many sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, Field

from docai.errors import DatasetDamaged
from docai.evaluation.datasets.dataset import Dataset, HubPlace, Source
from docai.evaluation.datasets.files import all_present
from docai.evaluation.datasets.parquet_pictures import kept_picture, located_rows
from docai.evaluation.datasets.rows_checked import checked
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.chart_answers import ChartProAnswers, ChartProTruth

_HUB = "ahmed-masry/ChartQAPro"
_COLUMNS = ("Question", "Answer", "Question Type", "image", "Year", "Paragraph")
_WANTED = {
    "Fact Checking": "Is this true or false? ",
    "Multi Choice": "Answer with the letter of the right option alone. ",
}
"""What is said before questions whose form of answer they do not tell themselves."""


class _Row(BaseModel):
    questions: tuple[str, ...] = Field(alias="Question", min_length=1)
    """Turns of a conversation; otherwise one."""
    answers: tuple[str, ...] = Field(alias="Answer", min_length=1)
    kind: Literal["Factoid", "Multi Choice", "Conversational", "Fact Checking", "Hypothetical"] = Field(
        alias="Question Type"
    )
    years: tuple[str, ...] = Field(alias="Year", min_length=1)
    """`YES` or `NO` for each entry of the answer, in a conversation for each turn."""
    paragraph: str | None = Field(alias="Paragraph")
    """Text that was published with the chart."""


def load(source: Source) -> Iterator[Sample]:
    """The questions of a split; see `Dataset`."""
    split = source.split
    tables = all_present(source, f"data/{split}-*.parquet", f"{split}-*.parquet", f"*{split}*.parquet")
    for number, (place, row) in enumerate(located_rows(tables, _COLUMNS)):
        read = checked(_Row, row, str(place))
        if len(read.questions) != len(read.answers):
            raise DatasetDamaged(f"{place} has {len(read.questions)} questions and {len(read.answers)} answers.")
        file = kept_picture(place, row, "image")
        truth = ChartProTruth(
            answer=read.answers[-1],
            question_type=read.kind,
            year_flags=tuple(year.strip().upper() == "YES" for year in read.years),
        )
        yield Sample(
            id=str(number),
            task=Task.ANSWER,
            files=(file,),
            truth=truth.model_dump(mode="json"),
            question=_asked(read),
            group=file.name,
            categories={"question type": read.kind},
        )


def _asked(row: _Row) -> str:
    """The last question, behind what it rests on: the text beside the chart and the turns before."""
    parts = [f"Text beside the chart: {row.paragraph.strip()}"] if row.paragraph and row.paragraph.strip() else []
    turns = zip(row.questions[:-1], row.answers[:-1], strict=True)
    parts += [f"Question: {question}\nAnswer: {answer}" for question, answer in turns]
    last = _WANTED.get(row.kind, "") + row.questions[-1]
    return "\n\n".join([*parts, f"Question: {last}"]) if parts else last


DATASET = Dataset(
    name="chartqapro",
    title="ChartQAPro (Masry et al., Findings of ACL 2025)",
    task=Task.ANSWER,
    splits=("test",),
    load=load,
    scorer=ChartProAnswers(),
    layout="The hub's `data/test-*.parquet`.",
    obtain=f"`hf download {_HUB} --repo-type dataset --local-dir FOLDER`",
    licence="MIT; the charts belong to their publishers",
    hub=HubPlace(_HUB, ("data/test-*.parquet",)),
)
