"""OpenAIChat: the wire to GPT, by OpenAI's own client."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import openai

from docai.domain.generations import Generation, GenerationRequest
from docai.engines.vlm.chat_replies import Gathered, trouble_of_status
from docai.engines.vlm.chat_requests import chat_body
from docai.engines.vlm.limited_rules import must_not_be_downscaled
from docai.engines.vlm.provider import TIMEOUT, Provider, lost
from docai.engines.vlm.refused_options import RefusedOptions
from docai.engines.vlm.server_profiles import Budgets, Grammars, ServerProfile
from docai.engines.vlm.wire import Say, Trouble
from docai.protocols import ImageRule

_PROFILE = ServerProfile(
    name="openai",
    budgets=Budgets.DETAIL,
    grammars=Grammars.RESPONSE_FORMAT,
    max_tokens_key="max_completion_tokens",
)


class OpenAIChat(Provider):
    """`POST /v1/chat/completions` at the provider; a `Wire`."""

    def __init__(self, *, model: str, rule: ImageRule, api_key: str, url: str | None = None) -> None:
        """Nothing is sent yet."""
        self._model = model
        self._rule = rule
        self._api_key = api_key
        self._url = url
        self._options = RefusedOptions()
        self._opened: openai.AsyncOpenAI | None = None

    @property
    def name(self) -> str:
        """Provider and model."""
        return f"openai/{self._model}"

    async def ask(self, request: GenerationRequest, say: Say | None) -> Generation:
        """One request, sent again only without what the model says it does not take.

        Raises:
            Trouble: there is no answer, or an image would be downscaled.
        """
        must_not_be_downscaled(request)
        body = chat_body(request, _PROFILE, model=self._model, rule=self._rule, is_streamed=say is not None)
        while True:
            body = self._options.without(body)
            try:
                return await self._asked(body, say)
            except Trouble as trouble:
                if not self._options.learn(trouble, body):
                    raise

    async def close(self) -> None:
        """Close the connections."""
        if self._opened is not None:
            await self._opened.close()
            self._opened = None

    @property
    def _client(self) -> openai.AsyncOpenAI:
        """Made in the loop that uses it; tries once, since we try again ourselves."""
        if self._opened is None:
            self._opened = openai.AsyncOpenAI(
                api_key=self._api_key,
                base_url=self._url,
                max_retries=0,
                timeout=TIMEOUT,
            )
        return self._opened

    async def _asked(self, body: dict[str, Any], say: Say | None) -> Generation:
        gathered = Gathered(is_streamed=say is not None)
        try:
            answer = await self._client.chat.completions.create(**body)
            if say is None:
                gathered.take(answer.model_dump())
            else:
                async for chunk in answer:
                    if piece := gathered.take(chunk.model_dump()):
                        say(piece)
        except openai.APIStatusError as error:
            said = json.dumps(error.body) if error.body else error.message
            raise trouble_of_status(error.status_code, error.response.headers, said).after(gathered.said) from error
        except (openai.APIError, httpx2.RequestError, ValueError) as error:
            raise lost(error, gathered.said) from error
        return gathered.generation()
