"""olmOCR-bench: single pages with unit tests of what must stand on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from docai.errors import DatasetDamaged
from docai.evaluation.datasets.dataset import Dataset, HubPlace, Source
from docai.evaluation.datasets.files import all_present, json_lines, json_of, present
from docai.evaluation.datasets.manifest_folder import has_manifest, manifest_items
from docai.evaluation.metrics.olmocr_rules import TYPES, passes
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.olmocr import OlmocrScorer, OlmocrTest, OlmocrTruth

_ABOUT = frozenset({"pdf", "page", "id", "type", "url", "checked"})
"""What a test says of itself and not of the page."""
_BASELINE = "baseline"


def load(source: Source) -> Iterator[Sample]:
    """The PDFs, each with its tests; see `Dataset`.

    A PDF without a test of type `baseline` is given one on its first page, as in the reference. The tests of a folder
    with a manifest come from no splits; their types stand in for them, and none is added.
    """
    if has_manifest(source):
        for item in manifest_items(source, "olmocr"):
            found = json_of(item.truth)
            if not isinstance(found, list) or not found:
                raise DatasetDamaged(f"{item.truth} holds no list of tests.", path=str(item.truth))
            yield _sample(item.file.name, item.file, [_test(str(item.truth), test, None) for test in found])
        return
    tests: dict[str, list[OlmocrTest]] = {}
    paths = all_present(source, "*.jsonl", "bench_data/*.jsonl", "**/bench_data/*.jsonl")
    for path in paths:
        for number, line in enumerate(json_lines(path), start=1):
            where = f"{path}, line {number}"
            test = _test(where, line, path.stem)
            if not isinstance(line.get("pdf"), str):
                raise DatasetDamaged(f"{where}, names no pdf.")
            tests.setdefault(line["pdf"], []).append(test)
    inside = paths[0].parent.relative_to(source.folder)
    for name, of_pdf in sorted(tests.items()):
        file = present(Source(source.folder / inside, source.split), f"pdfs/{name}")
        if all(test.type != _BASELINE for test in of_pdf):
            of_pdf.append(OlmocrTest(id=f"{name}_baseline", type=_BASELINE, split=_BASELINE))
        yield _sample(name, file, of_pdf)


def _sample(name: str, file: Path, tests: list[OlmocrTest]) -> Sample:
    flat = name.replace("/", "_")
    truth = OlmocrTruth(tests=tuple(tests))
    return Sample(
        id=flat.removesuffix(".pdf"),
        task=Task.PARSE,
        files=(SampleFile.at(file, flat),),
        truth=truth.model_dump(mode="json", exclude_defaults=True),
        categories={"folder": Path(name).parts[0]} if "/" in name else {},
    )


def _test(where: str, test: Any, split: str | None) -> OlmocrTest:  # noqa: ANN401 - whatever the file holds
    if not isinstance(test, Mapping) or test.get("type") not in TYPES or not isinstance(test.get("id"), str):
        raise DatasetDamaged(f"{where}, is no test of a known type with an id.")
    fields = {name: value for name, value in test.items() if name not in _ABOUT and value is not None}
    try:
        passes("", test["type"], fields)
        page = int(test.get("page") or 1)
    except (TypeError, ValueError) as error:
        raise DatasetDamaged(f"{where}, is no test of type {test['type']}: {error}.") from None
    return OlmocrTest(id=test["id"], type=test["type"], split=split or test["type"], page=page, fields=fields)


DATASET = Dataset(
    name="olmocr-bench",
    title="olmOCR-bench (Poznanski, Soldaini, Lo, 2025)",
    task=Task.PARSE,
    splits=("all",),
    load=load,
    scorer=OlmocrScorer(),
    layout="`bench_data/*.jsonl` and `bench_data/pdfs/`; or a folder with `manifest.json`.",
    obtain="`hf download allenai/olmOCR-bench --repo-type dataset --local-dir FOLDER`",
    licence="ODC-BY 1.0; the documents belong to their publishers",
    hub=HubPlace("allenai/olmOCR-bench", ("bench_data/*.jsonl", "bench_data/pdfs/*")),
)
