"""Models behind scripted servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from docai.engines.vlm.remote import Limits, RemoteModel
from docai.engines.vlm.retrying import Backoff
from docai.engines.vlm.served import ChatCompletions
from docai.engines.vlm.server_profiles import SERVERS
from tests.integration.vlm.asking import rule

Connect = Callable[..., RemoteModel]
AT_ONCE = Backoff(base_s=0.002, cap_s=0.05)


def limits(**changed: Any) -> Limits:
    return Limits(**{"concurrency": 8, "timeout_s": 20.0, "retries": 3, "backoff": AT_ONCE, **changed})


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Makes models behind a server, closed after the test."""
    with ExitStack() as stack:

        def of(url: str, *, server: str = "vllm", sees_as: str = "qwen2.5-vl-7b", **changed: Any) -> RemoteModel:
            seen = rule(sees_as)
            wire = ChatCompletions(SERVERS[server], model="m", url=url, rule=seen, api_key="secret")
            model = RemoteModel(wire, seen, limits(**changed), is_cloud=False)
            stack.callback(model.close)
            return model

        yield of
