"""Pictures of the places that flags name: one HTML page with all of them, or a file each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from docai.cli.output import save
from docai.cli.review_output import flag_place
from docai.cli.session import Session
from docai.domain.documents import Document, Page
from docai.domain.flags import Flag
from docai.domain.geometry import Box
from docai.errors import PageNotFound
from docai.rendering.crops import place_crops
from docai.rendering.review_pages import Exhibit, review_html

_WHOLE = Box(x0=0, y0=0, x1=1, y1=1)


def exhibits(session: Session, document: Document, flags: Sequence[Flag], pages: Mapping[int, Page]) -> list[Exhibit]:
    """Each flag with its place in words and a picture of it, in the order given; each page is opened once.

    Args:
        session: where the pages' images are.
        document: whose flags they are.
        flags: what to show.
        pages: the flags' pages by number.
    """
    pictures: dict[int, bytes] = {}
    for number, page in pages.items():
        at = [i for i, flag in enumerate(flags) if flag.page_number == number]
        image = _image(session, document, page)
        if image is not None:
            pictures |= dict(zip(at, place_crops(image, [flags[i].box or _WHOLE for i in at]), strict=True))
    return [
        Exhibit(flag, flag_place(flag, pages[flag.page_number].parse), pictures.get(i)) for i, flag in enumerate(flags)
    ]


def write_html(path: Path, document: Document, shown: Sequence[Exhibit], *, has_more: bool) -> None:
    """Write one HTML page that needs no other file."""
    save(path, review_html(document, shown, has_more=has_more).encode())


def write_crops(folder: Path, shown: Sequence[Exhibit]) -> None:
    """Write a PNG for each place, named after its rank, page and place, so that a file list is the order to look."""
    for rank, exhibit in enumerate(shown, start=1):
        if exhibit.picture is None:
            continue
        place = re.sub(r"[^a-z0-9]+", "-", exhibit.place.lower()).strip("-")
        path = folder / f"{rank:04}-page-{exhibit.flag.page_number}-{place}.png"
        save(path, exhibit.picture)


def _image(session: Session, document: Document, page: Page) -> bytes | None:
    try:
        return session.system.page_image(session.tenant_id, document.id, page.number)
    except PageNotFound:  # it was not drawn
        return None
