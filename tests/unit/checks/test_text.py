"""Loops, prompt leaks, switches of language, text on blank pages and jumps in the order are told; readings are not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.checks.languages import language_of, script_of
from docai.checks.text import check_text
from docai.domain.checks import Check, CheckName, CheckResult
from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.words import PageWords, Witness, Word
from docai.grounding.ground import ground
from docai.prompts import load

ENGLISH = (
    "The net sales of the company rose in the first quarter of the year, and the costs were cut by closing two of the "
    "plants that had been opened in the year before; it was the best result for a long time."
)
GERMAN = (
    "Der Umsatz des Unternehmens stieg im ersten Quartal des Jahres sehr, und die Kosten wurden gesenkt, weil zwei "
    "der Werke, die im Jahr zuvor eröffnet worden waren, nicht mehr benötigt und für immer geschlossen wurden."
)
RUSSIAN = "Выручка компании выросла в первом квартале года, потому что расходы были сокращены."


def page_words(text: str, witness: Witness | None = Witness.TEXT_LAYER) -> PageWords:
    words = tuple(
        Word(
            text=piece,
            box=Box.clipped(0.1 + i % 10 * 0.08, 0.1 + i // 10 * 0.01, 0.17 + i % 10 * 0.08, 0.108 + i // 10 * 0.01),
            line=i // 10,
        )
        for i, piece in enumerate(text.split())
    )
    return PageWords(witness=witness if words else None, words=words)


def paragraph(
    text: str, ids: Sequence[int] = (), box: Box | None = None, kind: BlockKind = BlockKind.PARAGRAPH
) -> Block:
    return Block(kind=kind, text=text, box=box or Box(x0=0.1, y0=0.1, x1=0.9, y1=0.5), word_ids=tuple(ids))


def checks(name: CheckName, words: PageWords, *blocks: Block) -> list[Check]:
    parse = ground(PageParse(page_number=1, engine="m", blocks=blocks), words, reader="model", min_confidence=0.5)
    return [check for check in check_text(parse, words) if check.name is name]


def results(name: CheckName, words: PageWords, *blocks: Block) -> list[tuple[CheckResult, int | None]]:
    return [(check.result, check.block) for check in checks(name, words, *blocks)]


PASSED = [(CheckResult.PASSED, None)]


def test_a_text_that_runs_in_circles_is_told_with_its_block() -> None:
    loop = "Seen: " + "the same sentence again. " * 40
    words = page_words(ENGLISH)
    assert results(CheckName.REPETITION, words, paragraph("x"), paragraph(loop)) == [(CheckResult.FAILED, 1)]
    (check,) = checks(CheckName.REPETITION, words, paragraph(loop))
    assert "same sentence again." in check.message


def test_a_loop_in_the_middle_of_a_text_and_one_over_blocks_are_told() -> None:
    words = page_words(ENGLISH)
    middle = "It began. " + "Net sales rose sharply. " * 9 + ENGLISH
    assert results(CheckName.REPETITION, words, paragraph(middle)) == [(CheckResult.FAILED, 0)]
    items = [paragraph("Net sales rose sharply", kind=BlockKind.LIST_ITEM) for _ in range(9)]
    (check,) = checks(CheckName.REPETITION, words, *items)
    assert (check.result, check.block, len(check.boxes)) == (CheckResult.FAILED, None, 9)


def test_what_the_page_repeats_is_no_loop() -> None:
    rows = "Signature of the tenant: " * 30
    misheard = page_words(f"{rows.replace('tenant', 'tenent')} {ENGLISH}")
    assert results(CheckName.REPETITION, page_words(rows), paragraph(rows)) == PASSED
    assert results(CheckName.REPETITION, misheard, paragraph(rows, range(120))) == PASSED


@pytest.mark.parametrize(
    "text",
    [
        load("page").text,
        "Here it is. " + load("table").text[:200],
        "OCR:",
        "<|im_start|>assistant",
        "I'm sorry, I can't read the image.",
        "Here is the transcription of the page: Net sales",
    ],
)
def test_text_that_speaks_of_the_task_is_a_leak(text: str) -> None:
    words = page_words(ENGLISH)
    assert results(CheckName.PROMPT_LEAK, words, paragraph(ENGLISH), paragraph(text)) == [(CheckResult.FAILED, 1)]


@pytest.mark.parametrize("text", [load("page").text, "OCR:", "Here is the transcription of the page: Net sales"])
def test_what_is_printed_is_no_leak(text: str) -> None:
    assert results(CheckName.PROMPT_LEAK, page_words(text), paragraph(text + " ?")) == PASSED


def test_a_translation_is_told_and_a_reading_is_not() -> None:
    words = page_words(GERMAN)
    misread = GERMAN.replace("Quartal", "Quarta1")
    assert results(CheckName.LANGUAGE, words, paragraph(ENGLISH)) == [(CheckResult.FAILED, 0)]
    assert results(CheckName.LANGUAGE, words, paragraph(misread)) == PASSED
    (check,) = checks(CheckName.LANGUAGE, words, paragraph(ENGLISH))
    assert check.message == "The text is in English; the page's words are in German."


def test_a_page_of_two_languages_has_both() -> None:
    n = len(GERMAN.split())
    words = page_words(f"{GERMAN} {ENGLISH}")
    misread = ENGLISH.replace("quarter", "quarler")
    ids = range(n, n + len(ENGLISH.split()))
    assert results(CheckName.LANGUAGE, words, paragraph(misread, ids)) == PASSED
    assert results(CheckName.LANGUAGE, words, paragraph(ENGLISH, range(n))) == [(CheckResult.FAILED, 0)]


def test_another_script_is_told_and_only_doubted_where_ocr_cannot_read_it() -> None:
    assert results(CheckName.LANGUAGE, page_words(ENGLISH), paragraph(RUSSIAN)) == [(CheckResult.FAILED, 0)]
    by_ocr = page_words(ENGLISH, Witness.OCR)
    assert results(CheckName.LANGUAGE, by_ocr, paragraph(RUSSIAN)) == [(CheckResult.UNDECIDED, 0)]


def test_a_whole_page_that_was_translated_is_one_check() -> None:
    (check,) = checks(CheckName.LANGUAGE, page_words(GERMAN), *[paragraph(ENGLISH)] * 3)
    assert (check.result, check.block, len(check.boxes)) == (CheckResult.FAILED, None, 3)


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "English"), (GERMAN, "German"), ("12 34 " * 30, None)])
def test_languages_are_told_by_their_grammar(text: str, language: str | None) -> None:
    assert language_of(text) == language


def test_scripts_are_told_by_their_letters() -> None:
    assert script_of(RUSSIAN) == "CYRILLIC"
    assert script_of("日本語の文章はこのように書かれています。かなと漢字です。") == "CJK"
    assert script_of(ENGLISH) == "LATIN"
    assert script_of("few") is None


NOTHING = PageWords(witness=None)


def test_text_on_a_blank_page_is_told() -> None:
    (check,) = checks(CheckName.BLANK_PAGE, NOTHING, paragraph("Net sales"))
    assert check.result is CheckResult.FAILED
    assert check.message == "No witness reads anything on the page; 2 words were read."
    figure = paragraph("A lake at night", kind=BlockKind.FIGURE)
    assert results(CheckName.BLANK_PAGE, NOTHING, figure) == PASSED
    written = paragraph("Dear Ann", kind=BlockKind.HANDWRITING)
    assert results(CheckName.BLANK_PAGE, NOTHING, written) == [(CheckResult.UNDECIDED, None)]
    assert results(CheckName.BLANK_PAGE, page_words(ENGLISH), paragraph(ENGLISH)) == []


def columns(*order: tuple[int, int]) -> list[Block]:
    """Blocks of a page of two columns with three rows each, in an order of columns and rows."""
    return [
        paragraph(
            f"column {c} row {r}",
            box=Box(x0=0.1 + 0.42 * c, y0=0.2 + 0.2 * r, x1=0.48 + 0.42 * c, y1=0.38 + 0.2 * r),
        )
        for c, r in order
    ]


IN_ORDER = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]


def order_of(blocks: Sequence[Block]) -> list[tuple[CheckResult, int | None]]:
    """The check of blocks whose words are where they stand."""
    words = tuple(
        Word(text=text, box=block.box, line=n) for n, block in enumerate(blocks) for text in block.text.split()
    )
    placed = [block.model_copy(update={"word_ids": tuple(range(4 * n, 4 * n + 4))}) for n, block in enumerate(blocks)]
    return results(CheckName.READING_ORDER, PageWords(witness=Witness.TEXT_LAYER, words=words), *placed)


def test_columns_are_read_one_after_the_other() -> None:
    assert order_of(columns(*IN_ORDER)) == PASSED
    title = paragraph("over both the columns", box=Box(x0=0.1, y0=0.12, x1=0.9, y1=0.18))
    assert order_of([title, *columns(*IN_ORDER)]) == PASSED


@pytest.mark.parametrize("swap", [(0, 1), (1, 2), (0, 2), (4, 5), (1, 4)])
def test_blocks_that_changed_places_are_told(swap: tuple[int, int]) -> None:
    order = list(IN_ORDER)
    order[swap[0]], order[swap[1]] = order[swap[1]], order[swap[0]]
    assert CheckResult.FAILED in [result for result, _ in order_of(columns(*order))]


def test_a_caption_or_a_note_to_a_table_may_be_read_when_one_comes_to_it() -> None:
    blocks = columns((0, 1), (0, 2))
    caption = paragraph("Figure one is here", box=Box(x0=0.1, y0=0.15, x1=0.48, y1=0.19), kind=BlockKind.CAPTION)
    assert order_of([*blocks, caption]) == PASSED
    table = paragraph("a table without grid", box=Box(x0=0.1, y0=0.12, x1=0.48, y1=0.16), kind=BlockKind.TABLE)
    note = paragraph("p values are given", box=Box(x0=0.1, y0=0.165, x1=0.48, y1=0.19))
    assert order_of([*blocks, table, note]) == PASSED


def test_a_page_without_running_text_has_no_order() -> None:
    assert order_of(columns((0, 0))) == []


@settings(max_examples=40, deadline=None)
@given(said=st.text(max_size=400), printed=st.text(max_size=400))
def test_any_text_can_be_checked(said: str, printed: str) -> None:
    found = check_text(PageParse(page_number=1, engine="m", blocks=(paragraph(said),)), page_words(printed))
    assert all(check.message for check in found)


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=400))
def test_what_is_printed_passes_every_check(text: str) -> None:
    n = len(text.split())
    words = page_words(text)
    parse = PageParse(page_number=1, engine="m", blocks=(paragraph(text, range(n)),))
    found = check_text(ground(parse, words, reader="model", min_confidence=0.5), words)
    assert all(check.result is CheckResult.PASSED for check in found)
