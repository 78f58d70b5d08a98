"""Options that a server or provider turned out to refuse, and is then asked without."""

from __future__ import annotations

from typing import Any

from docai.engines.vlm.wire import Trouble
from docai.telemetry import log

_OPTIONS = ("priority", "repetition_detection", "seed", "logprobs", "top_p", "temperature")
"""What hangs on how a server was started, or on its model: vLLM refuses priorities without `--scheduling-policy
priority`, OpenAI's reasoning models refuse temperatures."""


class RefusedOptions:
    """Learned from one server's answers; nothing is known at first."""

    def __init__(self) -> None:
        """Send everything."""
        self._refused: set[str] = set()

    def without(self, body: dict[str, Any]) -> dict[str, Any]:
        """A request's body without what was refused before."""
        return {key: value for key, value in body.items() if key not in self._refused}

    def learn(self, trouble: Trouble, body: dict[str, Any]) -> bool:
        """Whether the trouble with this body is an option, so that it is worth sending without it."""
        if trouble.error.retryable:
            return False
        named = [key for key in _OPTIONS if key in body and key in trouble.error.message.lower()]
        self._refused.update(named)
        if named:
            log("model server refuses options", level="warning", options=", ".join(named))
        return bool(named)
