"""Misread characters: digits for other digits, characters for those that look alike, numbers off by a little."""

from __future__ import annotations

import re
from random import Random

_ALIKE = {
    "0": "O", "O": "0", "1": "l", "l": "1", "I": "l", "5": "S", "S": "5", "8": "B", "B": "8", "2": "Z", "Z": "2",
    "6": "b", "b": "6", "9": "g", "g": "9", "e": "c", "c": "e", "h": "b", "n": "h", "u": "v", "v": "u", "rn": "m",
    "m": "rn", "d": "cl", "w": "vv", "E": "F", "F": "E", "T": "I", "i": "l", "a": "o", "o": "a", "3": "8",
}  # fmt: skip
"""Characters and what models take them for; chosen by their shapes."""
_LONGEST = max(map(len, _ALIKE))
_MOST_OFF = 9
_NUMBER = re.compile(r"\d[\d.,  ']*\d|\d")


def with_wrong_digit(text: str, chance: Random) -> str | None:
    """The text with one digit changed; None without digits."""
    places = [i for i, c in enumerate(text) if c in "0123456789"]
    if not places:
        return None
    at = chance.choice(places)
    other = chance.choice([d for d in "0123456789" if d != text[at]])
    return text[:at] + other + text[at + 1 :]


def with_lookalike(text: str, chance: Random) -> str | None:
    """The text with one character taken for what looks alike; None without one that does."""
    places = [(i, n) for i in range(len(text)) for n in range(1, _LONGEST + 1) if text[i : i + n] in _ALIKE]
    places = [(i, n) for i, n in places if i + n <= len(text)]
    if not places:
        return None
    at, n = chance.choice(places)
    return text[:at] + _ALIKE[text[at : at + n]] + text[at + n :]


def off_by_little(text: str, chance: Random) -> str | None:
    """The text with its longest number's last digits changed, as many digits as before; None without a number."""
    numbers = list(_NUMBER.finditer(text))
    if not numbers:
        return None
    found = max(numbers, key=lambda m: len(m.group()))
    digits = "".join(c for c in found.group() if c.isdigit())
    for _ in range(_MOST_OFF):
        shifted = str(int(digits) + chance.choice((-1, 1)) * chance.randint(1, _MOST_OFF)).zfill(len(digits))
        if len(shifted) == len(digits) and shifted.isdigit() and shifted != digits:
            rest = iter(shifted)
            now = "".join(next(rest) if c.isdigit() else c for c in found.group())
            return text[: found.start()] + now + text[found.end() :]
    return None


def made_up(text: str, chance: Random) -> str:
    """The text with all its digits drawn anew, and at least one of them changed; unchanged without digits."""
    drawn = re.sub(r"[1-9]", lambda _: chance.choice("123456789"), text)
    drawn = re.sub(r"0", lambda _: chance.choice("0123456789"), drawn)
    return with_wrong_digit(text, chance) or text if drawn == text else drawn
