"""When a delivery is tried again, and when it is given up."""

import pytest

from docai.domain.webhooks import AttemptReport, DeliveryState
from docai.webhooks.delivery import Outcome, Result
from docai.webhooks.schedule import MAX_ATTEMPTS, WAITS_S, report_of

FAILED = Outcome(Result.FAILED, 500, "http_status")


def test_the_attempts_span_about_three_days() -> None:
    assert MAX_ATTEMPTS == 10
    assert 75 <= sum(WAITS_S) / 3600 < 76


@pytest.mark.parametrize("attempt", range(1, 10))
def test_each_failure_waits_longer_and_up_to_a_fifth_more(attempt: int) -> None:
    soonest, latest = (report_of(FAILED, attempt, jitter).next_in_s for jitter in (0.0, 1.0))
    assert soonest == WAITS_S[attempt - 1]
    assert latest == pytest.approx(1.2 * soonest)
    assert report_of(FAILED, attempt, 0.5).state is DeliveryState.PENDING


def test_the_last_failure_gives_up() -> None:
    given_up = AttemptReport(DeliveryState.GIVEN_UP, status=500, error="http_status")
    assert report_of(FAILED, 10, 0.5) == report_of(FAILED, 11, 0.5) == given_up


def test_the_longer_of_schedule_and_wish_counts() -> None:
    asked = Outcome(Result.FAILED, 503, "http_status", retry_after_s=600)
    assert report_of(asked, 1, 0).next_in_s == 600
    assert report_of(asked, 3, 0).next_in_s == 1800


def test_a_receipt_and_a_farewell_are_final() -> None:
    assert report_of(Outcome(Result.DELIVERED, 202), 3, 0) == AttemptReport(DeliveryState.DELIVERED, status=202)
    gone = report_of(Outcome(Result.GONE, 410, "http_status"), 1, 0)
    assert gone == AttemptReport(DeliveryState.GIVEN_UP, status=410, error="gone", disabled_reason="gone")
