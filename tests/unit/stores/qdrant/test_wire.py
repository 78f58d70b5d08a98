"""Frames arrive as they were sent, rubbish is refused by its size, and errors keep their class."""

import json
import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from docai.errors import DocaiError, IndexMismatch, InvalidRequest, StoreError, StoreUnavailable
from docai.stores.qdrant.wire import NO_VECTORS, check_folder, error_header, raise_error, receive, send, socket_place

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        yield ours, theirs


def test_a_frame_arrives_as_it_was_sent(pair: Pair) -> None:
    vectors = np.random.default_rng(1).standard_normal((7, 16)).astype(np.float32)
    send(pair[0], {"call": "upsert", "page": 3}, vectors[::2])
    send(pair[0], {"call": "count"})
    first, second = receive(pair[1], dimension=16, wait_s=1), receive(pair[1], dimension=16, wait_s=1)
    assert first is not None
    assert second is not None
    assert (first[0]["call"], first[0]["page"]) == ("upsert", 3)
    assert first[1].dtype == np.float32
    assert np.array_equal(first[1], vectors[::2])
    assert second[1].shape == NO_VECTORS.shape


def test_hanging_up_between_frames_is_not_an_error_and_within_one_is(pair: Pair) -> None:
    pair[0].sendall(b"\0\0")
    pair[0].shutdown(socket.SHUT_WR)
    with pytest.raises(ConnectionResetError):
        receive(pair[1], dimension=16, wait_s=1)
    assert receive(pair[1], dimension=16, wait_s=1) is None


@pytest.mark.parametrize(("n_header", "n_body"), [(2**32 - 1, 0), (2, 2**63)])
def test_a_frame_too_large_is_refused_before_it_is_read(pair: Pair, n_header: int, n_body: int) -> None:
    pair[0].sendall(struct.pack(">IQ", n_header, n_body))
    with pytest.raises(InvalidRequest, match="larger"):
        receive(pair[1], dimension=16, wait_s=1)


@pytest.mark.parametrize(
    "text",
    [
        b"\xff",
        b"[1]",
        b"{}",
        b'{"shape": [1, 2]}',
        b'{"shape": ["x"]}',
        b'{"shape": [0, 1e99]}',
        json.dumps({"shape": [0, 10**400]}).encode(),
        b"[" * 100_000,
    ],
)
def test_a_frame_that_is_not_what_it_says_is_refused(pair: Pair, text: bytes) -> None:
    pair[0].sendall(struct.pack(">IQ", len(text), 4) + text + b"\0\0\0\0")
    with pytest.raises(InvalidRequest):
        receive(pair[1], dimension=16, wait_s=1)


def test_an_error_is_raised_on_the_other_side_as_what_it_is() -> None:
    header = json.loads(
        json.dumps(error_header(IndexMismatch("Rebuild it.", index="a", given=Path("/c"))), default=str)
    )
    with pytest.raises(IndexMismatch, match="Rebuild it") as caught:
        raise_error(header)
    assert caught.value.details == {"index": "a", "given": "/c"}


def test_an_error_of_another_release_is_a_store_error() -> None:
    with pytest.raises(DocaiError) as caught:
        raise_error({"error": "invented_later", "message": "?", "details": {}})
    assert type(caught.value) is StoreError


def test_a_socket_has_a_place_that_fits_however_deep_its_folder_is(tmp_path: Path) -> None:
    assert socket_place(tmp_path / "socket") == tmp_path / "socket"
    deep = tmp_path / ("x" * 100) / "socket"
    assert len(os.fsencode(socket_place(deep))) < 104
    assert socket_place(deep) == socket_place(deep)
    assert socket_place(deep) != socket_place(deep.with_name("other"))


def test_a_folder_that_others_may_write_to_is_not_trusted(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(StoreUnavailable, match="Others"):
        check_folder(tmp_path / "socket")
    with pytest.raises(StoreUnavailable, match="no folder"):
        check_folder(tmp_path / "missing" / "socket")
