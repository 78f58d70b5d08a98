"""ChatCompletions: the wire to any server with OpenAI's interface."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import aiohttp
from pydantic_core import to_json

from docai.domain.generations import Generation, GenerationRequest
from docai.engines.vlm.chat_replies import Gathered, must_be_seen_as_planned, trouble_of_status
from docai.engines.vlm.chat_requests import chat_body
from docai.engines.vlm.connections import Connections
from docai.engines.vlm.refused_options import RefusedOptions
from docai.engines.vlm.server_profiles import ServerProfile
from docai.engines.vlm.wire import Say, Trouble, away
from docai.protocols import ImageRule

_LOST = (aiohttp.ClientError, OSError)
"""What goes wrong on the way to a server and back; `TimeoutError` is an `OSError`."""
_ALIVE_S = 5.0
_MOST_LINE_BYTES = 16 * 1024 * 1024
"""Of one event of a stream; a server that sends more in one line sends no text."""
_DATA = b"data:"
_DONE = b"[DONE]"


class ChatCompletions:
    """`POST /v1/chat/completions` over HTTP; a `Wire`. Images travel within the request, never as addresses."""

    def __init__(
        self, profile: ServerProfile, *, model: str, url: str, rule: ImageRule, api_key: str | None = None
    ) -> None:
        """Talk to the server at `url`, which ends in `/v1` as a rule; nothing is sent yet."""
        self._profile = profile
        self._model = model
        self._url = url.rstrip("/")
        self._rule = rule
        headers = {"content-type": "application/json"}
        if api_key:
            headers["authorization"] = f"Bearer {api_key}"
        self._connections = Connections(headers)
        self._options = RefusedOptions()

    @property
    def name(self) -> str:
        """Server and model."""
        return f"{self._profile.name}/{self._model}"

    async def ask(self, request: GenerationRequest, say: Say | None) -> Generation:
        """One request, sent again only without what the server says it does not take.

        Raises:
            Trouble: there is no answer, or the images were seen smaller than planned.
        """
        body = chat_body(request, self._profile, model=self._model, rule=self._rule, is_streamed=say is not None)
        while True:
            body = self._options.without(body)
            try:
                generation = await self._post(body, say)
            except Trouble as trouble:
                if not self._options.learn(trouble, body):
                    raise
            else:
                must_be_seen_as_planned(request, generation.usage)
                return generation

    async def context_tokens(self) -> int | None:
        """`max_model_len` of vLLM's and SGLang's `/v1/models`; others do not tell."""
        try:
            status, content = await self._models()
            models = json.loads(content)["data"] if status == HTTPStatus.OK else ()
            lengths = {model["id"]: model.get("max_model_len") for model in models}
        except (*_LOST, AttributeError, ValueError, KeyError, TypeError):
            return None
        length = lengths.get(self._model)
        return length if isinstance(length, int) else None

    async def is_alive(self) -> bool:
        """Whether it answers a request for its models, in whatever way."""
        try:
            await self._models()
        except _LOST:
            return False
        return True

    async def close(self) -> None:
        """Close the connections."""
        await self._connections.close()

    async def _models(self) -> tuple[int, bytes]:
        timeout = aiohttp.ClientTimeout(total=_ALIVE_S)
        async with self._connections.client.get(f"{self._url}/models", timeout=timeout) as answer:
            return answer.status, await answer.read()

    async def _post(self, body: dict[str, Any], say: Say | None) -> Generation:
        gathered = Gathered(is_streamed=say is not None)
        content = to_json(body)
        try:
            async with self._answer(content) as answer:
                if say is None:
                    gathered.take(_json(await answer.read(), gathered))
                else:
                    async for event in _events(answer.content.iter_any()):
                        if piece := gathered.take(_json(event, gathered)):
                            say(piece)
        except _LOST as error:
            where = "in the middle of its answer" if gathered.text else "before it answered"
            raise away(f"The server was lost {where} ({_named(error)}).", text=gathered.said) from error
        return gathered.generation()

    @asynccontextmanager
    async def _answer(self, content: bytes) -> AsyncIterator[aiohttp.ClientResponse]:
        url = f"{self._url}/chat/completions"
        async with self._connections.client.post(url, data=content, allow_redirects=False) as answer:
            if answer.status != HTTPStatus.OK:
                text = (await answer.read()).decode(errors="replace")
                raise trouble_of_status(answer.status, answer.headers, text)
            yield answer


def _json(content: bytes, gathered: Gathered) -> Any:  # noqa: ANN401 - whatever the server sent
    try:
        return json.loads(content)
    except ValueError:
        raise away("The server's answer is no JSON.", text=gathered.said) from None


async def _events(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The data of server-sent events, one line each.

    Lines end with a line feed and nothing else here: a JSON text may hold the other line separators of Unicode.
    """
    rest = b""
    async for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        if len(rest) > _MOST_LINE_BYTES:
            raise away("The server sends a line without end.", is_worth_retrying=False)
        for line in lines:
            if line.startswith(_DATA):
                data = line[len(_DATA) :].strip()
                if data == _DONE:
                    return
                yield data


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
