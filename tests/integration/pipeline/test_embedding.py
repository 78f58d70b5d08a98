"""The embed stage: pages of a batch seen together, each recorded for itself, and an index that is another encoder's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from docai.assembly.parts import make_policy
from docai.domain.access import Tenant
from docai.domain.documents import DocumentStatus, PageState
from docai.domain.embeddings import PageEmbedding, PageSight
from docai.domain.indexes import IndexEntry, IndexState
from docai.domain.jobs import Job
from docai.domain.work import Capability, Lease, NewItem, Stage
from docai.engines.embedder.ngram import NgramEmbedder
from docai.errors import EngineUnavailable, InvalidEmbedding, PageUnreadable
from docai.pipeline import stages
from docai.pipeline.parts import Parts
from docai.pipeline.stages import Stages
from docai.pipeline.threads import ThreadDoorbell
from docai.sealing import open_seal
from docai.settings import Settings
from docai.stores.blobs.filesystem import FilesystemBlobs
from docai.stores.postgres.unit_of_work import PostgresRecords
from docai.stores.qdrant.memory import MemoryIndex
from tests.integration.stores.queued import add_work, claim, items, make_due
from tests.integration.stores.samples import a_page

N_PAGES = 9


class Eye(NgramEmbedder):
    """An encoder of images in which a page's text is written as bytes; what it cannot see it is told by the text."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: list[int] = []
        self.troubles: Mapping[str, Exception] = {}

    @property
    def sees_images(self) -> bool:
        return True

    def embed_pages(self, pages: Sequence[PageSight]) -> list[PageEmbedding | None]:
        self.turns.append(len(pages))
        for page in pages:
            assert page.image is not None
            assert page.words is not None
            assert page.image.decode() == page.words.words[0].text, "each page comes with its own image"
            if page.image.decode() in self.troubles:
                raise self.troubles[page.image.decode()]
        return super().embed_pages(pages)


class Watch:
    """A `Watch` that has the worker leave after so many items."""

    def __init__(self, n_items: int = 1000) -> None:
        self.done: list[Lease] = []
        self._n_items = n_items

    def should_stop(self, lease: Lease) -> bool:
        return len(self.done) >= self._n_items

    def ended(self, lease: Lease) -> None:
        self.done.append(lease)


@pytest.fixture
def eye() -> Eye:
    return Eye()


@pytest.fixture
def parts(records: PostgresRecords, eye: Eye, tmp_path: Path) -> Parts:
    entry = IndexEntry(
        encoder=eye.fingerprint,
        dimension=eye.dimension,
        model="eye",
        state=IndexState.ACTIVE,
        golden=b"",
        created_at=datetime.now(UTC),
    )
    records.indexes.register(entry)
    unused: Any = None
    return Parts(
        records=records,
        blobs=FilesystemBlobs(tmp_path / "blobs"),
        index=MemoryIndex(dimension=eye.dimension, encoder=eye.fingerprint),
        reader=type("Reader", (), {"name": "reader 1"}),  # type: ignore[arg-type]
        word_reader=unused,
        embedder=eye,
        doorbell=ThreadDoorbell(),
        sealer=open_seal(None, tmp_path),
    )


@pytest.fixture
def job(parts: Parts, records: PostgresRecords, tenant: Tenant) -> Job:
    """Of a document whose pages were all read, and say `word1` and so on."""
    added = add_work(records, tenant, [NewItem(Stage.EMBED, number) for number in range(1, N_PAGES + 1)])
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.open_ledger(added.document_id, N_PAGES)
        for number in range(1, N_PAGES + 1):
            text = f"word{number}"
            assert parts.blobs.put(text.encode())
            page = a_page(added.document_id, number, text=text, image=text.encode())
            unit.documents.save_page(page.model_copy(update={"parse": None}))
    return added


def do(parts: Parts, watch: Watch | None = None) -> Watch:
    """Have a worker embed what is due."""
    watch = watch or Watch()
    Stages(parts, make_policy(Settings()).reading).do(claim(parts.records, Capability.EMBED), watch)
    return watch


def embedded(parts: Parts, job: Job) -> dict[int, int]:
    """The pages that are recorded under the encoder, each with its number of vectors."""
    with parts.records.unit_of_work(job.tenant_id) as unit:
        return dict(unit.embeddings.of_document(job.document_id, parts.embedder.fingerprint))


def faults(parts: Parts, job: Job) -> dict[int, str]:
    with parts.records.unit_of_work(job.tenant_id) as unit:
        pages = unit.documents.pages(job.document_id)
    return {page.number: page.fault.message for page in pages if page.fault is not None}


def terms(parts: Parts, job: Job, text: str) -> int:
    with parts.records.unit_of_work(job.tenant_id) as unit:
        return unit.terms.frequencies([text]).get(text, 0)


