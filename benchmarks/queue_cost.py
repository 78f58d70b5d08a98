"""What the queue costs: per item alone, and per page of real reading against a plain loop over the same code.

    .venv/bin/python benchmarks/queue_cost.py [--items 400] [--documents 2] [--pages 8 2] [--rounds 10]

The first part claims and ends items whose stage does nothing, through the code that workers use, on a PostgreSQL of its
own with its usual settings (every commit reaches the disk). An item is ended as a blank page, which has rows to save
and nothing to be read. It is told beside what a bare commit of one row costs on the same disk.

The second part reads drawn pages of reports and invoices, turn about: by the whole local system, from the upload to the
end of the last job, and by the same reading code called in a loop by as many threads, with files and vectors kept but
no queue and no rows.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import psutil
import pymupdf
from sqlalchemy import text

from docai.assembly.local import open_local
from docai.assembly.parts import Assembled, make_policy
from docai.domain.access import Tenant
from docai.domain.documents import Document, DocumentStatus, MediaType, Page, PageState
from docai.domain.embeddings import PageSight
from docai.domain.ids import Sha256, TenantId, WorkerId, new_document_id, new_job_id, sha256_of
from docai.domain.jobs import Job, JobState
from docai.domain.work import Capability, NewItem, Stage
from docai.engines.embedder.ngram import NgramEmbedder
from docai.engines.ocr.rapidocr import RapidOcrReader
from docai.pdf.draw_invoice import invoice
from docai.pdf.draw_report import report
from docai.pdf.sandbox import PdfSandbox
from docai.pipeline.index import index_page
from docai.pipeline.read import PageReading
from docai.pipeline.record import Recorder
from docai.settings import Settings, WorkerSettings
from docai.stores.blobs.filesystem import FilesystemBlobs
from docai.stores.postgres.access import new_key
from docai.stores.postgres.embedded import EmbeddedPostgres
from docai.stores.postgres.engine import make_engine
from docai.stores.postgres.schema import upgrade
from docai.stores.postgres.unit_of_work import PostgresRecords
from docai.stores.qdrant.edge import EdgeIndex

LEASE_S = 30.0
WAIT_S = 0.2
"""Between two looks whether all is done: whoever looks costs time too."""


def enter_pages(records: PostgresRecords, tenant: Tenant, n_pages: int, *, apart: bool) -> None:
    """A document whose pages wait to be read; `apart` has each come in a batch of its own."""
    now = datetime.now(UTC)
    document = Document(
        id=new_document_id(),
        tenant_id=tenant.id,
        name="a.pdf",
        sha256=sha256_of(uuid4().bytes),
        media_type=MediaType.PDF,
        n_bytes=1,
        status=DocumentStatus.PROCESSING,
        created_at=now,
        updated_at=now,
    )
    state = JobState.RUNNING
    job = Job(id=new_job_id(), tenant_id=tenant.id, document_id=document.id, state=state, created_at=now)
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.add(document, job)
        unit.documents.open_ledger(document.id, n_pages)
        numbers = range(1, n_pages + 1)
        unit.work.add(job, [NewItem(Stage.READ, n, bucket=str(n) if apart else "") for n in numbers])


def work_off(records: PostgresRecords) -> tuple[list[float], list[float]]:
    """Milliseconds per item of claiming, by batch, and of ending, by item."""
    recorder, worker = Recorder(records), WorkerId(uuid4())
    claims, ends = [], []
    while True:
        begun = time.perf_counter()
        leases = records.queue.claim(Capability.RASTER, worker, lease_s=LEASE_S)
        if not leases:
            return claims, ends
        claims.append((time.perf_counter() - begun) / len(leases) * 1000)
        for lease in leases:
            item = lease.item
            page = Page(document_id=item.document_id, number=item.page_number, state=PageState.BLANK)
            begun = time.perf_counter()
            recorder.page(lease, page, seconds=0.0)
            ends.append((time.perf_counter() - begun) * 1000)


def bare_commit_ms(records: PostgresRecords, n: int) -> float:
    """What one statement and its commit cost."""
    took = []
    with records._transaction() as session:
        session.execute(text("CREATE TABLE bare (n int)"))
    for number in range(n):
        begun = time.perf_counter()
        with records._transaction() as session:
            session.execute(text("INSERT INTO bare VALUES (:n)"), {"n": number})
        took.append((time.perf_counter() - begun) * 1000)
    return statistics.median(took)


def server_cpu_s(folder: Path) -> float:
    """Processor seconds that the database has used."""
    pid = int((folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
    server = psutil.Process(pid)
    return sum(sum(process.cpu_times()[:2]) for process in (server, *server.children()))


def queue_alone(folder: Path, n_items: int) -> None:
    """Measure and print the first part."""
    with EmbeddedPostgres(folder / "postgres") as server:
        engine = make_engine(server.url, pool_size=2)
        upgrade(engine)
        records = PostgresRecords(engine)
        tenant = Tenant(id=TenantId(uuid4()), name="a tenant")
        records.add_key(tenant, new_key(tenant)[1])
        for apart in (True, False):
            for _ in range(-(-n_items // 20)):
                enter_pages(records, tenant, 20, apart=apart)
            client_s, server_s = time.process_time(), server_cpu_s(folder)
            claims, ends = work_off(records)
            client_ms = (time.process_time() - client_s) / len(ends) * 1000
            server_ms = (server_cpu_s(folder) - server_s) / len(ends) * 1000
            claim_ms, end_ms = statistics.median(claims), statistics.median(ends)
            print(
                f"batch {1 if apart else 8}: {claim_ms + end_ms:.2f} ms an item "
                f"(claim {claim_ms:.2f}, end {end_ms:.2f}); "
                f"of processor {client_ms:.2f} ms here and {server_ms:.2f} ms in the database"
            )
        print(f"one row and its commit: {bare_commit_ms(records, n_items):.2f} ms")
        records.close()


def drawn(n: int, pages_each: int, round_number: int) -> list[bytes]:
    """Different files of so many pages, of a report and an invoice in turn."""
    with pymupdf.open(stream=report().pdf) as pages, pymupdf.open(stream=invoice().pdf) as more, pymupdf.open() as file:
        pages.insert_pdf(more)
        while file.page_count < pages_each:
            file.insert_pdf(pages, to_page=min(pages.page_count, pages_each - file.page_count) - 1)
        content = file.tobytes()
    return [content + b"\n%% %d %d\n" % (round_number, i) for i in range(n)]


def whole(local: Assembled, contents: Sequence[bytes]) -> float:
    """Seconds from the first upload to the end of the last job."""
    system, tenant = local.system, local.tenant.id
    begun = time.perf_counter()
    taken = [system.submit(tenant, BytesIO(content), "a.pdf") for content in contents]
    while any(depth.n_pending + depth.n_leased for depth in local.records.queue.depths()):
        time.sleep(WAIT_S)
    seconds = time.perf_counter() - begun
    assert {system.job(tenant, submission.job.id).state for submission in taken} == {JobState.SUCCEEDED}
    return seconds


class Plain:
    """The same reading code, called in a loop."""

    def __init__(self, folder: Path, threads: int, settings: Settings) -> None:
        self._blobs = FilesystemBlobs(folder / "blobs")
        self._embedder = NgramEmbedder(dimension=settings.embedder.dimension)
        encoder = self._embedder.fingerprint
        self._index = EdgeIndex(folder / "index", dimension=self._embedder.dimension, encoder=encoder)
        self._reader = PdfSandbox(memory_mib=settings.limits.sandbox_memory_mib)
        self._reading = PageReading(
            blobs=self._blobs, reader=self._reader, word_reader=RapidOcrReader(), policy=make_policy(settings).reading
        )
        self._pool = ThreadPoolExecutor(threads)

    def read_all(self, contents: Sequence[bytes]) -> tuple[float, int]:
        """Seconds, and pages."""
        begun = time.perf_counter()
        n_pages = sum(self._pool.map(self._read, contents))
        return time.perf_counter() - begun, n_pages

    def _read(self, content: bytes) -> int:
        sha256: Sha256 = self._blobs.put(content)
        now = datetime.now(UTC)
        document = Document(
            id=new_document_id(),
            tenant_id=TenantId(uuid4()),
            name="a.pdf",
            sha256=sha256,
            media_type=MediaType.PDF,
            n_bytes=len(content),
            status=DocumentStatus.PROCESSING,
            created_at=now,
            updated_at=now,
        )
        with self._reader.open(self._blobs.path(sha256), MediaType.PDF) as opened:
            for number in range(1, opened.facts.n_pages + 1):
                page, _ = self._reading.read(opened, document, number)
                assert page.state is PageState.PARSED
                (embedding,) = self._embedder.embed_pages([PageSight(page.words)])
                index_page(document, page, embedding, index=self._index)
            return opened.facts.n_pages

    def close(self) -> None:
        self._pool.shutdown()
        self._reader.close()
        self._index.close()


def queue_beside_reading(folder: Path, n_documents: int, pages_each: int, *, rounds: int, threads: int) -> None:
    """Measure and print the second part."""
    settings = Settings(home=folder / "home", worker=WorkerSettings(processes=threads))
    plain = Plain(folder / "plain", threads, settings)
    with open_local(settings) as local:
        warm = drawn(2 * threads, 1, 0)
        whole(local, warm)
        plain.read_all(warm)
        ratios, ours_s, theirs_s = [], 0.0, 0.0
        for number in range(1, rounds + 1):
            contents = drawn(n_documents, pages_each, number)
            ours = whole(local, contents)
            theirs, n_pages = plain.read_all(contents)
            ratios.append(theirs / ours)
            ours_s, theirs_s = ours_s + ours, theirs_s + theirs
            print(
                f"round {number}: {n_documents} documents, {n_pages} pages; system {n_pages / ours:.2f} pages/s, "
                f"loop {n_pages / theirs:.2f} pages/s, ratio {ratios[-1]:.2f}"
            )
        print(f"{pages_each} pages each: median ratio {statistics.median(ratios):.2f}, of sums {theirs_s / ours_s:.2f}")
    plain.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=400)
    parser.add_argument("--documents", type=int, default=2)
    parser.add_argument("--pages", type=int, nargs="+", default=[8, 2], help="of each document")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="docai-benchmark-"))
    try:
        queue_alone(folder, args.items)
        for pages_each in args.pages:
            queue_beside_reading(
                folder / str(pages_each), args.documents, pages_each, rounds=args.rounds, threads=args.threads
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
