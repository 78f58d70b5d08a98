"""What was misread takes the text layer's characters and keeps what was read; everything else stays as it is."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from docai.domain.charts import Chart, DataPoint, Series
from docai.domain.evidence import Evidence, Verdict
from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, Table
from docai.domain.words import PageWords, TextLayerFlaw, Witness, Word
from docai.grounding.corrections import corrected
from docai.grounding.ground import ground

BOX = Box(x0=0.0, y0=0.0, x1=1.0, y1=0.9)


def page_words(text: str, witness: Witness = Witness.TEXT_LAYER, flaws: tuple[TextLayerFlaw, ...] = ()) -> PageWords:
    words = tuple(
        Word(text=piece, box=Box(x0=i / 50, y0=0.1, x1=(i + 1) / 50, y1=0.12), line=0)
        for i, piece in enumerate(text.split())
    )
    return PageWords(witness=witness, words=words, text_layer_flaws=flaws)


def read(
    said: str, words: PageWords, *, kind: BlockKind = BlockKind.PARAGRAPH, second: PageWords | None = None
) -> tuple[PageParse, PageParse]:
    """A block that a model read, before and after correction."""
    block = Block(kind=kind, text=said, box=BOX, word_ids=tuple(range(len(words.words))))
    parse = ground(
        PageParse(page_number=1, engine="model", blocks=(block,)),
        words,
        reader="model",
        min_confidence=0.5,
        second=second,
    )
    return parse, corrected(parse, words)


def evidence_of(parse: PageParse) -> Evidence:
    evidence = parse.blocks[0].evidence
    assert evidence is not None
    return evidence


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("SZE15-1.23-1", "SZL15-1.25-T"),
        ("The rotor type SZE15-1.23-1 is used.", "The rotor type SZL15-1.25-T is used."),
        ("Total 1,284", "Total 1,234"),
        ("Net sa1es rose", "Net sales rose"),
    ],
)
def test_a_misread_value_takes_the_text_layers_characters(said: str, printed: str) -> None:
    before, after = read(said, page_words(printed))
    assert evidence_of(before).verdict is Verdict.CONFLICT
    evidence = evidence_of(after)
    assert after.blocks[0].text == printed
    assert (evidence.verdict, evidence.read_text, evidence.witness_text) == (Verdict.EXACT, said, None)
    assert evidence.differences == evidence_of(before).differences != ()
    assert evidence.similarity == 1.0


def test_a_word_broken_over_lines_stays_whole() -> None:
    _, after = read("The information 0ffice", page_words("The infor- mation Office"))
    assert after.blocks[0].text == "The information Office"
    assert evidence_of(after).verdict is Verdict.NORMALISED


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Total 1,284", page_words("Total 1,234", Witness.OCR)),
        ("Total 1,284", page_words("Total 1,234", flaws=(TextLayerFlaw.PARTIAL,))),
        ("Total 1,234", page_words("Total 1,234")),
        ("Total 1,234 and something that nobody ever printed here", page_words("Total 1,234")),
        ("Total 1,284", page_words("Total 1,234 and the sentence that was left out by it")),
        ("Tulsi extract", page_words("extract Tulsi")),
        ("Net sa1es", page_words("Net sales rose")),
    ],
    ids=[
        "OCR",
        "a layer with flaws",
        "right",
        "more than is printed",
        "a sentence left out",
        "moved",
        "a word left out",
    ],
)
def test_what_is_no_misreading_of_a_trustworthy_layer_stays(said: str, words: PageWords) -> None:
    before, after = read(said, words)
    assert after == before


@pytest.mark.parametrize("kind", [BlockKind.FORMULA, BlockKind.FIGURE, BlockKind.HANDWRITING])
def test_what_is_not_print_character_by_character_stays(kind: BlockKind) -> None:
    before, after = read("Total 1,284", page_words("Total 1,234"), kind=kind)
    assert after == before


def test_a_charts_values_stay() -> None:
    words = page_words("1,234")
    chart = Chart(series=(Series(name="A", points=(DataPoint(category="x", text="1,284"),)),))
    block = Block(kind=BlockKind.CHART, text="1,284", box=BOX, word_ids=(0,), chart=chart)
    parse = ground(PageParse(page_number=1, engine="m", blocks=(block,)), words, reader="model", min_confidence=0.5)
    assert corrected(parse, words) == parse


def test_what_ocr_reads_as_the_model_did_stays() -> None:
    words = page_words("Total 1,234")
    before, after = read("Total 1,284", words, second=page_words("Total 1,284", Witness.OCR))
    assert after == before
    _, agreed = read("Total 1,284", words, second=page_words("Total 1,234", Witness.OCR))
    assert agreed.blocks[0].text == "Total 1,234"
    second = evidence_of(agreed).second
    assert second is not None
    assert second.verdict is Verdict.OCR_AGREE


def table_parse(texts: tuple[str, str, str, str], ids: tuple[Collection[int], ...], words: PageWords) -> PageParse:
    cells = tuple(
        Cell(row=n // 2, col=n % 2, text=text, word_ids=tuple(found))
        for n, (text, found) in enumerate(zip(texts, ids, strict=True))
    )
    text = f"{texts[0]}\t{texts[1]}\n{texts[2]}\t{texts[3]}"
    table = Table(n_rows=2, n_cols=2, cells=cells)
    word_ids = tuple(i for found in ids for i in found)
    block = Block(kind=BlockKind.TABLE, text=text, box=BOX, table=table, word_ids=word_ids)
    return ground(PageParse(page_number=1, engine="m", blocks=(block,)), words, reader="model", min_confidence=0.5)


def test_a_cell_is_corrected_and_its_tables_text_rebuilt() -> None:
    words = page_words("Type Mass SZL15-1.25-T 12")
    before = table_parse(("Type", "Mass", "SZE15-1.23-1", "12"), ((0,), (1,), (2,), (3,)), words)
    after = corrected(before, words)
    table = after.blocks[0].table
    assert table is not None
    cell = table.at(1, 0)
    assert (cell.text, cell.evidence and cell.evidence.read_text) == ("SZL15-1.25-T", "SZE15-1.23-1")
    assert table.at(1, 1) == before.blocks[0].table.at(1, 1) if before.blocks[0].table else False
    assert after.blocks[0].text == "Type\tMass\nSZL15-1.25-T\t12"
    assert evidence_of(after).verdict is Verdict.EXACT
    assert evidence_of(after).read_text == before.blocks[0].text


def test_words_that_two_values_name_correct_neither() -> None:
    words = page_words("Type Mass 1,234")
    before = table_parse(("Type", "Mass", "1,284", "1,239"), ((0,), (1,), (2,), (2,)), words)
    assert corrected(before, words) == before


def test_words_that_a_corrected_value_says_now_are_covered() -> None:
    words = page_words("7")
    block = Block(kind=BlockKind.FIELD, text="1", box=BOX, word_ids=(0,))
    before = ground(
        PageParse(page_number=1, engine="m", blocks=(block,)), words, reader="m", min_confidence=0.5, unsaid=(0,)
    )
    after = corrected(before, words)
    assert before.coverage is not None
    assert before.coverage.omitted_word_ids == (0,)
    assert after.blocks[0].text == "7"
    assert after.coverage is not None
    assert (after.coverage.omitted_word_ids, after.coverage.n_covered) == ((), 1)
