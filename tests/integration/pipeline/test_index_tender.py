"""The index in use kept as the records have it: pages that are missing, pages that are gone, and who may do it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from docai.assembly.adoption import adopt, new_entry, require_active
from docai.domain.access import Tenant
from docai.domain.documents import Document, DocumentStatus, MediaType, Page, PageState
from docai.domain.embeddings import PageSight
from docai.domain.geometry import Box
from docai.domain.ids import new_document_id, new_job_id, sha256_of
from docai.domain.indexes import IndexState
from docai.domain.jobs import Job, JobState
from docai.domain.words import PageWords, Witness, Word
from docai.engines.embedder.ngram import NgramEmbedder
from docai.errors import IndexMismatch
from docai.pipeline.backfill import Backfill, Filled
from docai.pipeline.index_tender import IndexTender
from docai.pipeline.standby import StandBy
from docai.stores.blobs.filesystem import FilesystemBlobs
from docai.stores.indexes import RegisteredIndexes
from docai.stores.postgres.unit_of_work import PostgresRecords
from docai.stores.qdrant.memory import MemoryShelf

EMBEDDER, ANOTHER = NgramEmbedder(dimension=32), NgramEmbedder(dimension=64)


@dataclass(frozen=True)
class Scene:
    """Records with one index in use, and what tends it."""

    records: PostgresRecords
    index: RegisteredIndexes
    tender: IndexTender
    tenant: Tenant


@pytest.fixture
def scene(records: PostgresRecords, tenant: Tenant, tmp_path: Path) -> Iterator[Scene]:
    require_active(adopt(records.indexes, EMBEDDER, "ngram"), records.indexes)
    index = RegisteredIndexes(records.indexes, MemoryShelf())
    yield Scene(records, index, IndexTender(records, FilesystemBlobs(tmp_path), index, EMBEDDER), tenant)
    index.close()


def read(scene: Scene, *texts: str) -> Document:
    """A document whose pages were read and never embedded."""
    now = datetime.now(UTC)
    document = Document(
        id=new_document_id(),
        tenant_id=scene.tenant.id,
        name="a",
        sha256=sha256_of("".join(texts).encode()),
        media_type=MediaType.PDF,
        n_bytes=1,
        status=DocumentStatus.READY,
        n_pages=len(texts),
        created_at=now,
        updated_at=now,
    )
    job = Job(
        id=new_job_id(), tenant_id=scene.tenant.id, document_id=document.id, state=JobState.SUCCEEDED, created_at=now
    )
    with scene.records.unit_of_work(scene.tenant.id) as unit:
        unit.documents.add(document, job)
        for number, text in enumerate(texts, start=1):
            box = Box(x0=0, y0=0, x1=1, y1=0.1)
            words = PageWords(
                witness=Witness.TEXT_LAYER, words=tuple(Word(text=word, box=box, line=0) for word in text.split())
            )
            unit.documents.save_page(Page(document_id=document.id, number=number, state=PageState.PARSED, words=words))
    return document


def test_pages_that_were_never_embedded_come_into_the_index_once(scene: Scene) -> None:
    document = read(scene, "net sales", "gross profit", "the of and")  # the last one has nothing to look for
    assert scene.tender.fill() == 3
    assert list(scene.index.page_numbers(scene.tenant.id, document.id)) == [1, 2]
    with scene.records.unit_of_work(scene.tenant.id) as unit:
        assert unit.embeddings.of_document(document.id, EMBEDDER.fingerprint) == {1: 2, 2: 2, 3: 0}
    assert scene.tender.fill() == 0


def test_pages_are_embedded_a_few_at_a_time_and_no_more_once_it_is_to_end(scene: Scene, tmp_path: Path) -> None:
    document = read(scene, *(f"page{number}" for number in range(10)))
    backfill = Backfill(scene.records, FilesystemBlobs(tmp_path), scene.index, EMBEDDER)
    turns: list[int] = []
    assert backfill.fill(turns.append, may_go_on=lambda: len(turns) < 2) == Filled(n_embedded=5, n_failed=0)
    assert turns == [1, 4]
    assert list(scene.index.page_numbers(scene.tenant.id, document.id)) == [1, 2, 3, 4, 5]
    assert backfill.fill(turns.append) == Filled(n_embedded=5, n_failed=0)
    assert sum(turns) == 10


def test_pages_that_lost_their_vectors_and_vectors_that_lost_their_pages_are_mended(scene: Scene) -> None:
    document = read(scene, "net sales", "gross profit")
    scene.tender.fill()
    scene.index.delete(scene.tenant.id, document.id, [2])
    gone = new_document_id()
    ((vectors),) = EMBEDDER.embed_pages([_sight("late vectors")])
    assert vectors is not None
    scene.index.upsert(scene.tenant.id, gone, 1, vectors)
    scene.tender.mend()
    assert list(scene.index.page_numbers(scene.tenant.id, gone)) == []
    assert scene.tender.fill() == 1
    assert list(scene.index.page_numbers(scene.tenant.id, document.id)) == [1, 2]


def _sight(text: str) -> PageSight:
    box = Box(x0=0, y0=0, x1=1, y1=0.1)
    words = tuple(Word(text=word, box=box, line=0) for word in text.split())
    return PageSight(PageWords(witness=Witness.TEXT_LAYER, words=words))


def test_one_process_tends_the_index_at_a_time(scene: Scene) -> None:
    read(scene, "net sales")
    with scene.records.indexes.tending() as is_mine:
        assert is_mine
        assert scene.tender.fill() == 0
    assert scene.tender.fill() == 1


def test_a_worker_of_another_encoder_stands_by_until_its_index_is_in_use(scene: Scene) -> None:
    indexes = scene.records.indexes
    with pytest.raises(IndexMismatch, match="docai index build"):
        adopt(indexes, ANOTHER, "ngram")
    indexes.register(new_entry(ANOTHER, "ngram", IndexState.BUILDING))
    entry = adopt(indexes, ANOTHER, "ngram")
    with pytest.raises(IndexMismatch, match="not in use"):
        require_active(entry, indexes)
    assert not StandBy(indexes, ANOTHER.fingerprint).may_embed()
    assert StandBy(indexes, EMBEDDER.fingerprint).may_embed()
    indexes.activate(ANOTHER.fingerprint)
    assert StandBy(indexes, ANOTHER.fingerprint).may_embed()
    assert not StandBy(indexes, EMBEDDER.fingerprint).may_embed()
    read(scene, "net sales")
    assert scene.tender.fill() == 0  # of the encoder before


def test_an_encoder_that_gives_other_vectors_than_at_first_is_refused(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = NgramEmbedder(dimension=32)
    hashed = changed._vector
    monkeypatch.setattr(changed, "_vector", lambda surface: hashed(surface[::-1]))
    with pytest.raises(IndexMismatch, match="no longer gives"):
        adopt(scene.records.indexes, changed, "ngram")
