"""Deleting leaves nothing in any store, says so, and goes on when a store was away."""

import os
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import text

from docai.assembly.local import open_local
from docai.assembly.parts import Assembled
from docai.domain.erasures import ErasureState
from docai.domain.ids import TenantId
from docai.errors import DocumentNotFound, ErasureNotFound, StoreUnavailable
from docai.pdf import draw
from docai.pipeline.erase import Eraser
from docai.settings import Settings, WorkerSettings


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def local(home: Path) -> Iterator[Assembled]:
    settings = Settings(home=home, worker=WorkerSettings(lease_s=1.0, sweep_s=0.3))
    with open_local(settings) as opened:
        yield opened


def submitted(local: Assembled, pdf: bytes, *, wait: bool = True):  # noqa: ANN201
    submission = local.system.submit(local.tenant.id, BytesIO(pdf), "some.pdf")
    if wait:
        assert local.system.wait(local.tenant.id, submission.job.id, 120).state.is_final
    return submission


def files(home: Path) -> set[str]:
    return {path.parent.name + path.name for path in (home / "blobs").glob("[0-9a-f][0-9a-f]/*")}


def rows_naming(local: Assembled, document_id: object) -> dict[str, int]:
    """In how many rows of each table the document's id stands, receipts and usage aside."""
    with local.records._engine.connect() as connection:  # type: ignore[attr-defined]
        columns = connection.execute(
            text("SELECT table_name FROM information_schema.columns WHERE column_name = 'document_id'")
        ).scalars()
        return {
            table: n
            for table in columns
            if table not in {"erasure", "usage"}
            and (
                n := connection.scalar(text(f"SELECT count(*) FROM {table} WHERE document_id = :d"), {"d": document_id})
            )
        }


def verified(local: Assembled, erasure_id: object):  # noqa: ANN201
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        erasure = local.system.erasure(local.tenant.id, erasure_id)  # type: ignore[arg-type]
        if erasure.state is ErasureState.VERIFIED:
            return erasure
        time.sleep(0.1)
    raise AssertionError(erasure)


def test_a_document_at_rest_is_erased_and_verified_in_the_same_call(local: Assembled, home: Path) -> None:
    before = files(home)
    document = submitted(local, draw.plain(2, 11.0).pdf).document
    erasure = local.system.delete(local.tenant.id, document.id)
    assert erasure.state is ErasureState.VERIFIED
    assert (erasure.n_pages, erasure.n_blobs, erasure.n_vectors_left) == (2, 3, 0)
    assert files(home) == before
    # What is left is that it was deleted: the event, whose delivery is still to come.
    assert rows_naming(local, document.id) == {"event": 1}
    assert local.system._parts.index.page_numbers(local.tenant.id, document.id) == []


def test_a_document_being_read_is_gone_at_once_and_verified_after_the_leases(local: Assembled, home: Path) -> None:
    before = files(home)
    submission = submitted(local, draw.plain(10, 12.0).pdf, wait=False)
    while local.system.job(local.tenant.id, submission.job.id).pages_done < 1:
        time.sleep(0.01)
    erasure = local.system.delete(local.tenant.id, submission.document.id)
    assert erasure.state is ErasureState.ERASING
    with pytest.raises(DocumentNotFound):
        local.system.document(local.tenant.id, submission.document.id)
    assert verified(local, erasure.id).n_vectors_left == 0
    assert local.system._parts.index.page_numbers(local.tenant.id, submission.document.id) == []
    assert files(home) == before


def test_a_document_whose_job_was_just_cancelled_is_verified_after_the_leases(local: Assembled, home: Path) -> None:
    before = files(home)
    submission = submitted(local, draw.plain(10, 12.5).pdf, wait=False)
    while local.system.job(local.tenant.id, submission.job.id).pages_done < 1:
        time.sleep(0.01)
    local.system.jobs.cancel(local.tenant.id, submission.job.id)
    erasure = local.system.delete(local.tenant.id, submission.document.id)
    assert erasure.state is ErasureState.ERASING  # a worker may just be putting a page into the index
    assert verified(local, erasure.id).n_vectors_left == 0
    assert local.system._parts.index.page_numbers(local.tenant.id, submission.document.id) == []
    assert files(home) == before


def test_files_that_another_document_has_too_are_kept(local: Assembled, home: Path) -> None:
    pdf = draw.plain(1, 13.0).pdf
    kept = submitted(local, pdf).document
    same_image = submitted(local, pdf + b"\n% other bytes, same page\n").document
    erasure = local.system.delete(local.tenant.id, same_image.id)
    assert erasure.n_blobs == 1
    assert local.system.page_image(local.tenant.id, kept.id, 1)
    local.system.delete(local.tenant.id, kept.id)


def test_a_store_that_is_away_gets_its_turn_later(local: Assembled, monkeypatch: pytest.MonkeyPatch) -> None:
    document = submitted(local, draw.plain(1, 14.0).pdf).document
    index, is_away = local.system._parts.index, True
    really = type(index).delete

    def delete(self: object, *args: object) -> None:
        if is_away:
            raise StoreUnavailable("away")
        really(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(type(index), "delete", delete)
    erasure = local.system.delete(local.tenant.id, document.id)
    assert erasure.state is ErasureState.ERASING
    is_away = False
    assert verified(local, erasure.id).verified_at is not None
    assert index.page_numbers(local.tenant.id, document.id) == []


def test_a_late_vector_is_found_by_the_second_look(local: Assembled) -> None:
    document = submitted(local, draw.plain(1, 15.0).pdf).document
    parts = local.system._parts
    words = local.system.page(local.tenant.id, document.id, 1).words
    assert words is not None
    embedding = parts.embedder.embed_words(words)
    assert embedding is not None
    slow = Eraser(parts, lease_s=1.0)
    erasure = slow.erase(local.tenant.id, document.id)
    parts.index.upsert(local.tenant.id, document.id, 1, embedding)  # by a worker that was frozen for long
    slow._look(erasure, [], may_verify=True)
    assert parts.index.page_numbers(local.tenant.id, document.id) == []


def test_a_receipt_is_shown_to_its_tenant_alone(local: Assembled) -> None:
    document = submitted(local, draw.plain(1, 16.0).pdf).document
    erasure = local.system.delete(local.tenant.id, document.id)
    with pytest.raises(ErasureNotFound):
        local.system.erasure(TenantId(document.id), erasure.id)


def test_files_that_killed_work_left_are_collected(local: Assembled, home: Path) -> None:
    parts = local.system._parts
    named = submitted(local, draw.plain(1, 17.0).pdf).document
    orphan, young = parts.blobs.put(b"an image whose page was never saved"), parts.blobs.put(b"just written")
    past = time.time() - 1000
    for sha256 in (orphan, named.sha256):
        os.utime(home / "blobs" / sha256[:2] / sha256[2:], (past, past))
    assert Eraser(parts, lease_s=1.0).collect(500) == 1
    assert not parts.blobs.has(orphan)
    assert parts.blobs.has(young)
    assert parts.blobs.has(named.sha256)
