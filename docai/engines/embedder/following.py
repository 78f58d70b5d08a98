"""The encoder of whatever index is in use, for processes that search and embed no pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from docai.domain.embeddings import PageEmbedding, PageSight, QueryEmbedding
from docai.domain.words import PageWords
from docai.engines.embedder.ngram import NgramEmbedder
from docai.engines.embedder.queued import QueuedEmbedder


class FollowingEmbedder:
    """Embeds queries here where that needs no weights, else has an embed worker do it. Follows a switch at once."""

    def __init__(self, own: NgramEmbedder, queued: QueuedEmbedder) -> None:
        """`own` needs no weights; `queued` asks workers, and knows which index is in use."""
        self._own = own
        self._queued = queued

    @property
    def fingerprint(self) -> str:
        """Of the index in use.

        Raises:
            IndexMissing: there is none yet.
        """
        return self._queued.fingerprint

    @property
    def dimension(self) -> int:
        """Of the index in use.

        Raises:
            IndexMissing: there is none yet.
        """
        return self._queued.dimension

    @property
    def sees_images(self) -> bool:
        """Whether the vectors of the index in use are of images."""
        return self._chosen().sees_images

    def embed_pages(self, pages: Sequence[PageSight]) -> list[PageEmbedding | None]:
        """Not here.

        Raises:
            EngineUnavailable: always; embed workers do it.
        """
        return self._queued.embed_pages(pages)

    def embed_query(self, text: str, weights: Mapping[str, float]) -> QueryEmbedding | None:
        """One vector per query token, by the encoder of the index in use.

        Raises:
            IndexMissing: there is no index yet.
            InvalidQuestion: the query has more tokens than the encoder takes.
            EngineUnavailable: no embed worker answers.
        """
        return self._chosen().embed_query(text, weights)

    def embed_words(self, words: PageWords) -> PageEmbedding | None:
        """A page's vectors made again from its words; None where those in use are of images."""
        return self._chosen().embed_words(words)

    def _chosen(self) -> NgramEmbedder | QueuedEmbedder:
        return self._own if self._queued.fingerprint == self._own.fingerprint else self._queued
