"""Which of the offered media types a client accepts (RFC 9110, 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.exceptions import HTTPException


def accepted(accept: str | None, offered: Sequence[str]) -> str:
    """The offered media type that the `Accept` header likes best; the first offered one when it has no preference.

    Raises:
        HTTPException: 406, when none is accepted.
    """
    if not accept or not accept.strip():
        return offered[0]
    ranges = [_parsed(part) for part in accept.split(",")]
    best = max(offered, key=lambda kind: (_quality(kind, ranges), -offered.index(kind)))
    if _quality(best, ranges) <= 0:
        raise HTTPException(406, f"Offered: {', '.join(offered)}.")
    return best


def _parsed(part: str) -> tuple[str, float]:
    kind, *parameters = (piece.strip() for piece in part.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return kind.lower(), float(value)
            except ValueError:
                return kind.lower(), 0.0
    return kind.lower(), 1.0


def _quality(kind: str, ranges: Sequence[tuple[str, float]]) -> float:
    family = kind.split("/", maxsplit=1)[0] + "/*"
    for candidate in (kind, family, "*/*"):  # the most specific range decides
        for accepted_kind, quality in ranges:
            if accepted_kind == candidate:
                return quality
    return 0.0
