"""Term statistics of pages and BM25 over them, always within one tenant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import cast

import psycopg
from sqlalchemy import ARRAY, Double, Integer, Text, bindparam, delete, func, insert, select, text
from sqlalchemy import Uuid as UuidType
from sqlalchemy.orm import Session

from docai.domain.ids import DocumentId, TenantId
from docai.stores.postgres.columns import storable
from docai.stores.postgres.locks import hold_document
from docai.stores.postgres.tables import MAX_TERM_CHARACTERS, PageLengthRow, PageTermRow

K1 = 1.2
B = 0.75
"""Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), 3.5: 1.2 < k1 < 2 and 0.5 < b < 0.8 serve."""

_BM25 = text("""
    WITH corpus AS MATERIALIZED (
        SELECT avg(n_terms)::float8 AS mean_length FROM page_length WHERE tenant_id = :tenant_id
    )
    SELECT document_id, page_number, sum(
        weight * occurrences * (:k1 + 1)
        / (occurrences + :k1 * (1 - :b + :b * n_terms / (SELECT mean_length FROM corpus)))
    ) AS score
    FROM unnest(:terms, :weights) AS wanted(term, weight) CROSS JOIN LATERAL (
        SELECT document_id, page_number, occurrences, n_terms FROM page_term
        WHERE tenant_id = :tenant_id AND page_term.term = wanted.term
            AND (cardinality(:document_ids) = 0 OR document_id = ANY(:document_ids))
        OFFSET 0
    ) AS posting
    GROUP BY document_id, page_number
    ORDER BY score DESC, document_id, page_number
    LIMIT :limit
""").bindparams(
    bindparam("terms", type_=ARRAY(Text)),
    bindparam("weights", type_=ARRAY(Double)),
    bindparam("document_ids", type_=ARRAY(UuidType)),
    bindparam("k1", K1, type_=Double),
    bindparam("b", B, type_=Double),
)
"""Joins no two tables and looks each term up on its own: a tenant whose pages are newer than the planner's statistics
would otherwise get a plan that compares every row with every other."""


_BM25_SHARES = text("""
    WITH corpus AS MATERIALIZED (
        SELECT avg(n_terms)::float8 AS mean_length FROM page_length WHERE tenant_id = :tenant_id
    )
    SELECT document_id, page_number, term,
        occurrences * (:k1 + 1)
        / (occurrences + :k1 * (1 - :b + :b * n_terms / (SELECT mean_length FROM corpus))) AS share
    FROM unnest(:document_ids, :page_numbers) AS asked(of_document, of_page) CROSS JOIN LATERAL (
        SELECT document_id, page_number, term, occurrences, n_terms FROM page_term
        WHERE tenant_id = :tenant_id AND document_id = of_document AND page_number = of_page AND term = ANY(:terms)
        OFFSET 0
    ) AS posting
