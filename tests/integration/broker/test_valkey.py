"""The Valkey of our own: its password, servers left behind, crashes, signals, and Celery's messages through it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import redis
from kombu import Connection

from docai.broker import valkey
from docai.broker.valkey import EmbeddedValkey
from docai.errors import ConfigurationError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "a folder" / "broker"


def _client(server: EmbeddedValkey) -> redis.Redis:
    return redis.Redis.from_url(server.url, decode_responses=True)


def test_it_carries_messages_and_is_gone_in_the_end(folder: Path) -> None:
    with EmbeddedValkey(folder) as server:
        pid = server.pid
        assert pid is not None
        with Connection(server.url) as connection, connection.SimpleQueue("bells") as queue:
            queue.put({"capability": "raster"}, serializer="json")
            assert queue.get(timeout=5).payload == {"capability": "raster"}
    assert not psutil.pid_exists(pid)
    assert server.pid is None
    assert not server.is_running()
    assert not (folder / "valkey.pid").exists()


def test_nobody_gets_in_without_the_password(folder: Path) -> None:
    with EmbeddedValkey(folder) as server:
        port = server.url.rsplit(":", 1)[1].split("/")[0]
        with redis.Redis.from_url(f"redis://127.0.0.1:{port}/0") as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        password = server.url.split("@")[0].removeprefix("redis://:")
        assert server.pid is not None
        assert password not in " ".join(psutil.Process(server.pid).cmdline())
        assert all(password.encode() not in path.read_bytes() for path in folder.iterdir())
        addresses = {connection.laddr.ip for connection in psutil.Process(server.pid).net_connections()}
    assert addresses == {"127.0.0.1"}
    assert folder.stat().st_mode & 0o077 == 0


def test_it_evicts_nothing_and_writes_nothing_to_disk(folder: Path) -> None:
    with EmbeddedValkey(folder) as server, _client(server) as client:
        wanted = {"maxmemory-policy": "noeviction", "save": "", "appendonly": "no", "maxmemory": str(256 << 20)}
        assert {name: client.config_get(name)[name] for name in wanted} == wanted
        client.set("a", "message")
    assert sorted(path.name for path in folder.iterdir()) == ["server.log"]


def test_a_server_left_by_a_killed_process_is_stopped(folder: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from docai.broker.valkey import EmbeddedValkey\n"
        "server = EmbeddedValkey(Path(sys.argv[1])); server.start(); print(server.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        left = psutil.Process(int(owner.stdout.readline()))
        owner.kill()
    assert left.is_running()
    with EmbeddedValkey(folder) as server:
        assert server.pid != left.pid
        assert not left.is_running() or left.status() == psutil.STATUS_ZOMBIE
        assert server.is_running()


def test_a_frozen_server_is_killed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(valkey, "_STOP_TIMEOUT_S", 0.3)
    with EmbeddedValkey(folder) as server:
        pid = server.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        server.stop()
        assert not psutil.pid_exists(pid)


def test_a_number_that_another_process_has_by_now_is_not_believed(folder: Path) -> None:
    folder.mkdir(parents=True)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as bystander:
        (folder / "valkey.pid").write_text(f"{bystander.pid}\n")
        with EmbeddedValkey(folder) as server:
            assert server.is_running()
        assert bystander.poll() is None
        bystander.kill()


def test_started_again_after_a_crash_it_has_the_same_url(folder: Path) -> None:
    with EmbeddedValkey(folder) as server:
        url, pid = server.url, server.pid
        assert pid is not None
        with _client(server) as client:  # a connection that stays open, as a worker's does
            client.ping()
            os.kill(pid, signal.SIGKILL)
            deadline = time.monotonic() + 5
            while server.is_running() and time.monotonic() < deadline:
                time.sleep(0.01)
            assert not server.is_running()
            server.start()
            assert server.url == url
            assert server.pid != pid
            assert client.ping()


def test_a_port_that_was_taken_meanwhile_is_given_up(folder: Path) -> None:
    first = EmbeddedValkey(folder)
    first.start()
    url = first.url
    first.stop()
    port = int(url.rsplit(":", 1)[1].split("/")[0])
    with EmbeddedValkey(folder.parent / "other") as other:
        other.stop()
        other._port = port
        other.start()
        with first:
            assert first.is_running()
            assert first.url != url
            assert other.is_running()


def test_interrupting_the_terminals_process_group_does_not_reach_it(folder: Path) -> None:
    with EmbeddedValkey(folder) as server:
        assert server.pid is not None
        assert os.getsid(server.pid) == server.pid
        assert os.getpgid(server.pid) != os.getpgrp()


def test_a_folder_that_cannot_be_made_is_a_misconfiguration(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="DOCAI_BROKER__URL"):
        EmbeddedValkey(tmp_path / "file" / "broker").start()


def test_without_the_wheel_the_systems_server_serves(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = valkey._program()
    monkeypatch.setattr(valkey, "_PACKAGE", "no_such_package")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationError, match="DOCAI_BROKER__URL"):
        EmbeddedValkey(folder).start()
    (tmp_path / "valkey-server").symlink_to(wheel)
    with EmbeddedValkey(folder) as server:
        assert server.is_running()
