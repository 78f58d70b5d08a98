"""`docai correct`: say what really stands on a page, in a way that scripts can."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from pydantic import ValidationError

from docai.cli.correcting import place_texts
from docai.cli.documents import IdArgument
from docai.cli.output import JsonFlag, counted, notes, print_json
from docai.cli.review import AuthorOption, NoteOption, login_name
from docai.cli.session import open_session
from docai.domain.flags import ValuePlace
from docai.domain.parses import PageParse
from docai.domain.revisions import Correction
from docai.errors import InvalidRequest, NothingToReview
from docai.rendering.place_names import place_named

_PLACE = "`table 2, row 3, column 4`, `chart 1, series 1, point 2`, `block 5`, or a flag's place as JSON"


def correct(  # noqa: PLR0913, PLR0917 - each is an option of the command
    document_id: IdArgument,
    number: Annotated[int, typer.Option("--page", min=1, help="The page.")],
    places: Annotated[
        list[str] | None, typer.Option("--place", help=f"What is corrected: {_PLACE}. One --text for each.")
    ] = None,
    texts: Annotated[
        list[str] | None, typer.Option("--text", help="What stands there; - reads it from standard input.")
    ] = None,
    accepted: Annotated[
        list[str] | None, typer.Option("--accept", help="A place whose value was looked at and is right.")
    ] = None,
    base_revision: Annotated[
        int | None, typer.Option(min=0, help="Refuse if the page has another revision than this by now.")
    ] = None,
    author: AuthorOption = None,
    note: NoteOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Keep what a person says stands on a page, as a new revision; what was read is kept too."""
    given = list(zip(places or (), _texts(texts or (), len(places or ())), strict=True))
    if not given and not accepted:
        raise InvalidRequest("Say what stands where: --place and --text, or --accept.")
    with open_session() as session:
        document = session.document(document_id)
        page = session.system.page(session.tenant_id, document.id, number)
        if page.parse is None:
            raise NothingToReview(f"Page {number} of {document.name} has no result to correct.")
        revision = session.system.reviewing.review(
            session.tenant_id,
            document.id,
            number,
            _corrections(page.parse, given, accepted or ()),
            author=author or login_name(),
            note=note,
            base_revision=(page.revision or 0) if base_revision is None else base_revision,
        )
    if as_json:
        from docai.api.schemas.revisions import RevisionOut

        print_json(RevisionOut.of(revision))
    else:
        said = counted(len(given) + len(accepted or ()), "value")
        notes().print(f"{document.name}, page {number}: {said} kept as revision {revision.number}.")


def _texts(texts: Sequence[str], n_places: int) -> list[str]:
    if len(texts) != n_places:
        raise InvalidRequest(f"{counted(n_places, 'place')} and {counted(len(texts), 'text')}: give one for each.")
    if texts.count("-") > 1:
        raise InvalidRequest("Standard input can be the text of one place only.")
    return [sys.stdin.read().rstrip("\n") if text == "-" else text for text in texts]


def _corrections(parse: PageParse, given: Sequence[tuple[str, str]], accepted: Sequence[str]) -> list[Correction]:
    found = [Correction(place=_place(parse, place), text=text) for place, text in given]
    texts = place_texts(parse)
    for name in accepted:
        place = _place(parse, name)
        if place not in texts:
            raise InvalidRequest(f"The page has no value at {name!r}.")
        found.append(Correction(place=place, text=texts[place]))
    return found


def _place(parse: PageParse, name: str) -> ValuePlace:
    if not name.lstrip().startswith("{"):
        return place_named(parse, name)
    try:
        return ValuePlace.model_validate_json(name)
    except ValidationError as error:
        raise InvalidRequest(f"{name!r} is not a place as a flag has it.") from error
