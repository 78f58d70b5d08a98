"""The gate's figures: what was read and answered, held against what was drawn."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import fmean

from pydantic import BaseModel, ConfigDict

from docai.domain.geometry import Box
from docai.domain.tables import Table
from docai.domain.words import PageWords, Word
from docai.evaluation.fault_injection.figures import Share
from docai.evaluation.fault_injection.measuring import Injection, Outcome, measure
from docai.evaluation.fault_injection.truth import TruthPage
from docai.evaluation.gate.drawn_set import SEED, GatePage
from docai.evaluation.gate.reading import N_RANKED, Asked, ReadPage, ReadSet
from docai.evaluation.metrics.adjacency import adjacency_relations
from docai.evaluation.metrics.anls import anls
from docai.evaluation.metrics.precision_recall import PrecisionRecall
from docai.evaluation.metrics.ranking import ndcg
from docai.evaluation.metrics.teds import table_teds
from docai.evaluation.metrics.text_errors import unordered_character_error_rate
from docai.evaluation.metrics.unanswerable import declining

_DIGITAL = "digital"
_FOR_FLAGS = frozenset({_DIGITAL, "scan", "blur_weak", "noise_weak", "jpeg_weak", "contrast_weak"})
"""Pages that faults are put into: those whose print stands where it was drawn, and is read well."""
_INJECTION = Injection(seed=SEED, share=0.2)
"""More faults than `docai eval evidence` puts in, as the pages are few."""
_NOT_FAULTS = frozenset({"clean_cells", "clean_text", "cell_boxes", "totals_by_sum_alone"})


class Figure(BaseModel):
    """A figure of the drawn set."""

    model_config = ConfigDict(frozen=True)

    name: str
    """Metric, and what it was measured on, after a dot."""
    value: float
    """0 to 1; error rates may exceed 1."""
    n: int
    """Units that it is counted over."""
    unit: str
    """What these are."""
    best: float = 1.0
    """The value of a flawless reading."""


def figures_of(found: ReadSet) -> list[Figure]:
    """All figures that the pages and questions give; of a part of the set, fewer."""
    figures: list[Figure] = []
    by_case: defaultdict[str, list[ReadPage]] = defaultdict(list)
    for page in found.pages:
        by_case[page.truth.case].append(page)
    for case, pages in by_case.items():
        figures += _print_figures(case, pages) if pages[0].truth.prints else _text_figures(case, pages)
    for kind, members in _by_kind(found.pages):
        figures += [*_table_figures(kind, members), *_flag_figures(kind, members)]
    return [*figures, *_answer_figures(found.asked)]


def _by_kind(pages: Iterable[ReadPage]) -> Iterator[tuple[str, list[ReadPage]]]:
    """Pages with tables, those with a text layer apart from scans."""
    with_tables = [page for page in pages if page.truth.tables]
    for kind in (_DIGITAL, "scans"):
        members = [page for page in with_tables if (page.truth.case == _DIGITAL) == (kind == _DIGITAL)]
        if members:
            yield kind, members


# ---------------------------------------------------------------- text


def _text_figures(case: str, pages: Sequence[ReadPage]) -> list[Figure]:
    edits = n_characters = 0.0
    words = PrecisionRecall(0.0, 0, 0)
    for page in pages:
        lines = _lines(page.truth)
        length = _n_characters(lines)
        edits += length * unordered_character_error_rate(_text(page), lines)
        n_characters += length
        words += _words_found((w.text for w in _read_words(page)), (w.text for w in page.truth.words))
    return _text_pair(case, edits / n_characters, round(n_characters), words)


def _print_figures(case: str, pages: Sequence[ReadPage]) -> list[Figure]:
    """For each size of print; words count where they stand in its paragraph."""
    figures = []
    for page in pages:
        for size_pt, box in page.truth.prints:
            lines = _lines(page.truth, box)
            inside = [word.text for word in _read_words(page) if box.holds(word.box.centre)]
            true = [word for line in lines for word in line.split()]
            error = unordered_character_error_rate(_text(page), lines)
            figures += _text_pair(f"{size_pt}pt_{case}", error, _n_characters(lines), _words_found(inside, true))
    return figures


def _text_pair(case: str, error: float, n_characters: int, words: PrecisionRecall) -> list[Figure]:
    return [
        Figure(name=f"cer.{case}", value=error, n=n_characters, unit="characters", best=0.0),
        Figure(name=f"word_f1.{case}", value=words.f1, n=words.n_true, unit="words"),
    ]


def _words_found(read: Iterable[str], true: Iterable[str]) -> PrecisionRecall:
    said, drawn = Counter(read), Counter(true)
    return PrecisionRecall(float((said & drawn).total()), said.total(), drawn.total())


def _lines(truth: GatePage, box: Box | None = None) -> list[str]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    for word in truth.words:
        if box is None or box.holds(word.box.centre):
            found[word.line].append(word.text)
    return [" ".join(words) for words in found.values()]


def _n_characters(lines: Iterable[str]) -> int:
    return sum(len("".join(line.split())) for line in lines)


def _read_words(page: ReadPage) -> Sequence[Word]:
    return page.read.words.words if page.read.words is not None else ()


def _text(page: ReadPage) -> str:
    return " ".join(word.text for word in _read_words(page))


# ---------------------------------------------------------------- tables and flags


def _table_figures(kind: str, pages: Sequence[ReadPage]) -> list[Figure]:
    trees, boxes = [], []
    relations = PrecisionRecall(0.0, 0, 0)
    for page in pages:
        tables = page.read.parse.tables if page.read.parse is not None else ()
        for truth in page.truth.tables:
            likeness, read = max(
                ((table_teds(table, truth), table) for table in tables), key=lambda pair: pair[0], default=(0.0, None)
            )
            trees.append(likeness)
            relations += adjacency_relations(read or _NOTHING, truth)
            # A page that was turned has its print elsewhere than it was drawn.
            boxes += _cell_likeness(read, truth) if not page.truth.case.startswith("rotation") else []
    n_cells = sum(len(table.cells) for page in pages for table in page.truth.tables)
    return [
        Figure(name=f"table_teds.{kind}", value=fmean(trees), n=n_cells, unit="cells"),
        Figure(name=f"table_adjacency_f1.{kind}", value=relations.f1, n=relations.n_true, unit="relations"),
        Figure(name=f"cell_iou.{kind}", value=fmean(boxes), n=len(boxes), unit="cells"),
    ]


_NOTHING = Table(n_rows=0, n_cols=0, cells=())


def _cell_likeness(read: Table | None, truth: Table) -> list[float]:
    """Of each true cell's box with that of the cell in its place, as the evidence has it; 0 where there is none."""
    at = {(cell.row, cell.col): cell for cell in read.cells} if read is not None else {}
    found = []
    for cell in truth.cells:
        evidence = other.evidence if (other := at.get((cell.row, cell.col))) is not None else None
        box = evidence.box if evidence is not None else None
        found.append(box.iou(cell.box) if box is not None and cell.box is not None else 0.0)
    return found


