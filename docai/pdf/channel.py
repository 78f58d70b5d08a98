"""Length-prefixed messages over a socket: a small head, a text, raw bytes; nothing that arrives is trusted."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

_LENGTHS = struct.Struct("!III")
_MAX_HEAD_BYTES = 64 << 10
_MAX_TEXT_BYTES = 64 << 20
"""A page of 100,000 words has about 20 MiB of JSON."""


class ChannelClosed(Exception):
    """The other side is gone, or sent what is no message."""


class ChannelTimedOut(Exception):
    """The other side did not take or answer in time."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message."""

    head: Mapping[str, object] = field(default_factory=dict)
    text: bytes = b""
    """JSON of a domain type."""
    content: bytes = b""
    """An image file."""


def send(channel: socket.socket, message: Message, deadline: float | None = None) -> None:
    """Write one message, by `deadline` (monotonic seconds) if there is one.

    Raises:
        ChannelClosed, ChannelTimedOut: it could not be delivered.
    """
    head = json.dumps(dict(message.head), separators=(",", ":")).encode()
    lengths = _LENGTHS.pack(len(head), len(message.text), len(message.content))
    try:
        for part in (lengths + head + message.text, message.content):
            channel.settimeout(_remaining(deadline))
            channel.sendall(part)
    except TimeoutError as error:
        raise ChannelTimedOut from error
    except OSError as error:
        raise ChannelClosed(str(error)) from error


def receive(channel: socket.socket, *, max_content_bytes: int, deadline: float | None = None) -> Message:
    """Read one message, by `deadline` (monotonic seconds) if there is one.

    Raises:
        ChannelClosed: the other side is gone, sent more than allowed, or a head that is no JSON object.
        ChannelTimedOut: the message was not there in time.
    """
    n_head, n_text, n_content = _LENGTHS.unpack(_read(channel, _LENGTHS.size, deadline))
    if n_head > _MAX_HEAD_BYTES or n_text > _MAX_TEXT_BYTES or n_content > max_content_bytes:
        raise ChannelClosed(f"a message of {n_head} + {n_text} + {n_content} bytes")
    raw, text, content = (bytes(_read(channel, n, deadline)) for n in (n_head, n_text, n_content))
    try:
        head = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ChannelClosed("a message whose head is no JSON") from error
    if not isinstance(head, dict):
        raise ChannelClosed("a message whose head is no JSON object")
    return Message(head, text, content)


def _read(channel: socket.socket, n_bytes: int, deadline: float | None) -> bytearray:
    content = bytearray(n_bytes)
    view = memoryview(content)
    done = 0
    while done < n_bytes:
        try:
            channel.settimeout(_remaining(deadline))
            n = channel.recv_into(view[done:])
        except TimeoutError as error:
            raise ChannelTimedOut from error
        except OSError as error:
            raise ChannelClosed(str(error)) from error
        if n == 0:
            raise ChannelClosed("the other side is gone")
        done += n
    return content


def _remaining(deadline: float | None) -> float | None:
    if deadline is None:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise ChannelTimedOut
    return left
