"""OCRBench v2: ten thousand questions on pictures with text, in English and Chinese, of thirty types."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator

from docai.errors import DatasetDamaged
from docai.evaluation.datasets.dataset import Dataset, HubPlace, Source
from docai.evaluation.datasets.files import json_of, present
from docai.evaluation.datasets.parquet_pictures import kept_picture, located_rows
from docai.evaluation.datasets.rows_checked import checked, document
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.ocrbench_v2 import OcrBenchV2Scorer
from docai.evaluation.scoring.ocrbench_v2_reading import READING
from docai.evaluation.scoring.ocrbench_v2_tasks import GROUNDING, SPOTTING, OcrBenchV2Truth

_FILE = "OCRBench_v2.json"
_COLUMNS = ("question", "type", "answers", "eval", "bbox", "bbox_list", "content", "image")
_ALL, _READING = "all", "reading"
"""The second split is of questions that ask for what the picture says: docai reads it, and is not asked."""


class _Item(BaseModel):
    """A question as the official file has it; the hub writes all answers as texts, and JSON for objects."""

    question: Annotated[str, BeforeValidator(lambda said: said if isinstance(said, str) else "")]
    """Of a few table questions it is missing: those are left out of the averages."""
    type: str
    answers: Any = ()
    eval: str | None = None
    bbox: Any = None
    bbox_list: Any = None
    content: Any = None
    image_path: str = ""


def _samples(source: Source) -> Iterator[Sample]:
    for index, (item, picture, where) in enumerate(_published(source)):
        if source.split in (_ALL, _language(item.type)):
            yield _sample(f"{index:05}", item, picture, where)
        elif source.split == _READING and item.type in READING:
            yield replace(_sample(f"{index:05}", item, picture, where), task=Task.PARSE)


def _published(source: Source) -> Iterator[tuple[_Item, SampleFile, str]]:
    """Items with their pictures, and where they stand, for people."""
    path = present(source, _FILE, "data/test-*.parquet", "test-*.parquet")
    if path.suffix != ".json":
        paths = sorted(path.parent.glob("test-*.parquet"))
        for place, row in located_rows(paths, _COLUMNS):
            yield checked(_Item, row, str(place)), kept_picture(place, row, "image"), str(place)
        return
    items = json_of(path)
    if not isinstance(items, list):
        raise DatasetDamaged(f"{path} is no list of questions.", path=str(path))
    for index, values in enumerate(items):
        where = f"{path}, question {index + 1}"
        item = checked(_Item, values, where)
        picture = document(source.folder / item.image_path)
        yield item, SampleFile(item.image_path.replace("/", "_"), picture.read), where


def _sample(name: str, item: _Item, picture: SampleFile, where: str) -> Sample:
    try:
        truth = _truth(item)
    except (TypeError, ValueError) as error:
        raise DatasetDamaged(f"{where}: {error}.", where=where) from None
    return Sample(
        id=name,
        task=Task.ANSWER,
        files=(picture,),
        question=item.question,
        truth=truth.model_dump(mode="json"),
        group=picture.name,
        categories={"type": item.type, "language": _language(item.type)},
    )


def _language(kind: str) -> str:
    return kind.rpartition(" ")[2]


def _truth(item: _Item) -> OcrBenchV2Truth:
    answers = item.answers if isinstance(item.answers, list) else [item.answers]
    is_spotting, is_grounding = item.type == SPOTTING, item.type == GROUNDING
    box = answers if is_grounding else None if is_spotting else item.bbox
    boxes = (item.bbox_list or item.bbox or []) if is_spotting else []
    return OcrBenchV2Truth(
        type=item.type,
        question=item.question,
        answers=() if is_grounding else tuple(_text(answer) for answer in answers),
        eval=None if item.eval in (None, "", "None") else item.eval,
        box=tuple(int(edge) for edge in box) if box else None,
        boxes=tuple(tuple(int(number) for number in each) for each in boxes),
        contents=tuple(str(each) for each in item.content or ()),
    )


def _text(answer: object) -> str:
    return json.dumps(answer, ensure_ascii=False) if isinstance(answer, dict) else str(answer)


DATASET = Dataset(
    name="ocrbench-v2",
    title="OCRBench v2 (Fu et al., 2025)",
    task=Task.ANSWER,
    splits=(_ALL, "en", "cn", _READING),
    load=_samples,
    scorer=OcrBenchV2Scorer(),
    layout="`OCRBench_v2.json` with `EN_part/` and `CN_part/`, or `data/test-*.parquet`.",
    obtain="`hf download lmms-lab/OCRBench-v2 --repo-type dataset --local-dir FOLDER`",
    licence="for research; the pictures keep their sources' licences",
    hub=HubPlace("lmms-lab/OCRBench-v2", ("data/test-*.parquet",)),
)
