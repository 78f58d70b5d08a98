"""A flawless reading gives the best of every figure, and each thing made worse lowers its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from docai.domain.answers import Answer, Question
from docai.domain.documents import Page, PageState
from docai.domain.evidence import Evidence, Verdict
from docai.domain.ids import AnswerId, DocumentId
from docai.domain.parses import Block, PageParse
from docai.domain.tables import Table
from docai.domain.words import PageWords, Witness, Word
from docai.evaluation.gate.drawn_set import GatePage, GateQuestion, drawn_set
from docai.evaluation.gate.figures import figures_of
from docai.evaluation.gate.limits import judged, proposed
from docai.evaluation.gate.reading import Asked, ReadPage, ReadSet


@pytest.fixture(scope="module")
def flawless() -> ReadSet:
    pages = [
        ReadPage(document.name, truth, read(truth, number))
        for document in drawn_set()
        for number, truth in enumerate(document.pages, start=1)
    ]
    return ReadSet(tuple(pages), tuple(asked(page, question) for page in pages for question in page.truth.questions))


def read(truth: GatePage, number: int) -> Page:
    words = tuple(Word(text=word.text, box=word.box, line=word.line) for word in truth.words)
    blocks = tuple(
        Block(kind=b.kind, text=b.text, box=b.box, table=b.table and with_evidence(b.table, number))
        for b in truth.blocks
        if b.box
    )
    return Page(
        document_id=DocumentId(uuid4()),
        number=number,
        state=PageState.PARSED,
        words=PageWords(witness=Witness.TEXT_LAYER, words=words, engine="drawn"),
        parse=PageParse(page_number=number, engine="drawn", blocks=blocks),
    )


def with_evidence(table: Table, number: int) -> Table:
    cells = tuple(
        cell.model_copy(
            update={
                "evidence": Evidence(
                    reader="drawn", witness=None, verdict=Verdict.EXACT, page_number=number, box=cell.box
                )
            }
        )
        for cell in table.cells
    )
    return table.model_copy(update={"cells": cells})


def asked(page: ReadPage, question: GateQuestion) -> Asked:
    place = page.document, page.read.number
    return Asked(
        case=page.truth.case,
        question=question,
        place=place,
        answer=answer(question, question.answers[0] if question.answers else None),
        ranking=(place,) if question.answers else (),
    )


def answer(question: GateQuestion, text: str | None) -> Answer:
    return Answer(
        id=AnswerId(uuid4()),
        question=Question(text=question.text),
        answerable=text is not None,
        text=text,
        engine="drawn",
        created_at=datetime.now(UTC),
    )


def left(worse: ReadSet, flawless: ReadSet) -> set[str]:
    """Figures that leave the limits of a flawless reading."""
    outcome = judged(figures_of(worse), proposed(figures_of(flawless)), 1.0)
    return {each.limit.figure for each in outcome.held if not each.is_held}


def changed(found: ReadSet, change: Callable[[Page], Page]) -> ReadSet:
    return replace(found, pages=tuple(replace(page, read=change(page.read)) for page in found.pages))


def test_a_flawless_reading_is_at_its_best(flawless: ReadSet) -> None:
    figures = figures_of(flawless)
    assert {figure.name: figure.value for figure in figures if figure.value != pytest.approx(figure.best)} == {}
    assert all(figure.n > 0 for figure in figures)
    assert left(flawless, flawless) == set()


def test_every_twentieth_word_cut_out_is_noticed(flawless: ReadSet) -> None:
    def cut(page: Page) -> Page:
        assert page.words is not None
        words = tuple(word for i, word in enumerate(page.words.words) if i % 20)
        return page.model_copy(update={"words": page.words.model_copy(update={"words": words})})

    noticed = left(changed(flawless, cut), flawless)
    assert {"cer.digital", "word_f1.digital", "cer.scan", "word_f1.noise_strong", "cer.8pt_90dpi"} <= noticed


def test_pages_that_were_not_read_fail_all_that_is_of_text(flawless: ReadSet) -> None:
    empty = changed(flawless, lambda page: page.model_copy(update={"words": None, "parse": None}))
    noticed = left(empty, flawless)
    assert all(name in noticed for name in ("cer.digital", "word_f1.scan", "table_teds.scans", "wrong_flagged.digital"))
    values = {figure.name: figure.value for figure in figures_of(empty)}
    assert (values["cer.digital"], values["word_f1.digital"], values["table_teds.digital"]) == (1.0, 0.0, 0.0)


def test_tables_that_are_not_found_are_noticed(flawless: ReadSet) -> None:
    def lost(page: Page) -> Page:
        assert page.parse is not None
        blocks = tuple(block for block in page.parse.blocks if block.table is None)
        return page.model_copy(update={"parse": page.parse.model_copy(update={"blocks": blocks})})

    noticed = left(changed(flawless, lost), flawless)
    assert noticed == {
        f"{name}.{kind}" for name in ("table_teds", "table_adjacency_f1", "cell_iou") for kind in ("digital", "scans")
    }


def test_wrong_answers_are_noticed(flawless: ReadSet) -> None:
    wrong = replace(
        flawless,
        asked=tuple(replace(each, answer=answer(each.question, "the harbour office")) for each in flawless.asked),
    )
    kinds = ("digital", "scans")
    assert left(wrong, flawless) == {f"{name}.{kind}" for name in ("anls", "unanswerable_f1") for kind in kinds}


def test_a_search_that_finds_other_pages_is_noticed(flawless: ReadSet) -> None:
    lost = replace(flawless, asked=tuple(replace(each, ranking=(("digital.pdf", 99),)) for each in flawless.asked))
    assert left(lost, flawless) == {"ndcg@5.digital", "ndcg@5.scans"}


def test_misread_words_let_wrong_values_pass_or_right_ones_be_flagged(flawless: ReadSet) -> None:
    def misread(page: Page) -> Page:
        assert page.words is not None
        words = tuple(word.model_copy(update={"text": word.text[::-1]}) for word in page.words.words)
        return page.model_copy(update={"words": page.words.model_copy(update={"words": words})})

    assert {"clean_flagged.digital", "clean_flagged.scans"} <= left(changed(flawless, misread), flawless)


def test_a_part_of_the_set_gives_the_figures_of_that_part(flawless: ReadSet) -> None:
    prints = ReadSet(tuple(page for page in flawless.pages if page.document == "prints.pdf"), ())
    names = {figure.name for figure in figures_of(prints)}
    assert len(names) == 24
    assert all(name.startswith(("cer.", "word_f1.")) for name in names)
