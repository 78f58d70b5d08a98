"""The PostgreSQL of our own: stale files, foreign processes, long paths, servers left behind."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import psycopg
import pytest

from docai.errors import ConfigurationError
from docai.stores.postgres.embedded import EmbeddedPostgres


def test_a_pid_file_that_names_another_process_is_not_believed(short_folder: Path) -> None:
    with EmbeddedPostgres(short_folder / "postgres"):
        pid_file = short_folder / "postgres/data/postmaster.pid"
        lines = pid_file.read_text().split("\n", 1)
    pid_file.write_text(f"{os.getpid()}\n{lines[1]}")
    with EmbeddedPostgres(short_folder / "postgres") as server:
        assert server.is_running()


def test_a_server_left_running_is_taken_over_and_stopped(short_folder: Path) -> None:
    left = EmbeddedPostgres(short_folder / "postgres")
    left.start()
    with EmbeddedPostgres(short_folder / "postgres") as server:
        assert server.url == left.url
    assert not left.is_running()
    assert not (short_folder / "postgres/data/postmaster.pid").exists()


def test_a_long_path_still_gets_a_socket_and_nobody_else_gets_in(short_folder: Path) -> None:
    folder = short_folder / ("deep" * 30) / "postgres"
    with EmbeddedPostgres(folder) as server:
        socket = Path(server.url.split("host=")[1].replace("%2F", "/"))
        assert not socket.is_relative_to(short_folder)
        for private in (socket, folder, folder / "data"):
            assert stat.S_IMODE(private.stat().st_mode) & 0o077 == 0
        with psycopg.connect(host=str(socket), user="docai", dbname="postgres") as connection:
            facts = connection.execute("SELECT current_setting('listen_addresses'), version()").fetchone()
    assert facts is not None
    assert facts[0] == ""
    assert facts[1].startswith("PostgreSQL 18")
    assert not socket.exists()


def test_a_folder_that_cannot_be_made_is_a_misconfiguration(short_folder: Path) -> None:
    (short_folder / "file").write_text("")
    with pytest.raises(ConfigurationError, match="DOCAI_HOME"):
        EmbeddedPostgres(short_folder / "file" / "postgres").start()


def test_a_half_made_cluster_is_made_anew(short_folder: Path) -> None:
    (short_folder / "postgres/data").mkdir(parents=True)
    (short_folder / "postgres/data.new/base").mkdir(parents=True)
    with EmbeddedPostgres(short_folder / "postgres") as server:
        assert server.is_running()
