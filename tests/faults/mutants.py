"""PDFs of our own drawing, damaged by chance: bytes flipped, parts cut, moved and repeated, numbers blown up."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import cache

import pymupdf

from docai.pdf import draw

_NUMBER = re.compile(rb"(?<![\w.])-?\d{1,10}(?![\w.])")
_NUMBERS = (b"-1", b"0", b"65536", b"2147483647", b"-2147483648", b"4294967296", b"1e38", b"0.000001", b"999999999999")
_NAME = re.compile(rb"/[A-Za-z]{2,20}")
_MAX_PART_BYTES = 2000


@cache
def originals() -> tuple[bytes, ...]:
    """Each drawing as it is and with its streams unpacked, so that damage reaches what they say."""
    drawn = [
        *(draw.invoice(), draw.report(), draw.form(), draw.scan(), draw.plain(2), draw.rotated(90)),
        *(draw.encrypted("sesame"), draw.with_javascript(), draw.with_embedded_file()),
    ]
    plain = []
    for one in drawn:
        with pymupdf.open(stream=one.pdf, filetype="pdf") as document:
            if not document.needs_pass and len(one.pdf) < 500_000:
                plain.append(document.tobytes(expand=255))
    return (*(one.pdf for one in drawn), *plain)


def mutant(number: int) -> bytes:
    """The mutant of this number: always the same."""
    chance = random.Random(number)
    content = bytearray(chance.choice(originals()))
    for _ in range(chance.randint(1, 4)):
        chance.choice(_MUTATIONS)(content, chance)
    return bytes(content)


def _flip_bytes(content: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 50)):
        content[chance.randrange(len(content))] = chance.randrange(256)


def _flip_bits_nearby(content: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(content))
    for place in range(start, min(len(content), start + chance.randint(1, 200)), chance.randint(1, 9)):
        content[place] ^= 1 << chance.randrange(8)


def _truncate(content: bytearray, chance: random.Random) -> None:
    del content[chance.randint(len(content) // 4, len(content) - 1) :]


def _cut(content: bytearray, chance: random.Random) -> None:
    part = _part(content, chance)
    del content[part]


def _repeat(content: bytearray, chance: random.Random) -> None:
    part = _part(content, chance)
    content[part.stop : part.stop] = bytes(content[part]) * chance.randint(1, 20)


def _splice(content: bytearray, chance: random.Random) -> None:
    donor = chance.choice(originals())
    content[_part(content, chance)] = donor[_part(donor, chance)]


def _inflate_numbers(content: bytearray, chance: random.Random) -> None:
    _replace(content, chance, _NUMBER, lambda: chance.choice(_NUMBERS))


def _swap_names(content: bytearray, chance: random.Random) -> None:
    names = _NAME.findall(content) or [b"/Type"]
    _replace(content, chance, _NAME, lambda: chance.choice(names))


def _replace(content: bytearray, chance: random.Random, what: re.Pattern[bytes], by: Callable[[], bytes]) -> None:
    places = [found.span() for found in what.finditer(content)]
    for start, stop in sorted(chance.sample(places, min(len(places), chance.randint(1, 8))), reverse=True):
        content[start:stop] = by()


def _part(content: bytes | bytearray, chance: random.Random) -> slice:
    start = chance.randrange(max(1, len(content)))
    return slice(start, min(len(content), start + chance.randint(1, _MAX_PART_BYTES)))


_MUTATIONS = (*(_flip_bytes, _flip_bits_nearby, _truncate, _cut, _repeat, _splice, _inflate_numbers, _swap_names),)