""").bindparams(
    bindparam("terms", type_=ARRAY(Text)),
    bindparam("document_ids", type_=ARRAY(UuidType)),
    bindparam("page_numbers", type_=ARRAY(Integer)),
    bindparam("k1", K1, type_=Double),
    bindparam("b", B, type_=Double),
)
"""What the same formula sums up, for pages that are known."""


class PostgresTerms:
    """`TermRecords` of one tenant."""

    def __init__(self, session: Session, tenant_id: TenantId) -> None:
        """Work in the session's transaction, on this tenant's rows alone."""
        self._session = session
        self._tenant_id = tenant_id

    def replace(self, document_id: DocumentId, page_terms: Mapping[int, Mapping[str, int]]) -> None:
        """Set the terms of these pages of a document: page number to term to occurrences.

        Raises:
            DocumentNotFound: the tenant has none of this id.
        """
        hold_document(self._session, self._tenant_id, document_id)
        pages = list(page_terms)
        for table in (PageLengthRow, PageTermRow):
            mine = (table.tenant_id == self._tenant_id, table.document_id == document_id, table.page_number.in_(pages))
            self._session.execute(delete(table).where(*mine))
        of_document = {"tenant_id": self._tenant_id, "document_id": document_id}
        lengths = [{"page_number": page, "n_terms": sum(terms.values())} for page, terms in page_terms.items() if terms]
        if lengths:
            self._session.execute(insert(PageLengthRow), [of_document | length for length in lengths])
            self._copy(document_id, page_terms)

    def frequencies(self, terms: Iterable[str]) -> Mapping[str, int]:
        """On how many pages each term stands; absent terms are left out."""
        asked = {term: _stored(term) for term in terms}
        mine = (PageTermRow.tenant_id == self._tenant_id, PageTermRow.term.in_(set(asked.values())))
        counted = select(PageTermRow.term, func.count()).where(*mine).group_by(PageTermRow.term)
        found = {row[0]: row[1] for row in self._session.execute(counted)}
        return {term: found[stored] for term, stored in asked.items() if stored in found}

    def n_pages(self) -> int:
        """How many pages have terms."""
        mine = PageLengthRow.tenant_id == self._tenant_id
        return self._session.scalars(select(func.count()).select_from(PageLengthRow).where(mine)).one()

    def bm25(
        self, weights: Mapping[str, float], *, document_ids: Sequence[DocumentId], limit: int
    ) -> Sequence[tuple[DocumentId, int, float]]:
        """Best pages by BM25; each term's weight stands where the formula has its inverse document frequency."""
        merged: Counter[str] = Counter()
        for term, weight in weights.items():
            merged[_stored(term)] += weight  # type: ignore[assignment]  # a Counter adds floats as well
        values = {
            "terms": list(merged.keys()),
            "weights": list(merged.values()),
            "tenant_id": self._tenant_id,
            "document_ids": list(document_ids),
            "limit": limit,
        }
        return [(DocumentId(row[0]), row[1], row[2]) for row in self._session.execute(_BM25, values)]

    def bm25_parts(
        self, weights: Mapping[str, float], pages: Collection[tuple[DocumentId, int]]
    ) -> Mapping[tuple[DocumentId, int], Mapping[str, float]]:
        """What each term adds to the BM25 scores of some pages; terms that a page does not have are left out."""
        values = {
            "terms": sorted({_stored(term) for term in weights}),
            "tenant_id": self._tenant_id,
            "document_ids": [document_id for document_id, _ in pages],
            "page_numbers": [number for _, number in pages],
        }
        shares: dict[tuple[DocumentId, int], dict[str, float]] = {page: {} for page in pages}
        for document_id, number, term, share in self._session.execute(_BM25_SHARES, values):
            shares[DocumentId(document_id), number][term] = share
        return {
            page: {
                term: weight * of_page[stored]
                for term, weight in weights.items()
                if (stored := _stored(term)) in of_page
            }
            for page, of_page in shares.items()
        }

    def _copy(self, document_id: DocumentId, page_terms: Mapping[int, Mapping[str, int]]) -> None:
        """Write with COPY: a large document has half a million rows."""
        columns = "tenant_id, term, document_id, page_number, occurrences, n_terms"
        driver = cast("psycopg.Connection", self._session.connection().connection.driver_connection)
        with driver.cursor() as cursor, cursor.copy(f"COPY page_term ({columns}) FROM STDIN") as copy:
            for row in _rows(page_terms):
                term, *rest = row
                copy.write_row((self._tenant_id, term, document_id, *rest))


def _rows(page_terms: Mapping[int, Mapping[str, int]]) -> Iterable[tuple[str, int, int, int]]:
    """Term, page number, occurrences, length of the page."""
    for page_number, terms in page_terms.items():
        stored: Counter[str] = Counter()
        for term, occurrences in terms.items():
            stored[_stored(term)] += occurrences
        n_terms = stored.total()
        for term, occurrences in stored.items():
            yield term, page_number, occurrences, n_terms


def _stored(term: str) -> str:
    """A term as it is kept."""
    return storable(term)[:MAX_TERM_CHARACTERS]
