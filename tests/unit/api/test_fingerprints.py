"""A request's fingerprint does not depend on how its body was cut, nor on a form's boundary."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from starlette.types import Message, Scope

from docai.api import fingerprints
from docai.api.fingerprints import AnswerHeld, BodySeen, RequestDigest
from docai.errors import DocumentTooLarge


def scope(kind: str = "multipart/form-data; boundary=XYZ", **changes: Any) -> Scope:
    plain = {"method": "POST", "path": "/v1/documents", "query_string": b"name=a"}
    return {"type": "http", "headers": [(b"content-type", kind.encode())], **plain, **changes}


def digest(body: bytes, size: int = 10_000, **changes: Any) -> str:
    taken = RequestDigest(scope(**changes))
    for start in range(0, len(body), size):
        taken.add(body[start : start + size])
    return taken.hexdigest()


FORM = b'--XYZ\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n--XY--X body --XYZ\r\n--XYZ--\r\n'


@pytest.mark.parametrize("size", range(1, 12))
def test_a_body_cut_anywhere_is_the_same(size: int) -> None:
    assert digest(FORM, size) == digest(FORM)


def test_a_form_with_another_boundary_is_the_same() -> None:
    other = FORM.replace(b"XYZ", b"0123456789abcdef")
    assert digest(other, 3, kind="Multipart/Form-Data; boundary=0123456789abcdef") == digest(FORM)


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "PUT"},
        {"path": "/v1/search"},
        {"query_string": b"name=b"},
        {"kind": "application/pdf"},
        {"kind": "multipart/form-data; boundary=other"},
    ],
)
def test_another_request_is_another(changes: dict[str, Any]) -> None:
    assert digest(FORM, **changes) != digest(FORM)
    assert digest(FORM + b" ") != digest(FORM)
    assert digest(FORM.replace(b"body", b"bodY")) != digest(FORM)


def test_what_the_application_left_unread_counts() -> None:
    pieces = [b"one", b"two", b"three"]

    async def receive() -> Message:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    seen = BodySeen(receive, RequestDigest(scope("text/plain")))

    async def act() -> bool:
        await seen.receive()
        return await seen.drained()

    assert asyncio.run(act())
    assert seen.fingerprint == digest(b"onetwothree", kind="text/plain")


@pytest.mark.parametrize("end", ["gone", "refused"])
def test_a_body_that_does_not_come_whole_is_not_waited_for(end: str) -> None:
    n_asked = 0

    async def receive() -> Message:
        nonlocal n_asked
        n_asked += 1
        assert n_asked < 3
        if n_asked == 1:
            return {"type": "http.request", "body": b"one", "more_body": True}
        if end == "refused":
            raise DocumentTooLarge("too large")
        return {"type": "http.disconnect"}

    seen = BodySeen(receive, RequestDigest(scope("text/plain")))
    assert not asyncio.run(seen.drained())
    assert not asyncio.run(seen.drained())


def answered(
    status: int, bodies: list[bytes], headers: Sequence[tuple[bytes, bytes]] = ()
) -> tuple[AnswerHeld, list[Message]]:
    """An answer held back, and what has been let go of it."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    held = AnswerHeld(send)

    async def act() -> None:
        await held.send({"type": "http.response.start", "status": status, "headers": list(headers)})
        for n, body in enumerate(bodies, start=1):
            await held.send({"type": "http.response.body", "body": body, "more_body": n < len(bodies)})

    asyncio.run(act())
    return held, sent


def test_an_answer_is_held_back_until_it_is_kept() -> None:
    held, sent = answered(202, [b"a", b"b"], [(b"Location", b"/x")])
    assert sent == []
    kept = held.to_keep("print")
    assert kept is not None
    assert (kept.status, kept.headers, kept.body) == (202, {"location": "/x"}, b"ab")
    asyncio.run(held.let_go())
    assert [message.get("body") for message in sent] == [None, b"a", b"b"]


@pytest.mark.parametrize(("status", "is_kept"), [(200, True), (404, True), (409, True), (500, False), (503, False)])
def test_faults_of_ours_are_not_kept(status: int, *, is_kept: bool) -> None:
    assert (answered(status, [b""])[0].to_keep("print") is not None) is is_kept


def test_what_says_to_try_again_is_kept_only_where_all_went_well() -> None:
    later = [(b"retry-after", b"2")]
    assert answered(202, [b""], later)[0].to_keep("print") is not None
    for status in (409, 429):
        assert answered(status, [b""], later)[0].to_keep("print") is None


def test_a_long_answer_passes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprints, "KEPT_BYTES", 3)
    held, sent = answered(200, [b"ab", b"cd", b"ef"])
    assert b"".join(message.get("body", b"") for message in sent) == b"abcdef"
    assert held.to_keep("print") is None
