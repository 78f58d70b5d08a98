"""A server on this machine that speaks vLLM's chat completions, and answers each request as it is told."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import jsonschema

REQUEST_SCHEMA = json.loads((Path(__file__).parent / "vllm_chat_request.schema.json").read_text())
_VALID = jsonschema.Draft202012Validator(REQUEST_SCHEMA)
_REASONS = {200: "OK", 400: "Bad Request", 429: "Too Many Requests", 500: "Internal Server Error"}


@dataclass(frozen=True)
class Reply:
    """An answer."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    after_s: float = 0.0
    pieces: Sequence[bytes] | None = None
    """Sent one after the other in place of the body."""
    piece_s: float = 0.0
    is_cut: bool = False
    """The connection is closed before the end."""


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    content: bytes

    @cached_property
    def body(self) -> Any:
        """The JSON that was sent."""
        return json.loads(self.content)

    @property
    def question(self) -> str:
        """The text behind the images."""
        return str(self.body["messages"][-1]["content"][-1]["text"])


Script = Callable[[Asked, int], Reply]
"""From a chat request and its number, from 1, to an answer."""


def completion(
    text: str,
    *,
    finish: str = "stop",
    usage: Mapping[str, Any] | None = None,
    logprobs: Sequence[float] | None = None,
    after_s: float = 0.0,
) -> Reply:
    """A whole answer."""
    tokens = [{"token": "x", "logprob": value, "bytes": None, "top_logprobs": []} for value in logprobs or ()]
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": text},
        "logprobs": {"content": tokens} if tokens else None,
        "finish_reason": finish,
        "stop_reason": None,
    }
    body = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    return Reply(json.dumps(body | {"usage": usage or USAGE}).encode(), after_s=after_s)


USAGE = {"prompt_tokens": 400, "completion_tokens": 3, "total_tokens": 403}


def chunks(
    texts: Sequence[str],
    *,
    finish: str | None = "stop",
    usage: Mapping[str, Any] | None = None,
    piece_s: float = 0.0,
    is_cut: bool = False,
) -> Reply:
    """A streamed answer, its usage in the last chunk; without `finish` it ends before its end."""
    base = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}, *({"content": text} for text in texts)]
    sent = [base | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    if finish is not None:
        sent.append(base | {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
        sent.append(base | {"choices": [], "usage": usage or USAGE})
    pieces = [b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n" for chunk in sent]
    if finish is not None:
        pieces.append(b"data: [DONE]\n\n")
    return Reply(pieces=pieces, piece_s=piece_s, is_cut=is_cut, headers={"content-type": "text/event-stream"})


def failure(status: int, message: str, *, retry_after: str | None = None) -> Reply:
    """An error in vLLM's form."""
    error = {"message": message, "type": "Error", "param": None, "code": status}
    headers = {} if retry_after is None else {"retry-after": retry_after}
    return Reply(json.dumps({"error": error}).encode(), status=status, headers=headers)


class ScriptedServer:
    """What runs at `url`."""

    def __init__(self, script: Script, *, max_model_len: int | None, is_strict: bool) -> None:
        self.url = ""
        self.chats: list[Asked] = []
        self.n_under_way = 0
        self.most_at_once = 0
        self.n_hung_up = 0
        self.hung_up = threading.Event()
        self._script = script
        self._max_model_len = max_model_len
        self._is_strict = is_strict

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request after request."""
        try:
            while (asked := await _request(reader)) is not None:
                self.n_under_way += 1
                self.most_at_once = max(self.most_at_once, self.n_under_way)
                try:
                    is_open = await self._answer(asked, reader, writer)
                finally:
                    self.n_under_way -= 1
                if not is_open:
                    return
        except ConnectionError:
            self._note_hang_up()
        except asyncio.CancelledError:
            return  # the server ends
        finally:
            writer.close()

    async def _answer(self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        reply = self._reply(asked)
        gone = asyncio.ensure_future(reader.read(1))  # a client sends nothing while it waits: this ends when it leaves
        try:
            if await _left_within(gone, reply.after_s):
                self._note_hang_up()
                return False
            writer.write(_head(reply))
            for piece in reply.pieces or ():
                writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                await writer.drain()
                if await _left_within(gone, reply.piece_s):
                    self._note_hang_up()
                    return False
        finally:
            gone.cancel()
            await asyncio.wait([gone])
        writer.write(reply.body if reply.pieces is None else b"" if reply.is_cut else b"0\r\n\r\n")
        await writer.drain()
        return not reply.is_cut

    def _reply(self, asked: Asked) -> Reply:
        if asked.path.endswith("/models"):
            card = {"id": "m", "object": "model", "max_model_len": self._max_model_len}
            return Reply(json.dumps({"object": "list", "data": [card]}).encode())
        self.chats.append(asked)
        if self._is_strict:
            for error in _VALID.iter_errors(asked.body):
                return failure(400, f"not vLLM's: {error.message[:200]} at {error.json_path}")
        return self._script(asked, len(self.chats))

    def _note_hang_up(self) -> None:
        self.n_hung_up += 1
        self.hung_up.set()


def _head(reply: Reply) -> bytes:
    lines = {"content-type": "application/json", **reply.headers}
    if reply.pieces is None:
        lines["content-length"] = str(len(reply.body) + (100 if reply.is_cut else 0))
    else:
        lines["transfer-encoding"] = "chunked"
    first = f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Other')}"
    return "\r\n".join([first, *(f"{name}: {value}" for name, value in lines.items()), "", ""]).encode()


async def _request(reader: asyncio.StreamReader) -> Asked | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    except asyncio.IncompleteReadError:
        return None
    method, path, _ = head[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, path, headers, body)


async def _left_within(gone: asyncio.Future[bytes], seconds: float) -> bool:
    done, _ = await asyncio.wait([gone], timeout=seconds)
    return bool(done)


@contextmanager
def scripted_server(
    script: Script, *, max_model_len: int | None = 32_768, is_strict: bool = True
) -> Iterator[ScriptedServer]:
    """A running server; a strict one refuses what is not in vLLM's own request model."""
    server = ScriptedServer(script, max_model_len=max_model_len, is_strict=is_strict)
    loop = asyncio.new_event_loop()
    started: asyncio.Server = loop.run_until_complete(
        asyncio.start_server(server.serve, "127.0.0.1", 0, limit=64 * 1024 * 1024, backlog=256)
    )
    server.url = f"http://127.0.0.1:{started.sockets[0].getsockname()[1]}/v1"
    thread = threading.Thread(target=loop.run_forever, name="scripted-server")
    thread.start()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(_stop(started), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _stop(started: asyncio.Server) -> None:
    started.close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
