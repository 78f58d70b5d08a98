"""Fields by rules: labels, tables, receipts and agreements; each with its words, and null where nothing is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docai.domain.documents import Page
from docai.domain.evidence import Verdict
from docai.domain.extractions import FieldValue
from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, Table
from docai.query.extraction.by_rules import Found, extract_by_rules
from docai.query.extraction.schema import Wanted
from tests.unit.query.scripted import printed

DATE = {"type": "string", "format": "date"}
TEXT, NUMBER = {"type": "string"}, {"type": "number"}


def extracted(properties: dict[str, Any], *pages: Page) -> Found:
    schema = {"type": "object", "properties": properties}
    return extract_by_rules(Wanted.of(schema, max_fields=100, max_bytes=10_000), [("a.pdf", pages)])


def field(found: Found, path: str) -> FieldValue:
    return next(f for f in found.fields if f.path == path)


def with_table(page: Page, grid: Sequence[Sequence[str]], *, top: float = 0.4) -> Page:
    """The page with a table whose cells have no words of their own."""
    cells = tuple(
        Cell(
            row=r,
            col=c,
            text=text,
            box=Box(x0=0.1 + 0.1 * c, y0=top + 0.02 * r, x1=0.19 + 0.1 * c, y1=top + 0.018 + 0.02 * r),
        )
        for r, row in enumerate(grid)
        for c, text in enumerate(row)
    )
    table = Table(n_rows=len(grid), n_cols=len(grid[0]), cells=cells)
    assert page.parse is not None
    box = Box(x0=0.1, y0=top, x1=0.9, y1=0.9)
    text = "\n".join("\t".join(row) for row in grid)
    blocks = (*page.parse.blocks, Block(kind=BlockKind.TABLE, text=text, box=box, table=table))
    return page.model_copy(update={"parse": PageParse(page_number=page.number, engine="test 1", blocks=blocks)})


INVOICE = printed(
    "Nordic Turbines Ltd",
    "Invoice No. INV-1042\tInvoice date: 3 May 2021",
    "Bill to:\tMalmö Harbour Board",
    "Subtotal\t1,200.00",
    "VAT 25%\t300.00",
    "Total due\t$1,500.00",
)


def test_labels_give_their_values_as_the_schema_wants_them() -> None:
    found = extracted(
        {"invoiceNumber": TEXT, "invoiceDate": DATE, "subtotal": NUMBER, "totalDue": NUMBER, "dueDate": DATE}, INVOICE
    )
    assert found.data == {
        "invoiceNumber": "INV-1042",
        "invoiceDate": "2021-05-03",
        "subtotal": 1200.0,
        "totalDue": 1500.0,
    }
    assert field(found, "/dueDate").value is None


def test_a_field_names_its_words_page_and_witness() -> None:
    found = field(extracted({"invoiceDate": DATE}, INVOICE), "/invoiceDate")
    assert (found.text, found.page_number, found.document_id) == ("3 May 2021", 1, INVOICE.document_id)
    assert found.evidence is not None
    assert found.evidence.verdict is Verdict.EXACT
    assert INVOICE.words is not None
    assert [INVOICE.words.words[i].text for i in found.evidence.word_ids] == ["3", "May", "2021"]
    assert found.box == Box.around(INVOICE.words.words[i].box for i in found.evidence.word_ids)
    assert 0.5 < found.confidence <= 1


def test_a_description_may_say_the_label_as_it_is_printed() -> None:
    page = printed("旅費支払日\t2011年07月05日", "Kundennummer: 42-7")
    properties = {
        "paymentDate": DATE | {"description": "payment date (旅費支払日)"},
        "buyer": TEXT | {"description": "the number printed as 'Kundennummer'"},
    }
    assert extracted(properties, page).data == {"paymentDate": "2011-07-05", "buyer": "42-7"}


def test_several_pairs_on_one_line_end_where_the_next_label_begins() -> None:
    page = printed("POLICY FORM: HO-3 POLICY EFFECTIVE DATE: 3/28/2020")
    assert extracted({"policyForm": TEXT, "policyEffectiveDate": DATE}, page).data == {
        "policyForm": "HO-3",
        "policyEffectiveDate": "2020-03-28",
    }


def test_labels_are_no_values_and_a_place_is_taken_once() -> None:
    page = printed("Shipper name\tShipper address", "Ann-Lee Lowe\tMalmö 1")
    assert extracted({"shipperName": TEXT, "shipperAddress": TEXT}, page).data == {
        "shipperName": "Ann-Lee Lowe",
        "shipperAddress": "Malmö 1",
    }


def test_nested_objects_are_told_apart_by_their_names() -> None:
    page = printed("Seller name: Ann Lee", "Buyer name: Bob Ray")
    person = {"type": "object", "properties": {"name": TEXT}}
    assert extracted({"buyer": person, "seller": person}, page).data == {
        "buyer": {"name": "Bob Ray"},
        "seller": {"name": "Ann Lee"},
    }


def test_what_is_not_said_is_null_where_the_schema_takes_it_and_else_left_out() -> None:
    schema = {
        "type": "object",
        "properties": {"iban": {"type": ["string", "null"]}, "bic": TEXT, "vessel": TEXT},
        "required": ["bic"],
    }
    wanted = Wanted.of(schema, max_fields=9, max_bytes=1000)
    found = extract_by_rules(wanted, [("a.pdf", [INVOICE])])
    assert found.data == {"iban": None, "bic": None}
    assert all(f.value is None and f.evidence is None for f in found.fields)
    assert wanted.problems(found.data) != []


def lines(**leaves: Any) -> dict[str, Any]:
    return {"lines": {"type": "array", "items": {"type": "object", "properties": leaves}}}


GRID = [
    ["Item", "Qty", "Unit price", "Total"],
    ["Blade", "3", "10.00", "30.00"],
    ["Tower", "1", "99.50", "99.50"],
    ["Total", "", "", "129.50"],
]
LINES = lines(description=TEXT, quantity=NUMBER, unitPrice=NUMBER, total=NUMBER)


def test_rows_of_a_table_become_objects_without_its_total() -> None:
    found = extracted(LINES, with_table(INVOICE, GRID))
    assert found.data == {
        "lines": [
            {"description": "Blade", "quantity": 3.0, "unitPrice": 10.0, "total": 30.0},
            {"description": "Tower", "quantity": 1.0, "unitPrice": 99.5, "total": 99.5},
        ]
    }
    assert field(found, "/lines/1/unitPrice").text == "99.50"


def test_a_table_goes_on_on_the_next_page_with_its_header_or_without() -> None:
    first = with_table(printed("one", number=1), GRID[:2])
    again = with_table(printed("two", number=2), [GRID[0], GRID[2]])
    bare = with_table(printed("three", number=3), [["Hub", "2", "5.00", "10.00"], ["Nut", "4", "0.50", "2.00"]])
    names = [line["description"] for line in extracted(LINES, first, again, bare).data["lines"]]
    assert names[:2] == ["Blade", "Tower"]
    assert names[-1] == "Nut"


def test_a_header_may_stand_within_what_was_taken_for_one_table() -> None:
    form = [["Customer", "Ann Lee", "", ""], ["Date", "3 May", "", ""], *GRID[:3]]
    found = extracted(LINES, with_table(printed("x"), form))
    assert [line["total"] for line in found.data["lines"]] == [30.0, 99.5]


def test_printed_lines_under_named_columns_become_rows() -> None:
    page = printed("Item\tQty\tTotal", "Blade\t3\t30.00", "Tower\t1\t99.50", "Total\t\t129.50")
    found = extracted(lines(item=TEXT, qty=NUMBER, total=NUMBER), page)
    assert [(line["item"], line["total"]) for line in found.data["lines"]] == [("Blade", 30.0), ("Tower", 99.5)]


def test_a_receipts_lines_are_words_with_an_amount() -> None:
    page = printed("FIVE GUYS", "2 Large Fry\t11.58", "Ketchup\t0.00", "Sub Total\t11.58")
    found = extracted(lines(quantity=NUMBER, description=TEXT, lineTotal=NUMBER), page)
    assert found.data == {
        "lines": [
            {"quantity": 2.0, "description": "Large Fry", "lineTotal": 11.58},
            {"description": "Ketchup", "lineTotal": 0.0},
        ]
    }


def test_an_array_of_a_table_that_is_not_there_is_empty() -> None:
    assert extracted(lines(voyage=TEXT, vessel=TEXT), printed("Dear Ann")).data == {"lines": []}


AGREEMENT = printed(
    "This Agreement is made as of January 6, 2012 by and",
    "between Nordic Turbines, Inc., a Delaware corporation, and Bob Ray (the Employee).",
    "It is governed by the laws of the State of Florida. It remains in effect for",
    "a term of two (2) years and then terminates. Signed on March 1, 2013.",
)


def test_agreements_say_their_terms_in_words() -> None:
    array = {"type": "array", "items": TEXT}
    found = extracted(
        {
            "effective_date": {"type": "array", "items": DATE},
            "party": array,
            "jurisdiction": array,
            "term": array,
        },
        AGREEMENT,
    )
    assert found.data == {
        "effective_date": ["2012-01-06"],
        "party": ["Nordic Turbines Inc.", "Bob Ray"],
        "jurisdiction": ["Florida"],
        "term": ["2 years"],
    }
    assert field(found, "/party/0").text == "Nordic Turbines, Inc.,"


def test_the_issuer_is_named_at_the_top() -> None:
    assert extracted({"sellerName": TEXT}, INVOICE).data == {"sellerName": "Nordic Turbines Ltd"}


def test_a_receipt_says_who_where_and_when_without_labels() -> None:
    page = printed(
        "TAX INVOICE",
        "GARDENIA BAKERIES (KL) SDN BHD (139386 X)",
        "Lot 3, Jalan Pelabur",
        "40300 Shah Alam",
        "Tel: 03-55423228",
        "03/08/2017 10:15",
        "Total RM\t51.88",
    )
    found = extracted({"company": TEXT, "address": TEXT, "date": DATE, "total": NUMBER}, page)
    assert found.data == {
        "company": "GARDENIA BAKERIES (KL) SDN BHD",
        "address": "Lot 3, Jalan Pelabur 40300 Shah Alam",
        "date": "2017-03-08",
        "total": 51.88,
    }


def test_a_page_that_stands_upside_down_is_read_the_right_way_round() -> None:
    upright = printed("Order Id: AB-12", "Total\t32.66")
    assert upright.words is not None
    turned = tuple(
        word.model_copy(
            update={"box": Box(x0=1 - word.box.x1, y0=1 - word.box.y1, x1=1 - word.box.x0, y1=1 - word.box.y0)}
        )
        for word in upright.words.words
    )
    words = upright.words.model_copy(update={"words": turned, "rotation": 180})
    found = extracted({"orderId": TEXT, "total": NUMBER}, upright.model_copy(update={"words": words}))
    assert found.data == {"orderId": "AB-12", "total": 32.66}
    box = field(found, "/total").box
    assert box is not None
    assert box.y0 > 0.9


def test_pages_that_were_not_read_are_passed_over() -> None:
    bare = INVOICE.model_copy(update={"words": None, "parse": None})
    assert extracted({"total": NUMBER}, bare).data == {}
    assert extracted({"totalDue": NUMBER}, bare, INVOICE.model_copy(update={"number": 2})).data == {"totalDue": 1500.0}
