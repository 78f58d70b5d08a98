"""Who gets which work next, how long it is theirs, and what operators see of it; in a real PostgreSQL."""

from __future__ import annotations

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import text

from docai.domain.access import Tenant
from docai.domain.documents import Fault
from docai.domain.ids import WorkerId
from docai.domain.jobs import Priority
from docai.domain.work import Capability, ItemState, Lease, NewItem, Stage
from docai.domain.workers import WorkerReport, WorkerState
from docai.errors import LeaseLost
from docai.stores.postgres.queue import CLAIM, claim_values
from docai.stores.postgres.unit_of_work import PostgresRecords
from tests.integration.stores.queued import add_pages, add_work, claim, items, let_run_out, make_due

FAULT = Fault(code="store_unavailable", message="away")


def put_off(records: PostgresRecords, lease: Lease, after_s: float) -> None:
    with records.unit_of_work(lease.item.tenant_id) as unit:
        unit.work.retry(lease, FAULT, after_s=after_s)


def crash(records: PostgresRecords, leases: list[Lease]) -> None:
    let_run_out(records, leases)
    for lease in leases:
        with records.unit_of_work(lease.item.tenant_id) as unit:
            unit.work.expire(lease)
    make_due(records, leases)


def test_an_empty_queue_gives_nothing(records: PostgresRecords) -> None:
    assert claim(records) == []


def test_the_most_urgent_of_a_tenant_comes_first_and_then_the_oldest(records: PostgresRecords, tenant: Tenant) -> None:
    jobs = [
        add_pages(records, tenant, bucket=str(i), priority=priority)
        for i, priority in enumerate((Priority.LOW, Priority.NORMAL, Priority.NORMAL, Priority.HIGH))
    ]
    order = [claim(records)[0].item.job_id for _ in jobs]
    assert order == [jobs[i].id for i in (3, 1, 2, 0)]


def test_tenants_with_equal_loads_take_turns_however_much_one_has_sent(
    records: PostgresRecords, tenant: Tenant, other_tenant: Tenant
) -> None:
    for i in range(6):
        add_pages(records, tenant, bucket=str(i), priority=Priority.HIGH)
    for i in range(2):
        add_pages(records, other_tenant, bucket=str(i), priority=Priority.LOW)
    owners = [claim(records)[0].item.tenant_id for _ in range(8)]
    assert Counter(owners[:4]) == {tenant.id: 2, other_tenant.id: 2}
    assert owners[4:] == [tenant.id] * 4


def test_a_batch_is_of_one_stage_and_bucket_and_no_larger_than_its_stage_allows(
    records: PostgresRecords, tenant: Tenant
) -> None:
    mixed = [NewItem(Stage.READ, n, bucket="a" if n % 2 else "b") for n in range(1, 31)]
    add_work(records, tenant, [NewItem(Stage.OPEN), *mixed])
    batches = []
    while leases := claim(records, Capability.RASTER):
        assert len({(lease.item.stage, lease.item.page_number % 2) for lease in leases}) == 1
        batches.append([(lease.item.stage, lease.item.page_number) for lease in leases])
    assert batches[0] == [(Stage.OPEN, 0)]
    assert [len(batch) for batch in batches[1:]] == [8, 8, 7, 7]
    assert batches[1] == [(Stage.READ, n) for n in range(1, 16, 2)]
    assert {lease for batch in batches[1:] for lease in batch} == {(Stage.READ, n) for n in range(1, 31)}


def test_documents_of_two_tenants_never_share_a_batch(
    records: PostgresRecords, tenant: Tenant, other_tenant: Tenant
) -> None:
    for owner in (tenant, other_tenant):
        add_pages(records, owner, 3, stage=Stage.EMBED)
    batches = [claim(records, Capability.EMBED), claim(records, Capability.EMBED)]
    assert [len({lease.item.tenant_id for lease in batch}) for batch in batches] == [1, 1]
    assert [len(batch) for batch in batches] == [3, 3]


def test_a_worker_gets_only_what_it_can_do(records: PostgresRecords, tenant: Tenant) -> None:
    add_pages(records, tenant, stage=Stage.OCR)
    others = [capability for capability in Capability if capability is not Capability.OCR]
    assert [claim(records, capability) for capability in others] == [[] for _ in others]
    (lease,) = claim(records, Capability.OCR)
    assert (lease.item.stage, lease.token, lease.is_solo) == (Stage.OCR, 1, False)


def test_what_may_have_crashed_a_worker_comes_alone(records: PostgresRecords, tenant: Tenant) -> None:
    add_pages(records, tenant, 4)
    leases = list(claim(records))
    records.queue.hand_back(leases[2:])
    crash(records, leases[:2])
    batches = [claim(records) for _ in range(4)]
    assert [[lease.item.page_number for lease in batch] for batch in batches] == [[3, 4], [1], [2], []]
    assert [(lease.is_solo, lease.item.crashes) for batch in batches for lease in batch] == [
        *[(False, 0)] * 2,
        *[(True, 1)] * 2,
    ]
    crash(records, list(batches[1]))
    (again,) = claim(records)
    assert (again.item.page_number, again.item.crashes, again.item.solo_crashes) == (1, 2, 1)


