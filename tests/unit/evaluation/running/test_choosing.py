"""Samples are drawn by lot, the same ones each time, and hold no bytes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Dataset, Source
from docai.evaluation.running.choosing import chosen, of_these
from docai.evaluation.running.fingerprints import data_hash
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.anls_answers import AnlsAnswers

SOURCE = Source(Path("somewhere"), "test")
SAMPLES = [
    Sample(f"q{n}", Task.ANSWER, (SampleFile(f"{n}.png", lambda: b"bytes"),), {"answers": ["a"]}, f"Question {n}?")
    for n in range(50)
]


def dataset(samples: list[Sample]) -> Dataset:
    def load(_: Source) -> Iterator[Sample]:
        return iter(samples)

    return Dataset("some", "Some", Task.ANSWER, ("test",), load, AnlsAnswers(), "", "", "")


def ids(first: int | None, seed: int = 1) -> list[str]:
    return [sample.id for sample in chosen(dataset(SAMPLES), SOURCE, first=first, seed=seed)]


def test_all_are_asked_unless_fewer_are_wanted() -> None:
    assert ids(None) == ids(50) == ids(1000) == [sample.id for sample in SAMPLES]


def test_the_lot_is_the_seeds_and_a_smaller_one_lies_within_a_larger() -> None:
    assert len(ids(10)) == 10
    assert ids(10) == ids(10)
    assert ids(10) != ids(10, seed=2)
    assert set(ids(10)) < set(ids(20))
    assert ids(20) == [sample.id for sample in SAMPLES if sample.id in set(ids(20))]  # in the set's order


def test_what_is_chosen_holds_no_bytes() -> None:
    (sample, *_) = chosen(dataset(SAMPLES), SOURCE, first=None, seed=1)
    assert sample.files[0].name == "0.png"
    with pytest.raises(DatasetMissing):
        sample.files[0].read()
    assert next(of_these(SAMPLES, {"q7"})).files[0].read() == b"bytes"


def test_no_sample_and_two_of_one_id_are_told() -> None:
    with pytest.raises(DatasetMissing, match="no sample of some, split 'test'"):
        chosen(dataset([]), SOURCE, first=None, seed=1)
    with pytest.raises(DatasetDamaged, match="1 samples have the id of another"):
        chosen(dataset([*SAMPLES, SAMPLES[3]]), SOURCE, first=None, seed=1)


@pytest.mark.parametrize(
    "changed",
    [{"id": "x"}, {"question": "?"}, {"truth": {"answers": ["b"]}}, {"files": ()}, {"schema": {"type": "object"}}],
)
def test_the_fingerprint_is_that_of_what_is_asked_and_true(changed: dict[str, object]) -> None:
    assert data_hash(SAMPLES) == data_hash(replace(sample, group="g") for sample in SAMPLES)
    assert data_hash(SAMPLES) != data_hash([replace(SAMPLES[0], **changed), *SAMPLES[1:]])  # type: ignore[arg-type]
    assert data_hash(SAMPLES) != data_hash(SAMPLES[:-1])
