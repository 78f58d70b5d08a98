"""The frame of a report as one HTML file that loads and runs nothing: head, style, tables, escaped text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""The pictures are in the page; nothing may run, load or send."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Characters that HTML does not allow (Living Standard, 13.1.4)."""
_LONGEST = 1_500
"""Characters of a question, truth or answer that are shown."""

_STYLE = """
:root { color-scheme: light dark; --line: #c9ced6; --quiet: #667085; --mark: #0072b2; --bad: #d55e00; }
@media (prefers-color-scheme: dark) { :root { --line: #3d4450; --quiet: #98a2b3; --mark: #56b4e9; --bad: #e69f00; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1.25rem; }
h1 { line-height: 1.25; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
h3 { font-size: 1rem; margin: 0 0 .4rem; overflow-wrap: anywhere; }
p { margin: .3rem 0; }
.quiet, h3 span { color: var(--quiet); font-weight: normal; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .93rem; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .8rem .25rem 0; text-align: left; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.primary { font-weight: bold; }
article { border: 1px solid var(--line); border-left: 6px solid var(--mark); margin: 1rem 0; padding: .6rem 1rem; }
article.bad { border-left-color: var(--bad); }
article > div { display: flex; flex-wrap: wrap; gap: 1rem; }
article > div > * { flex: 1 1 18rem; min-width: 0; }
img { display: block; max-width: 100%; border: 1px solid var(--line); margin: .3rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .4rem 0; align-content: start; }
dt { color: var(--quiet); }
dd { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
summary { cursor: pointer; }
svg { max-width: 100%; }
td svg { max-width: none; }
@media (max-width: 34rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .3rem; } }
""".strip()


def framed(title: str, body: Iterable[str]) -> str:
    """A whole HTML document.

    Args:
        title: As text.
        body: As HTML, without the title.
    """
    return "\n".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{text(title)}</title>\n<style>\n{_STYLE}\n</style>\n</head>",
            f"<body>\n<main>\n<h1>{text(title)}</h1>",
            *body,
            "</main>\n</body>\n</html>\n",
        )
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = (), primary: int = -1) -> str:
    """A table that scrolls by itself where the screen is narrow.

    Args:
        head: As text.
        rows: As HTML.
        numbers: Columns whose cells are set to the right.
        primary: Row that stands out.
    """
    kinds = [' class="number"' if column in numbers else "" for column in range(len(head))]
    lines = ["<div class=wide><table><thead><tr>"]
    lines += [f"<th{kind}>{text(name)}</th>" for kind, name in zip(kinds, head, strict=True)]
    lines.append("</tr></thead><tbody>")
    for place, row in enumerate(rows):
        cells = "".join(f"<td{kind}>{cell}</td>" for kind, cell in zip(kinds, row, strict=True))
        lines.append(f"<tr class=primary>{cells}</tr>" if place == primary else f"<tr>{cells}</tr>")
    return "\n".join([*lines, "</tbody></table></div>"])


def listed(entries: Iterable[tuple[str, str]]) -> str:
    """Names with what they are, both as text; long ones are cut."""
    return "<dl>" + "".join(f"<dt>{text(name)}</dt><dd>{text(cut(said))}</dd>" for name, said in entries) + "</dl>"


def text(said: str) -> str:
    """Text as HTML."""
    return escape(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", said))


def cut(said: str, longest: int = _LONGEST) -> str:
    """Text that is not longer than that, with how much of it is not shown."""
    if len(said) <= longest:
        return said
    return f"{said[:longest]} ... ({len(said) - longest:,} more characters)"