def test_work_that_was_put_off_waits_for_its_time_and_holds_up_nothing_behind_it(
    records: PostgresRecords, tenant: Tenant
) -> None:
    urgent = add_pages(records, tenant, priority=Priority.HIGH)
    (lease,) = claim(records)
    put_off(records, lease, 3600)
    other = add_pages(records, tenant, priority=Priority.LOW)
    (next_one,) = claim(records)
    assert next_one.item.job_id == other.id
    assert claim(records) == []
    make_due(records, [lease])
    (again,) = claim(records)
    assert (again.item.job_id, again.item.errors, again.token) == (urgent.id, 1, 2)


def test_eight_workers_at_once_never_get_the_same_and_leave_nothing(
    records: PostgresRecords, tenant: Tenant, other_tenant: Tenant
) -> None:
    for owner, n_documents in ((tenant, 30), (other_tenant, 10)):
        for i in range(n_documents):
            add_pages(records, owner, 1 + i % 12, bucket=f"{owner.id}{i}", priority=list(Priority)[i % 3])
    start = threading.Barrier(8)

    def work(_: int) -> list[list[Lease]]:
        start.wait()
        batches = []
        while leases := claim(records):
            batches.append(list(leases))
        return batches

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(work, range(8)))
    claimed = Counter(lease.item.id for batches in found for batch in batches for lease in batch)
    assert set(claimed.values()) == {1}
    assert len(claimed) == sum(1 + i % 12 for i in range(30)) + sum(1 + i % 12 for i in range(10))


def test_a_worker_finds_what_is_free_while_others_are_claiming(
    records: PostgresRecords, tenant: Tenant, other_tenant: Tenant
) -> None:
    """A claim that has not been committed costs the others what it took, and nothing else."""
    for i in range(8):
        add_pages(
            records, (tenant, other_tenant)[i % 2], bucket=str(i), priority=(Priority.HIGH, Priority.LOW)[i % 3 > 0]
        )
    seen: list[int] = []
    with records._transaction() as first, records._transaction() as second:
        for session in (first, second):
            values = claim_values(Capability.PARSE, WorkerId(uuid4()), lease_s=30)
            seen += [row.id for row in session.execute(CLAIM, values)]
        for _ in range(6):
            (lease,) = claim(records)
            seen.append(lease.item.id)
        assert claim(records) == []
    assert len(set(seen)) == 8


def test_a_claim_reads_no_more_than_its_indexes(records: PostgresRecords, tenant: Tenant, other_tenant: Tenant) -> None:
    for owner in (tenant, other_tenant):
        for i in range(20):
            add_pages(records, owner, 100, bucket=f"{owner.id}{i}")
    with records._transaction() as session:
        session.execute(text("UPDATE work_item SET state = 'done' WHERE page_number > 5"))
    with records._transaction() as session:
        session.execute(text("ANALYZE work_item"))
        values = claim_values(Capability.PARSE, WorkerId(uuid4()), lease_s=30)
        explained = session.execute(text(f"EXPLAIN (ANALYZE, FORMAT JSON) {CLAIM}"), values).scalar_one()
    (plan,) = json.loads(explained)
    told = json.dumps(plan)
    scans = [
        node
        for node in _nodes(plan["Plan"])
        if node.get("Relation Name") == "work_item" and "Scan" in node["Node Type"]
    ]
    assert {node["Node Type"] for node in scans} <= {"Index Scan", "Index Only Scan", "Bitmap Heap Scan"}, told
    assert sum(node["Actual Rows"] * node["Actual Loops"] for node in scans) < 60, told


def _nodes(plan: dict) -> list[dict]:  # type: ignore[type-arg]
    return [plan, *(node for child in plan.get("Plans", ()) for node in _nodes(child))]


def test_a_renewed_lease_runs_on_and_one_that_was_lost_is_told(records: PostgresRecords, tenant: Tenant) -> None:
    add_pages(records, tenant, 3)
    leases = claim(records)
    let_run_out(records, leases[:2])
    with records.unit_of_work(tenant.id) as unit:
        unit.work.expire(leases[0])
    assert records.queue.extend(leases, lease_s=30) == {lease.item.id for lease in leases[1:]}
    assert records.queue.expired(10) == [], "what ran out but was not taken back yet can still be renewed"


def test_what_a_worker_hands_back_is_claimed_again_with_nothing_counted(
    records: PostgresRecords, tenant: Tenant
) -> None:
    job = add_pages(records, tenant, 2)
    leases = claim(records)
    records.queue.hand_back(leases[:1])
    (again,) = claim(records)
    assert again.item == leases[0].item
    assert again.token == leases[0].token + 1
    records.queue.hand_back(leases[:1])  # with the old token: the item is another's now
    assert [row.state for row in items(records, job)] == ["leased", "leased"]
    assert claim(records) == []


