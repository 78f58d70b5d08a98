"""The questions of an own set on one HTML page for a person to judge, with pictures of where the answers stand."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from docai.domain.documents import MediaType
from docai.domain.geometry import Box
from docai.errors import DocaiError
from docai.evaluation.own_sets.questions import OwnQuestion
from docai.pdf.sandbox import PdfSandbox
from docai.rendering.crops import place_crops

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""The pictures are in the page; nothing may run, load or send."""
_DPI = 110.0
_WHOLE = Box(x0=0, y0=0, x1=1, y1=1)
_MEDIA_TYPES = {
    ".pdf": MediaType.PDF,
    ".png": MediaType.PNG,
    ".jpg": MediaType.JPEG,
    ".jpeg": MediaType.JPEG,
    ".tif": MediaType.TIFF,
    ".tiff": MediaType.TIFF,
}
_STYLE = """
:root { color-scheme: light dark; --line: #c9ced6; --quiet: #667085; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1.25rem; }
section { border: 1px solid var(--line); margin: 1rem 0; padding: .6rem 1rem; break-inside: avoid; }
h2 { font-size: 1rem; margin: 0; }
h2 span, dt { color: var(--quiet); font-weight: normal; }
img { display: block; max-width: 100%; border: 1px solid var(--line); margin: .5rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .4rem 0 0; }
dd { margin: 0; overflow-wrap: anywhere; }
""".strip()


def place_pictures(
    questions: Sequence[OwnQuestion], paths: Mapping[str, Path], sandbox: PdfSandbox
) -> dict[str, bytes]:
    """A PNG of each place that a question names, by the question's id; pages that cannot be drawn have none.

    Args:
        questions: What to show.
        paths: Where the questions' files lie, by their names.
        sandbox: Draws the pages.
    """
    pictures: dict[str, bytes] = {}
    for name in dict.fromkeys(question.files[0] for question in questions):
        of_file = [question for question in questions if question.files[0] == name and question.pages]
        try:
            with sandbox.open(paths[name], _MEDIA_TYPES[paths[name].suffix.lower()]) as document:
                for number in dict.fromkeys(question.pages[0] for question in of_file):
                    of_page = [question for question in of_file if question.pages[0] == number]
                    page = document.render(number, _DPI).content
                    shown = place_crops(page, [question.box or _WHOLE for question in of_page])
                    pictures |= dict(zip((question.id for question in of_page), shown, strict=True))
        except (DocaiError, KeyError):  # the question can be judged by its words
            continue
    return pictures


def sheet_html(title: str, questions: Sequence[OwnQuestion], pictures: Mapping[str, bytes]) -> str:
    """A whole HTML document, in the order given; it loads and runs nothing.

    Args:
        title: Name of the set.
        questions: What to show.
        pictures: PNGs by the questions' ids.
    """
    name = escape(title)
    return "\n".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>Questions of {name}</title>\n<style>\n{_STYLE}\n</style>\n</head>",
            f"<body>\n<main>\n<h1>{name}</h1>",
            f"<p>{len(questions)} questions. Say by their ids what you think of them: "
            "<code>docai eval confirm FOLDER --accept ID --reject ID</code>.</p>",
            *(_section(question, pictures.get(question.id)) for question in questions),
            "</main>\n</body>\n</html>\n",
        )
    )


def _section(question: OwnQuestion, picture: bytes | None) -> str:
    where = ", ".join((question.files[0], *(f"page {page}" for page in question.pages)))
    told = [("answer", answer_text(question)), ("where", where)]
    if question.quote:
        told.append(("there", question.quote))
    shown = "" if picture is None else _picture(where, picture)
    return "\n".join(
        (
            f'<section id="{escape(question.id)}">',
            f"<h2>{escape(question_text(question))} <span>{escape(question.id)}, {escape(question.kind or 'own')}, "
            f"{state_text(question)}</span></h2>{shown}",
            "<dl>" + "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in told) + "</dl>",
            "</section>",
        )
    )


def question_text(question: OwnQuestion) -> str:
    """What is asked, for people."""
    return question.question or "Fields by a schema"


def answer_text(question: OwnQuestion) -> str:
    """What is right, for people."""
    if question.fields is not None:
        return ", ".join(f"{name}: {value}" for name, value in question.fields.items())
    return " | ".join(question.answers) or "The document does not say."


def state_text(question: OwnQuestion) -> str:
    """What a person said of it."""
    return "confirmed" if question.confirmed else "rejected" if question.rejected else "to be confirmed"


def _picture(where: str, picture: bytes) -> str:
    return f'\n<img alt="{escape(where)}" src="data:image/png;base64,{b64encode(picture).decode("ascii")}">'
