"""Column types: text and domain models as PostgreSQL can hold them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from pydantic_core import from_json, to_json
from sqlalchemy import Dialect, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

REPLACEMENT = "\ufffd"
"""Unicode's sign for a character that could not be represented."""

_NUL_IN_JSON = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""An escaped NUL, but not the six characters backslash-u-0000 themselves, whose backslash is escaped."""

Model = TypeVar("Model", bound=BaseModel)


def storable(text: str) -> str:
    """Text without what PostgreSQL refuses: NUL, which PDFs do hold, and halves of surrogate pairs.

    Each such character becomes U+FFFD, so that lengths stay and the reader sees that something stood there.
    """
    if text.isascii() and "\x00" not in text:
        return text
    return "".join(REPLACEMENT if c == "\x00" or "\ud800" <= c <= "\udfff" else c for c in text)


def storable_json(value: object) -> str:
    """Plain data or a domain model as JSON that a `jsonb` column takes; every number reads back as it was."""
    text = to_json(value).decode("utf-8")
    return _NUL_IN_JSON.sub(rf"\1{REPLACEMENT}", text) if "\\u0000" in text else text


class CleanText(TypeDecorator[str]):
    """`text` that takes any Python string."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """What is sent to the database."""
        return None if value is None else storable(value)


class PlainJson(TypeDecorator[dict[str, Any]]):
    """`jsonb` that holds an object of plain data."""

    impl = JSONB(none_as_null=True)
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], dict[str, Any] | None]:
        """Past the driver's own decoding, which hands the bytes on unread."""
        return lambda value: None if value is None else from_json(value)


class JsonOf(TypeDecorator[Model], Generic[Model]):
    """`jsonb` that holds one frozen domain model. The engine's JSON functions do the rest: see `make_engine`."""

    impl = JSONB(none_as_null=True)
    cache_ok = True

    def __init__(self, model: type[Model]) -> None:
        super().__init__()
        self.model = model

    def process_result_value(self, value: Any, dialect: Dialect) -> Model | None:  # noqa: ANN401 - the driver's bytes
        """What was read, checked again by the model."""
        return None if value is None else self.model.model_validate_json(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Model | None]:
        """Past the driver's own decoding, which hands the bytes on unread."""
        return lambda value: self.process_result_value(value, dialect)
