"""Documents are deleted while workers hold them: nothing of them is left in any store."""

from __future__ import annotations

import random
import time
from hashlib import sha256

import pytest

from docai.domain.ids import DocumentId, TenantId
from tests.faults.crew import eventually
from tests.faults.ledger import Accepted
from tests.faults.papers import paper
from tests.faults.site import Run, Site
from tests.faults.test_lost_workers import ALL, RASTER, Told, full

ERASED_S = 60.0
_TABLES = ("job", "page", "page_table", "table_cell", "page_length", "page_term", "work_item")


@pytest.mark.parametrize(("n", "seed"), [(20, 40), full(200, 41)])
def test_nothing_is_left_of_a_document_that_workers_held(site: Site, tell: Told, n: int, seed: int) -> None:
    with site.run(seed) as run:
        run.crew.start(RASTER, ALL, ALL, page_s=0.05)
        dice = random.Random(seed)
        entries = []
        for _ in range(n):
            entry = run.submit(paper(run.random, 6))
            run.submit(paper(run.random, 2))  # which stays
            took_s = eventually(lambda entry=entry: _is_held(run, entry) or _has_ended(run, entry), 60, 0.01)
            assert took_s is not None, run.where_it_stands()
            time.sleep(dice.uniform(0.0, 0.5))
            run.system.delete(TenantId(entry.tenant_id), DocumentId(entry.document_id))
            entry.is_deleted = True
            entries.append(entry)
        for entry in entries:
            took_s = eventually(lambda entry=entry: _remains(run, entry) == [], ERASED_S)
            assert took_s is not None, _remains(run, entry)
        slowest = "SELECT extract(epoch FROM max(verified_at - requested_at))::float AS s FROM erasure"
        slowest_s = float(run.books.rows(slowest)[0]["s"])
        tell("slowest, s", round(slowest_s, 1))
        assert slowest_s <= ERASED_S
        run.finish(120)
        assert run.books.breaches() == []


def _is_held(run: Run, entry: Accepted) -> bool:
    held = "SELECT 1 FROM work_item WHERE document_id = %s AND state = 'leased'"
    return bool(run.books.rows(held, entry.document_id))


def _has_ended(run: Run, entry: Accepted) -> bool:
    ended = "SELECT 1 FROM job WHERE id = %s AND finished_at IS NOT NULL"
    return bool(run.books.rows(ended, entry.job_id))


def _remains(run: Run, entry: Accepted) -> list[str]:
    """Where something of a deleted document still is."""
    found = [f"{table} has rows" for table in _TABLES if run.books.rows(_count(table), entry.document_id)]
    if run.books.rows("SELECT 1 FROM document WHERE id = %s", entry.document_id):
        found.append("document has a row")
    if run.books.index.page_numbers(TenantId(entry.tenant_id), DocumentId(entry.document_id)):
        found.append("the index has pages")
    for content in (entry.content, *(sheet.image for sheet in entry.sheets)):
        digest = sha256(content).hexdigest()
        if (run.books.blobs / digest[:2] / digest[2:]).exists():
            found.append(f"there is a file of {content[:20]!r}")
    state = run.books.rows("SELECT state FROM erasure WHERE document_id = %s", entry.document_id)
    if [row["state"] for row in state] != ["verified"]:
        found.append(f"the receipt says {state}")
    return found


def _count(table: str) -> str:
    return f"SELECT 1 FROM {table} WHERE document_id = %s LIMIT 1"
