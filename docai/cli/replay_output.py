"""What came of reading pages again, for the terminal: what differs in what they depend on, then value by value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from docai.cli.output import counted, shown, state_text
from docai.cli.revisions import change_counts, change_table
from docai.domain.documents import Document, Page
from docai.domain.parses import PageParse

if TYPE_CHECKING:  # as in `docai.cli.session`
    from docai.replaying.manifest_differences import Entry, ManifestDifference
    from docai.replaying.replaying import PageReplay

_INDENT = (0, 0, 0, 2)


def replays_told(document: Document, replays: Sequence[PageReplay]) -> RenderableType:
    """How many pages come out the same, and what differs in the others or in what any of them depends on."""
    n_same = sum(each.is_same for each in replays)
    head = Text.assemble((document.name, "bold"), f"  {n_same} of {counted(len(replays), 'page')} come out the same")
    return Group(head, *(Padding(piece, _INDENT) for each in replays for piece in _page(each)))


def _page(replay: PageReplay) -> Iterator[RenderableType]:
    saved = replay.saved
    is_unknown = replay.manifest is None and saved.parse is not None and replay.read.parse is not None
    if replay.is_exact and not replay.manifest and not is_unknown:
        return
    revision = "" if saved.revision is None else f", revision {saved.revision}"
    yield Text.assemble((f"page {saved.number}{revision}: ", "bold"), _outcome(replay))
    if is_unknown:
        yield Padding("What the saved result was made with was not kept.", _INDENT)
    if replay.manifest:
        yield Padding(_manifest_table(replay.manifest), _INDENT)
    if replay.changes:
        yield Padding(change_table(replay.changes, _parse(saved), _parse(replay.read)), _INDENT)


def _outcome(replay: PageReplay) -> Text:
    was, now = replay.saved.state, replay.read.state
    said = Text()
    if was is not now:
        why = "" if replay.read.fault is None else f" ({replay.read.fault.message})"
        said = Text.assemble(state_text(was), " then, ", state_text(now), f" now{why}; ")
    if replay.changes or replay.is_exact:
        return said.append(change_counts(replay.changes))
    return said.append("every value is the same, but not every box, confidence, check or omission")


def _manifest_table(differences: Sequence[ManifestDifference]) -> RichTable:
    table = RichTable("Made with", "Then", "Now", box=box.SIMPLE_HEAD, pad_edge=False)
    for each in differences:
        table.add_row(Text(each.name), _entry(each.before), _entry(each.after))
    return table


def _entry(value: Entry) -> Text:
    return Text("none" if value is None else shown(str(value)))


def _parse(page: Page) -> PageParse:
    """What a page says; a page that says nothing has no value whose place could be asked for."""
    return page.parse or PageParse(page_number=page.number, engine="", blocks=())
