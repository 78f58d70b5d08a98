"""Articles of PubMed Central: PDFs as printed, with the publishers' XML as their truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from docai.errors import DatasetDamaged
from docai.evaluation.datasets.dataset import Dataset, Source
from docai.evaluation.datasets.files import all_present, json_of, present
from docai.evaluation.datasets.jats import read_article
from docai.evaluation.datasets.manifest_folder import has_manifest, manifest_items
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.page_text import PageTextScorer, PageTextTruth


def load(source: Source) -> Iterator[Sample]:
    """The articles; see `Dataset`."""
    if has_manifest(source):
        for item in manifest_items(source, "pmc"):
            yield _sample(item.id, item.file, _of_json(item.truth))
        return
    for path in all_present(source, "**/*.nxml", "**/*.xml"):
        article = read_article(path)
        folder = path.parent.relative_to(source.folder)
        file = present(source, str(folder / f"{path.stem}.pdf"))
        truth = PageTextTruth(blocks=tuple(article.blocks), allowed=tuple(article.others))
        yield _sample("-".join((*folder.parts, path.stem)), file, truth)


def _sample(name: str, file: Path, truth: PageTextTruth) -> Sample:
    return Sample(name, Task.PARSE, (SampleFile.at(file, f"{name}.pdf"),), truth.model_dump(mode="json"))


def _of_json(path: Path) -> PageTextTruth:
    """The truth of a manifest; headings that the XML implies and the page lacks are left out."""
    try:
        found = json_of(path)
        blocks = [block["text"] for block in found["blocks"] if block["text"].strip() and not block.get("implicit")]
        return PageTextTruth(blocks=tuple(blocks), allowed=tuple(_others(found)))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DatasetDamaged(f"{path} is no text of an article: {error!r}.", path=str(path)) from None


def _others(found: Mapping[str, Any]) -> Iterator[str]:
    about = found["meta"]
    yield from about.get("authors", ())
    yield from (about.get(name) or "" for name in ("journal", "doi"))
    yield from (caption["text"] for caption in found["figure_captions"])
    yield from found["references"]
    for table in found["tables"]:
        yield f"{table['label']} {table['caption']}"
        yield from (cell["text"] for cell in table["cells"])


DATASET = Dataset(
    name="pmc-articles",
    title="Articles of the PubMed Central open-access subset, with the publishers' XML",
    task=Task.PARSE,
    splits=("all",),
    load=load,
    scorer=PageTextScorer(),
    layout="`*.nxml` or `*.xml` (JATS), each with a PDF of the same name beside it; or a folder with `manifest.json`.",
    obtain="https://pmc.ncbi.nlm.nih.gov/tools/openftlist/ (packages of the open-access subset)",
    licence="each article's own, mostly CC BY",
)
