"""Rankings of pages: nDCG, recall, hits and MRR, within the question's own file and across the corpus apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from docai.evaluation.metrics.ranking import hit_at, ndcg, recall_at, reciprocal_rank
from docai.evaluation.predictions import Prediction, RankedPage
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.abstention import no_answer_text
from docai.evaluation.scoring.scorer import ItemScore, Scored, mean_figures

_CUTS = (1, 5, 10)
_SHOWN = 5
_Page = tuple[str, int]


class RelevantPage(BaseModel):
    """A page that answers a query."""

    model_config = ConfigDict(frozen=True)

    file: str
    """Name of the file in the corpus."""
    page: int = Field(default=1, ge=1)
    """1-based; of a page's picture always 1."""
    relevance: int = Field(default=1, ge=0)
    """Its gain; 0 is not relevant."""


class PageRankingTruth(BaseModel):
    """The pages that a query's answer stands on."""

    model_config = ConfigDict(frozen=True)

    pages: tuple[RelevantPage, ...]


@dataclass(frozen=True, slots=True)
class PageRanking:
    """Figures of retrieval at ranks 1, 5 and 10.

    Those that begin with `across` rank the whole corpus, as the ViDoRe benchmarks do; those with `within` the pages of
    the file that the query is asked of, where a sample has one. nDCG has linear gains and takes docai's order as it is,
    see `docai.evaluation.metrics.ranking`.
    """

    primary: str = "across_ndcg_at_5"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """Values of both rankings; a ranking that is not there scores 0."""
        truth = PageRankingTruth.model_validate(sample.truth)
        relevance = {(page.file, page.page): page.relevance for page in truth.pages if page.relevance > 0}
        values = _values("across", prediction.across, relevance)
        if sample.files:
            own = {file.name for file in sample.files}
            values |= _values("within", prediction.within, {page: r for page, r in relevance.items() if page[0] in own})
        return ItemScore(values)

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """Means over queries."""
        return mean_figures(scored)

    def truth_text(self, sample: Sample) -> str:
        """The relevant pages, the most relevant first."""
        pages = PageRankingTruth.model_validate(sample.truth).pages
        return _listed([(page.file, page.page) for page in sorted(pages, key=lambda page: -page.relevance)])

    def prediction_text(self, prediction: Prediction) -> str:
        """The best five pages of the corpus, or of the file where the corpus was not ranked."""
        ranking = prediction.across or prediction.within
        if not ranking:
            return no_answer_text(prediction)
        return _listed([(page.file, page.page) for page in ranking[:_SHOWN]])


def _values(where: str, ranking: Sequence[RankedPage], relevance: dict[_Page, int]) -> dict[str, float]:
    pages = [(page.file, page.page) for page in ranking]
    return (
        {f"{where}_ndcg_at_{k}": ndcg(pages, relevance, k) for k in _CUTS}
        | {f"{where}_recall_at_{k}": recall_at(pages, relevance, k) for k in _CUTS}
        | {f"{where}_hit_at_{k}": hit_at(pages, relevance, k) for k in _CUTS}
        | {f"{where}_mrr": reciprocal_rank(pages, relevance)}
    )


def _listed(pages: Sequence[_Page]) -> str:
    return ", ".join(f"{file} page {page}" for file, page in pages)
