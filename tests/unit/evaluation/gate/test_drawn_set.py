"""The gate's set is what its truth says."""

from __future__ import annotations

from itertools import pairwise

import pymupdf
import pytest

from docai.domain.geometry import Box, PageSize
from docai.evaluation.gate.drawn_set import PRINT_SIZES, PRINTS, SCANS, GateDocument, drawn_set
from docai.pdf.draw_degraded import Harm


@pytest.fixture(scope="module")
def drawn() -> dict[str, GateDocument]:
    return {document.name: document for document in drawn_set()}


def test_it_is_always_the_same(drawn: dict[str, GateDocument]) -> None:
    assert {document.name: document for document in drawn_set()} == drawn


def test_every_harm_comes_at_two_strengths_and_once_not_at_all() -> None:
    harms = [degradation.harm for _, degradation in SCANS]
    assert {harm: harms.count(harm) for harm in Harm} == {h: 1 if h is Harm.NONE else 2 for h in Harm}
    assert len({name for name, _ in [*SCANS, *PRINTS]}) == len(SCANS) + len(PRINTS)


def test_words_stand_in_the_text_layer_where_the_truth_says(drawn: dict[str, GateDocument]) -> None:
    document = drawn["digital.pdf"]
    with pymupdf.open(stream=document.pdf) as pdf:
        assert len(pdf) == len(document.pages)
        for page, truth in zip(pdf, document.pages, strict=True):
            size = PageSize(width_pt=page.rect.width, height_pt=page.rect.height)
            read = [(word[4], Box.from_points(word[:4], size)) for word in page.get_text("words")]
            assert sorted(text for text, _ in read) == sorted(word.text for word in truth.words)
            for word in truth.words:
                assert any(text == word.text and box.holds(word.box.centre) for text, box in read)


def test_scans_hold_no_text(drawn: dict[str, GateDocument]) -> None:
    for name in ("scans.pdf", "prints.pdf"):
        with pymupdf.open(stream=drawn[name].pdf) as pdf:
            assert [page.get_text().strip() for page in pdf] == [""] * len(drawn[name].pages)


def test_everything_stands_on_the_page_and_nothing_over_its_edge(drawn: dict[str, GateDocument]) -> None:
    for document in drawn.values():
        for page in document.pages:
            assert all(0.05 < word.box.y0 < word.box.y1 < 0.98 for word in page.words)
            assert all(word.box.x1 < 0.95 for word in page.words)


def test_what_is_asked_is_printed_once_and_what_has_no_answer_nowhere(drawn: dict[str, GateDocument]) -> None:
    everything = " ".join(word.text for document in drawn.values() for page in document.pages for word in page.words)
    for document in (drawn["digital.pdf"], drawn["scans.pdf"]):
        for page in document.pages:
            printed = " ".join(word.text for word in page.words)
            amount, figure, absent = page.questions
            assert printed.count(amount.answers[0]) >= 1
            assert figure.answers[0] in printed
            assert absent.answers == ()
            place = absent.text.split(" at ")[1].split()[0]
            assert place not in everything


def test_cells_have_the_boxes_of_their_print(drawn: dict[str, GateDocument]) -> None:
    for page in drawn["digital.pdf"].pages:
        (table,) = page.tables
        for cell in table.cells:
            assert any(word.text == cell.text and word.box == cell.box for word in page.words)


def test_totals_are_the_sums_of_their_columns(drawn: dict[str, GateDocument]) -> None:
    for page in drawn["scans.pdf"].pages:
        (table,) = page.tables
        for column in range(1, table.n_cols):
            *values, total = [int(table.at(row, column).text.replace(",", "")) for row in range(1, table.n_rows)]
            assert sum(values) == total


def test_prints_of_all_sizes_stand_apart(drawn: dict[str, GateDocument]) -> None:
    for page in drawn["prints.pdf"].pages:
        assert [size for size, _ in page.prints] == list(PRINT_SIZES)
        boxes = [box for _, box in page.prints]
        assert all(above.y1 < below.y0 for above, below in pairwise(boxes))
        assert sum(box.holds(word.box.centre) for box in boxes for word in page.words) == len(page.words)
