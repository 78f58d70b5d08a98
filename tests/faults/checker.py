"""The invariants: what must hold of the stores whatever was killed, by the client's ledger and plain SQL alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from docai.domain.ids import DocumentId, TenantId
from docai.protocols import PageIndex
from tests.faults.ledger import Accepted, Ledger
from tests.faults.papers import Kind, Sheet

Rows = Sequence[Mapping[str, Any]]
_STATE = {Kind.TEXT: "parsed", Kind.SCAN: "parsed", Kind.BLANK: "blank"}
_DRAWN = {*_STATE, Kind.OCR_SEGFAULT}
_TENANT_TABLES = ("document", "job", "page", "work_item", "usage", "event", "page_term", "page_length")


@dataclass(frozen=True, slots=True)
class Books:
    """Where a run's truth lies."""

    ledger: Ledger
    database: str
    """As psycopg takes it."""
    index: PageIndex
    blobs: Path

    def rows(self, query: str, *values: object) -> Rows:
        """A query's rows."""
        with psycopg.connect(self.database, row_factory=dict_row, autocommit=True) as connection:
            return connection.execute(query, values).fetchall()  # type: ignore[arg-type]

    def n_unfinished(self) -> int:
        """Accepted documents that have not ended."""
        ids = [entry.document_id for entry in self.ledger.live]
        ended = self.rows(
            "SELECT count(*) AS n FROM document WHERE id = ANY(%s) AND status IN ('ready', 'partly_ready', 'failed')",
            ids,
        )
        return len(ids) - int(ended[0]["n"])

    def breaches(self) -> list[str]:
        """Every invariant that does not hold, in words; none if nothing was lost, doubled or mixed up."""
        return [
            *self._documents(),
            *self._pages(),
            *self._work(),
            *self._events(),
            *self._tenants(),
            *self._search(),
            *self._files(),
        ]

    def _documents(self) -> Iterator[str]:
        rows = {row["id"]: row for row in self.rows("SELECT * FROM document")}
        jobs = {row["id"]: row for row in self.rows("SELECT * FROM job")}
        for entry in self.ledger.live:
            row, job = rows.pop(entry.document_id, None), jobs.get(entry.job_id)
            if row is None or job is None:
                yield f"document {entry.document_id} was accepted and is lost"
                continue
            expected, n_sheets = _status(entry), len(entry.sheets)
            if row["status"] != expected:
                yield f"document {row['id']} is {row['status']}, not {expected}"
            if row["remaining"] != 0:
                yield f"document {row['id']} counts {row['remaining']} items to be done"
            if job["finished_at"] is None or job["pages_done"] != n_sheets or job["pages_failed"] != entry.n_poisoned:
                yield f"job {job['id']} is {job['state']}, {job['pages_done']} done and {job['pages_failed']} failed"
            if sha256(entry.content).hexdigest() != row["sha256"]:
                yield f"document {row['id']} is of other bytes"
        for stray in rows.values():
            yield f"document {stray['id']} ({stray['status']}) is there and not in the ledger, or was deleted"

    def _pages(self) -> Iterator[str]:
        pages = defaultdict(list)
        for row in self.rows("SELECT * FROM page ORDER BY number"):
            pages[row["document_id"]].append(row)
        for entry in self.ledger.live:
            found, sheets = pages[entry.document_id], entry.sheets
            if [row["number"] for row in found] != list(range(1, len(sheets) + 1)):
                yield f"document {entry.document_id} has pages {[row['number'] for row in found]} of {len(sheets)}"
                continue
            for row, sheet in zip(found, sheets, strict=True):
                yield from (
                    f"page {row['number']} of {entry.document_id}: {fault}" for fault in _page_faults(row, sheet)
                )

    def _work(self) -> Iterator[str]:
        entries = {entry.document_id: entry for entry in self.ledger.live}
        items = self.rows("SELECT * FROM work_item")
        usage = Counter(row["item_id"] for row in self.rows("SELECT item_id FROM usage"))
        done: Counter[tuple[object, ...]] = Counter()
        for item in items:
            where = f"{item['stage']} of page {item['page_number']} of {item['document_id']}"
            if item["state"] in {"pending", "leased"}:
                yield f"{where} is {item['state']} though its document has ended"
            if item["state"] == "dead" and not _is_poison(entries.get(item["document_id"]), item["page_number"]):
                yield f"{where} is dead though nothing was wrong with it ({item['fault_code']})"
            if usage[item["id"]] != int(item["state"] in {"done", "dead"}):
                yield f"{where} is {item['state']} and was counted {usage[item['id']]} times"
            if item["state"] == "done":
                done[item["document_id"], item["epoch"], item["stage"], item["page_number"]] += 1
        for entry in entries.values():
            for stage, number in () if entry.earlier_jobs else _stages(entry):
                if sum(n for key, n in done.items() if (key[0], *key[2:]) == (entry.document_id, stage, number)) != 1:
                    yield f"{stage} of page {number} of {entry.document_id} was not done just once"

    def _events(self) -> Iterator[str]:
        said = Counter((row["job_id"], row["kind"]) for row in self.rows("SELECT job_id, kind FROM event"))
        for entry in self.ledger.live:
            expected = {"job.queued": 1, "job.started": 1, "job.finished": 1, "page.finished": len(entry.sheets)}
            if entry.earlier_jobs:
                del expected["page.finished"]
            for job_id in entry.earlier_jobs:
                if said[job_id, "job.finished"] != 1:
                    yield f"cancelled job {job_id} finished {said[job_id, 'job.finished']} times"
            found = {kind: said[entry.job_id, kind] for kind in expected}
            if found != expected:
                yield f"job {entry.job_id} told {found}, not {expected}"

    def _tenants(self) -> Iterator[str]:
        owners = {entry.document_id: entry.tenant_id for entry in self.ledger.live}
        for table in _TENANT_TABLES:
            key = "id" if table == "document" else "document_id"
            for row in self.rows(f"SELECT DISTINCT tenant_id, {key} AS document_id FROM {table}"):
                if owners.get(row["document_id"], row["tenant_id"]) != row["tenant_id"]:
                    yield f"{table} has rows of document {row['document_id']} under another tenant"

    def _search(self) -> Iterator[str]:
        terms: dict[tuple[UUID, int], set[str]] = defaultdict(set)
        for row in self.rows("SELECT document_id, page_number, term FROM page_term"):
            terms[row["document_id"], row["page_number"]].add(row["term"])
        n_pages = 0
        for entry in self.ledger.live:
            live = [n for n, sheet in enumerate(entry.sheets, 1) if _STATE.get(sheet.kind) == "parsed"]
            n_pages += len(live)
            found = list(self.index.page_numbers(TenantId(entry.tenant_id), DocumentId(entry.document_id)))
            if found != live:
                yield f"the index has pages {found} of {entry.document_id}, not {live}"
            for number in live:
                found_terms = terms.pop((entry.document_id, number), set())
                if len(found_terms) != len({*entry.sheets[number - 1].words, "the label of its block"}):
                    yield f"page {number} of {entry.document_id} has terms {sorted(found_terms)}"
        yield from (f"terms of {document} {number} are left" for document, number in terms)
        if self.index.count() != n_pages:
            yield f"the index has {self.index.count()} pages, not {n_pages}"

    def _files(self) -> Iterator[str]:
        named = {sha256(entry.content).hexdigest() for entry in self.ledger.live}
        for entry in self.ledger.live:
            named |= {sha256(sheet.image).hexdigest() for sheet in entry.sheets if sheet.kind in _DRAWN}
        kept = {path.parent.name + path.name for path in self.blobs.glob("[0-9a-f][0-9a-f]/*")}
        yield from (f"file {name} is lost" for name in sorted(named - kept))
        yield from (f"file {name} is nobody's" for name in sorted(kept - named))

    def n_solo_crashes_of_innocents(self) -> int:
        """How often a sane page was alone with a worker that was lost."""
        entries = {entry.document_id: entry for entry in self.ledger.live}
        rows = self.rows("SELECT document_id, page_number, solo_crashes FROM work_item WHERE solo_crashes > 0")
        return sum(
            int(row["solo_crashes"])
            for row in rows
            if not _is_poison(entries.get(row["document_id"]), row["page_number"])
        )


