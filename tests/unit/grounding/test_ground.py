from __future__ import annotations

import pytest

from docai.domain.evidence import BoxSource, Evidence, Verdict
from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, Table
from docai.domain.words import PageWords, Witness, Word
from docai.grounding.ground import ground

OWN_BOX = Box(x0=0.0, y0=0.0, x1=0.9, y1=0.9)


def page_words(*texts: str, witness: Witness = Witness.TEXT_LAYER, confidence: float = 1.0) -> PageWords:
    words = tuple(
        Word(text=text, box=Box(x0=i / 10, y0=0.1, x1=i / 10 + 0.05, y1=0.2), line=0, confidence=confidence)
        for i, text in enumerate(texts)
    )
    return PageWords(witness=witness, words=words)


def block(text: str, n_words: int, **more: object) -> Block:
    fields = {"kind": BlockKind.PARAGRAPH, "text": text, "box": OWN_BOX, "word_ids": tuple(range(n_words)), **more}
    return Block.model_validate(fields)


def grounded(parsed: Block, words: PageWords, min_confidence: float = 0.5, second: PageWords | None = None) -> Evidence:
    parse = PageParse(page_number=3, engine="layout", blocks=(parsed,))
    result = ground(parse, words, reader="reader 1", min_confidence=min_confidence, second=second)
    evidence = result.blocks[0].evidence
    assert evidence is not None
    return evidence


@pytest.mark.parametrize(
    ("text", "words", "verdict"),
    [
        ("Net sales rose", ["Net", "sales", "rose"], Verdict.EXACT),
        ("the information office", ["the", "infor-", "mation", "o\ufb03ce"], Verdict.NORMALISED),
        ("-1234.50", ["\u22121,234.50"], Verdict.NORMALISED),
        ("Net sales rose steeply", ["Net", "sales", "rose"], Verdict.PARTIAL),
        ("Total 1,284", ["Total", "1,234"], Verdict.CONFLICT),
        ("Net sales", ["Net", "sales", "fell"], Verdict.CONFLICT),
        ("5", ["-5"], Verdict.CONFLICT),
        ("yes", ["4"], Verdict.MODEL_ONLY),
        ("yes", [], Verdict.MODEL_ONLY),
        ("", [], Verdict.EMPTY),
    ],
)
def test_the_verdict_says_how_the_text_layer_agrees(text: str, words: list[str], verdict: Verdict) -> None:
    assert grounded(block(text, len(words)), page_words(*words)).verdict is verdict


def test_words_read_by_ocr_agree_as_ocr() -> None:
    evidence = grounded(block("infor mation", 2), page_words("infor", "mation", witness=Witness.OCR, confidence=0.8))
    assert evidence.verdict is Verdict.OCR_AGREE
    assert evidence.witness is Witness.OCR
    assert evidence.confidence == 0.8


def test_the_least_sure_word_makes_a_value_illegible() -> None:
    sure, unsure = page_words("Net", "sales").words
    words = PageWords(witness=Witness.OCR, words=(sure, unsure.model_copy(update={"confidence": 0.3})))
    evidence = grounded(block("Net sales", 2), words)
    assert evidence.verdict is Verdict.ILLEGIBLE
    assert evidence.confidence == 0.3


def test_the_box_is_around_the_words_and_else_the_readers_own() -> None:
    words = page_words("Net", "sales")
    assert grounded(block("Net sales", 2), words).box == Box(x0=0.0, y0=0.1, x1=0.15000000000000002, y1=0.2)
    assert grounded(block("Net sales", 0), words).box == OWN_BOX


def test_what_the_witness_reads_is_kept_where_it_differs() -> None:
    assert grounded(block("Total 1,284", 2), page_words("Total", "1,234")).witness_text == "Total 1,234"
    assert grounded(block("Total 1,234", 2), page_words("Total", "1,234")).witness_text is None


def test_every_cell_has_evidence_and_an_empty_one_says_so() -> None:
    cells = (
        Cell(row=0, col=0, text="Sales", word_ids=(0,)),
        Cell(row=0, col=1, text="12", word_ids=(1,)),
        Cell(row=0, col=2, box=OWN_BOX),
    )
    table = Table(n_rows=1, n_cols=3, cells=cells)
    parsed = block("Sales\t12\t", 2, kind=BlockKind.TABLE, table=table)
    parse = PageParse(page_number=1, engine="layout", blocks=(parsed,))
    result = ground(parse, page_words("Sales", "12", "left"), reader="reader 1", min_confidence=0.5)
    found = [cell.evidence for cell in result.tables[0].cells]
    assert [e and e.verdict for e in found] == [Verdict.EXACT, Verdict.EXACT, Verdict.EMPTY]
    assert found[2] is not None
    assert found[2].witness is None
    assert result.blocks[0].evidence is not None
    assert result.blocks[0].evidence.verdict is Verdict.EXACT


