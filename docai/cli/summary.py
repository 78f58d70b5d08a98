"""What the witnesses say of a document in a line or two, and where to look on."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from docai.checks.flags import flags_of
from docai.cli.output import counted
from docai.cli.review_output import severities, verdict_counts
from docai.domain.documents import Document, Page, PageState


def summary(document: Document, pages: Sequence[Page]) -> Text:
    """How many values have each verdict, and how many flags there are, with the command that shows them."""
    parses = [page.parse for page in pages if page.parse is not None]
    counts = verdict_counts(parses)
    flags = [flag for parse in parses for flag in flags_of(parse)]
    told = Text.assemble("Values: ", counts, ".") if counts else Text("No values.")
    n_unread = sum(page.state is PageState.FAILED for page in pages)
    if n_unread:
        told.append(f" {counted(n_unread, 'page')} could not be read.", "red")
    if not flags:
        return told.append(" Nothing to look at.")
    look = f"{counted(len(flags), 'thing')} to look at ({severities(flags)})"
    return told.append(f"\n{look}: docai review {document.id.hex[:8]}")
