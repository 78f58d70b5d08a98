"""The JSON that we ask for where we choose: blocks with kind, box and text; tables in OTSL, charts as points."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from docai.dialects.boxes import PER_MILLE
from docai.dialects.charts import chart_text, point
from docai.dialects.dialect import Shown
from docai.dialects.draft import Draft
from docai.dialects.fences import unfenced
from docai.dialects.json_elements import JsonObject, elements_of, json_value
from docai.dialects.kinds import kind_named
from docai.dialects.limits import legible
from docai.dialects.otsl import has_otsl, read_otsl, write_otsl
from docai.domain.charts import Axis, Chart, ChartKind, Series
from docai.domain.geometry import Box
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock, Reading
from docai.errors import ReplyUnreadable

_TURNS = (0, 90, 180, 270)


def _object(**properties: object) -> dict[str, object]:
    """A closed object, every key required: what strict modes of providers ask for."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_STRING = {"type": "string"}
"""Without bounds on its length: xgrammar then cannot write escapes (its issue 800)."""
_AXIS = _object(title=_STRING, unit=_STRING, ticks={"type": "array", "items": _STRING})
_POINT = _object(category=_STRING, value=_STRING)
_SERIES = _object(name=_STRING, points={"type": "array", "items": _POINT})
_CHART = _object(
    kind={"type": "string", "enum": [kind.value for kind in ChartKind]},
    title=_STRING,
    x_axis=_AXIS,
    y_axis=_AXIS,
    series={"type": "array", "items": _SERIES},
)
_KIND = {"type": "string", "enum": [kind.value for kind in BlockKind]}
_BOX = {"anyOf": [{"type": "array", "items": {"type": "integer"}, "minItems": 4, "maxItems": 4}, {"type": "null"}]}
_LEVEL = {"anyOf": [{"type": "integer"}, {"type": "null"}]}
_ROTATION = {"anyOf": [{"type": "integer", "enum": list(_TURNS)}, {"type": "null"}]}
_BLOCK = _object(
    kind=_KIND,
    box=_BOX,
    level=_LEVEL,
    text=_STRING,
    otsl={"anyOf": [_STRING, {"type": "null"}]},
    chart={"anyOf": [_CHART, {"type": "null"}]},
)
PAGE_SCHEMA: Mapping[str, Any] = _object(
    language={"anyOf": [_STRING, {"type": "null"}]},
    rotation=_ROTATION,
    blocks={"type": "array", "items": _BLOCK},
)
"""JSON Schema of a page. `box` is left, top, right and bottom in thousandths of the image; `level` is that of a
heading, 1 for the highest; `otsl` is a table's cells, `text` then its caption."""
LAYOUT_SCHEMA: Mapping[str, Any] = _object(
    rotation=_ROTATION,
    blocks={"type": "array", "items": _object(kind=_KIND, box=_BOX, level=_LEVEL)},
)
"""JSON Schema of a first look, which leaves what is printed to the second."""


class PageJsonDialect:
    """One object: `language`, `rotation`, and `blocks` in reading order. See `PAGE_SCHEMA`."""

    name = "page_json"
    has_boxes = True
    kinds = frozenset(BlockKind)

    def read(self, text: str, shown: Shown) -> Reading:
        """See `Dialect`. Keys may be missing: servers do not always keep to a schema."""
        text, is_open = unfenced(legible(text))
        draft = Draft(is_truncated=is_open)
        whole = json_value(text)
        facts = whole if isinstance(whole, dict) else {}
        if isinstance(facts.get("blocks"), list):
            elements = [e for e in facts["blocks"] if isinstance(e, dict)]
            if len(elements) < len(facts["blocks"]):
                draft.note("an element that is no JSON object is left out")
            n_taken = sum(_take(element, shown, draft) for element in elements)
            is_any = n_taken > 0 or not facts["blocks"]
        else:
            start = text.find('"blocks"')
            is_any = sum(_take(e, shown, draft) for e in elements_of(text[max(0, start) :], draft)) > 0
        if not is_any and not draft.is_truncated:
            raise ReplyUnreadable("there are no blocks in the reply")
        rotation, language = facts.get("rotation"), facts.get("language")
        return draft.reading(
            rotation=rotation if rotation in _TURNS and not isinstance(rotation, bool) else None,
            language=language if isinstance(language, str) else None,
        )

    def write(self, blocks: Sequence[ReadBlock], shown: Shown) -> str:
        """See `Dialect`."""
        page = {"language": None, "rotation": 0, "blocks": [_element(block, shown) for block in blocks]}
        return json.dumps(page, ensure_ascii=False)


