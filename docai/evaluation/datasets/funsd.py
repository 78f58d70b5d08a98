"""FUNSD, values of keys: each key of a form is asked for."""

from __future__ import annotations

from collections.abc import Iterator

from docai.evaluation.datasets import forms
from docai.evaluation.datasets.dataset import Dataset, Source
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.form_answers import FormAnswerScorer, FormAnswerTruth


def _load(source: Source) -> Iterator[Sample]:
    for form in forms.forms(source):
        for number, (key, values) in enumerate(_asked(form.key_values), start=1):
            yield Sample(
                id=f"{form.name}/{number}",
                task=Task.ANSWER,
                files=(form.file,),
                truth=FormAnswerTruth(values=list(values)).model_dump(mode="json"),
                question=f"What is the {key}?",
                group=form.name,
            )


def _asked(pairs: tuple[tuple[str, tuple[str, ...]], ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Keys as they are asked for, each once with all its values: nothing tells one "Date" of a form from another."""
    values: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for key, found in pairs:
        name = " ".join(key.split()).strip(" :")
        if name and any(value.strip() for value in found):
            names.setdefault(name.casefold(), name)
            values.setdefault(name.casefold(), []).extend(found)
    for folded, all_of_it in values.items():
        yield names[folded], tuple(value for value in all_of_it if value.strip())


DATASET = Dataset(
    name="funsd",
    title="FUNSD, values of keys as questions (Jaume et al., ICDAR-OST 2019)",
    task=Task.ANSWER,
    splits=forms.SPLITS,
    load=_load,
    scorer=FormAnswerScorer(),
    layout=forms.LAYOUT,
    obtain=forms.OBTAIN,
    licence=forms.LICENCE,
)
