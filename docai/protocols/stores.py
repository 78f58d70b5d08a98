"""What a blob store and a page index must do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

from docai.domain.embeddings import PageEmbedding, QueryEmbedding
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
        self, tenant_id: TenantId, query: QueryEmbedding, *, document_ids: Sequence[DocumentId], limit: int
    ) -> Sequence[tuple[DocumentId, int, float]]:
        """Best pages by MaxSim over all vectors: document, page number, score, best first."""

    def page_numbers(self, tenant_id: TenantId, document_id: DocumentId) -> Sequence[int]:
        """Which pages of a document have vectors here, ascending; what a deletion is verified by."""

    def count(self) -> int:
        """How many pages are stored, of all tenants."""

    def close(self) -> None:
        """Write what is pending and let go of the files."""


class Sealer(Protocol):
    """Seals secrets that must rest in the records for a while, with a key that does not."""

    def seal(self, secret: bytes) -> bytes:
        """The secret, unreadable without the deployment's key."""

    def unseal(self, sealed: bytes) -> bytes:
        """The secret again.

        Raises:
            ConfigurationError: it was sealed with a key that this process does not have.
        """