def _take(element: JsonObject, shown: Shown, draft: Draft) -> bool:
    """One block into the draft; False where the object is none."""
    said = element.get("kind")
    if not isinstance(said, str):
        draft.note("a JSON object without a kind is left out")
        return False
    kind = kind_named(said)
    if kind is None:
        draft.note(f"an unknown kind is taken for a paragraph: {said[:40]!r}")
        kind = BlockKind.PARAGRAPH
    box, problem = None, ""
    if isinstance(element.get("box"), list):
        box, problem = PER_MILLE.read(element["box"], shown)
    if problem:
        draft.note(problem)
    otsl, chart, text = element.get("otsl"), element.get("chart"), _string(element.get("text")).strip()
    if isinstance(otsl, str) and has_otsl(otsl):
        draft.add(read_otsl(otsl, draft, box=box, caption=text if kind is BlockKind.TABLE and text else None))
    elif isinstance(chart, dict):
        draft.add(_chart_block(chart, text, box))
    else:
        level = element.get("level") if kind is BlockKind.HEADING else None
        is_level = isinstance(level, int) and not isinstance(level, bool) and 1 <= level <= 9
        draft.add(ReadBlock(kind=kind, text=text, box=box, level=level if is_level else None))
    return True


def _chart_block(said: JsonObject, text: str, box: Box | None) -> ReadBlock:
    series = [s for s in _list(said.get("series")) if isinstance(s, dict)]
    chart = Chart(
        kind=next((kind for kind in ChartKind if kind.value == said.get("kind")), ChartKind.OTHER),
        title=_string(said.get("title")),
        x_axis=_axis(said.get("x_axis")),
        y_axis=_axis(said.get("y_axis")),
        series=tuple(
            Series(
                name=_string(s.get("name")),
                points=tuple(
                    point(_string(p.get("category")), _string(p.get("value")))
                    for p in _list(s.get("points"))
                    if isinstance(p, dict)
                ),
            )
            for s in series
        ),
    )
    return ReadBlock(kind=BlockKind.CHART, text=text or chart_text(chart), box=box, chart=chart)


def _axis(said: object) -> Axis:
    if not isinstance(said, dict):
        return Axis()
    ticks = tuple(_string(tick) for tick in _list(said.get("ticks")))
    return Axis(title=_string(said.get("title")), unit=_string(said.get("unit")), ticks=ticks)


def _list(said: object) -> list[Any]:
    return said if isinstance(said, list) else []


def _string(said: object) -> str:
    """A string as it is; a number as it would be written."""
    if isinstance(said, str):
        return said
    return json.dumps(said) if isinstance(said, int | float) and not isinstance(said, bool) else ""


def _element(block: ReadBlock, shown: Shown) -> dict[str, object]:
    chart = block.chart
    return {
        "kind": block.kind.value,
        "box": None if block.box is None else list(PER_MILLE.write(block.box, shown)),
        "level": block.level,
        "text": (block.table.caption or "") if block.table else "" if chart else block.text,
        "otsl": None if block.table is None else write_otsl(block.table),
        "chart": None if chart is None else _chart(chart),
    }


_AXIS_SAID = {"title", "unit", "ticks"}
"""What a model is asked for of an axis."""


def _chart(chart: Chart) -> dict[str, object]:
    return {
        "kind": chart.kind.value,
        "title": chart.title,
        "x_axis": chart.x_axis.model_dump(mode="json", include=_AXIS_SAID),
        "y_axis": chart.y_axis.model_dump(mode="json", include=_AXIS_SAID),
        "series": [
            {"name": s.name, "points": [{"category": p.category, "value": p.text} for p in s.points]}
            for s in chart.series
        ],
    }