def test_leases_that_ran_out_are_told_the_longest_ago_first(records: PostgresRecords, tenant: Tenant) -> None:
    add_pages(records, tenant, 3)
    leases = claim(records)
    assert records.queue.expired(10) == []
    for lease in (leases[2], leases[0]):
        let_run_out(records, [lease])
    assert records.queue.expired(10) == [leases[2], leases[0]]
    assert records.queue.expired(1) == [leases[2]]


def test_a_process_that_knows_it_is_alone_ends_every_lease(
    records: PostgresRecords, tenant: Tenant, other_tenant: Tenant
) -> None:
    for owner in (tenant, other_tenant):
        add_pages(records, owner)
    leases = [claim(records)[0], claim(records)[0]]
    assert records.queue.release_all() == 2
    assert {lease.item.id for lease in records.queue.expired(10)} == {lease.item.id for lease in leases}
    assert records.queue.release_all() == 2, "they are still leased until they are taken back"


def test_a_renewal_after_the_lease_was_taken_back_is_refused(records: PostgresRecords, tenant: Tenant) -> None:
    add_pages(records, tenant)
    (lease,) = claim(records)
    with records.unit_of_work(tenant.id) as unit, pytest.raises(LeaseLost):
        unit.work.expire(lease)  # it has not run out
    crash(records, [lease])
    assert records.queue.extend([lease], lease_s=30) == set()


def test_work_that_nobody_takes_is_overdue(records: PostgresRecords, tenant: Tenant) -> None:
    add_pages(records, tenant, stage=Stage.EMBED)
    add_pages(records, tenant, stage=Stage.READ)
    (lease,) = claim(records, Capability.RASTER)
    assert records.queue.overdue(3600) == []
    assert records.queue.overdue(0) == [Capability.EMBED]
    put_off(records, lease, 3600)
    assert records.queue.overdue(0) == [Capability.EMBED]


def test_only_one_process_sweeps_at_a_time(records: PostgresRecords) -> None:
    with records.queue.sweeping() as first, records.queue.sweeping() as second:
        assert (first, second) == (True, False)
    with records.queue.sweeping() as again:
        assert again


def test_depths_tell_what_waits_for_whom(records: PostgresRecords, tenant: Tenant, other_tenant: Tenant) -> None:
    add_pages(records, tenant, 12)
    leases = claim(records)
    put_off(records, leases[0], 3600)
    with records.unit_of_work(tenant.id) as unit:
        unit.work.finish(leases[1], seconds=1, state=ItemState.DEAD, fault=FAULT)
    add_pages(records, other_tenant, stage=Stage.EMBED)
    depths = {depth.capability: depth for depth in records.queue.depths()}
    assert set(depths) == set(Capability)
    parse = depths[Capability.PARSE]
    assert (parse.n_pending, parse.n_delayed, parse.n_leased, parse.n_dead) == (5, 1, 6, 1)
    assert 0 < parse.oldest_due_s < 60
    assert depths[Capability.EMBED].n_pending == 1
    raster = depths[Capability.RASTER]
    assert (raster.n_pending, raster.n_leased, raster.n_dead, raster.oldest_due_s) == (0, 0, 0, 0)


def test_what_was_given_up_is_listed_newest_first_with_its_fault(records: PostgresRecords, tenant: Tenant) -> None:
    job = add_pages(records, tenant, 3)
    for lease in claim(records):
        with records.unit_of_work(tenant.id) as unit:
            unit.work.finish(lease, seconds=1, state=ItemState.DEAD, fault=FAULT)
    dead = records.queue.dead(2)
    assert [(item.page_number, item.job_id, item.fault) for item in dead] == [(3, job.id, FAULT), (2, job.id, FAULT)]


def test_workers_are_known_by_their_last_report_until_they_leave(records: PostgresRecords) -> None:
    report = WorkerReport(
        id=WorkerId(uuid4()),
        name="host:1",
        capabilities=(Capability.OCR, Capability.EMBED),
        state=WorkerState.READY,
        started_at=datetime.now(UTC),
        n_leased=2,
        n_done=7,
        idle_s=0.5,
    )
    records.queue.report(report)
    newer = report.model_copy(update={"state": WorkerState.DRAINING, "n_done": 8})
    records.queue.report(newer)
    (known,) = records.queue.workers()
    assert WorkerReport.model_validate(known.model_dump(exclude={"seen_s_ago"})) == newer
    assert 0 <= known.seen_s_ago < 60
    with records._transaction() as session:
        session.execute(text("UPDATE worker SET seen_at = seen_at - interval '1 hour'"))
    assert records.queue.workers() == []
    records.queue.report(newer)
    records.queue.forget_worker(report.id)
    assert records.queue.workers() == []
