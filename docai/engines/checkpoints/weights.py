"""Whether every weight of a model came from its files; the library itself would go on with random ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from docai.errors import CheckpointRefused

CONSTANTS = re.compile(r"(^|\.)(.*rotary_emb\.inv_freq$|.*position_ids$)")
"""Constants that a published checkpoint may hold and that are computed anew."""


def check_weights(folder: Path, report: Mapping[str, Iterable[Any]], unused: re.Pattern[str] = CONSTANTS) -> None:
    """Refuse a model whose weights are not exactly those in the files.

    Args:
        folder: Where the files are.
        report: What `from_pretrained` of transformers says of the weights, names by what is wrong with them.
        unused: Finds the names of weights that may be left over.

    Raises:
        CheckpointRefused: a weight is missing, left over or of another shape.
    """
    wrong = {
        "missing": sorted(report["missing_keys"]),
        "of another shape": sorted(str(key[0]) for key in report["mismatched_keys"]),
        "left over": sorted(key for key in report["unexpected_keys"] if not unused.search(key)),
    }
    for what, keys in wrong.items():
        if keys:
            raise CheckpointRefused(
                f"{len(keys)} weights of {folder} are {what}, the first {keys[0]}; is it another version's?",
                weights=keys[:20],
            )
