from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest

from docai.domain.answers import Answer, AnswerKind, Hit, Question
from docai.domain.documents import Page, PageState
from docai.domain.evidence import Verdict
from docai.domain.geometry import Box, PageSize
from docai.domain.ids import AnswerId, DocumentId
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, CellRole, Table
from docai.domain.words import PageWords, Witness, Word
from docai.grounding.ground import ground
from docai.query.answer import answer
from docai.terms import terms

DOCUMENT = DocumentId(UUID(int=1))
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LINE, LETTER = 0.02, 0.01
"""Height of a line and width of a letter, in page fractions."""


class Corpus:
    """The term statistics of the given pages."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._pages = [set(terms(" ".join(w.text for w in page.words.words))) for page in pages if page.words]

    def replace(self, document_id: DocumentId, page_terms: Mapping[int, Mapping[str, int]]) -> None:
        raise NotImplementedError

    def frequencies(self, wanted: Iterable[str]) -> Mapping[str, int]:
        found = {term: sum(term in page for page in self._pages) for term in wanted}
        return {term: n for term, n in found.items() if n}

    def n_pages(self) -> int:
        return len(self._pages)

    def bm25(
        self, weights: Mapping[str, float], *, document_ids: Sequence[DocumentId], limit: int
    ) -> Sequence[tuple[DocumentId, int, float]]:
        raise NotImplementedError

    def bm25_parts(
        self, weights: Mapping[str, float], pages: Collection[tuple[DocumentId, int]]
    ) -> Mapping[tuple[DocumentId, int], Mapping[str, float]]:
        raise NotImplementedError


class Sheet:
    """Words and blocks, written by place."""

    def __init__(self, witness: Witness = Witness.TEXT_LAYER, confidence: float = 1.0) -> None:
        self.words: list[Word] = []
        self.blocks: list[Block] = []
        self._witness, self._confidence, self._line = witness, confidence, 0

    def print(self, x: float, y: float, text: str) -> tuple[int, ...]:
        first = len(self.words)
        for word in text.split():
            box = Box(x0=x, y0=y, x1=x + LETTER * len(word), y1=y + LINE)
            self.words.append(Word(text=word, box=box, line=self._line, confidence=self._confidence))
            x = box.x1 + LETTER
        self._line += 1
        return tuple(range(first, len(self.words)))

    def paragraph(self, y: float, *lines: str, kind: BlockKind = BlockKind.PARAGRAPH) -> None:
        ids = [i for k, line in enumerate(lines) for i in self.print(0.1, y + k * LINE, line)]
        level = {BlockKind.TITLE: 1, BlockKind.HEADING: 2}.get(kind)
        self.block(kind, " ".join(lines), ids, level=level)

    def pair(self, x: float, y: float, label: str, value: str, *, apart: float = 0.25) -> None:
        ids = (*self.print(x, y, label), *self.print(x + apart, y, value))
        self.block(BlockKind.PARAGRAPH, f"{label} {value}", ids)

    def field(self, y: float, label: str, value: str) -> None:
        self.block(BlockKind.FIELD, value, self.print(0.4, y, value), label=label)

    def table(self, y: float, cells: Sequence[Cell], caption: str | None = None, *, pitch: float = 0.18) -> None:
        placed = []
        for cell in cells:
            ids = self.print(0.05 + pitch * cell.col, y + 2 * LINE * cell.row, cell.text)
            box = Box.around(self.words[i].box for i in ids)
            placed.append(cell.model_copy(update={"word_ids": ids, "box": box}))
        n_rows = max(cell.row + cell.row_span for cell in placed)
        n_cols = max(cell.col + cell.col_span for cell in placed)
        table = Table(n_rows=n_rows, n_cols=n_cols, cells=tuple(placed), caption=caption)
        ids = tuple(i for cell in placed for i in cell.word_ids)
        self.block(BlockKind.TABLE, "\t".join(cell.text for cell in placed), ids, table=table)

    def block(self, kind: BlockKind, text: str, ids: Iterable[int], **more: object) -> None:
        ids = tuple(ids)
        box = Box.around(self.words[i].box for i in ids)
        fields = {"kind": kind, "text": text, "word_ids": ids, "box": box, **more}
        self.blocks.append(Block.model_validate(fields))

    def page(self, number: int = 1) -> Page:
        words = PageWords(witness=self._witness, words=tuple(self.words), engine="reader 1")
        parse = PageParse(page_number=number, engine="layout 1", blocks=tuple(self.blocks))
        return Page(
            document_id=DOCUMENT,
            number=number,
            state=PageState.PARSED,
            size=PageSize(width_pt=595, height_pt=842),
            words=words,
            parse=ground(parse, words, reader="reader 1", min_confidence=0.5),
        )


def ask(question: str, *pages: Page, min_confidence: float = 0.5) -> Answer:
    hits = [
        Hit(document_id=DOCUMENT, document_name="doc.pdf", page_number=page.number, score=1 / rank)
        for rank, page in enumerate(pages, start=1)
    ]
    return answer(
        Question(text=question),
        list(zip(hits, pages, strict=True)),
        terms=Corpus(pages),
        min_confidence=min_confidence,
        answer_id=AnswerId(UUID(int=2)),
        now=NOW,
    )


def grid(rows: Sequence[Sequence[str]]) -> list[Cell]:
    return [
        Cell(
            row=r,
            col=c,
            text=text,
            role=CellRole.COLUMN_HEADER if r == 0 else CellRole.ROW_HEADER if c == 0 else CellRole.DATA,
        )
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    ]


@pytest.fixture
def invoice() -> Page:
    sheet = Sheet()
    sheet.paragraph(0.05, "INVOICE", kind=BlockKind.TITLE)
    sheet.pair(0.5, 0.10, "Invoice number", "HM-2026-0417")
    sheet.pair(0.5, 0.14, "Invoice date", "14 April 2026")
    sheet.pair(0.5, 0.18, "Due date", "14 May 2026")
    sheet.table(
        0.3,
        grid(
            [
                ["Description", "Quantity", "Unit price", "Amount"],
                ["Oak desk", "4", "£640.00", "£2,560.00"],
                ["Task chair", "4", "£189.50", "£758.00"],
            ]
        ),
    )
    sheet.pair(0.4, 0.60, "Subtotal", "£3,318.00")
    sheet.pair(0.4, 0.64, "Total due", "£3,981.60")
    sheet.paragraph(0.8, "Goods remain the property of Halden & Moss Ltd until paid in full.")
    return sheet.page()


@pytest.fixture
def report() -> Page:
    sheet = Sheet()
    sheet.paragraph(0.05, "Reliability", kind=BlockKind.HEADING)
    sheet.paragraph(
        0.1, "Payment terminals remain the weakest component: they cause 43 percent of", "all faults in the network."
    )
    sheet.paragraph(
        0.2, "Ingrid Solheim took over as chief operating officer on 1 August 2025.", "Nine calls in ten were answered."
    )
    sheet.paragraph(
        0.3, "Advertising costs were $3.8 billion, $5.0 billion, and $6.3 billion in", "2023, 2024, and 2025."
    )
    header = CellRole.COLUMN_HEADER
    cells = [Cell(row=0, col=0, row_span=2, text="Region", role=header)]
    cells += [Cell(row=0, col=1 + 2 * k, col_span=2, text=year, role=header) for k, year in enumerate(("2024", "2025"))]
    cells += [Cell(row=1, col=1 + k, text=quarter, role=header) for k, quarter in enumerate(("Q1", "Q2", "Q1", "Q2"))]
    for r, row in enumerate((("Europe", "41.2", "43.8", "48.6", "51.3"), ("Asia", "28.4", "30.1", "34.9", "36.8"))):
        cells += [
            Cell(row=2 + r, col=c, text=text, role=CellRole.DATA if c else CellRole.ROW_HEADER)
            for c, text in enumerate(row)
        ]
    sheet.table(0.5, cells, caption="Table 1. Revenue by region and quarter, millions of euros")
    return sheet.page()


@pytest.fixture
def letter() -> Page:
    sheet = Sheet(witness=Witness.OCR, confidence=0.9)
    sheet.paragraph(
        0.1,
        "The roof of your building will be inspected on Tuesday, 9 June 2026.",
        "The inspector needs access to the attic; his name is Mr Tomas Havel, of",
        "Ridgeline Surveys.",
    )
    sheet.paragraph(0.2, "The repair of the gutter has been approved. The work will cost 3,420 pounds.")
    return sheet.page()


@pytest.fixture
def form() -> Page:
    sheet = Sheet()
    sheet.paragraph(0.05, "Application for a library card", kind=BlockKind.TITLE)
    sheet.field(0.1, "Membership number", "KL-558213")
    sheet.field(0.2, "Date of birth", "27 February 1991")
    sheet.field(0.3, "Send me the monthly programme", "yes")
    return sheet.page()


def word_box(page: Page, text: str) -> Box:
    assert page.words is not None
    parts = text.split()
    texts = [word.text.rstrip(".,") for word in page.words.words]
    first = next(i for i in range(len(texts)) if texts[i : i + len(parts)] == parts)
    box = Box.around(word.box for word in page.words.words[first : first + len(parts)])
    assert box is not None
    return box


@pytest.mark.parametrize(
    ("question", "said", "quote"),
    [
        ("What is the invoice number?", "HM-2026-0417", "Invoice number HM-2026-0417"),
        ("When is the invoice due?", "14 May 2026", "Due date 14 May 2026"),
        ("What is the total due?", "£3,981.60", "Total due £3,981.60"),
        ("What is the unit price of the task chair?", "£189.50", "Task chair Unit price £189.50"),
    ],
)
def test_an_invoice_is_asked_for_its_values(invoice: Page, question: str, said: str, quote: str) -> None:
    given = ask(question, invoice)
    assert given.text == said
    citation = given.citations[0]
    assert citation.box.iou(word_box(invoice, said)) > 0.99
    assert citation.quote == quote
    assert citation.page_number == 1
    assert citation.evidence.verdict is Verdict.EXACT


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What was revenue in Q2 2025 for Europe?", "51.3"),
        ("What was revenue in Q2 2024 for Europe?", "43.8"),
        ("What was the revenue of Asia in Q1 2025?", "34.9"),
    ],
)
def test_a_cell_is_found_where_its_row_and_its_spanning_headers_meet(report: Page, question: str, said: str) -> None:
    given = ask(question, report)
    assert given.text == said
    assert given.kind is AnswerKind.CELL
    assert given.citations[0].box.iou(word_box(report, said)) > 0.99


def test_a_header_over_the_middle_of_its_columns_is_read_even_where_its_span_was_missed() -> None:
    sheet = Sheet()
    header = CellRole.COLUMN_HEADER
    rows = (("Region", "", "2024", "", "", "2025", ""), ("", "Q1", "Q2", "Q3", "Q1", "Q2", "Q3"))
    values = ("Norway", "41.2", "43.8", "40.5", "48.6", "51.3", "49.7")
    cells = [Cell(row=r, col=c, text=text, role=header) for r, row in enumerate(rows) for c, text in enumerate(row)]
    cells += [
        Cell(row=2, col=c, text=t, role=CellRole.DATA if c else CellRole.ROW_HEADER) for c, t in enumerate(values)
    ]
    sheet.table(0.2, cells, caption="Revenue by region", pitch=0.12)
    assert ask("What was the revenue of Norway in Q3 2024?", sheet.page()).text == "40.5"
    assert ask("What was the revenue of Norway in Q1 2025?", sheet.page()).text == "48.6"


def test_the_row_is_named_where_the_question_gives_the_value(report: Page) -> None:
    assert ask("Which region had revenue of 36.8?", report).text == "Asia"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What share of all faults do payment terminals cause?", "43 percent"),
        ("Who became chief operating officer in August 2025?", "Ingrid Solheim"),
        ("How much were the advertising costs in 2024?", "$5.0 billion"),
        ("Do payment terminals remain the weakest component?", "Yes"),
    ],
)
def test_a_sentence_is_asked_for_the_part_that_answers(report: Page, question: str, said: str) -> None:
    given = ask(question, report)
    assert given.text == said
    assert given.kind is AnswerKind.SPAN


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("On what date will the roof be inspected?", "9 June 2026"),
        ("What is the name of the inspector?", "Mr Tomas Havel"),
        ("What will the repair of the gutter cost?", "3,420 pounds"),
    ],
)
def test_a_scan_is_answered_with_what_ocr_read(letter: Page, question: str, said: str) -> None:
    given = ask(question, letter)
    assert given.text == said
    evidence = given.citations[0].evidence
    assert evidence.verdict is Verdict.OCR_AGREE
    assert evidence.witness is Witness.OCR
    assert evidence.confidence == 0.9
    assert given.citations[0].box.iou(word_box(letter, said)) > 0.99


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What is the membership number?", "KL-558213"),
        ("What is the date of birth?", "27 February 1991"),
    ],
)
def test_a_form_is_asked_for_its_fields(form: Page, question: str, said: str) -> None:
    given = ask(question, form)
    assert given.text == said
    assert given.kind is AnswerKind.FIELD
    assert given.citations[0].box.iou(word_box(form, said)) > 0.99


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of France?",
        "What is the discount on the invoice?",
        "What is the unit price of the sofa?",
        "What was revenue in Q2 2025 for Africa?",
        "What was revenue in Q2 2023 for Europe?",
        "Who is the chief financial officer?",
        "What is the shoe size of the applicant?",
        "What was the average revenue for Europe in 2025?",
        "Is the invoice paid in cash?",
    ],
)
def test_what_the_pages_do_not_say_is_not_answered(
    question: str, invoice: Page, report: Page, letter: Page, form: Page
) -> None:
    pages = [page.model_copy(update={"number": n}) for n, page in enumerate((invoice, report, letter, form), start=1)]
    given = ask(question, *pages)
    assert not given.answerable
    assert given.text is None
    assert given.citations == ()
    assert given.reason
    assert given.confidence < 0.5


def test_the_best_page_is_found_among_several(invoice: Page, report: Page) -> None:
    pages = [report, invoice.model_copy(update={"number": 2})]
    citation = ask("What is the invoice number?", *pages).citations[0]
    assert citation.page_number == 2


def test_two_values_under_the_same_label_make_the_answer_unsure() -> None:
    one, two = Sheet(), Sheet()
    for sheet, values in ((one, ["10.00"]), (two, ["10.00", "12.00"])):
        for k, value in enumerate(values):
            sheet.pair(0.1, 0.1 + 0.2 * k, "Delivery charge", value)
    sure, unsure = (ask("What is the delivery charge?", s.page(), min_confidence=0.0) for s in (one, two))
    assert unsure.confidence < 0.6 * sure.confidence


def test_words_that_ocr_was_unsure_of_make_the_answer_unsure() -> None:
    confidences = []
    for confidence in (1.0, 0.3):
        sheet = Sheet(witness=Witness.OCR, confidence=confidence)
        sheet.pair(0.1, 0.1, "Delivery charge", "10.00")
        given = ask("What is the delivery charge?", sheet.page(), min_confidence=0.0)
        assert given.citations[0].evidence.verdict is (Verdict.OCR_AGREE if confidence == 1.0 else Verdict.ILLEGIBLE)
        confidences.append(given.confidence)
    assert confidences[1] < 0.6 * confidences[0]


def test_pages_without_anything_to_read_give_no_answer() -> None:
    blank = Page(document_id=DOCUMENT, number=1, state=PageState.BLANK, words=PageWords(witness=None))
    given = ask("What is the invoice number?", blank)
    assert (given.answerable, given.confidence) == (False, 0.0)
    assert not ask("What is the invoice number?").answerable
