"""Faults on a page whose witness is flawless: what is flagged, what is not, and how it is counted."""

from dataclasses import replace
from random import Random

import pytest

from docai.domain.words import PageWords
from docai.evaluation.fault_injection.faults import Faulted, FaultKind
from docai.evaluation.fault_injection.figures import Row, total
from docai.evaluation.fault_injection.judging import judge
from docai.evaluation.fault_injection.measuring import Injection, Outcome, measure
from docai.evaluation.fault_injection.table_faults import TABLE_KINDS, fault_tables
from docai.evaluation.fault_injection.text_faults import TEXT_KINDS, fault_text
from tests.unit.evaluation.fault_injection.drawn import drawn_page

SENTENCE = "The treasurer sold all moorings to the millers without further comment."


def of_kind(kind: FaultKind, seed: int) -> Faulted:
    page = drawn_page().as_read()
    if kind in TABLE_KINDS:
        return fault_tables(page, kind, 0.3, Random(seed))
    return fault_text(page, kind, 0.6, Random(seed), [SENTENCE])


def test_nothing_is_flagged_where_nothing_is_wrong() -> None:
    judged = judge(Faulted(drawn_page().as_read(), ()))
    assert sum(1 for _ in judged.units()) == 3 + 20
    assert not any(judged.is_flagged(unit) for unit, _ in judged.units())


@pytest.mark.parametrize("kind", [*TABLE_KINDS, *TEXT_KINDS])
def test_faults_of_every_kind_are_found(kind: FaultKind) -> None:
    clean = judge(Faulted(drawn_page().as_read(), ()))
    n = 0
    for seed in range(2):
        judged = judge(of_kind(kind, seed))
        for fault in judged.faulted.faults:
            n += 1
            assert judged.is_found(fault, clean), fault
    assert n > 0


def test_a_fault_that_the_print_shares_is_not_found() -> None:
    page = drawn_page().as_read()
    faulted = fault_text(page, FaultKind.TEXT_DIGITS, 1.0, Random(1))
    said = " ".join(block.text for block in faulted.page.blocks[:3]).split()
    same = tuple(w.model_copy(update={"text": t}) for w, t in zip(page.words.words, said, strict=False))
    words = PageWords(witness=page.words.witness, words=(*same, *page.words.words[len(said) :]), engine="drawn")
    judged = judge(replace(faulted, page=replace(faulted.page, words=words)))
    clean = judge(Faulted(page, ()))
    assert [judged.is_found(fault, clean) for fault in faulted.faults] == [False] * 3


def test_the_same_seed_gives_the_same_figures_and_another_one_others() -> None:
    def rows(seed: int) -> list[Row]:
        outcome = Outcome()
        measure([drawn_page()], Injection(seed=seed, share=0.3, rounds=1), outcome, on_page=lambda: None)
        return total(outcome.rows)

    assert rows(1) == rows(1)
    assert rows(1) != rows(2)


def test_boxes_and_clean_values_are_counted() -> None:
    outcome = Outcome()
    measure([drawn_page()], Injection(rounds=1), outcome, on_page=lambda: None)
    rows = {row.kind: row for row in total(outcome.rows)}
    assert rows["clean_cells"].false.n == 20
    assert rows["clean_text"].false.n == 3
    assert rows["cell_boxes"].found.n == 20
    assert outcome.n_pages == 1
    assert len(outcome.clean) == 1
