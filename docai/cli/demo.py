"""`docai demo`: draw documents, read them, ask about them, and check every answer against what was drawn."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console, Group
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from docai.cli.findings import findings
from docai.cli.ingest import take_in
from docai.cli.output import JsonFlag, counted, print_json, results, save, shown
from docai.cli.questions import citation_text, hit_text, marked_page
from docai.cli.session import KEY_FILE, Session, open_session, read_settings
from docai.domain.answers import Answer, Question
from docai.domain.ids import DocumentId
from docai.settings import Settings

if TYPE_CHECKING:
    from docai.cli.schemas import DemoOut
    from docai.pdf.draw import DrawnDocument, DrawnFact

FOLDER = Path("demo-output")
"""Everything the demo makes, under the current folder; a second run starts anew."""

ASKED = (
    "What is the total due on the invoice?",
    "What is the unit price of the task chair?",
    "What was the revenue of Sweden in Q3 2025?",
    "What share of all faults do payment terminals cause?",
    "On what date will the roof be inspected?",
    "What is the membership number?",
    "What is the applicant's date of birth?",
)
"""Of the drawn facts, those that are asked: fields, cells and sentences, on born-digital and scanned pages."""
UNANSWERABLE = "What is the penalty for cancelling the insurance policy?"
"""Nothing in the drawn documents says it."""

SOUGHT = "spare parts depot"
"""What is searched for; the best page is kept with the matching words glowing."""

_MIN_OVERLAP = 0.5
_MAX_AREA_RATIO = 4.0
"""A cited box is right if it and the true one share half of the smaller, and it is no more than four times as large:
the line or cell around a value is right, the paragraph or page is not."""
_MAX_EXTRA_WORDS = 3
_INDENT = (0, 0, 1, 3)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answer, and how it compares with what was drawn."""

    answer: Answer
    fact: DrawnFact | None
    """None: the documents hold no answer."""
    picture: Path | None

    @property
    def is_right(self) -> bool:
        """Whether the answer is the drawn one, or rightly missing."""
        if self.fact is None:
            return not self.answer.answerable
        return self.answer.text is not None and _says(self.answer.text, self.fact.answer)

    @property
    def is_in_place(self) -> bool:
        """Whether the first citation stands where the answer was drawn."""
        if self.fact is None or not self.answer.citations:
            return self.fact is None
        cited = self.answer.citations[0]
        common = cited.box.overlap(self.fact.box)
        smaller = min(cited.box.area, self.fact.box.area)
        return (
            cited.page_number == self.fact.page_number
            and smaller > 0
            and common / smaller >= _MIN_OVERLAP
            and cited.box.area <= _MAX_AREA_RATIO * self.fact.box.area
        )