def test_coverage_names_the_words_that_no_block_and_no_cell_holds() -> None:
    table = Table(n_rows=1, n_cols=1, cells=(Cell(row=0, col=0, text="c", word_ids=(2,)),))
    blocks = (block("a", 1), block("", 0, kind=BlockKind.TABLE, table=table))
    parse = PageParse(page_number=1, engine="layout", blocks=blocks)
    coverage = ground(parse, page_words("a", "b", "c", "d"), reader="r", min_confidence=0.5).coverage
    assert coverage is not None
    assert (coverage.n_words, coverage.n_covered, coverage.omitted_word_ids) == (4, 2, (1, 3))


def test_a_box_says_whose_it_is() -> None:
    words = page_words("Net", "sales")
    assert grounded(block("Net sales", 2), words).box_source is BoxSource.WITNESS
    assert grounded(block("Net sales", 0), words).box_source is BoxSource.READER
    cell = Cell(row=0, col=0, text="12")
    parsed = block("12", 0, kind=BlockKind.TABLE, table=Table(n_rows=1, n_cols=1, cells=(cell,)))
    (table,) = ground(
        PageParse(page_number=1, engine="layout", blocks=(parsed,)), words, reader="r", min_confidence=0.5
    ).tables
    assert table.cells[0].evidence is not None
    assert table.cells[0].evidence.box_source is None


def test_evidence_says_on_what_its_verdict_rests() -> None:
    words = page_words("Total", "1,234", witness=Witness.OCR, confidence=0.9)
    evidence = grounded(block("Total 1,284", 2, reader_confidence=0.7), words)
    assert evidence.verdict is Verdict.CONFLICT
    assert [(d.said, d.heard, d.said_at) for d in evidence.differences] == [("8", "3", 9)]
    assert evidence.similarity is not None
    assert 0.5 < evidence.similarity < 1
    assert (evidence.witness_confidence, evidence.reader_confidence) == (0.9, 0.7)
    assert evidence.second is None


def test_the_second_witness_is_asked_where_the_value_stands() -> None:
    ocr = page_words("Total", "1,284", "elsewhere", witness=Witness.OCR, confidence=0.9)
    evidence = grounded(block("Total 1,284", 2), page_words("Total", "1,234"), second=ocr)
    assert (evidence.verdict, evidence.witness) == (Verdict.CONFLICT, Witness.TEXT_LAYER)
    assert evidence.second is not None
    assert (evidence.second.verdict, evidence.second.text) == (Verdict.OCR_AGREE, "Total 1,284")
    assert (evidence.second.word_ids, evidence.second.confidence) == ((0, 1), 0.9)
    assert evidence.second.witness is Witness.OCR


def test_where_the_first_witness_is_silent_the_second_decides() -> None:
    box = Box(x0=0.0, y0=0.1, x1=0.2, y1=0.2)
    for witness, verdict in ((Witness.OCR, Verdict.OCR_AGREE), (Witness.TEXT_LAYER, Verdict.EXACT)):
        second = page_words("Total", "1,284", witness=witness)
        evidence = grounded(block("Total 1,284", 0, box=box), page_words(), second=second)
        assert (evidence.verdict, evidence.witness) == (verdict, witness)
        assert evidence.word_ids == ()
        assert evidence.box == Box(x0=0.0, y0=0.1, x1=0.15000000000000002, y1=0.2)
        assert evidence.box_source is BoxSource.WITNESS
    unsure = page_words("Total", "1,284", witness=Witness.OCR, confidence=0.2)
    assert grounded(block("Total 1,284", 0, box=box), page_words(), second=unsure).verdict is Verdict.ILLEGIBLE
    elsewhere = grounded(block("Total 1,284", 0, box=Box(x0=0, y0=0.5, x1=1, y1=1)), page_words(), second=second)
    assert (elsewhere.verdict, elsewhere.second) == (Verdict.MODEL_ONLY, None)


def test_the_second_witness_reads_lines_from_the_top_whatever_the_order_of_its_words() -> None:
    words = [
        Word(text=text, box=Box(x0=x, y0=y, x1=x + 0.1, y1=y + 0.02), line=0)
        for text, x, y in (("fell", 0.2, 0.131), ("Net", 0.1, 0.1), ("and", 0.1, 0.13), ("sales", 0.2, 0.101))
    ]
    second = PageWords(witness=Witness.OCR, words=tuple(words))
    evidence = grounded(
        block("Net sales and fell", 0, box=Box(x0=0.1, y0=0.1, x1=0.4, y1=0.2)), page_words(), second=second
    )
    assert evidence.second is not None
    assert evidence.second.text == "Net sales and fell"
