from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import pymupdf
import pytest

from docai.domain.geometry import Box
from docai.domain.words import Witness
from docai.pdf.draw_needles import NeedleDocument, NeedleKind, needle_documents, words_on
from docai.pdf.draw_needles_text import Chance, Names
from docai.pdf.draw_sheet import DrawnFact
from docai.pdf.words import read_words

N_PAGES = 60


@pytest.fixture(scope="module")
def corpus() -> list[NeedleDocument]:
    return list(needle_documents(N_PAGES))


def facts_of(corpus: Sequence[NeedleDocument], *kinds: NeedleKind) -> list[tuple[NeedleDocument, DrawnFact]]:
    return [(found, fact) for found in corpus if found.kind in kinds for fact in found.drawn.facts]


def printed(found: NeedleDocument, page_number: int) -> list[str]:
    return [word.text for word in words_on(found.drawn, page_number).words]


def test_a_corpus_has_the_pages_asked_for_and_needles_of_every_kind(corpus: list[NeedleDocument]) -> None:
    assert sum(found.drawn.n_pages for found in corpus) == N_PAGES
    assert {found.kind for found in corpus} == set(NeedleKind)
    assert len({found.drawn.name for found in corpus}) == len(corpus)


def test_every_page_holds_one_needle(corpus: list[NeedleDocument]) -> None:
    for found in corpus:
        assert [fact.page_number for fact in found.drawn.facts] == list(range(1, found.drawn.n_pages + 1))
    questions = [fact.question for found in corpus for fact in found.drawn.facts]
    assert len(set(questions)) == N_PAGES


def test_the_same_seed_draws_the_same_bytes_and_another_one_other_pages() -> None:
    first, again, other = (list(needle_documents(7, seed)) for seed in (1, 1, 2))
    assert first == again
    assert [found.drawn.facts for found in first] != [found.drawn.facts for found in other]


def test_a_smaller_corpus_is_the_start_of_a_larger_one(corpus: list[NeedleDocument]) -> None:
    smaller = list(needle_documents(20))
    assert [found.drawn for found in smaller[:-1]] == [found.drawn for found in corpus[: len(smaller) - 1]]


def test_every_answer_stands_in_its_box(corpus: list[NeedleDocument]) -> None:
    for found in corpus:
        for fact in found.drawn.facts:
            words = words_on(found.drawn, fact.page_number).words
            inside = [word.text for word in words if fact.box.holds(word.box.centre)]
            assert " ".join(inside) == fact.answer


def test_what_a_question_names_is_on_no_other_page(corpus: list[NeedleDocument]) -> None:
    on_pages = Counter(
        word for found in corpus for page in range(1, found.drawn.n_pages + 1) for word in set(printed(found, page))
    )
    for found, fact in facts_of(corpus, NeedleKind.CELL, NeedleKind.CHART, NeedleKind.ROTATED, NeedleKind.SCANNED):
        [place] = re.findall(r"[A-Z][a-z]{4,}", fact.question)
        assert place in printed(found, fact.page_number)
        assert on_pages[place] == 1
    for found, fact in facts_of(corpus, NeedleKind.IDENTIFIER, NeedleKind.NEAR_DUPLICATE):
        [key] = re.findall(r"\S*\d[\w.-]*\w", fact.question)
        assert key in printed(found, fact.page_number)
        assert on_pages[key] == 1


def test_part_numbers_have_near_duplicates_on_the_same_page_and_the_next(corpus: list[NeedleDocument]) -> None:
    [first, *_] = [found for found in corpus if found.drawn.facts[0].question.startswith("What torque")]
    left, right = ([word for word in printed(first, page) if word.count("-") == 2] for page in (1, 2))
    assert len(set(left)) == len(set(right)) == 20
    assert {word.split("-")[0] for word in left} == {word.split("-")[0] for word in right}
    assert not set(left) & set(right)


def test_near_duplicates_differ_in_their_value_alone(corpus: list[NeedleDocument]) -> None:
    groups = [found for found in corpus if found.kind is NeedleKind.NEAR_DUPLICATE]
    assert groups
    for found in groups:
        texts = [printed(found, fact.page_number) for fact in found.drawn.facts]
        values = [fact.answer for fact in found.drawn.facts]
        assert len(texts) >= 3
        assert len(set(values)) == len(values)
        rest = {tuple(word for word in text if word != value) for text, value in zip(texts, values, strict=True)}
        assert len(rest) == 1


def test_scanned_pages_have_no_text_layer(corpus: list[NeedleDocument]) -> None:
    for found, fact in facts_of(corpus, NeedleKind.SCANNED):
        with pymupdf.open(stream=found.drawn.pdf) as pdf:
            page = pdf[fact.page_number - 1]
            assert page.get_text() == ""
            assert len(page.get_images()) == 1


def test_cells_are_printed_in_eight_points(corpus: list[NeedleDocument]) -> None:
    found, fact = facts_of(corpus, NeedleKind.CELL)[0]
    with pymupdf.open(stream=found.drawn.pdf) as pdf:
        words = read_words(pdf[fact.page_number - 1]).words
    [cell] = [word for word in words if fact.box.holds(word.box.centre)]
    assert (cell.text, cell.font_size_pt) == (fact.answer, 8.0)


def test_a_higher_bar_has_a_higher_label(corpus: list[NeedleDocument]) -> None:
    found, fact = facts_of(corpus, NeedleKind.CHART)[0]
    bars = [
        (int(word.text.replace(",", "")), word.box.y0)
        for word in words_on(found.drawn, fact.page_number).words
        if re.fullmatch(r"\d,\d{3}", word.text)
    ]
    assert len(bars) == 4
    assert [y for _, y in sorted(bars)] == sorted((y for _, y in bars), reverse=True)


def test_pages_with_a_text_layer_are_read_as_the_truth_says(corpus: list[NeedleDocument]) -> None:
    kinds = set()
    for found in corpus:
        if found.kind is NeedleKind.SCANNED or found.kind in kinds:
            continue
        kinds.add(found.kind)
        with pymupdf.open(stream=found.drawn.pdf) as pdf:
            page = pdf[0]
            turn = page.rotation
            page.remove_rotation()
            read = read_words(page).words
        true = words_on(found.drawn, 1).words
        assert (turn != 0) == (found.kind is NeedleKind.ROTATED)
        assert Counter(word.text for word in read) == Counter(word.text for word in true)
        for word in true:
            assert any(word.box.holds(seen.box.centre) for seen in read if seen.text == word.text), word
    assert len(kinds) == len(NeedleKind) - 1


def test_words_of_a_line_share_its_number(corpus: list[NeedleDocument]) -> None:
    words = words_on(corpus[0].drawn, 1)
    assert words.witness is Witness.TEXT_LAYER
    lines: dict[int, list[Box]] = {}
    for word in words.words:
        lines.setdefault(word.line, []).append(word.box)
    assert len(lines) > 20
    assert all(len({box.y0 for box in boxes}) == 1 for boxes in lines.values())


def test_names_that_were_all_given_are_not_given_again() -> None:
    names = Names(Chance(1))
    families = {names.family() for _ in range(1080)}
    assert len(families) == 1080
    with pytest.raises(ValueError, match="draw fewer pages"):
        names.family()
