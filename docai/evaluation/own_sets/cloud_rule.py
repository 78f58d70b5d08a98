"""Whether a data set's pages must not leave this machine."""

from __future__ import annotations

from pathlib import Path

from docai.evaluation.own_sets.set_record import Cloud, is_own_set, read_record


def must_stay_here(folder: Path) -> bool:
    """Whether the folder is an own set whose `set.json` does not say that the cloud is allowed.

    Raises:
        DatasetDamaged: `set.json` cannot be read, so that nobody knows.
    """
    return is_own_set(folder) and read_record(folder).cloud is not Cloud.ALLOWED
