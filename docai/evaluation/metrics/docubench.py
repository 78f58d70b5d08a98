"""DocuBench's final score of an extraction: arrays and single values, weighed by their leaves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_DECIMALS = 6
_NO_LETTER = re.compile(r"\W")
Json = Any
_Path = tuple[str, ...]


def docubench_score(prediction: Mapping[str, Json], truth: Mapping[str, Json], schema: Mapping[str, Json]) -> float:
    """Mean of the scores of each outermost array and of all single values together, 0 to 1 (DocuBench's `scorer.py`).

    Values are compared without blanks, marks and case, numbers to six decimals; empty texts, arrays and objects are as
    good as missing. Single values: the share that agree, of those that either side has. An array: its entries are
    paired greedily, the most similar first; the sum of their similarities by the length of the longer array. The
    similarity of two entries is the share of their leaves that agree. An array weighs as the longer length times the
    mean number of leaves of a true entry, the single values as their number.

    Greedy pairing can miss the best pairs, and a list within an entry is one leaf: `field_f1` is without these two.

    Args:
        prediction: Extracted object.
        truth: Labelled object.
        schema: JSON schema of both; it says which paths are arrays.
    """
    got, wanted = _folded(prediction), _folded(truth)
    arrays: list[tuple[Json, Json]] = []
    singles: list[tuple[Json, Json]] = []
    for path, is_array in _paths(schema, ()):
        pair = (_at(wanted, path), _at(got, path))
        (arrays if is_array else singles).append(pair)
    parts = [_array_part(_entries(one), _entries(other)) for one, other in arrays]
    known = [(one, other) for one, other in singles if not (_is_empty(one) and _is_empty(other))]
    parts.append((sum(one == other for one, other in known), float(len(known))))
    weight = sum(part for _, part in parts)
    return sum(score for score, _ in parts) / weight if weight else 1.0


def _paths(schema: Mapping[str, Json], path: _Path) -> Iterator[tuple[_Path, bool]]:
    """Paths of outermost arrays and of single values, each with whether it is an array."""
    kind = schema.get("type")
    if kind == "array" or (isinstance(kind, list) and "array" in kind):
        yield path, True
    elif kind == "object" and "properties" in schema:
        for name, inner in schema["properties"].items():
            yield from _paths(inner, (*path, name))
    else:
        yield path, False


def _array_part(wanted: list[Json], got: list[Json]) -> tuple[float, float]:
    """Weighted score and weight of an array."""
    longest = max(len(wanted), len(got))
    sizes = [max(1, sum(not _is_empty(leaf) for leaf in _leaves(entry).values())) for entry in wanted]
    size = sum(sizes) / len(sizes) if sizes else 1.0
    pairs = [(_similarity(one, other), i, j) for i, one in enumerate(wanted) for j, other in enumerate(got)]
    left, right, total = set(range(len(wanted))), set(range(len(got))), 0.0
    for similarity, i, j in sorted(pairs, key=lambda pair: -pair[0]):
        if i in left and j in right:
            left.remove(i)
            right.remove(j)
            total += similarity
    return total * size, longest * size


def _similarity(wanted: Json, got: Json) -> float:
    one, other = _leaves(wanted), _leaves(got)
    names = [name for name in one | other if not (_is_empty(one.get(name)) and _is_empty(other.get(name)))]
    return sum(one.get(name) == other.get(name) for name in names) / len(names) if names else 1.0


def _leaves(value: Json, path: _Path = ()) -> dict[_Path, Json]:
    """Values of nested objects by their path; a list is one value."""
    if isinstance(value, dict):
        return {key: leaf for name, inner in value.items() for key, leaf in _leaves(inner, (*path, name)).items()}
    return {path: json.dumps(value, sort_keys=True) if isinstance(value, list) else value}


def _folded(value: Json) -> Json:
    if isinstance(value, Mapping):
        inner = {name: _folded(each) for name, each in value.items() if each != ""}
        return {name: each for name, each in inner.items() if each not in ([], {})}
    if isinstance(value, (list, tuple)):
        return [_folded(each) for each in value]
    if isinstance(value, str):
        return _NO_LETTER.sub("", value.lower())
    return round(float(value), _DECIMALS) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _at(value: Json, path: _Path) -> Json:
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name]
    return value


def _entries(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _is_empty(value: Json) -> bool:
    return value is None or value in ("", [], {})
