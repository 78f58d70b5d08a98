from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from docai.engines.vlm.retrying import Backoff, retry_after_s
from docai.engines.vlm.wire import away


def test_delays_are_drawn_from_the_whole_of_a_span_that_doubles_up_to_its_cap() -> None:
    backoff = Backoff(base_s=1.0, cap_s=4.0)
    for n_tries, longest in ((0, 1.0), (1, 2.0), (2, 4.0), (9, 4.0)):
        drawn = [backoff.delay_s(n_tries, away("x")) for _ in range(300)]
        assert 0 <= min(drawn) < 0.2 * longest
        assert 0.8 * longest < max(drawn) <= longest


def test_what_the_server_asks_for_comes_first_but_not_without_end() -> None:
    backoff = Backoff(base_s=0.1, cap_s=4.0)
    trouble = away("x")
    trouble.after_s = 2.0
    assert 2.0 <= backoff.delay_s(0, trouble) <= 2.1
    trouble.after_s = 1e9
    assert backoff.delay_s(0, trouble) <= 4.1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("3", 3.0), ("0.5", 0.5), ("", None), ("soon", None), ("-1", None), ("inf", None), ("nan", None)],
)
def test_seconds_are_read(value: str, seconds: float | None) -> None:
    assert retry_after_s({"retry-after": value}) == seconds


def test_dates_are_read_and_those_gone_by_are_not() -> None:
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 55 < (retry_after_s({"retry-after": in_a_minute}) or 0) <= 60
    assert retry_after_s({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) is None
    assert retry_after_s({}) is None
