"""What may be said of a document by whoever uploads it: a few short strings by key."""

from __future__ import annotations

from collections.abc import Mapping

from docai.errors import InvalidRequest

MAX_KEYS = 50
MAX_KEY_CHARACTERS = 100
MAX_VALUE_CHARACTERS = 1000


def checked_metadata(metadata: Mapping[str, str]) -> dict[str, str]:
    """The same, if it can be kept.

    Raises:
        InvalidRequest: it has too many keys, a key is empty, or a key or a value is too long or holds what is no text.
    """
    if len(metadata) > MAX_KEYS:
        raise InvalidRequest(f"metadata: {len(metadata)} keys; the limit is {MAX_KEYS}.", limit=MAX_KEYS)
    for key, value in metadata.items():
        if not 1 <= len(key) <= MAX_KEY_CHARACTERS:
            raise InvalidRequest(f"metadata: a key has 1 to {MAX_KEY_CHARACTERS} characters.", limit=MAX_KEY_CHARACTERS)
        if not (_is_text(key) and _is_text(value)):
            raise InvalidRequest("metadata: a key or value holds NUL or half a surrogate pair, which are no text.")
        if len(value) > MAX_VALUE_CHARACTERS:
            raise InvalidRequest(
                f"metadata: the value of {key!r} has {len(value)} characters; the limit is {MAX_VALUE_CHARACTERS}.",
                limit=MAX_VALUE_CHARACTERS,
            )
    return dict(metadata)


def _is_text(said: str) -> bool:
    return not any(c == "\x00" or "\ud800" <= c <= "\udfff" for c in said)
