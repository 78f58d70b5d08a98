"""Dataset: what there is to know of a data set, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.scorer import Scorer


@dataclass(frozen=True, slots=True)
class Source:
    """Where a data set lies, and what of it is wanted."""

    folder: Path
    split: str


@dataclass(frozen=True, slots=True)
class HubPlace:
    """A data set on the Hugging Face hub."""

    repository: str
    patterns: tuple[str, ...] = ()
    """Files that are needed, as `huggingface_hub.snapshot_download` takes them; empty: all."""


def no_corpus(_: Source) -> Iterator[SampleFile]:
    """Of data sets in which nothing is looked for beyond a sample's own files."""
    return iter(())


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set by name."""

    name: str
    """As it is asked for: lower case, with dashes."""
    title: str
    """Name, authors, year."""
    task: Task
    splits: tuple[str, ...]
    """The first is taken unless another is asked for."""
    load: Callable[[Source], Iterator[Sample]]
    """Its samples in the published order; raises `DatasetMissing` where a file that it needs is not there, and
    `DatasetDamaged` where one cannot be read."""
    scorer: Scorer
    layout: str
    """Files that are expected in the folder, for people, a line or two."""
    obtain: str
    """Where it is had: a command with `FOLDER` for the folder, or an address."""
    licence: str
    hub: HubPlace | None = None
    corpus: Callable[[Source], Iterator[SampleFile]] = no_corpus
    """All files that pages are looked for in; for `Task.RETRIEVE`."""
