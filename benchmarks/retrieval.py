"""Pages found for questions, one JSON line per question, for the retrieval scorer.

Words from the PDFs (text layer, else OCR), embedded PostgreSQL, Qdrant Edge, and search as the service does it; the
layout is not read, since search does not use it. With `--home` the corpus is kept, and only missing files are read.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from docai.domain.access import ApiKey, Tenant
from docai.domain.answers import Question, SearchMode
from docai.domain.documents import Document, DocumentStatus, MediaType, Page, PageState
from docai.domain.embeddings import PageSight
from docai.domain.ids import DocumentId, KeyId, TenantId, new_document_id, new_job_id, sha256_of
from docai.domain.jobs import Job, JobState
from docai.domain.words import PageWords, Witness
from docai.engines.embedder.ngram import NgramEmbedder
from docai.engines.ocr.rapidocr import RapidOcrReader
from docai.late_interaction import CandidatePolicy
from docai.pdf.sandbox import PdfSandbox
from docai.pipeline.index import index_page
from docai.pipeline.rasterise import RasterPolicy, raster_plan
from docai.protocols import OpenDocument
from docai.query.search import SearchPolicy, search
from docai.settings import Settings
from docai.stores.postgres.embedded import EmbeddedPostgres
from docai.stores.postgres.engine import make_engine
from docai.stores.postgres.schema import upgrade
from docai.stores.postgres.unit_of_work import PostgresRecords
from docai.stores.qdrant.edge import EdgeIndex

TENANT = Tenant(id=TenantId(UUID(int=1)), name="benchmark")


@dataclass(frozen=True)
class Corpus:
    """The parts that search needs, and how pages get into them."""

    records: PostgresRecords
    index: EdgeIndex
    embedder: NgramEmbedder
    sandbox: PdfSandbox
    ocr: RapidOcrReader
    raster: RasterPolicy
    policy: SearchPolicy

    def add(self, path: Path) -> tuple[DocumentId, int]:
        """Read a file unless it is there already; gives its id and how many pages were read."""
        document = _document(path.name, path.read_bytes())
        with self.sandbox.open(path, MediaType.PDF, None) as opened:
            return self._put(document, opened.facts.n_pages, lambda number: self._page(opened, document, number))

    def add_words(self, name: str, pages: Sequence[PageWords]) -> tuple[DocumentId, int]:
        """Take in the words of a document's pages unless they are there already, as `add` does."""
        document = _document(name, name.encode())

        def page(number: int) -> Page:
            return Page(document_id=document.id, number=number, state=PageState.PARSED, words=pages[number - 1])

        return self._put(document, len(pages), page)

    def ask(self, text: str, within: tuple[DocumentId, ...], top_k: int, mode: SearchMode) -> list[tuple[str, int]]:
        """Names and page numbers, best first."""
        question = Question(text=text, document_ids=within, top_k=top_k, mode=mode)
        hits = search(
            question,
            records=self.records,
            tenant_id=TENANT.id,
            index=self.index,
            embedder=self.embedder,
            policy=self.policy,
        )
        return [(hit.document_name, hit.page_number) for hit in hits]

    def _put(self, document: Document, n_pages: int, read: Callable[[int], Page]) -> tuple[DocumentId, int]:
        with self.records.unit_of_work(TENANT.id) as unit:
            known = unit.documents.list(limit=10_000)
        for stored in known:
            if stored.sha256 == document.sha256:
                return stored.id, 0
        # Read before the transaction: the database breaks off one that idles while words are recognised.
        pages = [read(number) for number in range(1, n_pages + 1)]
        embeddings = self.embedder.embed_pages([PageSight(page.words) for page in pages])
        job = Job(
            id=new_job_id(),
            tenant_id=TENANT.id,
            document_id=document.id,
            state=JobState.SUCCEEDED,
            created_at=document.created_at,
        )
        with self.records.unit_of_work(TENANT.id) as unit:
            unit.documents.add(document, job)
            unit.documents.open_ledger(document.id, n_pages)
            for page in pages:
                unit.documents.save_page(page)
            counts = {
                page.number: index_page(document, page, embedding, index=self.index)
                for page, embedding in zip(pages, embeddings, strict=True)
            }
            unit.terms.replace(document.id, counts)
        return document.id, n_pages

    def _page(self, opened: OpenDocument, document: Document, number: int) -> Page:
        facts = opened.measure(number)
        words = facts.words
        if words.witness is not Witness.TEXT_LAYER:
            seen = self.ocr.read(opened.render(number, raster_plan(facts, self.raster).dpi).content)
            words = seen.model_copy(update={"text_layer_flaws": words.text_layer_flaws})
        return Page(document_id=document.id, number=number, state=PageState.PARSED, size=facts.size, words=words)


