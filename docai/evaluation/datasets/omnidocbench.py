"""OmniDocBench: pages of nine kinds of documents, in English and Chinese, with all that stands on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from docai.errors import DatasetDamaged
from docai.evaluation.datasets.dataset import Dataset, HubPlace, Source
from docai.evaluation.datasets.files import json_of, present
from docai.evaluation.datasets.manifest_folder import has_manifest, manifest_items
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.omnidoc import TEXT_CATEGORIES, OmnidocScorer, OmnidocTruth, TrueBlock

_ANNOTATION = "OmniDocBench.json"
_ATTRIBUTES = {"data_source": "source", "language": "language", "layout": "layout"}


def load(source: Source) -> Iterator[Sample]:
    """The pages; see `Dataset`."""
    if has_manifest(source):
        for item in manifest_items(source, "omnidoc"):
            yield _sample(str(item.truth), json_of(item.truth), item.file)
        return
    annotation = present(source, _ANNOTATION, f"*/{_ANNOTATION}")
    pages = json_of(annotation)
    if not isinstance(pages, list):
        raise DatasetDamaged(f"{annotation} holds no list of pages.", path=str(annotation))
    inside = "" if annotation.parent == source.folder else f"{annotation.parent.name}/"
    for number, page in enumerate(pages, start=1):
        where = f"{annotation}, page {number}"
        name = _image_name(where, page)
        yield _sample(where, page, present(source, f"{inside}images/{name}", f"{inside}{name}"))


def _image_name(where: str, page: Any) -> str:  # noqa: ANN401 - whatever the annotation holds
    info = page.get("page_info") if isinstance(page, dict) else None
    name = info.get("image_path") if isinstance(info, dict) else None
    if not isinstance(name, str):
        raise DatasetDamaged(f"{where}, has no image_path.")
    return Path(name).name


def _sample(where: str, page: Any, file: Path) -> Sample:  # noqa: ANN401 - whatever the annotation holds
    try:
        truth = _truth(page)
        attributes = page.get("page_info", {}).get("page_attribute", {})
    except (KeyError, TypeError, AttributeError, ValidationError) as error:
        raise DatasetDamaged(f"{where}, is no annotation of a page: {error!r}.") from None
    return Sample(
        id=file.stem,
        task=Task.PARSE,
        files=(SampleFile.at(file),),
        truth=truth.model_dump(mode="json", exclude_defaults=True),
        categories={name: str(attributes[key]) for key, name in _ATTRIBUTES.items() if attributes.get(key)},
    )


def _truth(page: Mapping[str, Any]) -> OmnidocTruth:
    marked = _joined(page["layout_dets"], (page.get("extra") or {}).get("relation") or [])
    marked.sort(key=lambda each: each.get("order") or 0)
    blocks = [each for each in marked if each["category_type"] in TEXT_CATEGORIES]
    return OmnidocTruth(
        blocks=tuple(
            TrueBlock(category=each["category_type"], text=each.get("text") or "", order=each.get("order"))
            for each in blocks
        ),
        formulas=tuple(each["latex"] for each in marked if each["category_type"] == "equation_isolated"),
        tables=tuple(each["html"] for each in marked if each["category_type"] == "table" and each.get("html")),
    )


def _joined(marked: list[dict[str, Any]], relations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is marked, with the parts of a block that is cut by a column put together where the first of them stands."""
    groups: list[set[int]] = []
    for relation in relations:
        if relation["relation_type"] == "truncated":
            pair = {relation["source_anno_id"], relation["target_anno_id"]}
            touched = [group for group in groups if group & pair]
            groups = [group for group in groups if not group & pair] + [pair.union(*touched)]
    cut = {part for group in groups for part in group}
    found = [each for each in marked if each.get("anno_id") not in cut]
    for group in groups:
        parts = sorted(
            (each for each in marked if each.get("anno_id") in group), key=lambda each: each.get("order") or 0
        )
        if parts:
            found.append({**parts[0], "text": "".join(part.get("text") or "" for part in parts)})
    return found


DATASET = Dataset(
    name="omnidocbench",
    title="OmniDocBench (Ouyang et al., CVPR 2025)",
    task=Task.PARSE,
    splits=("all",),
    load=load,
    scorer=OmnidocScorer(),
    layout=f"`{_ANNOTATION}` and `images/`; or a folder with `manifest.json`.",
    obtain="`hf download opendatalab/OmniDocBench --repo-type dataset --local-dir FOLDER`",
    licence="for research only; the documents belong to their publishers",
    hub=HubPlace("opendatalab/OmniDocBench", (_ANNOTATION, "images/*")),
)
