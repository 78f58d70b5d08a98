"""One attempt to hand one message to one receiver, over a connection to a checked address."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

from docai.errors import WebhookUrlRefused
from docai.webhooks.guard import Guard, Target

MAX_RESPONSE_BYTES = 65_536
"""More of an answer is not read; nothing of it is kept or shown, so that no inner page can be read through us."""
MAX_RETRY_AFTER_S = 86_400.0
"""A receiver may ask for a pause of a day at most, as long as the longest step of the schedule."""
PAUSING = frozenset({429, 502, 503, 504})
"""Statuses whose Retry-After is honoured; Standard Webhooks asks to throttle at 429, 502 and 504."""


class Result(StrEnum):
    """What came of an attempt."""

    DELIVERED = "delivered"
    FAILED = "failed"
    """To be tried again, by the schedule or when the receiver says."""
    GONE = "gone"
    """The receiver wants no more messages, ever: 410."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt, and what is known of it."""

    result: Result
    status: int | None = None
    """The HTTP status, if there was an answer."""
    reason: str | None = None
    """Why it failed, one stable word: `http_status`, `timed_out`, `connection_failed`, `certificate_refused`,
    `answer_unreadable`, or the guard's `url_refused`, `address_refused`, `name_not_found`."""
    retry_after_s: float | None = None
    """How long the receiver asked us to wait."""


class Sender:
    """Posts messages. Follows no redirect, uses no proxy, keeps no connection. Thread-safe."""

    def __init__(self, guard: Guard, *, timeout_s: float, tls: ssl.SSLContext | None = None) -> None:
        """Send where `guard` permits.

        Args:
            guard: Says which addresses may be reached.
            timeout_s: Longest time of one attempt, seconds, whatever the receiver does. Only the name's resolution is
                not cut short: it has the resolver's own limit.
            tls: How certificates are checked; by default against the machine's authorities (or `SSL_CERT_FILE`).
        """
        self._guard = guard
        self._timeout_s = timeout_s
        self._tls = tls or ssl.create_default_context()

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """POST `body` as JSON and say what came of it; raises nothing."""
        deadline = time.monotonic() + self._timeout_s
        try:
            target = self._guard.admit(url)
            return self._post(target, body, headers, deadline)
        except WebhookUrlRefused as error:
            return Outcome(Result.FAILED, reason=str(error.details["reason"]))
        except (OSError, http.client.HTTPException) as error:
            # A cut connection shows as any of several errors, so the clock decides.
            if time.monotonic() >= deadline or isinstance(error, TimeoutError):
                return Outcome(Result.FAILED, reason="timed_out")
            return Outcome(Result.FAILED, reason=_reason(error))

    def _post(self, target: Target, body: bytes, headers: Mapping[str, str], deadline: float) -> Outcome:
        with _connected(target, deadline) as raw, _cut_off(raw, deadline):
            raw.settimeout(self._timeout_s)
            tls = self._tls
            sock = tls.wrap_socket(raw, server_hostname=target.host.rstrip(".")) if target.is_tls else raw
            with closing(http.client.HTTPConnection(target.host, target.port)) as connection:
                # A connection that has a socket dials no name.
                connection.sock = sock
                connection.request("POST", target.path, body, {**headers, **_fixed_headers(target)})
                with connection.getresponse() as answer:
                    # The status is the receipt; the body is taken only so that the receiver can finish.
                    with suppress(OSError, http.client.HTTPException):
                        answer.read(MAX_RESPONSE_BYTES)
                    return outcome_of(answer.status, answer.headers.get("Retry-After"))


def outcome_of(status: int, retry_after: str | None) -> Outcome:
    """What an answer's status and its Retry-After mean: any 2xx is a receipt, 410 ends it, 3xx too is a failure."""
    if 200 <= status < 300:
        return Outcome(Result.DELIVERED, status)
    if status == http.client.GONE:
        return Outcome(Result.GONE, status, "http_status")
    pause = _seconds(retry_after) if retry_after is not None and status in PAUSING else None
    return Outcome(Result.FAILED, status, "http_status", pause)


def _fixed_headers(target: Target) -> dict[str, str]:
    return {
        "Host": target.host_header,
        "Content-Type": "application/json",
        "User-Agent": "docai-webhooks/1",
        "Connection": "close",
    }


@contextmanager
def _connected(target: Target, deadline: float) -> Iterator[socket.socket]:
    """A connection to the first of the checked addresses that takes one."""
    failure: OSError = TimeoutError("no time was left to connect")
    for address in target.addresses:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            break
        try:
            sock = socket.create_connection((address, target.port), timeout=left_s)
        except OSError as error:
            failure = error
            continue
        with closing(sock):
            yield sock
        return
    raise failure


@contextmanager
def _cut_off(sock: socket.socket, deadline: float) -> Iterator[None]:
    """Cut the connection at the deadline, from another thread.

    A socket's own timeout is for one read: a receiver that sends a byte now and then, be it of the TLS handshake, would
    hold us for ever. The twin stays valid when TLS takes the socket over.
    """
    with closing(sock.dup()) as twin:

        def cut() -> None:
            with suppress(OSError):
                twin.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(max(0.0, deadline - time.monotonic()), cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "certificate_refused"
    return "answer_unreadable" if isinstance(error, http.client.HTTPException) else "connection_failed"


def _seconds(retry_after: str) -> float | None:
    """Retry-After as seconds from now, within its bounds; None if it is neither a number nor a date."""
    try:
        # Bounded before it is a float, which a number of 400 digits does not fit.
        wait = float(min(int(retry_after), int(MAX_RETRY_AFTER_S)))
    except ValueError:
        try:
            date = parsedate_to_datetime(retry_after)
        except ValueError:
            return None
        wait = (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(wait, 0.0), MAX_RETRY_AFTER_S)
