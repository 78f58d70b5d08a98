"""Where a page's words meet a query: matches, a snippet, and spots for the heat map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from docai.domain.answers import Match
from docai.domain.embeddings import Matrix, PageEmbedding, QueryEmbedding
from docai.domain.geometry import Box
from docai.domain.words import PageWords
from docai.terms import content_tokens
from docai.terms import terms as terms_in

MATCH_FLOOR = 0.6
"""Least similarity at which a word with another stem explains a hit; beside words that match, any word reaches 0.5."""

SNIPPET_WORDS = 32
"""Words of a snippet: two printed lines."""

Spots = list[tuple[Box, float]]
"""Boxes with strengths above 0 up to 1, strongest last."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A query's tokens against what a page says."""

    words: PageWords
    tokens: tuple[str, ...]
    """Q of them."""
    weights: Matrix  # (Q,)
    strengths: Matrix  # (Q, N)
    """Similarity times weight; 0 where a token and a word do not match."""
    word_ids: tuple[int, ...]
    """Which of the page's words each column is of, N indices; a word of several tokens has several columns."""

    def matches(self) -> tuple[Match, ...]:
        """For each token that the page has, heaviest first, the word that meets it best."""
        best = self.strengths.argmax(axis=1)
        return tuple(
            self._match(token, int(best[token]))
            for token in np.argsort(-self.weights, kind="stable")
            if self.strengths[token, best[token]] > 0
        )

    def snippet(self) -> str:
        """The stretch of the page's words that meets most of the query's weight; the page's start where none does."""
        # Importing it takes a third of a second, which the service's start need not wait for.
        from scipy.ndimage import maximum_filter1d  # noqa: PLC0415

        texts = [word.text for word in self.words.words]
        per_word = np.zeros((len(texts), len(self.tokens)), dtype=np.float32)
        np.maximum.at(per_word, np.array(self.word_ids), self.strengths.T)
        met = maximum_filter1d(per_word, size=SNIPPET_WORDS, axis=0, mode="constant").sum(axis=1)
        if met.max() <= 0:
            return opening(self.words)
        best = np.flatnonzero(met == met.max())
        first_run = best[best - np.arange(len(best)) == best[0]]
        start = max(0, int(first_run.mean()) - SNIPPET_WORDS // 2)
        return " ".join(texts[start : start + SNIPPET_WORDS])

    def spots(self, token: int | None = None) -> Spots:
        """The words that match the query, or one token of it, which is counted from 0."""
        strengths = (self.strengths if token is None else self.strengths[[token]]).max(axis=0)
        strongest = float(strengths.max())
        if strongest <= 0:
            return []
        order = np.argsort(strengths, kind="stable")
        return [(self._box(i), float(strengths[i] / strongest)) for i in order if strengths[i] > 0]

    def _match(self, token: int, column: int) -> Match:
        weight = float(self.weights[token])
        return Match(
            token=self.tokens[token],
            word=self.words.words[self.word_ids[column]].text,
            box=self._box(column),
            similarity=min(1.0, float(self.strengths[token, column]) / weight),
            weight=weight,
        )

    def _box(self, column: int) -> Box:
        return self.words.words[self.word_ids[column]].box


def opening(words: PageWords) -> str:
    """How the page begins: the snippet of one where nothing says more."""
    return " ".join(word.text for word in words.words[:SNIPPET_WORDS])


def meet_by_vectors(query: QueryEmbedding, seen: PageEmbedding, words: PageWords) -> Meeting:
    """By the vectors of an encoder of words.

    A token and a word match where the word has the token's term, or else is spelt much like it.
    """
    weights = np.linalg.norm(query.vectors, axis=1)
    products = query.vectors @ seen.vectors.T
    of_words = [set(terms_in(words.words[i].text)) for i in seen.word_ids]
    said = np.array([[not of_word.isdisjoint(terms_in(token)) for of_word in of_words] for token in query.tokens])
    strengths = np.where(said | (products >= MATCH_FLOOR * weights[:, None]), products, np.float32(0.0))
    return Meeting(words, query.tokens, weights, strengths, seen.word_ids)


def meet_by_terms(text: str, weights: Mapping[str, float], words: PageWords) -> Meeting | None:
    """By the terms that query and page have in common; None where the query or the page has none to compare."""
    surfaces = {token.term: token.surface for token in reversed(content_tokens(text))}
    asked = [term for term in weights if term in surfaces]
    if not asked or not words.words:
        return None
    of_words = [set(terms_in(word.text)) for word in words.words]
    said = np.array([[term in of_word for of_word in of_words] for term in asked])
    heavy = np.array([weights[term] for term in asked], dtype=np.float32)
    strengths = np.where(said, heavy[:, None], np.float32(0.0))
    return Meeting(words, tuple(surfaces[term] for term in asked), heavy, strengths, tuple(range(len(words.words))))
