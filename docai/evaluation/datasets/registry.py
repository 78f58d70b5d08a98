"""Which data sets there are, by name."""

from __future__ import annotations

from importlib import import_module

from docai.errors import InvalidRequest
from docai.evaluation.datasets.dataset import Dataset

_MODULES = {
    "chart-tables": "chart_tables",
    "chartqa": "chartqa",
    "chartqapro": "chartqapro",
    "docqa": "docqa",
    "docubench": "docubench",
    "docvqa": "docvqa",
    "financebench": "financebench",
    "fintabnet": "fintabnet",
    "funsd": "funsd",
    "funsd-words": "funsd_words",
    "icdar2013": "icdar2013",
    "infographicvqa": "infographicvqa",
    "invoices": "invoices",
    "kleister-nda": "kleister_nda",
    "mathvista": "mathvista",
    "mmlongbench-doc": "mmlongbench_doc",
    "mmmu": "mmmu",
    "mmmu-pro": "mmmu_pro",
    "mp-docvqa": "mp_docvqa",
    "ocrbench": "ocrbench",
    "ocrbench-v2": "ocrbench_v2",
    "olmocr-bench": "olmocr_bench",
    "omnidocbench": "omnidocbench",
    "own": "own",
    "page-retrieval": "page_retrieval",
    "pmc-articles": "pmc_articles",
    "pubtabnet": "pubtabnet",
    "slidevqa": "slidevqa",
    "sroie": "sroie",
    "sroie-words": "sroie_words",
    "vidore-v1": "vidore_v1",
    "vidore-v2": "vidore_v2",
    "vidore-v3": "vidore_v3",
}
"""Each in a module of its own, read when it is asked for: some need libraries that most commands do not."""

NAMES = tuple(_MODULES)


def dataset_named(name: str) -> Dataset:
    """The data set of this name.

    Raises:
        InvalidRequest: there is none.
    """
    if name not in _MODULES:
        raise InvalidRequest(f"There is no data set {name!r}; `docai eval sets` lists them.", known=", ".join(NAMES))
    found = import_module(f"docai.evaluation.datasets.{_MODULES[name]}").DATASET
    assert isinstance(found, Dataset)
    return found
