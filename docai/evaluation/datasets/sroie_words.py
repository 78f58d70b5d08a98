"""SROIE, tasks 1 and 2: the words of scanned receipts."""

from __future__ import annotations

from collections.abc import Iterator

from docai.evaluation.datasets import receipts
from docai.evaluation.datasets.dataset import Dataset, Source
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.scanned_words import ScannedWordsScorer, ScannedWordsTruth, WordRule


def _load(source: Source) -> Iterator[Sample]:
    for receipt in receipts.receipts(source, with_lines=True):
        truth = ScannedWordsTruth(lines=list(receipt.lines))
        yield Sample(
            id=receipt.name,
            task=Task.PARSE,
            files=(receipt.file,),
            truth=truth.model_dump(mode="json", exclude_none=True),
        )


DATASET = Dataset(
    name="sroie-words",
    title="SROIE, text of receipts (Huang et al., ICDAR 2019)",
    task=Task.PARSE,
    splits=receipts.SPLITS,
    load=_load,
    scorer=ScannedWordsScorer(WordRule.BLANKS),
    layout=receipts.LAYOUT,
    obtain=receipts.OBTAIN,
    licence=receipts.LICENCE,
    hub=receipts.HUB,
)
