"""Sealed secrets open with their key alone, and a missing key says what to do."""

import base64
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from docai.errors import ConfigurationError, WrongSecretKey
from docai.sealing import Seal, load_or_make_key, open_seal


def key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def test_what_was_sealed_comes_back_and_cannot_be_read_meanwhile() -> None:
    seal = Seal(key())
    sealed = seal.seal(b"whsec_abc")
    assert b"abc" not in sealed
    assert seal.unseal(sealed) == b"whsec_abc"


def test_another_key_is_refused_with_what_to_do() -> None:
    sealed = Seal(key()).seal(b"secret")
    with pytest.raises(WrongSecretKey, match="DOCAI_SECRET_KEY"):
        Seal(key()).unseal(sealed)


def test_a_changed_byte_is_noticed() -> None:
    seal = Seal(key())
    sealed = bytearray(seal.seal(b"secret"))
    sealed[20] ^= 1
    with pytest.raises(WrongSecretKey):
        seal.unseal(bytes(sealed))


def test_a_new_key_in_front_seals_and_the_old_one_still_opens() -> None:
    old, new = key(), key()
    from_before = Seal(old).seal(b"secret")
    both = Seal(f"{new}, {old}")
    assert both.unseal(from_before) == b"secret"
    assert Seal(new).unseal(both.seal(b"secret")) == b"secret"


@pytest.mark.parametrize("bad", ["", "short", "ü" * 44, base64.b64encode(b"x" * 31).decode(), "a" * 45])
def test_a_malformed_key_is_refused_and_not_shown(bad: str) -> None:
    with pytest.raises(ConfigurationError, match="Key 2 of DOCAI_SECRET_KEY") as caught:
        Seal(f"{key()},{bad}")
    assert not bad or bad not in caught.value.message


def test_the_key_file_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = load_or_make_key(home)
    assert load_or_make_key(home) == first
    assert stat.S_IMODE((home / "secret-key").stat().st_mode) == 0o600
    assert [path.name for path in home.iterdir()] == ["secret-key"]


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: load_or_make_key(tmp_path / "home"), range(32)))
    assert len(made) == 1


def test_a_key_that_is_given_is_used_and_no_file_is_made(tmp_path: Path) -> None:
    given = key()
    assert Seal(given).unseal(open_seal(given, tmp_path).seal(b"secret")) == b"secret"
    assert not list(tmp_path.iterdir())
    by_file = open_seal(None, tmp_path)
    assert open_seal(None, tmp_path).unseal(by_file.seal(b"secret")) == b"secret"


def test_a_home_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file, not a folder")
    with pytest.raises(ConfigurationError, match="key file"):
        load_or_make_key(tmp_path / "home")