def test_the_pages_of_a_batch_are_seen_together_and_recorded_one_by_one(parts: Parts, eye: Eye, job: Job) -> None:
    assert len(do(parts).done) == N_PAGES
    assert eye.turns == [1, 4, 4]
    assert embedded(parts, job) == dict.fromkeys(range(1, N_PAGES + 1), 1)
    assert parts.index.page_numbers(job.tenant_id, job.document_id) == list(range(1, N_PAGES + 1))
    assert terms(parts, job, "word3") == 1
    with parts.records.unit_of_work(job.tenant_id) as unit:
        assert unit.documents.get(job.document_id).status is DocumentStatus.READY


def test_a_worker_that_leaves_begins_no_further_turn(parts: Parts, eye: Eye, job: Job) -> None:
    assert len(do(parts, Watch(n_items=1)).done) == 1
    assert eye.turns == [1]
    assert len(embedded(parts, job)) == 1


@pytest.mark.parametrize("trouble", [PageUnreadable("the image is damaged"), InvalidEmbedding("not a number")])
def test_a_page_that_cannot_be_embedded_costs_that_page_alone(
    trouble: Exception, parts: Parts, eye: Eye, job: Job
) -> None:
    eye.troubles = {"word4": trouble}
    assert len(do(parts).done) == N_PAGES
    assert embedded(parts, job) == dict.fromkeys(range(1, N_PAGES + 1), 1) | {4: 0}
    assert parts.index.page_numbers(job.tenant_id, job.document_id) == [1, 2, 3, 5, 6, 7, 8, 9]
    assert faults(parts, job) == {4: f"The page was read, but search cannot find it: {trouble}"}
    assert (terms(parts, job, "word4"), terms(parts, job, "word5")) == (0, 1)
    with parts.records.unit_of_work(job.tenant_id) as unit:
        assert unit.documents.page(job.document_id, 4).state is PageState.DEGRADED
        assert unit.documents.get(job.document_id).status is DocumentStatus.PARTLY_READY


def test_an_image_that_is_gone_costs_its_page_alone(parts: Parts, job: Job) -> None:
    with parts.records.unit_of_work(job.tenant_id) as unit:
        image = unit.documents.page(job.document_id, 4).image
    assert image is not None
    parts.blobs.delete(image.sha256)
    do(parts)
    assert embedded(parts, job) == dict.fromkeys(range(1, N_PAGES + 1), 1) | {4: 0}
    assert set(faults(parts, job)) == {4}


def test_a_device_without_room_for_one_page_has_that_page_tried_later(
    parts: Parts, eye: Eye, records: PostgresRecords, job: Job
) -> None:
    eye.troubles = {"word4": EngineUnavailable("no room")}
    ended = do(parts).done
    assert [row.page_number for row in items(records, job) if row.state == "pending"] == [4]
    assert set(embedded(parts, job)) == set(range(1, N_PAGES + 1)) - {4}
    eye.troubles = {}
    make_due(records, ended)
    do(parts)
    assert len(embedded(parts, job)) == N_PAGES


def test_a_fault_of_ours_at_a_page_is_not_the_others(
    parts: Parts, eye: Eye, records: PostgresRecords, job: Job
) -> None:
    eye.troubles = {"word4": ZeroDivisionError()}
    do(parts)
    assert [(row.page_number, row.errors) for row in items(records, job) if row.state == "pending"] == [(4, 1)]
    assert set(embedded(parts, job)) == set(range(1, N_PAGES + 1)) - {4}


def test_an_index_of_another_encoder_leaves_the_pages_to_others(
    parts: Parts, eye: Eye, records: PostgresRecords, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "_MISMATCH_PAUSE_S", 0.01)
    other = replace(parts, index=MemoryIndex(dimension=eye.dimension, encoder="another"))
    assert do(other).done == [], "none was ended: the caller hands them all back"
    assert {(row.state, row.errors) for row in items(records, job)} == {("leased", 0)}
    assert embedded(parts, job) == {}
    assert faults(parts, job) == {}


def test_a_page_with_nothing_to_embed_is_recorded_and_taken_out_of_the_index(
    parts: Parts, records: PostgresRecords, tenant: Tenant
) -> None:
    job = add_work(records, tenant, [NewItem(Stage.EMBED, 1)])
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.open_ledger(job.document_id, 1)
        page = a_page(job.document_id, 1, text="the", image=b"the")
        unit.documents.save_page(page.model_copy(update={"parse": None}))
    parts.blobs.put(b"the")
    assert len(do(parts).done) == 1
    assert embedded(parts, job) == {1: 0}
    assert parts.index.count() == 0
