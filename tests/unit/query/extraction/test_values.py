"""Print to values: dates, numbers, choices and codes, in the ways that documents write them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.query.extraction.schema import Leaf
from docai.query.extraction.values import Habits, Kind, dates, kind_of, numbers, read_value, wants_iso

POINT, COMMA = Habits(), Habits(day_first=True, comma_decimals=True)


def leaf(name: str = "a", *types: str, **more: Any) -> Leaf:
    return Leaf(name, more.pop("description", ""), frozenset(types or ("string",)), **more)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Feb 3, 2014", "2014-02-03"),
        ("this 6th day of January, 2012", "2012-01-06"),
        ("2011年07月05日", "2011-07-05"),
        ("2024-12-01T10:00", "2024-12-01"),
        ("8 de mayo de 2018", "2018-05-08"),
        ("10.06.2018", "2018-06-10"),
        ("12-Jan-21", "2021-01-12"),
        ("25/12/1999", "1999-12-25"),
        ("19 août 2020", "2020-08-19"),
    ],
)
def test_dates_are_read_however_they_are_written(text: str, iso: str) -> None:
    assert [day.isoformat() for day, _, _ in dates(text, POINT)] == [iso]


def test_a_numeric_date_follows_the_documents_habit() -> None:
    american, european = Habits.of(["04/25/2020"]), Habits.of(["25/04/2020"])
    assert dates("03/04/2021", american)[0][0].isoformat() == "2021-03-04"
    assert dates("03/04/2021", european)[0][0].isoformat() == "2021-04-03"
    assert dates("31/31/2021 and 30 Feb 2021", POINT) == []


@pytest.mark.parametrize(
    ("text", "habits", "value"),
    [
        ("1.234,56 €", POINT, 1234.56),
        ("$1,234.50", POINT, 1234.5),
        ("(12.00)", POINT, -12.0),
        ("80,95", POINT, 80.95),
        ("1 234,50", COMMA, 1234.5),
        ("RM 12.30", POINT, 12.3),
        ("1,234", POINT, 1234.0),
        ("7.456", COMMA, 7456.0),
        ("7.456", POINT, 7.456),
        ("-5", POINT, -5.0),
        ("17,33-", COMMA, -17.33),
    ],
)
def test_numbers_are_read_however_they_are_written(text: str, habits: Habits, value: float) -> None:
    assert [v.value for v in numbers(text, habits)] == [value]


def test_points_part_thousands_in_a_document_that_has_no_other_decimals() -> None:
    assert Habits.of(["7.456", "1.619", "2.655", "2.881", "4.998"]).comma_decimals
    assert not Habits.of(["275.000", "50.000", "100.000", "250.000", "1.0000", "5.000"]).comma_decimals


@pytest.mark.parametrize(
    ("wanted", "text", "value"),
    [
        (leaf("total", "number"), "VAT 21% 14,05", 14.05),
        (leaf("pages", "integer"), "12 pages", 12),
        (leaf("pages", "integer"), "12.5", None),
        (leaf("total", "number"), "none", None),
        (leaf("dueDate"), "due on 3 May 2021, latest", "3 May 2021"),
        (leaf("dueDate", format="date"), "due on 3 May 2021", "2021-05-03"),
        (leaf("dueDate"), "soon", None),
        (leaf("paid", "boolean"), "Yes", True),
        (leaf("paid", "boolean"), "☐", False),
        (leaf("paid", "boolean"), "perhaps", None),
        (leaf("status", choices=("open", "in_progress")), "In progress", "in_progress"),
        (leaf("status", choices=("open", "closed")), "lost", None),
        (leaf("email"), "write to a.b@c.org now", "a.b@c.org"),
        (leaf("invoiceNumber"), "INV1800564ﺭﻗﻢ ﺍﻟﻔﺎﺗﻮﺭﺓ", "INV1800564"),
        (leaf("invoiceNumber"), "none", None),
        (leaf("currency"), "Amount in €", "EUR"),
        (leaf("iban"), "IBAN NL50 INGB 0683 2513 09", "NL50 INGB 0683 2513 09"),
        (leaf("amount", "number"), "6 6 , 3 0 0", 66300.0),
        (leaf("total"), "Total RM 1,234.50", "1,234.50"),
        (leaf("totalAmount"), "7% of 100,00 €", "100,00 €"),
        (leaf("price"), "$12.99 each", "$12.99"),
        (leaf("total"), "Excl. of GST", None),
        (leaf("priceDescription"), "per night", "per night"),
        (leaf("name"), " : Ann Lee ;", "Ann Lee"),
        (leaf("name"), "---", None),
    ],
)
def test_a_leaf_takes_from_print_what_is_of_its_kind(wanted: Leaf, text: str, value: object) -> None:
    found = read_value(wanted, text, POINT, is_iso=wants_iso(wanted, ""))
    assert (None if found is None else found.value) == value
    if found is not None:
        assert 0 <= found.start < found.end <= len(text)


def test_the_kind_follows_type_format_and_name() -> None:
    assert kind_of(leaf("dateTime")) is Kind.CODE
    assert kind_of(leaf("when", format="date-time")) is Kind.DATE
    assert kind_of(leaf("storePhone")) is Kind.PHONE
    assert kind_of(leaf("name")) is Kind.TEXT
    assert kind_of(leaf("subtotal")) is Kind.AMOUNT
    assert kind_of(leaf("amountId")) is Kind.CODE
    assert wants_iso(leaf("d", description="in YYYY-MM-DD format"), "")
    assert wants_iso(leaf("d"), "all dates as yyyy-mm-dd")
    assert not wants_iso(leaf("d"), "as printed")


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=60),
    st.sampled_from(["date", "total", "status", "email", "phone", "invoiceNumber", "name", "price"]),
)
def test_any_print_is_read_or_left(text: str, name: str) -> None:
    kinds = ("number",) if name == "total" else ("string",)
    read_value(leaf(name, *kinds, choices=("a", "b") if name == "status" else ()), text, COMMA, is_iso=True)


def test_a_run_of_digits_that_is_no_quantity_is_no_number() -> None:
    assert numbers("9" * 400, POINT) == []
    assert read_value(leaf("n", "integer"), "9" * 400, POINT, is_iso=False) is None


@pytest.mark.parametrize("text", ["20 %", "\u00a3771.40", "1.234,56 \u20ac"])
def test_a_share_or_an_amount_is_no_number_by_which_something_is_known(text: str) -> None:
    assert read_value(leaf("vatNumber"), text, POINT, is_iso=False) is None
    assert read_value(leaf("accountBalance"), text, POINT, is_iso=False) is not None


@pytest.mark.parametrize("text", ["20", "GB 771 40", "1.234.567", "#4711"])
def test_what_bears_no_sign_of_money_may_be_such_a_number(text: str) -> None:
    read = read_value(leaf("vatNumber"), text, POINT, is_iso=False)
    assert read is not None
    assert read.value == text
