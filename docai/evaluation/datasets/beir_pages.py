"""Page retrieval in BEIR's layout, as ViDoRe has it: a corpus of page pictures, queries, and relevance judgements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.files import all_present
from docai.evaluation.datasets.tabular import picture, rows
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.page_ranking import PageRankingTruth, RelevantPage

ALL = "test"
"""The split of all queries; another one names their language."""
_CORPUS_ID = ("corpus-id", "corpus_id")
_QUERY_ID = ("query-id", "query_id")


def beir_samples(source: Source, told_by: Sequence[str] = ()) -> Iterator[Sample]:
    """Queries in order, each with the pages judged for it; one that none was judged for is left out, as in BEIR.

    Pages are files of one page each, named `page-` and the corpus' id.

    Args:
        source: The folder of one task.
        told_by: Columns of the queries that figures are broken down by, beside the language.

    Raises:
        DatasetMissing: a part is not there, or it has no query of the language.
        DatasetDamaged: a part cannot be read.
    """
    names = {name: file.name for name, file in _pages(source)}
    judged = _judgements(source, names)
    paths = _part(source, "queries")
    asked: set[str] = set()
    for number, row in enumerate(rows(paths), start=1):
        where = f"{paths[0]}, query {number}"
        language = row.get("language") or ""
        name = str(_cell(row, _QUERY_ID, where))
        if name not in judged or source.split not in (ALL, language):
            continue
        # Translations of a query may share its id.
        sample_id = name if name not in asked else f"{name}-{language}"
        asked.add(sample_id)
        yield Sample(
            id=sample_id,
            task=Task.RETRIEVE,
            files=(),
            truth=PageRankingTruth(pages=tuple(judged[name])).model_dump(mode="json"),
            question=str(_cell(row, ("query",), where)),
            categories={column: told for column in ("language", *told_by) if (told := _told(row.get(column)))},
        )
    if not asked:
        raise DatasetMissing(f"{source.folder} has no judged query of the split {source.split}.")


def beir_corpus(source: Source) -> Iterator[SampleFile]:
    """The pages, a file each.

    Raises:
        DatasetMissing: there is no corpus.
        DatasetDamaged: a page has no picture.
    """
    return (file for _, file in _pages(source))


def is_beir(source: Source) -> bool:
    """Whether the folder has this layout."""
    return (source.folder / "qrels").is_dir()


def _pages(source: Source) -> Iterator[tuple[str, SampleFile]]:
    paths = _part(source, "corpus")
    for number, row in enumerate(rows(paths), start=1):
        where = f"{paths[0]}, page {number}"
        name = str(_cell(row, _CORPUS_ID, where))
        yield name, picture(f"page-{name}", _cell(row, ("image",), where))


def _judgements(source: Source, names: dict[str, str]) -> dict[str, list[RelevantPage]]:
    paths = _part(source, "qrels")
    judged: defaultdict[str, list[RelevantPage]] = defaultdict(list)
    for number, row in enumerate(rows(paths), start=1):
        where = f"{paths[0]}, judgement {number}"
        page = str(_cell(row, _CORPUS_ID, where))
        if page not in names:
            raise DatasetDamaged(f"{where}: the corpus has no page {page}.", path=str(paths[0]))
        score = _cell(row, ("score",), where)
        if not isinstance(score, int | float):
            raise DatasetDamaged(f"{where}: the score {score!r} is no number.", path=str(paths[0]))
        relevant = RelevantPage(file=names[page], relevance=max(0, int(score)))
        judged[str(_cell(row, _QUERY_ID, where))].append(relevant)
    return judged


def _part(source: Source, part: str) -> list[Path]:
    return all_present(source, f"{part}/*.parquet", f"data/{part}-*.parquet")


def _cell(row: dict[str, Any], columns: Sequence[str], where: str) -> Any:  # noqa: ANN401 - whatever the cell holds
    """The first of these columns that the row has a value in."""
    for column in columns:
        if row.get(column) is not None:
            return row[column]
    raise DatasetDamaged(f"{where} has no {' and no '.join(columns)}.")


def _told(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")
