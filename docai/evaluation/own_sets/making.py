"""An own set made from documents that docai has read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from docai.domain.documents import Document, MediaType, Page
from docai.evaluation.own_sets.choosing import Proposed, choose, page_proposals, unanswerable
from docai.evaluation.own_sets.proposals import ProposalKind
from docai.evaluation.own_sets.questions import OwnQuestion
from docai.evaluation.own_sets.set_folder import SetFolder

_SUFFIXES = {MediaType.PDF: ".pdf", MediaType.PNG: ".png", MediaType.JPEG: ".jpg", MediaType.TIFF: ".tiff"}
_ODD = re.compile(r"[^\w.\- ]+")


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document of the store with its pages."""

    document: Document
    pages: Sequence[Page]
    content: Callable[[], bytes]
    """The file as it was taken in; asked for only if a question is about it."""


def make_set(
    folder: SetFolder, documents: Sequence[StoredDocument], *, n_questions: int, unanswerable_share: float, seed: int
) -> list[OwnQuestion]:
    """Propose questions, and keep them with the documents that they are about; all are to be confirmed.

    Args:
        folder: A new set.
        documents: What to ask about.
        n_questions: At most so many, unanswerable ones included.
        unanswerable_share: Of these, 0 to 1; there are none where there is one document only.
        seed: The same one proposes the same.
    """
    named = dict(zip(file_names([stored.document for stored in documents]), documents, strict=True))
    proposals = [
        Proposed(name, proposal) for name, stored in named.items() for proposal in page_proposals(stored.pages)
    ]
    texts = {name: _text(stored.pages) for name, stored in named.items()}
    without = unanswerable(proposals, texts, round(n_questions * unanswerable_share), seed)
    chosen = [*choose(proposals, n_questions - len(without), seed), *without]
    for name in dict.fromkeys(each.document for each in chosen):
        folder.add_document(name, named[name].content())
    questions = [_question(f"q{number:04}", each) for number, each in enumerate(chosen, start=1)]
    folder.save(questions)
    return questions


def file_names(documents: Sequence[Document]) -> list[str]:
    """A file name for each: its own where it can be one, with the beginning of its id where two have the same."""
    plain = [_file_name(document) for document in documents]
    return [
        name if plain.count(name) == 1 else f"{PurePath(name).stem}-{document.id.hex[:8]}{PurePath(name).suffix}"
        for name, document in zip(plain, documents, strict=True)
    ]


def _file_name(document: Document) -> str:
    name = _ODD.sub("_", document.name).strip(" .") or "document"
    suffix = _SUFFIXES[document.media_type]
    return name if PurePath(name).suffix else name + suffix


def _text(pages: Sequence[Page]) -> str:
    return " ".join(word.text for page in pages if page.words is not None for word in page.words.words)


def _question(question_id: str, proposed: Proposed) -> OwnQuestion:
    proposal = proposed.proposal
    if proposal.kind is ProposalKind.UNANSWERABLE:
        return OwnQuestion(
            id=question_id,
            files=(proposed.document,),
            question=proposal.question,
            answerable=False,
            kind=proposal.kind.value,
        )
    return OwnQuestion(
        id=question_id,
        files=(proposed.document,),
        question=proposal.question,
        answers=(proposal.answer,),
        answer_format=proposal.answer_format,
        pages=(proposal.page,),
        box=proposal.box,
        quote=proposal.quote,
        kind=proposal.kind.value,
    )
