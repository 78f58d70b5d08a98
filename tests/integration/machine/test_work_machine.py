"""Submit, claim, renew, complete, fail, reap, cancel, retry, delete: in any order the rows are as a ledger says."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from docai.domain.access import Tenant
from docai.domain.documents import DocumentFacts, Fault, Page, PageState
from docai.domain.ids import DocumentId, TenantId, WorkerId
from docai.domain.indexes import IndexEntry, IndexState
from docai.domain.jobs import Job, Priority
from docai.domain.work import Capability, ItemState, Lease, NewItem, Stage, is_dead_after_crash
from docai.errors import DocumentNotFound, JobEnded, JobNotFound, JobUnfinished, LeaseLost, NothingToRetry
from docai.jobs.commands import Jobs
from docai.jobs.opening import enter
from docai.pipeline.record import Recorder
from docai.pipeline.sweep import Sweeper
from docai.pipeline.threads import ThreadDoorbell
from docai.sealing import open_seal
from docai.stores.postgres.access import new_key
from docai.stores.postgres.unit_of_work import PostgresRecords
from tests.integration.machine.ledger import Key, Ledger, LedgerDocument, LedgerItem
from tests.integration.stores.queued import claim, let_run_out, make_due
from tests.integration.stores.samples import a_document, a_job

FAULT = Fault(code="page_failed", message="it broke")
ENCODER = "test/1"
NEXT = {Stage.READ: Stage.OCR, Stage.OCR: Stage.PARSE}
READ_STATES = [PageState.PARSED, PageState.PARSED, PageState.DEGRADED, PageState.BLANK, PageState.FAILED]
ROWS = {
    table: f"SELECT tenant_id::text, md5(string_agg(r::text, '|' ORDER BY r::text)) FROM {table} r GROUP BY tenant_id"
    for table in (
        "document",
        "job",
        "page",
        "work_item",
        "event",
        "usage",
        "page_term",
        "page_length",
        "page_embedding",
    )
}


class WorkMachine(RuleBasedStateMachine):
    """Two tenants' documents and a few workers, of which some are late, dead or wrong."""

    records: PostgresRecords
    folder: Path

    @initialize()
    def start(self) -> None:
        with self.records._transaction() as session:
            session.execute(text("TRUNCATE tenant, page_term, worker, page_index, query_request CASCADE"))
        now = datetime.now(UTC)
        self.records.indexes.register(IndexEntry(ENCODER, 16, "test", IndexState.ACTIVE, b"", now))
        self.tenants = [Tenant(id=TenantId(uuid4()), name=name) for name in ("one", "other")]
        for tenant in self.tenants:
            self.records.add_key(tenant, new_key(tenant)[1])
        doorbell = ThreadDoorbell()
        self.sealer = open_seal(None, self.folder)
        self.recorder = Recorder(self.records)
        self.sweeper = Sweeper(self.records, doorbell)
        self.jobs = Jobs(self.records, doorbell, self.sealer)
        self.ledger = Ledger()
        self.leases: list[Lease] = []
        self.rows: dict[str, dict[str, str]] = self._rows()
        for whose in (0, 1):
            self.submit(whose, 3, Priority.NORMAL, None)
        self.touched: set[TenantId] = {tenant.id for tenant in self.tenants}

    # ---------------------------------------------------------------- what clients do

    @rule(
        whose=st.integers(0, 1),
        n_pages=st.integers(0, 6),
        priority=st.sampled_from(Priority),
        password=st.sampled_from([None, "secret"]),
    )
    def submit(self, whose: int, n_pages: int, priority: Priority, password: str | None) -> None:
        tenant = self.tenants[whose]
        document = a_document(tenant, uuid4().bytes)
        job = a_job(document).model_copy(update={"priority": priority})
        with self.records.unit_of_work(tenant.id) as unit:
            unit.documents.add(document, job)
            enter(unit, job, password, self.sealer)
        known = LedgerDocument(tenant.id, document.id, n_pages)
        known.begin(job.id, priority)
        self.ledger.documents[document.id] = known
        self.touched = {tenant.id}

    @precondition(lambda self: self.ledger.documents)
    @rule(data=st.data(), act=st.sampled_from(["retry", "cancel", "delete"]))
    def meddle(self, data: st.DataObject, act: str) -> None:
        """One rule for what ends or restarts documents: else most would not live long enough to be read."""
        getattr(self, act)(data)

    def cancel(self, data: st.DataObject) -> None:
        document, job = self._some_job(data)
        self._as_a_stranger(document, lambda stranger: self.jobs.cancel(stranger, job))
        if document.jobs[job].is_final and document.jobs[job] != "cancelled":
            with pytest.raises(JobEnded):
                self.jobs.cancel(document.tenant, job)
            return
        was_final = document.jobs[job].is_final
        self.jobs.cancel(document.tenant, job)
        if not was_final:
            document.cancelled()

    def retry(self, data: st.DataObject) -> None:
        priority = data.draw(st.sampled_from([None, *Priority]))
        document, job = self._some_job(data)
        self._as_a_stranger(document, lambda stranger: self.jobs.retry(stranger, job))
        if not document.status.is_final:
            with pytest.raises(JobUnfinished):
                self.jobs.retry(document.tenant, job, priority=priority)
        elif document.to_retry is None:
            with pytest.raises(NothingToRetry):
                self.jobs.retry(document.tenant, job, priority=priority)
        else:
            again: Job = self.jobs.retry(document.tenant, job, priority=priority)
            document.retried(again.id, again.priority)

    def delete(self, data: st.DataObject) -> None:
        document = data.draw(st.sampled_from(list(self.ledger.documents.values())))
        self._as_a_stranger(document, lambda stranger: self._delete(stranger, document.id))
        self._delete(document.tenant, document.id)
        del self.ledger.documents[document.id]
        self.touched = {document.tenant}

    def _delete(self, tenant: TenantId, document: DocumentId) -> None:
        with self.records.unit_of_work(tenant) as unit:
            unit.documents.delete(document)

    def _some_job(self, data: st.DataObject) -> tuple[LedgerDocument, Any]:
        document = data.draw(st.sampled_from(list(self.ledger.documents.values())))
        self.touched = {document.tenant}
        return document, data.draw(st.sampled_from(list(document.jobs)))

    def _as_a_stranger(self, document: LedgerDocument, act: Any) -> None:
        (stranger,) = (tenant.id for tenant in self.tenants if tenant.id != document.tenant)
        with pytest.raises((JobNotFound, DocumentNotFound)):
            act(stranger)

    # ---------------------------------------------------------------- what workers do

    @rule(data=st.data())
    def claim(self, data: st.DataObject) -> None:
        """Mostly by a worker that can do something of what waits."""
        busy = [capability for capability in Capability if any(self.ledger.waiting(capability))]
        self._claim(data.draw(st.sampled_from(busy or [*Capability])))

    def _claim(self, capability: Capability) -> None:
        waiting, loads = list(self.ledger.waiting(capability)), self.ledger.loads()
        leases = claim(self.records, capability, owner=WorkerId(uuid4()))
        self.touched = {lease.item.tenant_id for lease in leases}
        assert bool(leases) == bool(waiting)
        if not leases:
            return
        found = [self._find(lease) for lease in leases]
        tenant = leases[0].item.tenant_id
        assert loads[tenant] == min(loads[document.tenant] for document, _, _ in waiting)
        urgent = min(item.priority for document, _, item in waiting if document.tenant == tenant)
        assert {lease.item.tenant_id for lease in leases} == {tenant}
        assert {item.priority for _, _, item in found} == {urgent}
        assert len({(key[1], item.bucket) for _, key, item in found}) == 1
        stage = leases[0].item.stage
        assert len(leases) <= stage.batch_size
        assert [lease.is_solo for lease in leases] in ([True], [False] * len(leases))
        for lease, (_, _, item) in zip(leases, found, strict=True):
            assert item.state is ItemState.PENDING
            assert lease.is_solo == (item.crashes > 0)
            item.state, item.token = ItemState.LEASED, item.token + 1
            assert lease.token == item.token
            counts = (item.errors, item.crashes, item.solo_crashes)
            assert (lease.item.errors, lease.item.crashes, lease.item.solo_crashes) == counts
        self.leases += leases

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def renew(self, data: st.DataObject) -> None:
        leases = data.draw(st.lists(st.sampled_from(self.leases), min_size=1, max_size=6, unique_by=id))
        still = self.records.queue.extend(leases, lease_s=30)
        assert still == {lease.item.id for lease in leases if self._stands(lease)}
        self.touched = {lease.item.tenant_id for lease in leases}

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def hand_back(self, data: st.DataObject) -> None:
        lease = self._some_lease(data)
        self.records.queue.hand_back([lease])
        if self._stands(lease):
            self._find(lease)[2].state = ItemState.PENDING

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def complete(self, data: st.DataObject) -> None:
        """A worker ends an item of its batch, or one that is its own no longer."""
        self._complete(self._some_lease(data), data)

    @rule(data=st.data(), n=st.integers(1, 12))
    def work(self, data: st.DataObject, n: int) -> None:
        """Good workers get on with whatever waits, so that some documents come to their end."""
        for _ in range(n):
            standing = [lease for lease in self.leases if self._stands(lease)]
            if standing:
                self._complete(standing[0], data)
            else:
                self.claim(data)
            self.the_rows_are_as_the_ledger_says()
        self.touched = {tenant.id for tenant in self.tenants}

    def _complete(self, lease: Lease, data: st.DataObject) -> None:
        is_refused = data.draw(st.integers(0, 9)) == 9
        stage = lease.item.stage
        if stage is Stage.OPEN:
            self._complete_open(lease, is_refused=is_refused)
        elif stage is Stage.EMBED:
            self._complete_embed(lease, is_refused=is_refused)
        else:
            states = READ_STATES if stage is Stage.PARSE else [*READ_STATES, *[PageState.QUEUED] * 3]
            self._complete_page(lease, data.draw(st.sampled_from(states)))

    def _complete_open(self, lease: Lease, *, is_refused: bool) -> None:
        document = self.ledger.documents.get(lease.item.document_id)
        facts = DocumentFacts(n_pages=document.n_pages if document else 1)
        if is_refused:
            if self._recorded(lease, lambda: self.recorder.refused(lease, FAULT, seconds=0.1)):
                self._find(lease)[2].state = ItemState.DONE
                self._find(lease)[0].end_early()
        elif self._recorded(lease, lambda: self.recorder.opened(lease, facts, seconds=0.1)):
            document, _, item = self._find(lease)
            item.state = ItemState.DONE
            document.opened()
            document.end_if_done()

    def _complete_page(self, lease: Lease, state: PageState) -> None:
        item = lease.item
        fault = FAULT if state in {PageState.FAILED, PageState.DEGRADED} else None
        page = Page(document_id=item.document_id, number=item.page_number, state=state, fault=fault)
        stage = NEXT[item.stage] if state is PageState.QUEUED else Stage.EMBED
        goes_on = state not in {PageState.FAILED, PageState.BLANK}
        bucket = str(item.document_id) if stage is Stage.PARSE else ""
        follow = [NewItem(stage, item.page_number, bucket=bucket)] if goes_on else []
        if self._recorded(lease, lambda: self.recorder.page(lease, page, seconds=0.1, follow=follow)):
            document, _, known = self._find(lease)
            known.state = ItemState.DONE
            document.pages[item.page_number] = state
            if goes_on:
                document.enter(stage, [item.page_number], known.priority)
            document.end_if_done()

    def _complete_embed(self, lease: Lease, *, is_refused: bool) -> None:
        fault = FAULT if is_refused else None
        said = {"encoder": ENCODER, "n_vectors": 0 if is_refused else 2, "seconds": 0.1}
        if self._recorded(lease, lambda: self.recorder.embedded(lease, {"term": 1}, **said, fault=fault)):
            document, _, item = self._find(lease)
            with self.records.unit_of_work(document.tenant) as unit:
                in_index = unit.embeddings.of_document(document.id, ENCODER)
            assert in_index.get(lease.item.page_number) == (0 if is_refused else 2)
            item.state = ItemState.DONE
            if is_refused:
                document.not_taken(lease.item.page_number)
            document.end_if_done()

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        lease = self._some_lease(data)
        if self._recorded(lease, lambda: self.recorder.later(lease, FAULT, after_s=0), ends=False):
            item = self._find(lease)[2]
            item.state, item.errors = ItemState.PENDING, item.errors + 1

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        lease = self._some_lease(data)
        if self._recorded(lease, lambda: self.recorder.buried(lease, FAULT)):
            self._buried(lease)

    @precondition(lambda self: any(self._stands(lease) for lease in self.leases))
    @rule(data=st.data(), n=st.integers(1, 6))
    def reap(self, data: st.DataObject, n: int) -> None:
        """Some workers vanish and the sweeper finds out; perhaps with the next one, too, that takes up their work."""
        standing = [lease for lease in self.leases if self._stands(lease)]
        # Of one tenant, so that the other's rows must stay as they are.
        whose = data.draw(st.sampled_from(standing)).item.tenant_id
        theirs = [lease for lease in standing if lease.item.tenant_id == whose]
        lost = data.draw(st.lists(st.sampled_from(theirs), min_size=1, unique_by=id))
        touched = {whose}
        for _ in range(n):
            self._reap(lost)
            capability = lost[0].item.stage.capability
            n_before = len(self.leases)
            if not any(self.ledger.waiting(capability)):
                break
            self._claim(capability)
            lost = self.leases[n_before:]
            touched |= self.touched
        self.touched = touched

    def _reap(self, lost: list[Lease]) -> None:
        let_run_out(self.records, lost)
        self.sweeper.sweep()
        for lease in lost:
            if not self._stands(lease):
                continue  # went with another one's document
            item = self._find(lease)[2]
            if is_dead_after_crash(lease.item, was_solo=lease.is_solo):
                self.ledger.usage.add((lease.item.id, lease.token))
                self._buried(lease)
            else:
                item.state, item.crashes = ItemState.PENDING, item.crashes + 1
                item.solo_crashes += lease.is_solo
        make_due(self.records, [lease for lease in lost if lease.item.crashes])
        self.the_rows_are_as_the_ledger_says()

    def _buried(self, lease: Lease) -> None:
        document, _, item = self._find(lease)
        item.state = ItemState.DEAD
        if lease.item.stage is Stage.OPEN:
            document.end_early()
            return
        if lease.item.stage is Stage.EMBED:
            document.not_taken(lease.item.page_number)
        else:
            document.pages[lease.item.page_number] = PageState.FAILED
        document.end_if_done()

    def _some_lease(self, data: st.DataObject) -> Lease:
        """Mostly a lease that stands, sometimes an old one."""
        standing = [lease for lease in self.leases if self._stands(lease)]
        among = standing if standing and data.draw(st.integers(0, 4)) else self.leases[-12:]
        lease = data.draw(st.sampled_from(among))
        self.touched = self.touched | {lease.item.tenant_id}
        return lease

    def _recorded(self, lease: Lease, record: Any, *, ends: bool = True) -> bool:
        """Whether the result was taken; it must be if and only if the lease stands."""
        stands = self._stands(lease)
        try:
            record()
        except (LeaseLost, JobNotFound, DocumentNotFound):
            assert not stands
            return False
        assert stands
        if ends:
            token = (lease.item.id, lease.token)
            assert token not in self.ledger.usage, "a lease ends its item once"
            self.ledger.usage.add(token)
        return True

    def _stands(self, lease: Lease) -> bool:
        with suppress(KeyError):
            item = self._find(lease)[2]
            return item.state is ItemState.LEASED and item.token == lease.token
        return False

    def _find(self, lease: Lease) -> tuple[LedgerDocument, Key, LedgerItem]:
        document = self.ledger.documents[lease.item.document_id]
        key = (lease.item.epoch, lease.item.stage, lease.item.page_number)
        return document, key, document.items[key]

    # ---------------------------------------------------------------- what must always hold

    @invariant()
    def the_rows_are_as_the_ledger_says(self) -> None:
        documents = self.ledger.documents.values()
        assert self._all("SELECT id, epoch, status, remaining FROM document") == {
            (d.id, d.epoch, d.status.value, len(d.unfinished)) for d in documents
        }
        assert self._all("SELECT document_id, id, state, finished_at IS NOT NULL FROM job") == {
            (d.id, job, state.value, state.is_final) for d in documents for job, state in d.jobs.items()
        }
        assert self._all("SELECT document_id, number, state FROM page") == {
            (d.id, number, state.value) for d in documents for number, state in d.pages.items()
        }
        columns = "epoch, stage, page_number, state, errors, crashes, solo_crashes, lease_token"
        assert self._all(f"SELECT document_id, {columns} FROM work_item") == {
            (d.id, *key, item.state.value, item.errors, item.crashes, item.solo_crashes, item.token)
            for d in documents
            for key, item in d.items.items()
        }

    @invariant()
    def only_pages_that_were_read_count_as_embedded(self) -> None:
        read = {
            (d.id, number)
            for d in self.ledger.documents.values()
            for number, state in d.pages.items()
            if state in {PageState.PARSED, PageState.DEGRADED}
        }
        assert self._all("SELECT document_id, page_number FROM page_embedding") <= read

    @invariant()
    def a_job_that_ended_was_told_once_and_one_that_did_not_was_not(self) -> None:
        told = self._all("SELECT job_id, count(*) FROM event WHERE kind = 'job.finished' GROUP BY job_id")
        known = {(job, n) for d in self.ledger.documents.values() for job, n in d.n_finished_events.items()}
        assert {(job, n) for job, n in told if (job, n) in known or self._is_known(job)} == known
        assert {n for _, n in told} <= {1}
        passwords = self._all("SELECT id FROM job WHERE sealed_password IS NOT NULL")
        ended = {job for d in self.ledger.documents.values() for job, state in d.jobs.items() if state.is_final}
        assert not {job for (job,) in passwords} & ended

    def _is_known(self, job: Any) -> bool:
        return any(job in document.jobs for document in self.ledger.documents.values())

    @invariant()
    def a_document_has_ended_if_and_only_if_nothing_is_left_to_do(self) -> None:
        for document in self.ledger.documents.values():
            assert document.status.is_final == (not document.unfinished)
            if document.pages:
                assert sorted(document.pages) == list(range(1, document.n_pages + 1))
            if document.status.is_final:
                assert all(state.is_final for state in document.pages.values())

    @invariant()
    def what_each_lease_cost_is_counted_once(self) -> None:
        assert self._all("SELECT item_id, lease_token FROM usage") == self.ledger.usage

    @invariant()
    def nobody_elses_rows_changed(self) -> None:
        before, self.rows = self.rows, self._rows()
        for tenant in self.tenants:
            if tenant.id not in self.touched:
                for table, rows in self.rows.items():
                    assert rows.get(str(tenant.id)) == before[table].get(str(tenant.id)), table
        self.touched = set()

    def _all(self, query: str) -> set[tuple[Any, ...]]:
        with self.records._transaction() as session:
            rows = [tuple(row) for row in session.execute(text(query))]
        assert len(rows) == len(set(rows))
        return set(rows)

    def _rows(self) -> dict[str, dict[str, str]]:
        with self.records._transaction() as session:
            return {table: dict(session.execute(text(query)).all()) for table, query in ROWS.items()}


def run(records: PostgresRecords, folder: Path, *, n_examples: int, n_steps: int) -> None:
    """Work through so many stories of so many steps; the same ones every time."""
    machine = type("Machine", (WorkMachine,), {"records": records, "folder": folder})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=n_examples,
            stateful_step_count=n_steps,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],  # to shrink a story takes longer than a test may
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_thousand_steps_leave_the_rows_as_the_ledger_says(records: PostgresRecords, tmp_path: Path) -> None:
    run(records, tmp_path, n_examples=20, n_steps=50)


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_ten_thousand_steps_leave_the_rows_as_the_ledger_says(records: PostgresRecords, tmp_path: Path) -> None:
    run(records, tmp_path, n_examples=100, n_steps=100)
