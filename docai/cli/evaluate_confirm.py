"""`docai eval confirm`: a person says which proposed questions of an own set are right."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import BaseModel

from docai.cli.evaluate_init import FolderArgument
from docai.cli.output import JsonFlag, counted, notes, print_json, results, save
from docai.errors import InvalidRequest

if TYPE_CHECKING:  # as in `docai.cli.session`
    from docai.evaluation.own_sets.questions import OwnQuestion
    from docai.evaluation.own_sets.set_folder import SetFolder


class ConfirmedOut(BaseModel):
    """How far a set is confirmed."""

    folder: str
    confirmed: int
    rejected: int
    open: int


def confirm(
    folder: FolderArgument,
    accepted: Annotated[list[str] | None, typer.Option("--accept", help="Id of a question that is right.")] = None,
    rejected: Annotated[list[str] | None, typer.Option("--reject", help="Id of a question that is useless.")] = None,
    sheet: Annotated[
        Path | None, typer.Option(help="Write one HTML page with all questions that are not judged, with pictures.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Walk through the questions that nobody has judged: accept, edit, reject, skip or quit; each is kept at once."""
    from docai.evaluation.datasets.own import seal_of_settings
    from docai.evaluation.own_sets.confirming import judge
    from docai.evaluation.own_sets.set_folder import open_set

    own = open_set(folder, seal_of_settings)
    if accepted or rejected:
        judge(own, accepted=accepted or (), rejected=rejected or ())
    if sheet is not None:
        _write_sheet(own, sheet)
    if not (accepted or rejected or sheet is not None or as_json):
        if not sys.stdin.isatty():
            raise InvalidRequest("It asks questions; --accept and --reject take the answers from a script.")
        from docai.cli.confirming import walk

        walk(own, ask=_ask, console=notes())
    questions = own.questions()
    if as_json:
        print_json(_counts(folder, questions))
        return
    told = _counts(folder, questions)
    results().print(
        f"{folder}: {told.confirmed} of {counted(len(questions), 'question')} confirmed, {told.rejected} rejected, "
        f"{told.open} to be judged.",
        soft_wrap=True,
    )


def _counts(folder: Path, questions: list[OwnQuestion]) -> ConfirmedOut:
    return ConfirmedOut(
        folder=str(folder),
        confirmed=sum(question.confirmed for question in questions),
        rejected=sum(question.rejected for question in questions),
        open=sum(question.is_open for question in questions),
    )


def _write_sheet(own: SetFolder, sheet: Path) -> None:
    """Write the sheet.

    Raises:
        InvalidRequest: the set is sealed, and a sheet is not.
    """
    from docai.evaluation.own_sets.sheet import place_pictures, sheet_html
    from docai.pdf.sandbox import PdfSandbox

    if own.record.encrypted:
        raise InvalidRequest("The set is sealed, and a sheet would show its pages to whoever opens it.")
    questions = [question for question in own.questions() if question.is_open]
    paths = {name: own.document_path(name) for question in questions for name in question.files[:1]}
    with PdfSandbox() as sandbox:
        pictures = place_pictures(questions, paths, sandbox)
    save(sheet, sheet_html(own.path.resolve().name, questions, pictures).encode())


def _ask(question: str) -> str:
    return str(typer.prompt(question, default="", show_default=False, prompt_suffix="", err=True))
