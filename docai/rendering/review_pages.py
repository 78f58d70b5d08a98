"""What a person should look at as one HTML page that loads and runs nothing: pictures of places and both readings."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from docai.domain.documents import Document
from docai.domain.flags import Flag, Severity
from docai.rendering.differences import Run, excerpt, runs_heard, runs_said

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""The pictures are in the page; nothing may run, load or send."""
_LONGEST = 600
"""Characters of a reading that are shown, around the first difference."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Characters that HTML does not allow (Living Standard, 13.1.4)."""

_STYLE = """
:root { color-scheme: light dark; --line: #c9ced6; --quiet: #667085; }
:root { --high: #d55e00; --medium: #e69f00; --low: #56b4e9; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1.25rem; }
section { border: 1px solid var(--line); border-left: 6px solid var(--low); margin: 1rem 0; padding: .6rem 1rem; }
section.high { border-left-color: var(--high); }
section.medium { border-left-color: var(--medium); }
h2 { font-size: 1rem; margin: 0; }
h2 span { color: var(--quiet); font-weight: normal; }
img { display: block; max-width: 100%; border: 1px solid var(--line); margin: .5rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .4rem 0 0; }
dt { color: var(--quiet); }
dd { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font-family: ui-monospace, monospace; }
mark { background: #f0e442; color: #000; text-decoration: underline 2px #d55e00; }
p { margin: .3rem 0; }
""".strip()


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One thing to look at, with what it takes to judge it."""

    flag: Flag
    place: str
    """In words; of the page where the flag is of no value."""
    picture: bytes | None
    """PNG of where it stands; None where no box is known or the page was not drawn."""


def review_html(document: Document, exhibits: Sequence[Exhibit], *, has_more: bool = False) -> str:
    """A whole HTML document, in the order given.

    Args:
        document: whose flags they are.
        exhibits: what to show.
        has_more: whether there are flags beside these.
    """
    counts = Counter(exhibit.flag.severity for exhibit in exhibits)
    told = ", ".join(f"{counts[severity]} {severity.value}" for severity in Severity if counts[severity])
    more = " There are more, which are not shown." if has_more else ""
    name = _text(document.name)
    return "\n".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>Review of {name}</title>\n<style>\n{_STYLE}\n</style>\n</head>",
            f'<body data-document="{document.id}">\n<main>\n<h1>{name}</h1>',
            f"<p>To look at, worst first: {told or 'nothing'}.{more}</p>",
            *(_section(number, exhibit) for number, exhibit in enumerate(exhibits, start=1)),
            "</main>\n</body>\n</html>\n",
        )
    )


def _section(number: int, exhibit: Exhibit) -> str:
    flag = exhibit.flag
    kind = (flag.check.value if flag.check else flag.kind.value).replace("_", " ")
    lines = [
        f'<section class="{flag.severity.value}" data-kind="{flag.kind.value}" data-page="{flag.page_number}">',
        f"<h2>{number}. Page {flag.page_number}, {_text(exhibit.place)} "
        f"<span>{_text(kind)}, {flag.severity.value}{_sure(flag)}</span></h2>",
        f"<p>{_text(flag.message)}</p>",
    ]
    if exhibit.picture is not None:
        data = b64encode(exhibit.picture).decode("ascii")
        lines.append(f'<img alt="{_text(exhibit.place)}" src="data:image/png;base64,{data}">')
    readings = []
    if flag.said is not None:
        readings.append(("said", runs_said(flag.said, flag.differences)))
    if flag.heard is not None:
        readings.append(("heard", runs_heard(flag.heard, flag.differences)))
    if readings:
        lines.append("<dl>" + "".join(f"<dt>{name}</dt><dd>{_marked(runs)}</dd>" for name, runs in readings) + "</dl>")
    return "\n".join((*lines, "</section>"))


def _sure(flag: Flag) -> str:
    return "" if flag.confidence is None else f", {flag.confidence:.0%} sure"


def _marked(runs: Sequence[Run]) -> str:
    shown = excerpt(runs, _LONGEST)
    return "".join(f"<mark>{_text(run.text)}</mark>" if run.differs else _text(run.text) for run in shown)


def _text(text: str) -> str:
    return escape(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", text))
