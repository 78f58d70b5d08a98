"""One attempt against real receivers: what arrives, what counts as a receipt, and where it never goes."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network
from pathlib import Path

import pytest

from docai.webhooks.delivery import Outcome, Result, Sender, outcome_of
from docai.webhooks.guard import Guard, system_addresses
from tests.integration.webhooks.receiver import Authority, dripping, receiver

HERE = [ip_network("127.0.0.0/8")]
BODY = b'{"type":"ping"}'


def sender(*, timeout_s: float = 5, tls: ssl.SSLContext | None = None) -> Sender:
    return Sender(Guard(HERE), timeout_s=timeout_s, tls=tls)


def test_a_message_arrives_whole_and_alone() -> None:
    with receiver() as there:
        outcome = sender().send(there.url + "?a=b", BODY, {"webhook-id": "msg_1"})
    (got,) = there.received
    assert outcome == Outcome(Result.DELIVERED, 204)
    assert (got.path, got.body) == ("/hook?a=b", BODY)
    assert got.headers["host"] == f"127.0.0.1:{there.port}"
    assert got.headers["content-type"] == "application/json"
    assert got.headers["webhook-id"] == "msg_1"


@pytest.mark.parametrize("status", [400, 401, 404, 500])
def test_a_status_that_is_no_receipt_is_a_failure(status: int) -> None:
    with receiver(lambda number: (status, {"Retry-After": "7"})) as there:
        assert sender().send(there.url, BODY, {}) == Outcome(Result.FAILED, status, "http_status")


def test_a_receiver_that_wants_no_more_is_gone() -> None:
    with receiver(lambda number: (410, {})) as there:
        assert sender().send(there.url, BODY, {}).result is Result.GONE


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_pause_that_is_asked_for_is_heard(status: int) -> None:
    with receiver(lambda number: (status, {"Retry-After": "7"})) as there:
        assert sender().send(there.url, BODY, {}).retry_after_s == 7


def test_a_pause_may_be_a_date_and_has_bounds() -> None:
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    assert outcome_of(503, in_an_hour).retry_after_s == pytest.approx(3600, abs=5)
    assert outcome_of(503, "999999999").retry_after_s == 86_400
    assert outcome_of(503, "9" * 400).retry_after_s == 86_400
    assert outcome_of(503, "9" * 5000).retry_after_s is None
    assert outcome_of(503, "-5").retry_after_s == 0
    assert outcome_of(503, "soon").retry_after_s is None
    assert outcome_of(503, None).retry_after_s is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(status: int) -> None:
    with receiver() as inside, receiver(lambda number: (status, {"Location": inside.url})) as there:
        assert sender().send(there.url, BODY, {}) == Outcome(Result.FAILED, status, "http_status")
        assert (len(there.received), inside.received) == (1, [])


@pytest.mark.parametrize("location", ["http://169.254.169.254/latest/meta-data/", "//10.0.0.1/"])
def test_a_redirect_inside_is_a_failure(location: str) -> None:
    with receiver(lambda number: (302, {"Location": location})) as there:
        assert sender().send(there.url, BODY, {}) == Outcome(Result.FAILED, 302, "http_status")


@pytest.mark.parametrize("then", [b"", b"H"], ids=["says nothing", "drips a status line"])
def test_a_receiver_that_hangs_is_cut_off_in_time(then: bytes) -> None:
    with dripping(b"", then) as there:
        started = time.monotonic()
        outcome = sender(timeout_s=0.5).send(there.url, BODY, {})
        assert outcome == Outcome(Result.FAILED, reason="timed_out")
        assert 0.4 < time.monotonic() - started < 1.5


def test_headers_that_drip_are_cut_off_in_time() -> None:
    with dripping(b"HTTP/1.1 500 Oh\r\n", b"X-A: b\r\n") as there:
        started = time.monotonic()
        assert sender(timeout_s=0.5).send(there.url, BODY, {}).status == 500
        assert 0.4 < time.monotonic() - started < 1.5


def test_a_tls_handshake_that_drips_is_cut_off_in_time() -> None:
    # A TLS record header that announces 16 KiB of handshake, which then comes byte by byte.
    with dripping(b"\x16\x03\x03\x40\x00", b"\x02") as there:
        started = time.monotonic()
        outcome = sender(timeout_s=0.5).send(there.url.replace("http:", "https:"), BODY, {})
        assert outcome.result is Result.FAILED
        assert time.monotonic() - started < 1.5


def test_a_receipt_counts_even_if_its_body_never_ends() -> None:
    with dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"x") as there:
        started = time.monotonic()
        assert sender(timeout_s=0.5).send(there.url, BODY, {}) == Outcome(Result.DELIVERED, 200)
        assert time.monotonic() - started < 1.5


def test_a_body_without_end_is_not_read_to_the_end() -> None:
    with dripping(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 70_000, b"x" * 100_000, every_s=0.001) as there:
        started = time.monotonic()
        assert sender(timeout_s=5).send(there.url, BODY, {}).result is Result.DELIVERED
        assert time.monotonic() - started < 2


def test_what_is_not_http_is_a_failure() -> None:
    with dripping(b"220 mail.example ESMTP\r\n", b"") as there:
        assert sender().send(there.url, BODY, {}) == Outcome(Result.FAILED, reason="answer_unreadable")


def test_nobody_there_is_a_failure() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    assert sender().send(f"http://127.0.0.1:{port}/", BODY, {}) == Outcome(Result.FAILED, reason="connection_failed")


def test_an_inner_address_is_never_connected_to() -> None:
    with receiver() as there:
        outcome = Sender(Guard(), timeout_s=5).send(there.url, BODY, {})
    assert outcome == Outcome(Result.FAILED, reason="address_refused")
    assert there.received == []


def test_a_name_that_changes_its_address_is_asked_once() -> None:
    with receiver() as there, receiver(host="127.0.0.2") as elsewhere:
        answers = [["127.0.0.1"], ["127.0.0.2"]]
        guard = Guard([ip_network("127.0.0.1/32")], resolve=lambda host, port: answers.pop(0))
        first = Sender(guard, timeout_s=5).send(f"http://rebinding.example:{there.port}/", BODY, {})
        second = Sender(guard, timeout_s=5).send(f"http://rebinding.example:{elsewhere.port}/", BODY, {})
    assert (first.result, there.received[0].headers["host"]) == (
        Result.DELIVERED,
        f"rebinding.example:{there.port}",
    )
    assert (second.reason, elsewhere.received, answers) == ("address_refused", [], [])


def test_the_next_checked_address_is_tried_when_the_first_takes_no_connection() -> None:
    with receiver(host="127.0.0.2") as there:
        guard = Guard(HERE, resolve=lambda host, port: ["127.0.0.1", "127.0.0.2"])
        outcome = Sender(guard, timeout_s=5).send(f"http://two.example:{there.port}/", BODY, {})
    assert outcome.result is Result.DELIVERED


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as proxy, receiver() as there:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert sender().send(there.url, BODY, {}).result is Result.DELIVERED
        assert (proxy.received, len(there.received)) == ([], 1)


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    return Authority(tmp_path)


def test_https_checks_the_certificate_for_the_name_and_tells_it(authority: Authority) -> None:
    asked: list[str | None] = []
    proof = authority.server_context("hooks.example")
    proof.sni_callback = lambda sock, name, context: asked.append(name)
    guard = Guard(HERE, resolve=lambda host, port: ["127.0.0.1"])
    with receiver(tls=proof) as there:
        trusting = Sender(guard, timeout_s=5, tls=authority.client_context())
        good = trusting.send(f"https://hooks.example:{there.port}/", BODY, {})
        wrong_name = trusting.send(f"https://other.example:{there.port}/", BODY, {})
        by_default = Sender(guard, timeout_s=5).send(f"https://hooks.example:{there.port}/", BODY, {})
    assert good == Outcome(Result.DELIVERED, 204)
    assert asked == ["hooks.example", "other.example", "hooks.example"]
    assert wrong_name == by_default == Outcome(Result.FAILED, reason="certificate_refused")
    assert len(there.received) == 1


def test_no_thread_and_no_socket_is_left_behind() -> None:
    with receiver() as there:
        sending = sender()
        before = threading.active_count()
        for _ in range(20):
            sending.send(there.url, BODY, {})
        time.sleep(0.1)
        assert threading.active_count() <= before + 1


def test_the_resolver_of_the_machine_is_the_default() -> None:
    assert "127.0.0.1" in system_addresses("localhost", 80)
