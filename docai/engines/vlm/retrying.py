"""When a request is sent again: how long to wait, and what a server's answer says of that."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from docai.engines.vlm.wire import Trouble

RETRIED_STATUSES = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""529: Anthropic's "overloaded"; 408, 409 as its and OpenAI's own clients take them (`_should_retry`)."""
BUSY_STATUSES = frozenset({429, 503, 529})


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential backoff with full jitter.

    Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015: `random(0, min(cap, base * 2^n))`.
    """

    base_s: float = 0.5
    cap_s: float = 30.0

    def delay_s(self, n_tries: int, trouble: Trouble) -> float:
        """Seconds before the next try, after so many; never fewer than the server asks for, but for its limit."""
        jitter = random.uniform(0, min(self.cap_s, self.base_s * 2**n_tries))  # noqa: S311 - no secret hangs on it
        return jitter + min(trouble.after_s or 0.0, self.cap_s)


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds of a `Retry-After` header, which has seconds or a date (RFC 9110, 10.2.3); None without a usable one."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            then = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = (then.replace(tzinfo=then.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return seconds if 0 <= seconds < float("inf") else None
