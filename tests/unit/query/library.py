"""Search over real records and the exact index, for pages of words and pages of painted tiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from docai.domain.access import Tenant
from docai.domain.answers import Hit, Question
from docai.domain.documents import Document, DocumentStatus, MediaType, Page, PageState
from docai.domain.embeddings import PageSight
from docai.domain.geometry import Box
from docai.domain.ids import DocumentId, new_document_id, new_job_id, sha256_of
from docai.domain.jobs import Job, JobState
from docai.domain.words import PageWords, Witness, Word
from docai.pipeline.index import index_page
from docai.protocols import PageEmbedder, PageIndex
from docai.query.heat_map import heat_map
from docai.query.search import SearchPolicy, search, weights_of
from docai.stores.postgres.unit_of_work import PostgresRecords

NOW = datetime(2026, 1, 1, tzinfo=UTC)
POLICY = SearchPolicy(candidates=100, rrf_k=60, text_weight=1.0, late_interaction_weight=2.0)


@dataclass
class Library:
    """Search over real records and the exact index."""

    records: PostgresRecords
    tenant: Tenant
    index: PageIndex
    embedder: PageEmbedder

    def add(
        self,
        name: str,
        texts: Sequence[str],
        *,
        images: Sequence[bytes] = (),
        metadata: Mapping[str, str] | None = None,
    ) -> DocumentId:
        document = Document(
            id=new_document_id(),
            tenant_id=self.tenant.id,
            name=name,
            sha256=sha256_of(name.encode()),
            media_type=MediaType.PDF,
            n_bytes=1,
            status=DocumentStatus.READY,
            metadata=metadata or {},
            created_at=NOW,
            updated_at=NOW,
        )
        job = Job(
            id=new_job_id(),
            tenant_id=self.tenant.id,
            document_id=document.id,
            state=JobState.SUCCEEDED,
            created_at=NOW,
        )
        with self.records.unit_of_work(self.tenant.id) as unit:
            unit.documents.add(document, job)
            unit.documents.open_ledger(document.id, len(texts))
            for number, text in enumerate(texts, start=1):
                page = page_of(document.id, number, text)
                unit.documents.save_page(page)
                image = images[number - 1] if images else None
                (embedding,) = self.embedder.embed_pages([PageSight(page.words, image)])
                counts = index_page(document, page, embedding, index=self.index)
                unit.terms.replace(document.id, {number: counts})
        return document.id

    def search(
        self, text: str, tenant: Tenant | None = None, policy: SearchPolicy = POLICY, **more: object
    ) -> list[Hit]:
        asking = tenant or self.tenant
        return search(
            Question.model_validate({"text": text, **more}),
            records=self.records,
            tenant_id=asking.id,
            index=self.index,
            embedder=self.embedder,
            policy=policy,
        )

    def heat_map(self, text: str, page: Page, token: int | None = None) -> list[tuple[Box, float]]:
        with self.records.unit_of_work(self.tenant.id) as unit:
            weights = weights_of(text, unit.terms)
        return heat_map(
            text, weights, page, tenant_id=self.tenant.id, index=self.index, embedder=self.embedder, token=token
        )


def page_of(document_id: DocumentId, number: int, text: str) -> Page:
    texts = text.split()
    words = tuple(
        Word(text=t, box=Box(x0=i / len(texts), y0=0.4, x1=(i + 1) / len(texts), y1=0.5), line=0)
        for i, t in enumerate(texts)
    )
    return Page(
        document_id=document_id,
        number=number,
        state=PageState.PARSED if words else PageState.BLANK,
        words=PageWords(witness=Witness.TEXT_LAYER, words=words) if words else PageWords(witness=None),
    )
