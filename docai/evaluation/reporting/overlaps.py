"""What of a run's samples was found in training data, and the samples without it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from docai.errors import DatasetDamaged
from docai.evaluation.contamination.findings import Contamination
from docai.evaluation.running.run_record import RunRecord
from docai.evaluation.scoring.scorer import Scored

CATEGORY = "contamination"
CLEAN, CONTAMINATED = "clean", "contaminated"
_MOST_ITEMS = 50


def contamination_of(run: RunRecord) -> Contamination | None:
    """What a run's record has of it; None where it was not asked for.

    Raises:
        DatasetDamaged: it cannot be read.
    """
    if run.contamination is None:
        return None
    try:
        return Contamination.model_validate(run.contamination)
    except ValidationError as error:
        raise DatasetDamaged(f"What the run's record has of contamination cannot be read: {error}.") from None


def overlap_parts(found: Contamination, scored: Sequence[Scored]) -> list[tuple[str, str, list[Scored]]]:
    """The samples that are clean and those that overlap, as parts of the set; none where all are of one kind."""
    marked = {item.id for item in found.items}
    clean = [each for each in scored if each.sample.id not in marked]
    overlapping = [each for each in scored if each.sample.id in marked]
    if not clean or not overlapping:
        return []
    return [(CATEGORY, CLEAN, clean), (CATEGORY, CONTAMINATED, overlapping)]


def overlaps_told(found: Contamination) -> Iterator[tuple[str, str]]:
    """By name: what was searched, and the items that overlap with where."""
    yield "in", found.against
    kinds = ", ".join(f"{n:,} by {kind.value}" for kind, n in found.by_kind.items() if n)
    yield "items", f"{found.n_contaminated:,} of {found.n_items:,}" + (f" ({kinds})" if kinds else "")
    yield (
        "searched",
        (f"{found.n_files_searched:,} files, {found.n_pages_searched:,} pages, {found.n_texts_searched:,} texts"),
    )
    methods = found.methods
    yield (
        "counted as an overlap",
        (
            f"the same bytes; pages within {methods.dhash_distance} and {methods.phash_distance} bits of 64 of dHash "
            f"and pHash and a likeness of {methods.likeness:g}; {methods.n_words} words in a row"
        ),
    )
    if found.unreadable:
        yield "by their bytes alone", ", ".join(found.unreadable)
    for item in found.items[:_MOST_ITEMS]:
        yield item.id, "; ".join(f"{each.kind.value}: {each.what} in {each.against}" for each in item.overlaps)
    if len(found.items) > _MOST_ITEMS:
        yield "more", f"{len(found.items) - _MOST_ITEMS:,} items in report.json"
