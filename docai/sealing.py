"""Secrets at rest: sealed with a key of the deployment, which no store holds."""

from __future__ import annotations

import binascii
import os
import tempfile
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from docai.domain.ids import TenantId
from docai.domain.requests import KeptAnswer, KeyClaim
from docai.errors import ConfigurationError, WrongSecretKey
from docai.protocols import RequestKeys, Sealer

KEY_FILE = "secret-key"
KEY_BYTES = 32
"""What Fernet takes: 16 bytes for its signature and 16 for AES-128."""


class Seal:
    """Seals and unseals small secrets with authenticated encryption (Fernet). Thread-safe."""

    def __init__(self, keys: str) -> None:
        """Take one key, or several separated by commas: the first seals, every one of them unseals.

        Args:
            keys: Each is 32 random bytes in base64, such as `openssl rand -base64 32` prints.

        Raises:
            ConfigurationError: one of them is no such key; it is not shown.
        """
        self._fernet = MultiFernet([_fernet(key, number) for number, key in enumerate(keys.split(","), start=1)])

    def seal(self, secret: bytes) -> bytes:
        """The secret, unreadable and unchangeable without the key."""
        return self._fernet.encrypt(secret)

    def unseal(self, sealed: bytes) -> bytes:
        """What was sealed.

        Raises:
            WrongSecretKey: it was sealed with a key that is not among ours, or was changed since.
        """
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise WrongSecretKey(
                "A stored secret was sealed with another key. Set DOCAI_SECRET_KEY in every process to the key it was "
                "sealed with; to change keys, put the new one first and the old one behind it, separated by a comma."
            ) from error


def open_seal(keys: str | None, home: Path) -> Seal:
    """The seal of this deployment: the keys given, else the key kept in `home`, which is made at the first start.

    Raises:
        ConfigurationError: a key is malformed, or the key file cannot be read or written.
    """
    return Seal(load_or_make_key(home) if keys is None else keys)


def load_or_make_key(home: Path) -> str:
    """The key kept in the folder `home`, made if there is none; processes that start together agree on one.

    Raises:
        ConfigurationError: the file cannot be read or written.
    """
    path = home / KEY_FILE
    try:
        if not path.exists():
            _make_key(path)
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ConfigurationError(
            f"The key file {str(path)!r} cannot be used ({error.strerror}); let this account read and write it, or set "
            "DOCAI_SECRET_KEY."
        ) from error


def _make_key(path: Path) -> None:
    """Write a fresh key that only its owner reads; a file that another process was quicker to make stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and linked, so that nobody ever reads half a key; mkstemp makes a file of mode 0600.
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=KEY_FILE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()


def _fernet(key: str, number: int) -> Fernet:
    try:
        # Both alphabets of base64 are taken; Fernet itself knows the one for URLs alone.
        raw = urlsafe_b64decode(key.strip().replace("+", "-").replace("/", "_").encode("ascii"))
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != KEY_BYTES:
        raise ConfigurationError(
            f"Key {number} of DOCAI_SECRET_KEY is not {KEY_BYTES} bytes in base64; make one with "
            f"`openssl rand -base64 {KEY_BYTES}`."
        )
    return Fernet(urlsafe_b64encode(raw))


class SealedKeys:
    """`RequestKeys` whose answers rest sealed: one may hold a secret that is shown once."""

    def __init__(self, keys: RequestKeys, sealer: Sealer) -> None:
        """Keep sealed answers in `keys`."""
        self._keys = keys
        self._sealer = sealer

    def claim(self, tenant_id: TenantId, key: str, token: UUID, *, busy_s: float) -> KeyClaim:
        """As for `RequestKeys`."""
        claim = self._keys.claim(tenant_id, key, token, busy_s=busy_s)
        if claim.answer is None:
            return claim
        return replace(claim, answer=replace(claim.answer, body=self._sealer.unseal(claim.answer.body)))

    def renew(self, tenant_id: TenantId, key: str, token: UUID, *, busy_s: float) -> None:
        """As for `RequestKeys`."""
        self._keys.renew(tenant_id, key, token, busy_s=busy_s)

    def keep(self, tenant_id: TenantId, key: str, token: UUID, answer: KeptAnswer) -> None:
        """As for `RequestKeys`."""
        self._keys.keep(tenant_id, key, token, replace(answer, body=self._sealer.seal(answer.body)))

    def release(self, tenant_id: TenantId, key: str, token: UUID) -> None:
        """As for `RequestKeys`."""
        self._keys.release(tenant_id, key, token)

    def forget(self, older_than_s: float) -> int:
        """As for `RequestKeys`."""
        return self._keys.forget(older_than_s)
