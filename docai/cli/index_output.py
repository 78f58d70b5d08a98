"""What `docai index` prints: shapes for machines, tables for people."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel
from rich import box
from rich.table import Table as RichTable

from docai.cli.output import notes, results, shown

if TYPE_CHECKING:
    from docai.domain.indexes import IndexEntry
    from docai.protocols import IndexRecords
    from docai.query.compare import Comparison

_NAME_DIGITS = 8


class IndexOut(BaseModel):
    """One page index."""

    name: str
    model: str
    state: str
    encoder: str
    dimension: int
    n_pages: int
    """Pages that have vectors in it."""
    n_missing: int
    """Pages that were read and are not in it yet."""
    created_at: datetime
    activated_at: datetime | None


class IndexesOut(BaseModel):
    """`docai index status`."""

    indexes: list[IndexOut]


class BuiltOut(BaseModel):
    """`docai index build`."""

    index: IndexOut
    n_embedded: int
    n_failed: int


class SwitchedOut(BaseModel):
    """`docai index switch` and `rollback`."""

    index: IndexOut
    before: str | None
    """Name of the index that was in use before, and is kept."""


class VerifiedOut(BaseModel):
    """`docai index verify`."""

    name: str
    n_orphans: int
    n_lost: int
    n_missing: int
    is_clean: bool
    n_mended: int


class ComparedQueryOut(BaseModel):
    """One query under both indexes."""

    query: str
    overlap: float
    same_first: bool
    ndcg: tuple[float, float] | None


class ComparedOut(BaseModel):
    """`docai index compare`: the index in use first, then the other."""

    indexes: tuple[str, str]
    n_queries: int
    overlap: float
    same_first: float
    median_s: tuple[float, float]
    n_judged: int
    ndcg: tuple[float, float] | None
    queries: list[ComparedQueryOut]


def name_of(entry: IndexEntry) -> str:
    """What people call an index: the last part of its model's name, and some digits of its encoder's hash."""
    digits = hashlib.sha256(entry.encoder.encode()).hexdigest()[:_NAME_DIGITS]
    return f"{entry.model.rstrip('/').rpartition('/')[2]}-{digits}"


def index_out(records: IndexRecords, entry: IndexEntry) -> IndexOut:
    """The wire form, with how far the index is filled."""
    return IndexOut(
        name=name_of(entry),
        model=entry.model,
        state=entry.state.value,
        encoder=entry.encoder,
        dimension=entry.dimension,
        n_pages=records.n_embedded(entry.encoder),
        n_missing=records.n_missing(entry.encoder),
        created_at=entry.created_at,
        activated_at=entry.activated_at,
    )


def print_indexes(found: Sequence[IndexOut]) -> None:
    """Print a table of indexes."""
    table = RichTable("Index", "State", "Pages", "Missing", "Dimension", "Made", box=box.SIMPLE_HEAD, pad_edge=False)
    for entry in found:
        cells = (entry.state, entry.n_pages, entry.n_missing, entry.dimension, f"{entry.created_at:%Y-%m-%d %H:%M}")
        table.add_row(entry.name, *(str(cell) for cell in cells))
    results().print(table)


def comparison_out(names: tuple[str, str], found: Comparison) -> ComparedOut:
    """The wire form of a comparison."""
    return ComparedOut(
        indexes=names,
        n_queries=len(found.queries),
        overlap=found.overlap,
        same_first=found.same_first,
        median_s=found.median_s,
        n_judged=found.n_judged,
        ndcg=found.ndcg,
        queries=[
            ComparedQueryOut(query=q.text, overlap=q.overlap, same_first=q.is_same_first, ndcg=q.ndcg)
            for q in found.queries
        ],
    )


def print_comparison(names: tuple[str, str], found: Comparison) -> None:
    """Print a comparison, and the queries on which the two agree least."""
    table = RichTable("", *names, box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_row("Median search", *(f"{seconds * 1000:.0f} ms" for seconds in found.median_s))
    if found.ndcg is not None:
        table.add_row(f"nDCG@5 of {found.n_judged} judged queries", *(f"{value:.3f}" for value in found.ndcg))
    console = results()
    console.print(table)
    console.print(
        f"Of {_queries(len(found.queries))}: {found.overlap:.0%} of the first ten pages "
        f"are the same, {found.same_first:.0%} have the same first page."
    )
    furthest = sorted(found.queries, key=lambda query: query.overlap)[:5]
    for query in (q for q in furthest if q.overlap < 1):
        console.print(f"  {query.overlap:.0%} the same: {shown(query.text)}")


def print_switch(switched: SwitchedOut) -> None:
    """Say which index is in use now, and what is to be done about workers."""
    now = switched.index
    kept = "" if switched.before is None else f" {switched.before} is kept: `docai index rollback` goes back to it."
    console = notes()
    console.print(f"{now.name} is in use.{kept}", soft_wrap=True)
    console.print(
        f"Set DOCAI_EMBEDDER__MODEL={now.model} for embed workers, and start anew those that have another one: they "
        "stand by, and pages wait for their successors.",
        soft_wrap=True,
    )


def _queries(n: int) -> str:
    return "1 query" if n == 1 else f"{n:,} queries"
