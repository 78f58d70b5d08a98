"""ViDoRe v3: page retrieval over eight public corpora, with graded relevance and each query in six languages."""

from __future__ import annotations

from collections.abc import Iterator

from docai.evaluation.datasets.beir_pages import ALL, beir_corpus, beir_samples
from docai.evaluation.datasets.dataset import Dataset, HubPlace, Source
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.page_ranking import PageRanking


def _load(source: Source) -> Iterator[Sample]:
    return beir_samples(source, ("query_types", "query_format", "content_type", "query_generator"))


DATASET = Dataset(
    name="vidore-v3",
    title="ViDoRe v3 (Loison et al. 2026, arXiv 2601.08620)",
    task=Task.RETRIEVE,
    splits=(ALL, "english", "french", "german", "italian", "portuguese", "spanish"),
    load=_load,
    scorer=PageRanking("across_ndcg_at_10"),
    layout="one task, such as vidore_v3_hr; others are vidore_v3_{computer_science,energy,finance_en,finance_fr,"
    "industrial,pharmaceuticals,physics}: corpus/ (corpus_id, image), queries/ (query_id, query, language) and qrels/ "
    "(query_id, corpus_id, score 1 or 2), each with *.parquet",
    obtain="hf download --repo-type dataset vidore/vidore_v3_hr --local-dir FOLDER",
    licence="CC BY 4.0; documents with their owners",
    hub=HubPlace("vidore/vidore_v3_hr", ("corpus/*", "queries/*", "qrels/*")),
    corpus=beir_corpus,
)
