"""Rings on their way through a real Valkey."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import redis

from docai.broker.celery_app import make_app
from docai.broker.doorbell import MOST_WAITING, CeleryDoorbell
from docai.broker.valkey import EmbeddedValkey
from docai.domain.work import Capability


def n_messages(server: EmbeddedValkey, capability: Capability) -> int:
    with redis.Redis.from_url(server.url) as client:
        return int(client.llen(capability.value))  # type: ignore[arg-type]


def eventually(truth: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not truth():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_worker_that_is_busy_for_long_finds_no_mountain_of_messages(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path) as server, CeleryDoorbell(make_app(server.url)) as doorbell:
        for _ in range(5 * MOST_WAITING):
            doorbell.ring([Capability.EMBED])
            time.sleep(0.002)
        doorbell.ring([Capability.PARSE])
        eventually(lambda: n_messages(server, Capability.PARSE) == 1)
        assert n_messages(server, Capability.EMBED) == MOST_WAITING


def test_what_was_rung_while_the_broker_was_away_arrives_when_it_is_back(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path) as server, CeleryDoorbell(make_app(server.url)) as doorbell:
        doorbell.ring([Capability.RASTER])
        eventually(lambda: n_messages(server, Capability.RASTER) == 1)
        server.stop()
        doorbell.ring([Capability.EMBED])
        eventually(lambda: doorbell.reason_unheard() is not None)
        server.start()
        eventually(lambda: n_messages(server, Capability.EMBED) == 1)
        assert doorbell.reason_unheard() is None
