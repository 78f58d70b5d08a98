"""Places in a long text where a short one stands with few edits."""

from __future__ import annotations

from collections.abc import Iterator


def fewest_edits(pattern: str, text: str) -> int:
    """Least Levenshtein distance between the pattern and any stretch of the text, 0 to the pattern's length."""
    return min(_distances(pattern, text), default=len(pattern))


def starts_within(pattern: str, text: str, most: int) -> list[int]:
    """Where stretches of the text begin that are at most so many edits from the pattern, ascending.

    Of beginnings that are no more than `most` apart only the best is named, the first of equals: they are one place.

    Raises:
        ValueError: when the pattern is empty, or `most` is negative or not below the pattern's length.
    """
    if not 0 <= most < len(pattern):
        raise ValueError(f"a pattern of {len(pattern)} characters cannot be sought with up to {most} edits")
    if most == 0:
        return list(_found(pattern, text))
    backwards = [len(text) - end for end in range(1, len(text) + 1)]
    distances = dict(zip(backwards, _distances(pattern[::-1], text[::-1]), strict=True))
    near = [start for start in sorted(distances) if distances[start] <= most]
    groups: list[list[int]] = []
    for start in near:
        if groups and start - groups[-1][-1] <= most:
            groups[-1].append(start)
        else:
            groups.append([start])
    return [min(group, key=lambda start: (distances[start], start)) for group in groups]


def _found(pattern: str, text: str) -> Iterator[int]:
    at = text.find(pattern)
    while at >= 0:
        yield at
        at = text.find(pattern, at + 1)


def _distances(pattern: str, text: str) -> Iterator[int]:
    """After each character of the text, the least distance of the pattern from a stretch that ends there.

    Bit-parallel columns of the edit matrix (G. Myers, JACM 46(3), 1999), with integers of any length.
    """
    if not pattern:
        yield from (0 for _ in text)
        return
    where: dict[str, int] = {}
    for i, char in enumerate(pattern):
        where[char] = where.get(char, 0) | 1 << i
    everywhere, last = (1 << len(pattern)) - 1, 1 << (len(pattern) - 1)
    up, down, score = everywhere, 0, len(pattern)
    for char in text:
        equal = where.get(char, 0)
        across = (((equal & up) + up) ^ up) | equal
        rises = down | (~(across | up) & everywhere)
        falls = up & across
        score += bool(rises & last) - bool(falls & last)
        rises, falls = rises << 1 & everywhere, falls << 1 & everywhere
        diagonal = equal | down
        up, down = falls | (~(diagonal | rises) & everywhere), rises & diagonal
        yield score
