"""What an extraction gives: its data, and how many of its values say where they stand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from docai.evaluation.predictions import Prediction
from docai.evaluation.scoring.scorer import Scored


def data_of(prediction: Prediction) -> Mapping[str, Any]:
    """The fields that were found; none where nothing was extracted, or something that is no object."""
    data = None if prediction.extraction is None else prediction.extraction.data
    return data if isinstance(data, Mapping) else {}


def citation_counts(prediction: Prediction) -> dict[str, int]:
    """How many values were given, and how many of them with a page and a box; kept with each item."""
    fields = () if prediction.extraction is None else prediction.extraction.fields
    given = [field for field in fields if field.value is not None]
    return {
        "n_values": len(given),
        "n_cited": sum(field.page_number is not None and field.box is not None for field in given),
    }


def cited_share(scored: Sequence[Scored]) -> dict[str, float]:
    """The figure `cited`: of all values given, those with a page and a box; left out where none was given."""
    n_values = sum(each.score.detail["n_values"] for each in scored)
    n_cited = sum(each.score.detail["n_cited"] for each in scored)
    return {"cited": n_cited / n_values} if n_values else {}


def extraction_text(prediction: Prediction) -> str:
    """What was extracted, for people."""
    if prediction.extraction is None:
        return "nothing" if prediction.failure is None else f"nothing: {prediction.failure.message}"
    return json.dumps(prediction.extraction.data, ensure_ascii=False)
