"""`docai search` and `docai ask`: what is asked of the documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from docai.cli.explanation import explanation_lines
from docai.cli.output import JsonFlag, notes, place, print_json, results, save, shown
from docai.cli.pairs import pairs
from docai.cli.session import Session, open_session
from docai.domain.answers import Answer, Citation, Hit, Question, SearchMode
from docai.domain.documents import DocumentFilter
from docai.domain.ids import DocumentId

DocumentOption = Annotated[
    list[str] | None,
    typer.Option("--document", metavar="ID", help="Look in this document only; give it again for more."),
]
FilterOption = Annotated[
    list[str] | None,
    typer.Option(
        "--filter", metavar="KEY=VALUE", help="Look in documents taken in with this metadata; again for more of it."
    ),
]


def search(  # noqa: PLR0913, PLR0917 - each is an option of the command
    query: Annotated[str, typer.Argument(metavar="QUERY", help="What to look for.")],
    documents: DocumentOption = None,
    wanted: FilterOption = None,
    top_k: Annotated[int, typer.Option(min=1, max=100, help="Most pages to give.")] = 5,
    mode: Annotated[SearchMode, typer.Option(help="What ranks the pages.")] = SearchMode.HYBRID,
    picture: Annotated[
        Path | None, typer.Option(help="Write the best page as PNG, what meets the query glowing.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say what made each page's scores.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Find pages, best first, and say which words made them so."""
    where = _filter(wanted)
    with open_session() as session:
        ids = _ids(session, documents)
        question = Question(text=query, document_ids=ids, filter=where, top_k=top_k, mode=mode, explain=explain)
        hits = session.system.search(session.tenant_id, question)
        if picture is not None and hits:
            best = hits[0]
            save(picture, session.system.heat_map(session.tenant_id, question, best.document_id, best.page_number))
    if as_json:
        from docai.api.schemas.answers import HitOut, SearchOut

        print_json(SearchOut(query=query, mode=mode, hits=[HitOut.of(hit) for hit in hits]))
    elif hits:
        results().print(Group(*(hit_text(rank, hit) for rank, hit in enumerate(hits, start=1))))
    else:
        notes().print("Nothing found.")


def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What to ask.")],
    documents: DocumentOption = None,
    wanted: FilterOption = None,
    picture: Annotated[Path | None, typer.Option(help="Write the cited page as PNG, the cited place marked.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Answer from the documents and say where the answer stands, or say that they hold none."""
    where = _filter(wanted)
    with open_session() as session:
        asked = Question(text=question, document_ids=_ids(session, documents), filter=where)
        answer = session.system.answer(session.tenant_id, asked)
        if picture is not None and answer.citations:
            save(picture, marked_page(session, answer.citations[0]))
    if as_json:
        from docai.api.schemas.answers import AnswerOut

        print_json(AnswerOut.of(answer))
    else:
        results().print(_answer(answer))


def marked_page(session: Session, citation: Citation) -> bytes:
    """The cited page as PNG with the cited box marked."""
    where = (session.tenant_id, citation.document_id, citation.page_number)
    return session.system.marked_image(*where, [citation.box])


def citation_text(citation: Citation) -> Text:
    """Where an answer stands and why it may be believed, on three lines."""
    evidence = citation.evidence
    witness = "no witness" if evidence.witness is None else evidence.witness.value.replace("_", " ")
    verdict = evidence.verdict.value.replace("_", " ")
    return Text.assemble(
        (citation.document_name, "bold"),
        f", page {citation.page_number}, {place(citation.box)}\n",
        (f"\N{LEFT DOUBLE QUOTATION MARK}{shown(citation.quote)}\N{RIGHT DOUBLE QUOTATION MARK}\n", "italic"),
        (f"witness: {witness}; verdict: {verdict}", "dim"),
    )


def hit_text(rank: int, hit: Hit) -> Group:
    """A page that was found, on a few lines: where, how it ranked, an excerpt, and the words that made it so."""
    words = dict.fromkeys(match.word for match in hit.matches)
    head = Text.assemble(
        f"{rank}  ",
        (hit.document_name, "bold"),
        f", page {hit.page_number}",
        (f"  score {hit.score:.4f}{_ranks(hit)}", "dim"),
    )
    below = [Text(shown(hit.snippet))] if hit.snippet else []
    if words:
        below.append(Text(f"because of: {shown(', '.join(words))}", "dim"))
    if hit.explanation is not None:
        below += explanation_lines(hit.explanation)
    return Group(head, *(Padding(line, (0, 0, 0, 3), expand=False) for line in below), "")


def _answer(answer: Answer) -> Group:
    if not answer.answerable or answer.text is None:
        reason = answer.reason or "Nothing on the pages says it."
        return Group(Panel(Text(shown(reason)), title="No answer", title_align="left", border_style="yellow"))
    unconfirmed = "" if answer.is_verified else ", unconfirmed: only the model says so"
    sure = f"{answer.confidence:.0%} sure{unconfirmed}"
    panel = Panel(
        Text(shown(answer.text), "bold"),
        title="Answer",
        title_align="left",
        subtitle=sure,
        subtitle_align="right",
        border_style="green",
    )
    below = [Text(shown(f"{step.expression} = {step.result:.10g}")) for step in answer.steps]
    below += [citation_text(citation) for citation in answer.citations]
    if answer.cross_check is not None and answer.cross_check.agrees is False:
        other = answer.cross_check
        below.append(Text(f"{other.engine} says otherwise{': ' + shown(other.text) if other.text else ''}", "yellow"))
    return Group(panel, *(Padding(line, (0, 0, 0, 2), expand=False) for line in below))


def _ranks(hit: Hit) -> str:
    ranks = (("vectors", hit.late_interaction_rank), ("BM25", hit.text_rank))
    said = [f"{rank}. by {name}" for name, rank in ranks if rank is not None]
    return f" ({', '.join(said)})" if said else ""


def _filter(given: Sequence[str] | None) -> DocumentFilter:
    return DocumentFilter(metadata=pairs(given, "--filter"))


def _ids(session: Session, starts: Sequence[str] | None) -> tuple[DocumentId, ...]:
    return tuple(session.document(start).id for start in starts or ())
