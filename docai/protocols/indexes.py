"""What the records of page indexes, of what stands in them, and of queries for them must do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from docai.domain.ids import DocumentId, TenantId
from docai.domain.indexes import IndexEntry, IndexState, LoggedQuery, PagePlace, QueryReply, QueryRequest


class EmbeddingRecords(Protocol):
    """Which pages of one tenant stand in which index; written with what else is known of the page."""

    def record(self, document_id: DocumentId, page_number: int, encoder: str, n_vectors: int) -> None:
        """A page was embedded; with 0 vectors there was nothing to embed, and nothing stands in the index.

        Raises:
            DocumentNotFound: the tenant has no such document (any more).
        """

    def forget(self, document_id: DocumentId, page_numbers: Collection[int], encoder: str) -> None:
        """These pages are in the index no longer, or never were."""

    def of_document(self, document_id: DocumentId, encoder: str) -> dict[int, int]:
        """A document's pages in an index: number to vectors."""


class IndexRecords(Protocol):
    """The page indexes, and how far each is filled; of all tenants. Thread-safe.

    Every call raises `StoreUnavailable` when the database does not answer.
    """

    def register(self, entry: IndexEntry) -> IndexEntry:
        """Enter an index unless its encoder has one; gives what is entered.

        An index that is to be active while another one is, is entered as building: of two processes that start at once
        one wins.
        """

    def all(self) -> Sequence[IndexEntry]:
        """Every index, the active one first, then newest first."""

    def active(self) -> IndexEntry | None:
        """The index in use; None before an encoder was ever used."""

    def activate(self, encoder: str) -> None:
        """Put this index in use and keep the one before; another kept before that becomes `BUILDING` again: spare.

        Raises:
            IndexMissing: there is no index of this encoder.
        """

    def set_state(self, encoder: str, state: IndexState) -> None:
        """Say which part an index plays; `activate` alone makes one active, and another one not.

        Raises:
            IndexMissing: there is no index of this encoder.
            Conflict: it is in use.
            ValueError: it is to be put in use.
        """

    def remove(self, encoder: str) -> None:
        """Forget an index that is not active, and what stood in it; harmless where there is none.

        Raises:
            Conflict: it is in use.
        """

    def tending(self) -> AbstractContextManager[bool]:
        """Whether this process may fill and mend indexes now; of all processes one may, for as long as it is within."""

    def missing(self, encoder: str, *, limit: int, after: PagePlace | None = None) -> Sequence[PagePlace]:
        """Pages that were read and are not recorded under this encoder, in order of place, from behind `after`.

        Of documents that are not being read: their pages are on their way.
        """

    def n_missing(self, encoder: str) -> int:
        """How many there are of those."""

    def n_embedded(self, encoder: str) -> int:
        """How many pages are recorded under this encoder with at least one vector."""

    def known(self, places: Collection[PagePlace]) -> set[PagePlace]:
        """Those of these pages that the ledger has."""

    def embedded_pages(self, encoder: str, *, limit: int, after: PagePlace | None = None) -> Sequence[PagePlace]:
        """Pages recorded with vectors under this encoder, in order of place, from behind `after`."""

    def log_query(self, tenant_id: TenantId, text: str) -> None:
        """Keep what was searched for."""

    def logged_queries(self, limit: int) -> Sequence[LoggedQuery]:
        """What was searched for lately, each text of a tenant once, newest first."""

    def forget_queries(self, older_than_s: float) -> int:
        """Delete logged queries so old; gives how many."""


class QueryRequests(Protocol):
    """Queries on their way to a process that has the encoder, and their vectors on the way back. Thread-safe.

    Every call raises `StoreUnavailable` when the database does not answer.
    """

    def ask(self, encoder: str, text: str) -> int:
        """Enter a query; gives its id."""

    def take(self, encoder: str, *, limit: int, lease_s: float) -> Sequence[QueryRequest]:
        """Queries for this encoder that nobody is at work on, oldest first; after `lease_s` others may take them."""

    def reply(self, request_id: int, reply: QueryReply) -> None:
        """Answer a query; harmless if it is gone."""

    def collect(self, request_id: int) -> QueryReply | None:
        """The answer, which is then forgotten; None while there is none."""

    def withdraw(self, request_id: int) -> None:
        """Forget a query that nobody waits for any more."""

    def forget(self, older_than_s: float) -> int:
        """Forget queries so old, answered or not; gives how many."""