def _status(entry: Accepted) -> str:
    if not entry.n_poisoned:
        return "ready"
    return "failed" if entry.n_poisoned == len(entry.sheets) else "partly_ready"


def _page_faults(row: Mapping[str, Any], sheet: Sheet) -> Iterator[str]:
    expected = _STATE.get(sheet.kind, "failed")
    if row["state"] != expected:
        yield f"is {row['state']} ({row['fault_code']}), not {expected}"
        return
    if expected == "failed":
        return
    if row["image_sha256"] != sha256(sheet.image).hexdigest():
        yield "has another page's image"
    if expected == "parsed":
        if tuple(word["text"] for word in row["words"]["words"]) != sheet.words:
            yield "has other words"
        if [block["label"] for block in row["parse"]["blocks"]] != [sheet.expected_layout]:
            yield "has a layout of other words or another image"


def _is_poison(entry: Accepted | None, page_number: int) -> bool:
    return entry is not None and page_number > 0 and entry.sheets[page_number - 1].kind.is_poison


def _stages(entry: Accepted) -> Iterator[tuple[str, int]]:
    """Every stage that must have been done, once."""
    yield "open", 0
    for number, sheet in enumerate(entry.sheets, start=1):
        if sheet.kind.is_poison:
            continue
        yield "read", number
        if sheet.kind is Kind.SCAN:
            yield "ocr", number
            yield "parse", number
        if sheet.kind is not Kind.BLANK:
            yield "embed", number
