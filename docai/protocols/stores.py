"""What a blob store and a page index must do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

from docai.domain.embeddings import PageEmbedding, QueryEmbedding, StoredVectors
from docai.domain.ids import DocumentId, Sha256, TenantId


class BlobStore(Protocol):
    """Bytes under their content hash; writing the same bytes twice is harmless."""

    def put(self, content: bytes) -> Sha256:
        """Store bytes, durable on return.

        Raises:
            StoreFull: no room; nothing is kept.
        """

    def put_stream(self, stream: BinaryIO, max_bytes: int) -> tuple[Sha256, int]:
        """Store a stream while hashing it; gives hash and length.

        Raises:
            DocumentTooLarge: more than `max_bytes`; nothing is kept.
            StoreFull: no room; nothing is kept.
        """

    def get(self, sha256: Sha256) -> bytes:
        """The bytes.

        Raises:
            BlobMissing: there are none.
        """

    def has(self, sha256: Sha256) -> bool:
        """Whether the bytes are there."""

    def path(self, sha256: Sha256) -> Path:
        """A local file with the bytes, to be read only.

        Raises:
            BlobMissing: there is none.
        """

    def delete(self, sha256: Sha256) -> None:
        """Forget the bytes; harmless when there are none."""

    def older_than(self, seconds: float) -> Iterator[Sha256]:
        """Blobs that were stored longer ago than this."""


class PageIndex(Protocol):
    """Every page's vectors, none pooled, searched by MaxSim. Thread-safe."""

    def upsert(self, tenant_id: TenantId, document_id: DocumentId, page_number: int, embedding: PageEmbedding) -> None:
        """Store or replace a page's vectors.

        Raises:
            InvalidEmbedding: vectors are not finite, have no length, or are more than the index can hold.
            IndexMismatch: another encoder made them.
        """

    def delete(self, tenant_id: TenantId, document_id: DocumentId, page_numbers: Sequence[int]) -> None:
        """Forget pages, by explicit ids; harmless where there are none."""

    def search(
        self,
        tenant_id: TenantId,
        query: QueryEmbedding,
        *,
        document_ids: Sequence[DocumentId],
        limit: int,
        candidates: Sequence[tuple[DocumentId, int]] = (),
    ) -> Sequence[tuple[DocumentId, int, float]]:
        """Best pages by MaxSim over all their vectors: document, page number, score, best first.

        Where the scope has many pages, the means of their runs choose which are scored; every score is exact.

        Args:
            tenant_id: whose pages are searched.
            query: as the encoder gave it.
            document_ids: only pages of these; none: of all.
            limit: most pages to give.
            candidates: pages that are scored whatever the means of their runs say, such as another ranking's best;
                those outside the scope are passed over.

        Raises:
            InvalidEmbedding, IndexMismatch: the query's vectors are not the index's kind.
            StoreUnavailable: the index does not answer.
        """

    def vectors(self, tenant_id: TenantId, document_id: DocumentId, page_number: int) -> StoredVectors | None:
        """A page's vectors, in the order in which they were stored; None where there are none."""

    def page_numbers(self, tenant_id: TenantId, document_id: DocumentId) -> Sequence[int]:
        """Which pages of a document have vectors here, ascending; what a deletion is verified by."""

    def places(self) -> Iterator[tuple[TenantId, DocumentId, int]]:
        """Every page that has vectors here, of all tenants, each once, for comparing with the records."""

    def count(self) -> int:
        """How many pages are stored, of all tenants."""

    def close(self) -> None:
        """Write what is pending and let go of the files."""


class IndexShelf(Protocol):
    """Where page indexes stand, one for each encoder. Thread-safe."""

    def open(self, encoder: str, dimension: int) -> PageIndex:
        """The index of an encoder, made if it is not there; the caller closes it.

        Raises:
            IndexMismatch: what stands there was built by another encoder or version.
            HomeInUse: another process has it open.
            StoreUnavailable: it cannot be opened.
        """

    def drop(self, encoder: str) -> None:
        """Remove the index of an encoder with all its vectors; harmless where there is none."""

    def point_to(self, encoder: str) -> None:
        """Tell others which index is in use, where there is a name for that: an alias on a Qdrant server."""


class Sealer(Protocol):
    """Seals secrets that must rest in the records for a while, with a key that does not."""

    def seal(self, secret: bytes) -> bytes:
        """The secret, unreadable without the deployment's key."""

    def unseal(self, sealed: bytes) -> bytes:
        """The secret again.

        Raises:
            ConfigurationError: it was sealed with a key that this process does not have.
        """
