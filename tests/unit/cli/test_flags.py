from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from docai.cli.flags import moment
from docai.errors import InvalidRequest

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "ago"),
    [
        ("7d", timedelta(days=7)),
        ("12h", timedelta(hours=12)),
        ("30m", timedelta(minutes=30)),
        ("2w", timedelta(weeks=2)),
        (" 90S ", timedelta(seconds=90)),
    ],
)
def test_a_time_may_be_so_long_ago(said: str, ago: timedelta) -> None:
    assert moment(said, NOW, "--since") == NOW - ago


def test_a_time_may_be_given_in_full() -> None:
    assert moment("2026-03-01T12:00:00+02:00", NOW, "--since") == datetime(2026, 3, 1, 10, tzinfo=UTC)
    local = moment("2026-03-01", NOW, "--since")
    assert local is not None
    assert local.astimezone().replace(tzinfo=None) == datetime(2026, 3, 1)  # noqa: DTZ001 - as it was given
    assert moment(None, NOW, "--since") is None


@pytest.mark.parametrize("said", ["", "7", "d", "7 days", "-7d", "yesterday", "999999w", "2026-13-01"])
def test_what_is_no_time_is_refused(said: str) -> None:
    with pytest.raises(InvalidRequest, match="--since"):
        moment(said, NOW, "--since")
