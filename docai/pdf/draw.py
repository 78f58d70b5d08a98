"""Draw small PDFs whose truth is known, for the demo, the tests and the synthetic benchmark."""

from __future__ import annotations

from docai.pdf.draw_edge import (
    blank,
    encrypted,
    huge,
    plain,
    rotated,
    truncated,
    with_embedded_file,
    with_javascript,
    with_launch_action,
)
from docai.pdf.draw_form import form
from docai.pdf.draw_invoice import invoice
from docai.pdf.draw_report import report
from docai.pdf.draw_scan import scan
from docai.pdf.draw_sheet import DrawnDocument, DrawnFact, DrawnWord


def show_set() -> tuple[DrawnDocument, ...]:
    """The four documents that the demo takes in."""
    return invoice(), report(), scan(), form()


__all__ = [
    "DrawnDocument",
    "DrawnFact",
    "DrawnWord",
    "blank",
    "encrypted",
    "form",
    "huge",
    "invoice",
    "plain",
    "report",
    "rotated",
    "scan",
    "show_set",
    "truncated",
    "with_embedded_file",
    "with_javascript",
    "with_launch_action",
]
