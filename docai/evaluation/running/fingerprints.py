"""Fingerprints: whether two runs were asked the same of the same data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from docai.evaluation.samples import Sample


def data_hash(samples: Iterable[Sample]) -> str:
    """SHA-256 of the samples' ids, questions, schemas and truths and of their files' names, in order."""
    found = hashlib.sha256()
    for sample in samples:
        told = [
            sample.id,
            sample.task.value,
            sample.question,
            sample.schema,
            [file.name for file in sample.files],
            sample.truth,
        ]
        line = json.dumps(told, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
        found.update(line.encode() + b"\n")
    return found.hexdigest()
