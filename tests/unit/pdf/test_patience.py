from __future__ import annotations

import pytest

from docai.errors import PageCrashed, PageGivenUp, PageTimedOut, PageUnreadable
from docai.pdf import patience
from docai.pdf.patience import Patience


class Clock:
    """Seconds as the test wants them."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(patience, "time", clock)
    return clock


def step(
    patience_: Patience, clock: Clock, seconds: float, fault: Exception | None = None, document: str = "a"
) -> None:
    with patience_.watch(document):
        clock.now += seconds
        if fault:
            raise fault


def lose(patience_: Patience, clock: Clock, n: int, fault: Exception | None = None) -> None:
    for _ in range(n):
        with pytest.raises((PageTimedOut, PageCrashed)):
            step(patience_, clock, 12, fault or PageTimedOut("slow"))


def test_a_document_whose_pages_are_all_stopped_is_given_up(clock: Clock) -> None:
    watched = Patience(page_timeout_s=12, document_timeout_s=3600)
    lose(watched, clock, 10)
    lose(watched, clock, 10, PageCrashed("dead"))
    with pytest.raises(PageGivenUp, match="240 s were lost"):
        step(watched, clock, 1)


def test_a_given_up_document_spoils_no_other(clock: Clock) -> None:
    watched = Patience(page_timeout_s=12, document_timeout_s=3600)
    lose(watched, clock, 20)
    step(watched, clock, 1, document="b")


def test_a_long_document_with_some_slow_pages_is_read_to_its_end(clock: Clock) -> None:
    watched = Patience(page_timeout_s=12, document_timeout_s=3600)
    for _ in range(60):
        for _ in range(16):
            step(watched, clock, 1)
        lose(watched, clock, 1)
    step(watched, clock, 1)


def test_pages_that_each_stay_in_time_are_bounded_together(clock: Clock) -> None:
    watched = Patience(page_timeout_s=12, document_timeout_s=3600)
    for _ in range(327):
        step(watched, clock, 11.01)
    with pytest.raises(PageGivenUp, match="the 3600 s that a document may take"):
        step(watched, clock, 1)


def test_opening_a_document_over_and_over_uses_up_its_time(clock: Clock) -> None:
    watched = Patience(page_timeout_s=12, document_timeout_s=3600)
    for _ in range(240):
        watched.charge("a", 15)
    with pytest.raises(PageGivenUp):
        step(watched, clock, 1)


def test_a_damaged_page_is_no_lost_time(clock: Clock) -> None:
    watched = Patience(page_timeout_s=12, document_timeout_s=3600)
    for _ in range(30):
        with pytest.raises(PageUnreadable):
            step(watched, clock, 12, PageUnreadable("damaged"))
    step(watched, clock, 1)


def test_a_document_is_begun_anew_after_some_minutes(clock: Clock) -> None:
    watched = Patience(page_timeout_s=12, document_timeout_s=3600)
    lose(watched, clock, 20)
    clock.now += 200
    with pytest.raises(PageGivenUp):
        step(watched, clock, 1)
    clock.now += 200
    step(watched, clock, 1)


def test_only_so_many_documents_are_remembered(clock: Clock) -> None:
    watched = Patience(page_timeout_s=12, document_timeout_s=3600)
    lose(watched, clock, 20)
    for i in range(1000):
        step(watched, clock, 0, document=str(i))
    assert len(watched._accounts) == 1000
    step(watched, clock, 1)
