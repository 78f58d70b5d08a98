"""OCRBench v2: the fields, tables and charts that a reply writes, and how like the truth they are."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from docai.evaluation.metrics.ocrbench_v2_answers import fields_score
from docai.evaluation.metrics.python_literals import literal_of
from docai.evaluation.metrics.teds import teds

_FENCED = re.compile(r"```(?:python|json)?\n(.*?)\n```", re.DOTALL | re.IGNORECASE)
_PAIR = re.compile(r"""["']?([\w\s]+)["']?\s*[:=]\s*["']?([^\n,"'{}]+)["']?""")
"""A key and what stands behind a colon or an equals sign, up to a comma, quote, brace or line end."""
_ASSIGNED = re.compile(r"^\s*\w+\s*=\s*")
_COMMENT = re.compile(r"#.*")


def reply_fields(reply: str) -> dict[str, str]:
    """Fields of a reply; none where it writes none (`convert_str_to_dict` of `eval_scripts/TEDS_metric.py`).

    JSON or a Python literal, out of a code fence where there is one, else all pairs with a colon or an equals sign.
    Values are texts, blanks at their ends cut off; a value that is a list becomes the text of the list.
    """
    fenced = _FENCED.search(reply)
    content = fenced.group(1) if fenced else reply.strip()
    found: object = _json(content)
    if found is None:
        found = literal_of(content)
    if found is None:
        found = {key.strip(): value.strip() for key, value in _PAIR.findall(content)}
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        return {}
    return {key.strip(): str(value).strip() for key, value in found.items()}


def accepted_fields(answer: str) -> dict[str, list[str]]:
    """Accepted values of each field of a truth, as JSON or a Python literal writes them (`generate_combinations`).

    Raises:
        ValueError: when the answer is no object.
    """
    content = answer.strip('"')
    found = _object(_json(content), literal_of(content))
    if found is None:
        raise ValueError(f"no fields: {answer[:80]!r}")
    return {
        str(key): [str(each) for each in value] if isinstance(value, list) else [str(value)]
        for key, value in found.items()
    }


def key_values_score(reply: str, answer: str) -> float:
    """Share of fields that agree, 0 to 1; see `fields_score`.

    Raises:
        ValueError: when the answer is no object.
    """
    return fields_score(reply_fields(reply), accepted_fields(answer))


def html_table_score(reply: str, truth: str) -> float:
    """TEDS of the first table that a reply writes as HTML, 0 to 1; 0 where it writes none (`table parsing`).

    Line ends are dropped on both sides. A truth without a table element is taken for its rows.
    """
    line = reply.replace("\n", "")
    start = next((place for mark in ("<body", "<table") if (place := line.find(mark)) >= 0), None)
    if start is None:
        return 0.0
    true = truth.replace("\n", "")
    return _teds(line[start:], true if "<table" in true else f"<table>{true}</table>")


def markdown_table_score(reply: str, truth: str) -> float:
    """TEDS of two tables in Markdown, 0 to 1 (`convert_markdown_table_to_html`).

    As in the official script the second line is dropped whatever it holds, and every other line of the reply is a row:
    those without bars are rows without cells.
    """
    return _teds(_markdown_html(reply), _markdown_html(truth))


def chart_score(reply: str, truth: str) -> float:
    """TEDS of two tables of keys and values, 0 to 1; 0 where the reply is no Python dict (`chart parsing`).

    The script puts a blank between all characters of a value, which weighs values by twice their length, and writes a
    value that is a dict in one cell.

    Raises:
        ValueError: when the truth is no object.
    """
    said, true = _chart(reply), _object(_json(truth), _chart(truth))
    if not true:
        raise ValueError(f"no chart: {truth[:80]!r}")
    return _teds(_pairs_html(said), _pairs_html(true)) if said else 0.0


def _chart(reply: str) -> dict[Any, Any]:
    """The dict of the longest code fence or of the whole text, without `name =` before and comments in it."""
    content = max(_FENCED.findall(reply), key=len, default=reply.strip())
    content = _COMMENT.sub("", _ASSIGNED.sub("", content.strip(), count=1))
    return _object(literal_of(content[: content.rfind("}") + 1] or content)) or {}


def _pairs_html(pairs: Mapping[Any, Any]) -> str:
    rows = (f"<tr><td>{key}</td><td>{' '.join(str(value))}</td></tr>" for key, value in pairs.items())
    return f"<table>{''.join(rows)}</table>"


def _markdown_html(text: str) -> str:
    # The letters of `markdown` are cut off too, as in the script: a table in bars has none at its ends.
    lines = text.strip("`markdown").strip("`").strip().split("\n")
    rows = (_row(line) for line in [lines[0], *lines[2:]])
    return f"<table>{''.join(rows)}</table>"


def _row(line: str) -> str:
    cells = (cell.strip() if set(cell) != {" "} else " " for cell in line.strip().split("|")[1:-1])
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _teds(said: str, true: str) -> float:
    try:
        return teds(said, true)
    except (ValueError, RecursionError):  # a table too large or too deep to compare
        return 0.0


def _object(*found: object) -> dict[Any, Any] | None:
    """The first of these that has keys and values."""
    return next((each for each in found if isinstance(each, dict)), None)


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
