"""ViDoRe v2: page retrieval over four corpora, with queries in up to four languages that several pages answer."""

from __future__ import annotations

from docai.evaluation.datasets.beir_pages import ALL, beir_corpus, beir_samples
from docai.evaluation.datasets.dataset import Dataset, HubPlace
from docai.evaluation.samples import Task
from docai.evaluation.scoring.page_ranking import PageRanking

DATASET = Dataset(
    name="vidore-v2",
    title="ViDoRe v2 (Macé, Loison and Faysse 2025)",
    task=Task.RETRIEVE,
    splits=(ALL, "english", "french", "german", "spanish"),
    load=beir_samples,
    scorer=PageRanking(),
    layout="one task, such as esg_reports_human_labeled_v2; others are {esg_reports,biomedical_lectures,"
    "economics_reports}_v2: corpus/ (corpus-id, image), queries/ (query-id, query, language) and qrels/ (query-id, "
    "corpus-id, score), each with *.parquet",
    obtain="hf download --repo-type dataset vidore/esg_reports_human_labeled_v2 --local-dir FOLDER",
    licence="MIT; documents with their owners",
    hub=HubPlace("vidore/esg_reports_human_labeled_v2"),
    corpus=beir_corpus,
)