def _flag_figures(kind: str, pages: Sequence[ReadPage]) -> list[Figure]:
    """Faults put into flawless readings of the pages, with the words that docai read as the witness."""
    truths = [
        _truth_page(page, words) for page in pages if (words := page.read.words) and page.truth.case in _FOR_FLAGS
    ]
    if not truths:
        return []
    outcome = Outcome()
    measure(truths, _INJECTION, outcome, on_page=lambda: None)
    wrong = _total(row.found for row in outcome.rows if row.kind not in _NOT_FAULTS)
    clean = _total(row.false for row in outcome.rows if row.kind in {"clean_cells", "clean_text"})
    return [
        Figure(name=f"wrong_flagged.{kind}", value=wrong.hits / wrong.n, n=wrong.n, unit="wrong values"),
        Figure(name=f"clean_flagged.{kind}", value=clean.hits / clean.n, n=clean.n, unit="right values", best=0.0),
    ]


def _truth_page(page: ReadPage, words: PageWords) -> TruthPage:
    name = f"{page.document}-{page.truth.case}"
    return TruthPage("gate", Path(page.document), name, page.read.number, words, page.truth.blocks)


def _total(shares: Iterable[Share]) -> Share:
    return sum(shares, Share())


# ---------------------------------------------------------------- answers and search


def _answer_figures(asked: Sequence[Asked]) -> list[Figure]:
    figures = []
    for kind in (_DIGITAL, "scans"):
        members = [each for each in asked if (each.case == _DIGITAL) == (kind == _DIGITAL)]
        answerable = [each for each in members if each.question.answers]
        if not answerable:
            continue
        near = [anls(each.answer.text or "", each.question.answers) for each in answerable]
        ranks = [ndcg(each.ranking, {each.place: 1.0}, N_RANKED) for each in answerable]
        declined = declining((bool(each.question.answers), not each.answer.answerable) for each in members)
        n = len(answerable)
        figures += [
            Figure(name=f"anls.{kind}", value=fmean(near), n=n, unit="questions"),
            Figure(
                name=f"unanswerable_f1.{kind}", value=declined.f1, n=len(members) - n, unit="unanswerable questions"
            ),
            Figure(name=f"ndcg@{N_RANKED}.{kind}", value=fmean(ranks), n=n, unit="questions"),
        ]
    return figures
