from __future__ import annotations

from uuid import UUID

import pytest

from docai.domain.answers import AnswerKind
from docai.domain.documents import Page, PageState
from docai.domain.geometry import Box
from docai.domain.ids import DocumentId
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, Table
from docai.domain.words import PageWords, Witness, Word
from docai.query.extract import candidates
from docai.query.extract_question import take_apart


def best(question: str, page: Page) -> tuple[str, AnswerKind] | None:
    asked = take_apart(question, lambda wanted: dict.fromkeys(wanted, 1.0))
    found = candidates(asked, page, "paper.pdf")
    return (found[0].text, found[0].kind) if found else None


def placed(*texts: tuple[float, float, str]) -> list[Word]:
    words = []
    for n, (left, y, text) in enumerate(texts):
        x = left
        for part in text.split():
            box = Box(x0=x, y0=y, x1=x + 0.01 * len(part), y1=y + 0.02)
            words.append(Word(text=part, box=box, line=n))
            x = box.x1 + 0.01
    return words


def page_of(words: list[Word], *blocks: Block) -> Page:
    return Page(
        document_id=DocumentId(UUID(int=1)),
        number=1,
        state=PageState.PARSED,
        words=PageWords(witness=Witness.TEXT_LAYER, words=tuple(words)),
        parse=PageParse(page_number=1, engine="layout 1", blocks=blocks),
    )


def paragraph(words: list[Word]) -> Block:
    box = Box.around(word.box for word in words)
    assert box is not None
    text = " ".join(word.text for word in words)
    return Block(kind=BlockKind.PARAGRAPH, text=text, box=box, word_ids=tuple(range(len(words))))


@pytest.mark.parametrize(
    "texts",
    [
        [(0.1, 0.1, "Batch size: 47.5 lbs.")],
        [(0.1, 0.1, "Batch size 47.5 lbs.")],
        [(0.1, 0.1, "Batch size"), (0.5, 0.1, "47.5 lbs.")],
        [(0.1, 0.1, "Batch size"), (0.1, 0.13, "47.5 lbs."), (0.1, 0.3, "Remarks")],
        [(0.1, 0.1, "BATCH SIZE"), (0.5, 0.1, "MAKER"), (0.1, 0.13, "47.5 lbs."), (0.5, 0.13, "Kent")],
    ],
    ids=["behind a colon", "behind the label", "beside", "below", "below in a row of labels"],
)
def test_a_printed_value_is_found_by_its_label(texts: list[tuple[float, float, str]]) -> None:
    assert best("What is the batch size?", page_of(placed(*texts))) == ("47.5 lbs.", AnswerKind.FIELD)


def test_rows_belong_to_the_label_that_stands_alone_above_them() -> None:
    rows = [
        ("", "2016", "2017"),
        ("Net sales", "", ""),
        ("North America", "79", "106"),
        ("Operating income", "", ""),
        ("North America", "2", "3"),
    ]
    cells = tuple(Cell(row=r, col=c, text=text) for r, row in enumerate(rows) for c, text in enumerate(row))
    box = Box(x0=0.1, y0=0.1, x1=0.9, y1=0.5)
    table = Block(kind=BlockKind.TABLE, text="", box=box, table=Table(n_rows=5, n_cols=3, cells=cells))
    page = page_of(placed((0.1, 0.1, "Segments")), table)
    assert best("What was the operating income of North America in 2017?", page) == ("3", AnswerKind.CELL)
    assert best("What were the net sales of North America in 2016?", page) == ("79", AnswerKind.CELL)


def test_a_label_answers_where_its_description_is_asked_for() -> None:
    words = placed((0.1, 0.1, "Teleport: a service for archiving massive volumes of data."))
    question = "Which service is for archiving massive volumes of data?"
    assert best(question, page_of(words, paragraph(words))) == ("Teleport", AnswerKind.SPAN)


def test_a_denied_statement_answers_no() -> None:
    words = placed((0.1, 0.1, "We have never paid cash dividends on our common stock."))
    page = page_of(words, paragraph(words))
    assert best("Have cash dividends been paid on common stock?", page) == ("No", AnswerKind.SPAN)


def test_a_page_that_was_not_read_says_nothing() -> None:
    page = Page(document_id=DocumentId(UUID(int=1)), number=1, state=PageState.FAILED)
    assert best("What is the batch size?", page) is None
