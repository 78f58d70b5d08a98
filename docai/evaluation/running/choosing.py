"""Which samples of a data set are asked."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Dataset, Source
from docai.evaluation.samples import Sample, SampleFile


def chosen(dataset: Dataset, source: Source, *, first: int | None, seed: int) -> list[Sample]:
    """The samples to be asked in the set's order, with their files' names and without what reads them.

    Whole sets of pictures would not fit into memory: a set is gone through once for this, and once to be asked.

    Args:
        dataset: The set.
        source: Where it lies.
        first: Only so many, drawn by lot; those of a smaller number are among those of a larger one. None: all.
        seed: Of the lot.

    Raises:
        InvalidRequest: the set has no such split.
        DatasetMissing: a file of the set is missing, or there is no sample.
        DatasetDamaged: a file of the set cannot be read, or two samples have one id.
    """
    samples = [_light(sample) for sample in dataset.load(source)]
    if not samples:
        raise DatasetMissing(f"{source.folder} has no sample of {dataset.name}, split {source.split!r}.")
    ids = {sample.id for sample in samples}
    if len(ids) != len(samples):
        raise DatasetDamaged(f"{source.folder}: {len(samples) - len(ids)} samples have the id of another.")
    if first is None or first >= len(samples):
        return samples
    drawn = sorted(ids, key=lambda sample_id: hashlib.sha256(f"{seed} {sample_id}".encode()).digest())
    wanted = set(drawn[:first])
    return [sample for sample in samples if sample.id in wanted]


def of_these(samples: Iterable[Sample], ids: Collection[str]) -> Iterator[Sample]:
    """Those of these ids."""
    return (sample for sample in samples if sample.id in ids)


def _light(sample: Sample) -> Sample:
    return replace(sample, files=tuple(SampleFile(file.name, _unread) for file in sample.files))


def _unread() -> bytes:
    raise DatasetMissing("This sample was kept without its files' bytes.")
