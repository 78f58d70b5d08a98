from __future__ import annotations

from docai.pipeline.pace import TURN_S, Pace


def test_the_first_turn_has_one_page() -> None:
    assert Pace(32).n_pages == 1


def test_a_quick_encoder_is_soon_given_all_that_there_are() -> None:
    pace, turns = Pace(32), []
    for _ in range(4):
        turns.append(pace.n_pages)
        pace.took(pace.n_pages, 0.001 * pace.n_pages)
    assert turns == [1, 4, 16, 32]


def test_a_turn_takes_about_as_long_as_it_is_to() -> None:
    pace, per_page_s = Pace(32), TURN_S / 6.5
    for _ in range(4):
        pace.took(pace.n_pages, per_page_s * pace.n_pages)
    assert pace.n_pages == 6


def test_a_page_that_takes_longer_than_a_turn_comes_alone() -> None:
    pace = Pace(32)
    pace.took(1, 10 * TURN_S)
    assert pace.n_pages == 1


def test_an_encoder_that_became_slow_gets_fewer() -> None:
    pace = Pace(32)
    for _ in range(4):
        pace.took(pace.n_pages, 0.001)
    pace.took(32, 4 * TURN_S)
    assert pace.n_pages == 8


def test_a_last_turn_of_few_pages_leaves_the_next_one_as_large() -> None:
    pace = Pace(32)
    for _ in range(4):
        pace.took(pace.n_pages, 0.001)
    pace.took(3, TURN_S / 2)
    assert pace.n_pages == 32


def test_no_pages_teach_nothing() -> None:
    pace = Pace(32)
    pace.took(1, 0.001)
    pace.took(0, 0.0)
    assert pace.n_pages == 4
