"""RunFolder: where a run's record, samples and predictions lie; a killed run goes on from it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.predictions import Prediction
from docai.evaluation.running.kept_lines import KeptLines
from docai.evaluation.running.read_file import ReadFile
from docai.evaluation.running.run_record import RunRecord
from docai.evaluation.samples import Sample, SampleFile, Task

RECORD = "run.json"
SAMPLES = "samples.jsonl"
PREDICTIONS = "predictions.jsonl"
FILES = "files.jsonl"
HOME = "home"
"""docai's own folder of the run: database, index and page images."""


class RunFolder:
    """A folder of one run. One process writes into it."""

    def __init__(self, path: Path) -> None:
        """Nothing is read or made yet."""
        self.path = path
        self.files = KeptLines(path / FILES, ReadFile)
        """What was read for the run."""
        self._predictions = KeptLines(path / PREDICTIONS, Prediction)

    @property
    def home(self) -> Path:
        """The run's own `DOCAI_HOME`."""
        return self.path / HOME

    @property
    def exists(self) -> bool:
        """Whether a run was begun here."""
        return (self.path / RECORD).exists()

    def begin(self, record: RunRecord, samples: Iterable[Sample]) -> None:
        """Write down what is to be asked, before anything is."""
        self.path.mkdir(parents=True, exist_ok=True)
        lines = (json.dumps(_kept(sample), ensure_ascii=False) + "\n" for sample in samples)
        _replace(self.path / SAMPLES, "".join(lines))
        self.save(record)

    def save(self, record: RunRecord) -> None:
        """Write the record anew."""
        _replace(self.path / RECORD, record.model_dump_json(indent=1) + "\n")

    def record(self) -> RunRecord:
        """What was measured.

        Raises:
            DatasetMissing: there is no run here.
            DatasetDamaged: its record cannot be read.
        """
        try:
            return RunRecord.model_validate_json((self.path / RECORD).read_bytes())
        except FileNotFoundError:
            raise DatasetMissing(
                f"{self.path} holds no run; `docai eval run` makes one.", path=str(self.path)
            ) from None
        except ValidationError as error:
            raise DatasetDamaged(f"{self.path / RECORD} is no record of a run: {error}.") from None

    def samples(self) -> list[Sample]:
        """What was to be asked, without the files' bytes: reading a file of such a sample fails.

        Raises:
            DatasetMissing: there is no run here.
        """
        try:
            content = (self.path / SAMPLES).read_bytes()
        except FileNotFoundError:
            raise DatasetMissing(
                f"{self.path} holds no run; `docai eval run` makes one.", path=str(self.path)
            ) from None
        return [_sample(json.loads(line)) for line in content.splitlines()]

    def append(self, prediction: Prediction) -> None:
        """Keep a prediction; once this returns it is on the disk."""
        self._predictions.append(prediction)

    def predictions(self) -> dict[str, Prediction]:
        """By sample, the newest of each; a line that was cut off by a kill is none.

        Raises:
            DatasetDamaged: a line is no prediction.
        """
        return {prediction.sample_id: prediction for prediction in self._predictions.read()}

    def mend(self) -> None:
        """Drop last lines that were cut off, so that the next ones begin a line."""
        self._predictions.mend()
        self.files.mend()


def _kept(sample: Sample) -> dict[str, Any]:
    return {
        "id": sample.id,
        "task": sample.task.value,
        "files": [file.name for file in sample.files],
        "question": sample.question,
        "schema": sample.schema,
        "truth": sample.truth,
        "group": sample.group,
        "categories": dict(sample.categories),
    }


def _sample(kept: dict[str, Any]) -> Sample:
    return Sample(
        id=kept["id"],
        task=Task(kept["task"]),
        files=tuple(SampleFile(name, _not_kept) for name in kept["files"]),
        truth=kept["truth"],
        question=kept["question"],
        schema=kept["schema"],
        group=kept["group"],
        categories=kept["categories"],
    )


def _not_kept() -> bytes:
    raise DatasetMissing("A run keeps the names of its files, and not the files.")


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    new = path.with_suffix(path.suffix + ".new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)
