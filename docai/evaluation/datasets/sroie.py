"""SROIE, task 3: company, date, address and total of scanned receipts."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from docai.errors import DatasetDamaged
from docai.evaluation.datasets import receipts
from docai.evaluation.datasets.dataset import Dataset, Source
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.receipt_entities import ENTITIES, EntitiesTruth, ReceiptScorer

_SCHEMA = {
    "type": "object",
    "properties": {
        "company": {"type": "string", "description": "Name of the company that issued the receipt, as printed."},
        "date": {"type": "string", "description": "Date of the receipt, as printed, without the time."},
        "address": {"type": "string", "description": "Address of the company on one line, as printed."},
        "total": {"type": "string", "description": "Total amount to be paid, as printed."},
    },
}


def _load(source: Source) -> Iterator[Sample]:
    for receipt in receipts.receipts(source, with_lines=False):
        try:
            truth = EntitiesTruth(**{name: receipt.entities.get(name) for name in ENTITIES})
        except ValidationError as error:
            raise DatasetDamaged(f"The entities of {receipt.name} are no texts: {error}.") from None
        yield Sample(
            id=receipt.name,
            task=Task.EXTRACT,
            files=(receipt.file,),
            truth=truth.model_dump(mode="json"),
            schema=_SCHEMA,
        )


DATASET = Dataset(
    name="sroie",
    title="SROIE, key information of receipts (Huang et al., ICDAR 2019)",
    task=Task.EXTRACT,
    splits=receipts.SPLITS,
    load=_load,
    scorer=ReceiptScorer(),
    layout=receipts.LAYOUT,
    obtain=receipts.OBTAIN,
    licence=receipts.LICENCE,
    hub=receipts.HUB,
)
