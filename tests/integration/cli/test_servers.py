"""The servers of `docai up`: started where no URL names others, brought back, and stopped."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import psycopg
import pytest
import redis
from pydantic import SecretStr

from docai.broker.valkey import EmbeddedValkey
from docai.cli import servers
from docai.cli.servers import OwnServers
from docai.settings import BrokerSettings, DatabaseSettings, Settings
from docai.stores.postgres.embedded import EmbeddedPostgres


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "_LOOK_S", 0.0)


def _answers(url: str) -> bool:
    if url.startswith("redis"):
        with redis.Redis.from_url(url) as client:
            return bool(client.ping())
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def test_both_are_started_brought_back_and_stopped(short_folder: Path) -> None:
    notes: list[str] = []
    with OwnServers(Settings(home=short_folder), notes.append) as own:
        urls = (own.database_url, own.broker_url)
        assert all(_answers(url) for url in urls)
        own.keep()
        assert len(notes) == 2, "nothing had ended"
        os.kill(int((short_folder / "postgres/data/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        os.kill(int((short_folder / "broker/valkey.pid").read_text()), signal.SIGKILL)
        deadline = time.monotonic() + 20
        while len(notes) < 6 and time.monotonic() < deadline:
            own.keep()
        assert (own.database_url, own.broker_url) == urls
        assert all(_answers(url) for url in urls)
    assert sorted(notes[2:]) == [
        "PostgreSQL does not answer; starting it again",
        "PostgreSQL is back",
        "Valkey does not answer; starting it again",
        "Valkey is back",
    ]
    assert not EmbeddedPostgres(short_folder / "postgres").is_running()
    assert not (short_folder / "broker/valkey.pid").exists()


def test_what_a_url_names_is_not_started(short_folder: Path) -> None:
    settings = Settings(
        home=short_folder,
        database=DatabaseSettings(url=SecretStr("postgresql://elsewhere/docai")),
        broker=BrokerSettings(url=SecretStr("redis://elsewhere/0")),
    )
    with OwnServers(settings, print) as own:
        assert (own.database_url, own.broker_url) == ("postgresql://elsewhere/docai", "redis://elsewhere/0")
        own.keep()
    assert list(short_folder.iterdir()) == []


def test_an_interrupted_start_leaves_no_server_behind(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: EmbeddedValkey) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(EmbeddedValkey, "start", interrupted)
    with pytest.raises(KeyboardInterrupt), OwnServers(Settings(home=short_folder), print):
        pass
    assert (short_folder / "postgres/server.log").exists()
    assert not EmbeddedPostgres(short_folder / "postgres").is_running()


def test_a_server_that_does_not_come_back_is_reported_and_tried_again(short_folder: Path) -> None:
    notes: list[str] = []
    with OwnServers(Settings(home=short_folder), notes.append) as own:
        os.kill(int((short_folder / "broker/valkey.pid").read_text()), signal.SIGKILL)
        (short_folder / "broker").rename(short_folder / "moved")
        (short_folder / "broker").write_text("")
        while len(notes) < 4:
            own.keep()
        assert "No Valkey can be run" in notes[-1]
        (short_folder / "broker").unlink()
        own.keep()
        assert notes[-1] == "Valkey is back"
        assert _answers(own.broker_url)
