"""ChartQAPro from the hub's files."""

from pathlib import Path
from typing import Any

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.chartqapro import DATASET
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.samples import Sample
from tests.unit.evaluation.datasets.published import picture, write_parquet

FILE = "data/test-00000-of-00001.parquet"


def row(kind: str, questions: list[str], answers: list[str], years: list[str], paragraph: str = "") -> dict[str, Any]:
    return {
        "Question": questions,
        "Answer": answers,
        "Question Type": kind,
        "image": picture(1, "JPEG"),
        "Year": years,
        "Paragraph": paragraph,
    }


def load(folder: Path) -> list[Sample]:
    return list(DATASET.load(Source(folder, "test")))


def test_questions_are_asked_with_what_they_rest_on(tmp_path: Path) -> None:
    rows = [
        row("Factoid", ["In which years?"], ["[2010, 2012]"], ["YES", "YES"]),
        row("Conversational", ["Who leads?", "By how much?"], ["Peru", "14"], ["NO", "NO"]),
        row("Fact Checking", ["Peru leads."], ["True"], ["NO"], "Peru grew fast."),
        row("Multi Choice", ["Who? a) Peru b) Chile"], ["a"], ["NO"]),
    ]
    write_parquet(tmp_path / FILE, rows)
    factoid, talk, fact, choice = load(tmp_path)
    assert factoid.question == "In which years?"
    assert factoid.truth == {"answer": "[2010, 2012]", "question_type": "Factoid", "year_flags": [True, True]}
    assert talk.question == "Question: Who leads?\nAnswer: Peru\n\nQuestion: By how much?"
    assert talk.truth["answer"] == "14"
    assert fact.question == ("Text beside the chart: Peru grew fast.\n\nQuestion: Is this true or false? Peru leads.")
    assert choice.question == "Answer with the letter of the right option alone. Who? a) Peru b) Chile"
    assert choice.categories == {"question type": "Multi Choice"}
    assert [sample.id for sample in (factoid, talk, fact, choice)] == ["0", "1", "2", "3"]
    assert factoid.files[0].name == choice.files[0].name == factoid.group
    assert choice.files[0].read() == picture(1, "JPEG")


def test_what_is_missing_or_damaged_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match=r"no data/test-\*.parquet"):
        load(tmp_path)
    good = row("Factoid", ["When?"], ["1990"], ["YES"])
    for bad, named in (
        ({"Question Type": "Riddle"}, "row 1: Question Type"),
        ({"Answer": []}, "row 1: Answer"),
        ({"Question": ["a", "b"]}, "2 questions and 1 answers"),
        ({"image": b""}, "no picture"),
    ):
        write_parquet(tmp_path / FILE, [good | bad])
        with pytest.raises(DatasetDamaged, match=named):
            load(tmp_path)
    write_parquet(tmp_path / FILE, [{name: value for name, value in good.items() if name != "Year"}])
    with pytest.raises(DatasetDamaged, match="no column Year"):
        load(tmp_path)
