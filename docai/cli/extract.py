"""`docai extract`: the fields that a JSON Schema asks for, from a document or a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.table import Table as RichTable
from rich.text import Text

from docai.cli.output import JsonFlag, notes, print_json, results, shown
from docai.cli.session import Session, open_session
from docai.domain.ids import DocumentId
from docai.errors import InvalidSchema

if TYPE_CHECKING:
    from docai.domain.extractions import Extraction

_WAIT_S = 3600.0


def extract(
    sources: Annotated[
        list[str], typer.Argument(metavar="FILE_OR_ID...", help="A file, which is taken in, or a document's id.")
    ],
    schema: Annotated[
        Path, typer.Option("--schema", exists=True, dir_okay=False, help="File with the JSON Schema of the fields.")
    ],
    instructions: Annotated[
        str | None, typer.Option(help="What a vision-language model is told besides, where one is configured.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Extract the fields of a JSON Schema, each with where it stands; what the documents do not say stays empty."""
    from docai.query.extraction.extracting import Order

    wanted = _schema(schema)
    with open_session() as session:
        ids = tuple(_document(session, source) for source in sources)
        order = Order(document_ids=ids, schema=wanted, instructions=instructions)
        found = session.system.extractions.extract(session.tenant_id, order)
    if as_json:
        from docai.api.schemas.extractions import ExtractionOut

        print_json(ExtractionOut.of(found))
        return
    results().print(_table(found))
    for problem in found.problems:
        notes().print(shown(problem))


def _schema(path: Path) -> dict[str, Any]:
    try:
        schema = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise InvalidSchema(f"{path} holds no JSON: {error}") from error
    if not isinstance(schema, dict):
        raise InvalidSchema(f"{path} holds no JSON object.")
    return schema


def _document(session: Session, source: str) -> DocumentId:
    """The document of a file or of the start of an id, once it was read."""
    path = Path(source)
    if not path.is_file():
        return session.content(source)[0].id
    with path.open("rb") as stream:
        submission = session.system.submit(session.tenant_id, stream, path.name)
    session.system.wait(session.tenant_id, submission.job.id, _WAIT_S)
    return submission.document.id


def _table(found: Extraction) -> RichTable:
    table = RichTable(box=box.SIMPLE)
    for title in ("field", "value", "page", "verdict", "sure"):
        table.add_column(title)
    for field in found.fields:
        verdict = field.evidence.verdict.value.replace("_", " ") if field.evidence else ""
        table.add_row(
            Text(shown(field.path.removeprefix("/"))),
            Text("" if field.value is None else shown(str(field.value))),
            "" if field.page_number is None else str(field.page_number),
            verdict,
            f"{field.confidence:.0%}" if field.value is not None else "",
        )
    return table
