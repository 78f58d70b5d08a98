"""When a delivery is tried again, and when it is given up."""

from __future__ import annotations

from docai.domain.webhooks import AttemptReport, DeliveryState
from docai.webhooks.delivery import Outcome, Result

WAITS_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds from the first failed attempt to the second, and so on, as Standard Webhooks proposes; 75 hours in all."""
MAX_ATTEMPTS = len(WAITS_S) + 1
JITTER = 0.2
"""Each wait is up to a fifth longer, so that what failed together does not come back together."""
GONE = "gone"
"""Why an endpoint was disabled: it answered 410."""


def report_of(outcome: Outcome, attempts: int, jitter: float) -> AttemptReport:
    """What becomes of a delivery.

    Args:
        outcome: Of the attempt.
        attempts: Which attempt it was, from 1.
        jitter: A random number, 0 to 1.
    """
    if outcome.result is Result.DELIVERED:
        return AttemptReport(DeliveryState.DELIVERED, status=outcome.status)
    if outcome.result is Result.GONE:
        return AttemptReport(DeliveryState.GIVEN_UP, status=outcome.status, error=GONE, disabled_reason=GONE)
    if attempts >= MAX_ATTEMPTS:
        return AttemptReport(DeliveryState.GIVEN_UP, status=outcome.status, error=outcome.reason)
    # What the receiver asks for is the least; the schedule may be slower already.
    wait_s = max(WAITS_S[attempts - 1] * (1 + JITTER * jitter), outcome.retry_after_s or 0.0)
    return AttemptReport(DeliveryState.PENDING, next_in_s=wait_s, status=outcome.status, error=outcome.reason)
