"""FUNSD, the words of noisy scanned forms."""

from __future__ import annotations

from collections.abc import Iterator

from docai.evaluation.datasets import forms
from docai.evaluation.datasets.dataset import Dataset, Source
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.scanned_words import ScannedWordsScorer, ScannedWordsTruth, WordRule


def _load(source: Source) -> Iterator[Sample]:
    for form in forms.forms(source):
        truth = ScannedWordsTruth(lines=list(form.entries), words=list(form.words))
        yield Sample(id=form.name, task=Task.PARSE, files=(form.file,), truth=truth.model_dump(mode="json"))


DATASET = Dataset(
    name="funsd-words",
    title="FUNSD, text of forms (Jaume et al., ICDAR-OST 2019)",
    task=Task.PARSE,
    splits=forms.SPLITS,
    load=_load,
    scorer=ScannedWordsScorer(WordRule.RUNS),
    layout=forms.LAYOUT,
    obtain=forms.OBTAIN,
    licence=forms.LICENCE,
)
