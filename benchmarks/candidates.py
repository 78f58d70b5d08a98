"""How many candidates keep the ten best pages: Recall@10 of MaxSim over all vectors, and time, by number of candidates.

Drawn pages with planted needles and, with `--data`, the pages and questions of `retrieval.py`, through Qdrant Edge: by
the means of runs alone, and united with BM25's best as hybrid search does it. With `--home` both corpora are kept.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from curves import Chart, svg
from retrieval import TENANT, Corpus, open_corpus, open_index

from docai.domain.embeddings import QueryEmbedding
from docai.domain.ids import DocumentId
from docai.engines.embedder import ngram
from docai.engines.embedder.ngram import NgramEmbedder
from docai.late_interaction import CandidatePolicy
from docai.pdf.draw_needles import needle_documents, words_on
from docai.query.search import weights_of
from docai.settings import Settings
from docai.stores.qdrant.edge import EdgeIndex

K = 10
REPEATS = 3
X_TICKS = (25, 50, 100, 200, 500, 1000)
Place = tuple[DocumentId, int]


@dataclass(frozen=True)
class Asked:
    """A question as search asks it: by vectors, and what its words find."""

    query: QueryEmbedding
    by_text: Sequence[Place]


@dataclass(frozen=True)
class Row:
    """What a number of candidates gives."""

    candidates: int
    recall: float
    """By the means of runs alone."""
    recall_with_text: float
    """United with BM25's best."""
    seconds: float
    """Median of a search, by the means alone."""
    seconds_with_text: float


def drawn(corpus: Corpus, n_pages: int, n_questions: int) -> list[str]:
    """Put drawn pages into a corpus; gives questions about them, evenly taken."""
    questions = []
    for found in needle_documents(n_pages):
        corpus.add_words(found.drawn.name, [words_on(found.drawn, i + 1) for i in range(found.drawn.n_pages)])
        questions += [fact.question for fact in found.drawn.facts]
    return questions[:: max(1, len(questions) // n_questions)]


def real(corpus: Corpus, data: Path) -> list[str]:
    """Put the pages of a data set into a corpus; gives its questions."""
    for item in json.loads((data / "manifest.json").read_text())["items"]:
        corpus.add(data / item["file"])
    return [json.loads(line)["question"] for line in (data / "queries.jsonl").read_text().splitlines()]


def asked_of(corpus: Corpus, questions: Sequence[str]) -> list[Asked]:
    found = []
    for question in questions:
        with corpus.records.unit_of_work(TENANT.id) as unit:
            weights = weights_of(question, unit.terms)
            ranked = unit.terms.bm25(weights, document_ids=(), limit=corpus.policy.candidates)
        query = corpus.embedder.embed_query(question, weights)
        if query is not None:
            found.append(Asked(query, [(document_id, number) for document_id, number, _ in ranked]))
    return found


def search(index: EdgeIndex, asked: Asked, candidates: Sequence[Place]) -> tuple[list[float], float]:
    """The scores of the best pages, and the seconds that finding them took: the least of a few, beside other work."""
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        found = index.search(TENANT.id, asked.query, document_ids=(), limit=K, candidates=candidates)
        seconds.append(time.perf_counter() - start)
    return [score for _, _, score in found], min(seconds)


def curve(home: Path, asked: Sequence[Asked], counts: Sequence[int]) -> tuple[list[Row], float, int]:
    """A row for each number of candidates, the median seconds without any choice, and how many pages there are."""
    embedder, rows = NgramEmbedder(), []
    index = open_index(home, embedder, CandidatePolicy(full_scan_pages=10**9))
    n_pages = index.count()
    exact = [search(index, each, ()) for each in asked]
    index.close()
    for count in counts:
        index = open_index(home, embedder, CandidatePolicy(full_scan_pages=0, candidates=count))
        alone = [search(index, each, ()) for each in asked]
        united = [search(index, each, each.by_text) for each in asked]
        index.close()
        rows.append(Row(count, _recall(alone, exact), _recall(united, exact), _median(alone), _median(united)))
    return rows, _median(exact), n_pages


def _recall(found: Sequence[tuple[list[float], float]], exact: Sequence[tuple[list[float], float]]) -> float:
    """Of the best pages; one that scores as the last of the exact best does is as good as that one."""
    shares = []
    for (scores, _), (best, _) in zip(found, exact, strict=True):
        shares.append(sum(score >= best[-1] * (1 - 1e-5) for score in scores) / len(best))
    return statistics.mean(shares)


def _median(timed: Sequence[tuple[list[float], float]]) -> float:
    return statistics.median(seconds for _, seconds in timed)


def show(name: str, rows: Sequence[Row], full_s: float, n_pages: int, n_asked: int) -> None:
    print(f"\n{name}: {n_pages} pages, {n_asked} questions, runs of {ngram.RUN_WORDS}")
    print("| candidates | Recall@10 | with BM25's best | ms | ms with BM25's |\n|---|---|---|---|---|")
    for row in rows:
        print(
            f"| {row.candidates} | {row.recall:.4f} | {row.recall_with_text:.4f} "
            f"| {row.seconds * 1000:.1f} | {row.seconds_with_text * 1000:.1f} |"
        )
    print(f"| all pages | 1 | 1 | {full_s * 1000:.1f} | |", flush=True)


def plot(curves: dict[str, list[Row]]) -> str:
    recall = {name: [(row.candidates, row.recall) for row in rows] for name, rows in curves.items()}
    recall |= {
        f"{name}, with BM25": [(row.candidates, row.recall_with_text) for row in rows] for name, rows in curves.items()
    }
    seconds = {name: [(row.candidates, row.seconds * 1000) for row in rows] for name, rows in curves.items()}
    slowest = max(ms for points in seconds.values() for _, ms in points)
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500) if 5 * step >= slowest)
    charts = (
        Chart("Recall@10 of the exact ten best", recall, (0.6, 0.7, 0.8, 0.9, 1.0), line=0.99),
        Chart("Milliseconds of a search, median", seconds, tuple(step * i for i in range(6))),
    )
    return svg(charts, "candidates", X_TICKS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=2000, help="drawn pages")
    parser.add_argument("--questions", type=int, default=250, help="about so many questions about drawn pages")
    parser.add_argument("--data", type=Path, default=None, help="folder with manifest.json and queries.jsonl")
    parser.add_argument("--home", type=Path, default=None, help="keep the corpora here, in `drawn` and `real`")
    parser.add_argument("--candidates", type=int, nargs="+", default=(25, 50, 100, 200, 300, 500, 700, 1000))
    parser.add_argument("--plot", type=Path, default=None, help="write the curves here, as SVG")
    parser.add_argument(
        "--run-words", type=int, default=ngram.RUN_WORDS, help="length of the runs; not for a kept home"
    )
    args = parser.parse_args()
    ngram.RUN_WORDS = args.run_words
    with ExitStack() as stack:
        home = args.home or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        curves = {}
        for name in ("drawn", "real") if args.data else ("drawn",):
            with open_corpus(home / name, Settings()) as corpus:
                questions = real(corpus, args.data) if name == "real" else drawn(corpus, args.pages, args.questions)
                asked = asked_of(corpus, questions)
                corpus.index.optimise()
            rows, full_s, n_pages = curve(home / name, asked, args.candidates)
            show(name, rows, full_s, n_pages, len(asked))
            curves[f"{name} pages"] = rows
        if args.plot:
            args.plot.write_text(plot(curves))


if __name__ == "__main__":
    main()
