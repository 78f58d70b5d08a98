"""Manifest: everything that a page's result depends on, so that it can be made again and compared."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from docai.domain.attempts import PromptRef
from docai.domain.ids import Sha256


class Manifest(BaseModel):
    """What a page's result was made from, with what, and by which settings."""

    model_config = ConfigDict(frozen=True)

    document_sha256: Sha256
    page_number: int
    """1-based."""
    image_sha256: Sha256 | None
    """Of the page image; None where the page was not drawn."""
    words_sha256: Sha256
    """Of the witness's words as JSON without white space, fields in the order of `docai.domain.words`."""
    second_words_sha256: Sha256 | None = None
    """Of the second witness's words, likewise; None where it was not heard."""
    renderer: str
    """What drew the page, name and version; so for the readers of words and layout."""
    word_reader: str
    second_word_reader: str | None = None
    layout_engine: str
    model: str | None = None
    """Model, revision and engine; None where none read the page."""
    profile: str | None = None
    """How it was asked: dialect and looks."""
    prompts: tuple[PromptRef, ...] = ()
    decoding: Mapping[str, float | int | str | bool] = {}
    processor: Mapping[str, float | int | str | bool] = {}
    """How images were cut and scaled for the model, as planned."""
    settings: Mapping[str, float | int | str | bool] = {}
    """Those that decide how a page is read."""
    libraries: Mapping[str, str] = {}
    """Name to version of the packages that read."""
    docai: str
    """docai's own version."""
    python: str
    platform: str
