"""SpanAnswer: the words of a page that answer a question."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class SpanAnswer(BaseModel):
    """An answer that is printed on the page, with the words it is made of; so it can be shown where it stands."""

    model_config = ConfigDict(frozen=True)

    text: str
    """The page's own words, one space between them."""
    word_ids: tuple[int, ...] = Field(min_length=1)
    """Indices into the page's words, in reading order; neighbours."""
    confidence: float = Field(ge=0.0, le=1.0)
    """As the model gives it; not calibrated."""
    n_places: int = Field(default=1, ge=1)
    """How often the page says it, as far as the model does not tell which one it means; above 1 the first is given."""
    engine: str
    """Name and version of what answered."""