def demo(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PDF", exists=True, dir_okay=False, readable=True, help="Files of yours to add."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Draw four PDFs, read them, ask questions of them, and show where each answer stands."""
    from docai.pdf.draw import show_set

    console = Console(quiet=True) if as_json else results()
    folder = FOLDER.absolute()
    settings = read_settings().model_copy(update={"home": folder / "home"})
    _cleared(settings, folder)
    drawn = show_set()
    files = [folder / "documents" / document.name for document in drawn]
    for path, document in zip(files, drawn, strict=True):
        save(path, document.pdf)
    console.print(_head("Reading", f"{counted(len(files), 'drawn PDF')} in {_nearby(folder / 'documents')}"))
    with open_session(settings) as session:
        taken = take_in(session, [*files, *(paths or ())], console=console)
        console.print(_head("Found", "page by page"))
        for entry in taken:
            if entry.submission is not None:
                document_id = entry.submission.document.id
                pages = session.system.pages(session.tenant_id, document_id)
                console.print(Group(findings(session.system.document(session.tenant_id, document_id), pages), ""))
        console.print(_head("Answers", "each checked against what was drawn"))
        ids = tuple(entry.submission.document.id for entry in taken[: len(drawn)] if entry.submission)
        asked = _asked(session, drawn, ids, folder / "answers", console)
        console.print(_head("Search", SOUGHT))
        _search(session, ids, folder / "answers" / "heat-map.png", console)
    outcome = _outcome(asked, settings)
    if as_json:
        print_json(outcome)
    else:
        _print_outcome(outcome, settings, console, has_own=bool(paths))
    if outcome.n_right < outcome.n_questions or outcome.n_in_place < outcome.n_answerable:
        raise typer.Exit(1)


def _cleared(settings: Settings, folder: Path) -> None:
    """Remove what an earlier demo left, unless something works on it still."""
    from docai.stores.home import HomeLock

    home = settings.home_path
    with HomeLock(home):
        for entry in home.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
        (home / KEY_FILE).unlink(missing_ok=True)
    for name in ("documents", "answers"):
        shutil.rmtree(folder / name, ignore_errors=True)


def _asked(
    session: Session, drawn: Sequence[DrawnDocument], ids: tuple[DocumentId, ...], folder: Path, console: Console
) -> list[Asked]:
    """Ask of the drawn documents, print each answer, and keep the cited page with its box marked."""
    facts = {fact.question: fact for document in drawn for fact in document.facts}
    asked = []
    for number, question in enumerate((*ASKED, UNANSWERABLE), start=1):
        answer = session.system.answer(session.tenant_id, Question(text=question, document_ids=ids))
        picture = None
        if answer.citations:
            picture = folder / f"{number:02d}-{_slug(question)}.png"
            save(picture, marked_page(session, answer.citations[0]))
        asked.append(Asked(answer, facts.get(question), picture))
        console.print(_answered(number, asked[-1]))
    return asked


def _search(session: Session, ids: tuple[DocumentId, ...], picture: Path, console: Console) -> None:
    """Search the drawn documents, print the best page, and keep it with the words that made it so glowing."""
    question = Question(text=SOUGHT, document_ids=ids, top_k=1)
    for hit in session.system.search(session.tenant_id, question):
        save(picture, session.system.heat_map(session.tenant_id, question, hit.document_id, hit.page_number))
        console.print(hit_text(1, hit), end="")
        console.print(f"   {_nearby(picture)}", style="dim")


def _answered(number: int, asked: Asked) -> Group:
    answer = asked.answer
    question = Text.assemble((f"{number}  ", "dim"), (answer.question.text, "bold"))
    if not answer.answerable or answer.text is None:
        said = Text.assemble(("no answer", "bold yellow"), f"  {shown(answer.reason or '')}")
        return Group(question, Padding(Group(said, _verdict(asked)), _INDENT, expand=False))
    said = Text.assemble((shown(answer.text), "bold cyan"), (f"   {answer.confidence:.0%} sure", "dim"))
    lines: list[Text] = [said, *(citation_text(citation) for citation in answer.citations[:1]), _verdict(asked)]
    if asked.picture is not None:
        lines.append(Text(_nearby(asked.picture), "dim"))
    return Group(question, Padding(Group(*lines), _INDENT, expand=False))


def _verdict(asked: Asked) -> Text:
    """How the answer compares with the truth."""
    if asked.fact is None:
        return Text("right: no document says it", "green") if asked.is_right else Text("wrong: nobody says it", "red")
    if not asked.is_right:
        return Text(f"wrong: drawn was {asked.fact.answer}", "red")
    if not asked.is_in_place:
        return Text("right answer, wrong place", "red")
    return Text("right answer, right place", "green")


def _outcome(asked: Sequence[Asked], settings: Settings) -> DemoOut:
    from docai.api.schemas.answers import AnswerOut
    from docai.cli.schemas import DemoAnswerOut, DemoOut

    return DemoOut(
        home=str(settings.home_path),
        n_questions=len(asked),
        n_answerable=sum(entry.fact is not None for entry in asked),
        n_right=sum(entry.is_right for entry in asked),
        n_in_place=sum(entry.is_in_place for entry in asked if entry.fact is not None),
        answers=[
            DemoAnswerOut(
                answer=AnswerOut.of(entry.answer),
                truth=entry.fact.answer if entry.fact else None,
                is_right=entry.is_right,
                is_in_place=entry.is_in_place,
                picture=str(entry.picture) if entry.picture else None,
            )
            for entry in asked
        ],
    )


def _print_outcome(outcome: DemoOut, settings: Settings, console: Console, *, has_own: bool) -> None:
    is_all = outcome.n_right == outcome.n_questions and outcome.n_in_place == outcome.n_answerable
    console.print(_head("Summary", ""))
    console.print(
        Text(
            f"{outcome.n_right} of {outcome.n_questions} questions answered rightly, one of them by saying that there "
            f"is no answer; {outcome.n_in_place} of {outcome.n_answerable} boxes stand where the answer was drawn.",
            "green" if is_all else "red",
        )
    )
    home, program = _nearby(settings.home_path), _nearby(Path(sys.argv[0]).absolute())
    address = f"http://{settings.api.host}:{settings.api.port}"
    console.print("\nThe same over REST:")
    console.print(f"  DOCAI_HOME={home} {program} serve", style="bold", soft_wrap=True)
    console.print(f"  {address}/docs   (the key is in {home}/{KEY_FILE})", soft_wrap=True)
    if has_own:
        console.print("Ask your own document:")
        console.print(f'  DOCAI_HOME={home} {program} ask "..."', style="bold", soft_wrap=True)


def _says(answer: str, truth: str) -> bool:
    """Whether an answer is the true one, give or take a few words around it, as in `on Tuesday, 9 June 2026`."""
    said, true = _words(answer), _words(truth)
    starts = range(len(said) - len(true) + 1)
    return len(said) <= len(true) + _MAX_EXTRA_WORDS and any(said[i : i + len(true)] == true for i in starts)


def _words(text: str) -> list[str]:
    return [word for word in (piece.strip(".,;:()'\"").casefold() for piece in text.split()) if word]


def _slug(question: str) -> str:
    letters = "".join(c if c.isalnum() else " " for c in question.casefold().replace("'s", ""))
    return "-".join(letters.split()[-4:])


def _nearby(path: Path) -> str:
    """A path as one would type it from here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _head(title: str, what: str) -> Group:
    line = Text.assemble((title, "bold"), f"  {what}" if what else "")
    return Group("", Rule(line, align="left", style="dim"))
