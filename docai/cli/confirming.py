"""Walk through the questions of an own set in the terminal and ask whether they are right."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console
from rich.text import Text

from docai.cli.output import place, shown
from docai.errors import InvalidRequest
from docai.evaluation.own_sets.confirming import accept, edit, keep, reject
from docai.evaluation.own_sets.questions import AnswerFormat, OwnQuestion
from docai.evaluation.own_sets.set_folder import SetFolder
from docai.evaluation.own_sets.sheet import answer_text, question_text

Ask = Callable[[str], str]
"""Asks a question and gives the answer as it was typed."""
_CHOICES = "[a]ccept, [e]dit, [r]eject, [s]kip, [q]uit: "


def walk(folder: SetFolder, *, ask: Ask, console: Console) -> int:
    """Show each question that nobody has judged and keep what the person says of it, until all are done or they quit.

    Args:
        folder: The set; each answer is kept before the next question is shown.
        ask: Asks the person.
        console: Where questions are shown.

    Returns:
        How many were judged.
    """
    left = [question for question in folder.questions() if question.is_open]
    n_judged = 0
    for number, question in enumerate(left, start=1):
        _show(question, number, len(left), console)
        judged = _asked(question, ask, console)
        if judged is None:
            break
        if judged is not question:
            keep(folder, judged)
            n_judged += 1
    return n_judged


def _asked(question: OwnQuestion, ask: Ask, console: Console) -> OwnQuestion | None:
    """The question as it was judged, the same one where it was skipped; None: the person quits."""
    while True:
        match ask(_CHOICES).strip().lower():
            case "a":
                return accept(question)
            case "e" if question.question is not None:
                try:
                    return _edited(question, ask)
                except InvalidRequest as error:
                    console.print(error.message, style="red", soft_wrap=True)
            case "e":
                console.print("Fields are edited in the file of questions.", soft_wrap=True)
            case "r":
                return reject(question)
            case "s":
                return question
            case "q":
                return None
            case _:
                continue


def _edited(question: OwnQuestion, ask: Ask) -> OwnQuestion:
    text = ask("Question (empty: as it is): ").strip() or question.question or ""
    said = ask("Answers, parted by | (empty: as they are; -: the document does not say): ").strip()
    if said == "-":
        return edit(question, text=text, answers=())
    answers = [answer.strip() for answer in said.split("|") if answer.strip()] or list(question.answers)
    return edit(question, text=text, answers=answers)


def _show(question: OwnQuestion, number: int, n: int, console: Console) -> None:
    console.print(Text.assemble((f"\n{number} of {n}  {question.id}  {question.kind}", "dim")))
    console.print(Text(shown(question_text(question)), "bold"), soft_wrap=True)
    kind = "" if question.answer_format is AnswerFormat.TEXT else f"  ({question.answer_format.value})"
    console.print(Text.assemble(("answer  ", "dim"), shown(answer_text(question)), (kind, "dim")), soft_wrap=True)
    where = ", ".join((question.files[0], *(f"page {page}" for page in question.pages)))
    if question.box is not None:
        where += f", {place(question.box)}"
    console.print(Text.assemble(("where   ", "dim"), shown(where)), soft_wrap=True)
    if question.quote:
        console.print(Text.assemble(("there   ", "dim"), shown(question.quote)), soft_wrap=True)