def _document(name: str, content: bytes) -> Document:
    now = datetime.now(UTC)
    return Document(
        id=new_document_id(),
        tenant_id=TENANT.id,
        name=name,
        sha256=sha256_of(content),
        media_type=MediaType.PDF,
        n_bytes=len(content),
        status=DocumentStatus.READY,
        created_at=now,
        updated_at=now,
    )


def open_index(home: Path, embedder: NgramEmbedder, policy: CandidatePolicy) -> EdgeIndex:
    """The index of a corpus."""
    return EdgeIndex(home / "index", dimension=embedder.dimension, encoder=embedder.fingerprint, policy=policy)


@contextmanager
def open_corpus(home: Path, settings: Settings) -> Iterator[Corpus]:
    """The parts as the settings have them, in a folder."""
    home.mkdir(parents=True, exist_ok=True)
    limits, raster = settings.limits, settings.raster
    with ExitStack() as stack:
        engine = make_engine(stack.enter_context(EmbeddedPostgres(home / "postgres")).url, pool_size=2)
        records = PostgresRecords(engine)
        stack.callback(records.close)
        upgrade(engine)
        if records.first_tenant() is None:
            key = ApiKey(id=KeyId(UUID(int=1)), tenant_id=TENANT.id, prefix="", sha256="", created_at=datetime.now(UTC))
            records.add_key(TENANT, key)
        embedder = NgramEmbedder(dimension=settings.embedder.dimension)
        index = open_index(home, embedder, CandidatePolicy(settings.index.full_scan_pages, settings.index.candidates))
        stack.callback(index.close)
        sandbox = PdfSandbox(
            memory_mib=limits.sandbox_memory_mib,
            open_timeout_s=limits.open_timeout_s,
            page_timeout_s=limits.page_timeout_s,
            max_page_pixels=limits.max_page_pixels,
        )
        stack.callback(sandbox.close)
        yield Corpus(
            records=records,
            index=index,
            embedder=embedder,
            sandbox=sandbox,
            ocr=RapidOcrReader(threads=settings.ocr.threads),
            raster=RasterPolicy(
                floor_dpi=raster.floor_dpi,
                ceiling_dpi=raster.ceiling_dpi,
                min_x_height_px=raster.min_x_height_px,
                max_pixels=limits.max_page_pixels,
            ),
            policy=SearchPolicy(**settings.search.model_dump()),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with manifest.json and queries.jsonl")
    parser.add_argument("--out", type=Path, required=True, help="predictions, JSON lines")
    parser.add_argument("--home", type=Path, default=None, help="keep the corpus here")
    parser.add_argument("--first", type=int, default=None, help="only so many questions")
    parser.add_argument("--top-k", type=int, default=10, help="ranks per question")
    parser.add_argument("--mode", type=SearchMode, default=SearchMode.HYBRID, help="hybrid, text or late_interaction")
    args = parser.parse_args()
    files = [args.data / item["file"] for item in json.loads((args.data / "manifest.json").read_text())["items"]]
    queries = [json.loads(line) for line in (args.data / "queries.jsonl").read_text().splitlines()]
    queries = queries[: args.first]
    with ExitStack() as stack:
        home = args.home or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        corpus = stack.enter_context(open_corpus(home, Settings()))
        start = time.perf_counter()
        added = {file.name: corpus.add(file) for file in files}
        n_read, read_s = sum(n for _, n in added.values()), time.perf_counter() - start
        seconds = []
        with args.out.open("w") as out:
            for query in queries:
                document_id, _ = added[Path(query["file"]).name]
                within = corpus.ask(query["question"], (document_id,), args.top_k, args.mode)
                start = time.perf_counter()
                across = corpus.ask(query["question"], (), args.top_k, args.mode)
                seconds.append(time.perf_counter() - start)
                line = {"id": query["id"], "within": [number for _, number in within], "across": across}
                out.write(json.dumps(line) + "\n")
        print(
            f"{corpus.index.count()} pages, {n_read} read in {read_s:.0f} s; "
            f"{len(queries)} questions, median {statistics.median(seconds) * 1000:.0f} ms, "
            f"slowest {max(seconds) * 1000:.0f} ms"
        )


if __name__ == "__main__":
    main()
