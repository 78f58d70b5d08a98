from random import Random

import pytest

from docai.evaluation.fault_injection.misreadings import made_up, off_by_little, with_lookalike, with_wrong_digit


def differences(one: str, other: str) -> list[int]:
    return [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]


@pytest.mark.parametrize("seed", range(6))
def test_one_digit_is_another_one_and_nothing_else_changes(seed: int) -> None:
    now = with_wrong_digit("Sales 1,204.50", Random(seed))
    assert now is not None
    (at,) = differences("Sales 1,204.50", now)
    assert "Sales 1,204.50"[at].isdigit()
    assert now[at].isdigit()


def test_a_text_without_digits_has_no_wrong_one() -> None:
    assert with_wrong_digit("Sales", Random(1)) is None


@pytest.mark.parametrize("seed", range(6))
def test_a_character_is_taken_for_one_that_looks_alike(seed: int) -> None:
    now = with_lookalike("SZL15", Random(seed))
    assert now in {"5ZL15", "S2L15", "SZLl5", "SZL1S"}


def test_a_text_of_marks_has_no_lookalike() -> None:
    assert with_lookalike("-- *", Random(1)) is None


@pytest.mark.parametrize("seed", range(6))
def test_a_total_is_off_by_less_than_ten_in_its_last_place_and_as_long(seed: int) -> None:
    now = off_by_little("1,204.50 EUR", Random(seed))
    assert now is not None
    assert len(now) == len("1,204.50 EUR")
    assert now.endswith(" EUR")
    assert 0 < abs(int(now[:8].replace(",", "").replace(".", "")) - 120450) < 10


def test_numbers_are_made_up_by_other_digits() -> None:
    assert made_up("7", Random(3)) != "7"
    assert made_up("text", Random(3)) == "text"
