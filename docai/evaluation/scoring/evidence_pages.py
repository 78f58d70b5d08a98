"""Evidence pages: whether an answer's citations stand on the pages that a data set marks."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from docai.evaluation.metrics.citations import Place, cited_pages
from docai.evaluation.predictions import Prediction


class EvidencePage(BaseModel):
    """A page on which the answer stands."""

    model_config = ConfigDict(frozen=True)

    file: str
    """Name of the sample's file."""
    page: int
    """1-based; below that in a few rows of MMLongBench-Doc, whose evidence is then not known."""


def evidence_values(prediction: Prediction, evidence: Sequence[EvidencePage]) -> dict[str, float]:
    """Values of one answer whose evidence is known, each 0 to 1; none where the data set marks no page.

    Returns:
        `evidence_page_recall`, the share of the evidence's pages that are cited, 0 where nothing was answered; and
        `citation_precision`, the share of the pages cited that hold evidence, left out where nothing is cited.
    """
    known = [Place(each.file, each.page) for each in evidence if each.page >= 1]
    if not known:
        return {}
    answer = prediction.answer
    cited = answer.citations if answer is not None and answer.answerable else ()
    found = cited_pages([Place(citation.document_name, citation.page_number) for citation in cited], known)
    values = {"evidence_page_recall": found.recall}
    return values | {"citation_precision": found.precision} if cited else values
