"""Leases that are kept, lost, handed back; workers that hang or do not see their work. On a real queue."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from uuid import uuid4

from docai.domain.access import Tenant
from docai.domain.ids import WorkerId
from docai.domain.work import Capability, Stage
from docai.domain.workers import WorkerState
from docai.pipeline.leases import LeaseKeeper, LeasePolicy
from docai.stores.postgres.unit_of_work import PostgresRecords
from tests.integration.stores.queued import add_pages, claim, items, let_run_out, make_due

POLICY = LeasePolicy(lease_s=1.5, stage_budget_s=60, idle_s=60)


def keeper_of(
    records: PostgresRecords, policy: LeasePolicy = POLICY, on_stuck: Callable[[str], None] | None = None
) -> LeaseKeeper:
    return LeaseKeeper(
        records.queue,
        policy,
        worker_id=WorkerId(uuid4()),
        name="host:1",
        capabilities=(Capability.PARSE,),
        on_stuck=on_stuck or (lambda reason: None),
    )


def eventually(holds: Callable[[], object]) -> None:
    """Wait until it does; the suite's own time limit ends a wait in vain."""
    while not holds():
        time.sleep(0.02)


def test_leases_are_renewed_while_their_holder_works_and_no_longer(records: PostgresRecords, tenant: Tenant) -> None:
    add_pages(records, tenant, 2)
    with keeper_of(records) as keeper:
        leases = claim(records, owner=keeper.worker_id, lease_s=POLICY.lease_s)
        with keeper.keeping(leases) as watch:
            for _ in range(30):
                time.sleep(0.1)
                assert records.queue.expired(10) == []
            assert keeper.n_held == 2
            for lease in leases:
                with records.unit_of_work(tenant.id) as unit:
                    unit.work.finish(lease, seconds=1)
                watch.ended(lease)
    assert (keeper.n_done, keeper.n_held) == (2, 0)


def test_what_was_not_begun_is_handed_back_when_the_batch_is_left(records: PostgresRecords, tenant: Tenant) -> None:
    job = add_pages(records, tenant, 3)
    keeper = keeper_of(records)
    leases = claim(records)
    with keeper.keeping(leases) as watch:
        with records.unit_of_work(tenant.id) as unit:
            unit.work.finish(leases[0], seconds=1)
        watch.ended(leases[0])
        keeper.stopping.set()
        assert all(watch.should_stop(lease) for lease in leases[1:])
    assert [row.state for row in items(records, job)] == ["done", "pending", "pending"]
    assert [row.crashes for row in items(records, job)] == [0, 0, 0]
    assert keeper.n_done == 1


def test_an_error_that_leaves_the_batch_hands_it_back_too(records: PostgresRecords, tenant: Tenant) -> None:
    job = add_pages(records, tenant, 2)
    keeper = keeper_of(records)
    try:
        with keeper.keeping(claim(records)):
            raise ZeroDivisionError  # noqa: TRY301 - the test's point
    except ZeroDivisionError:
        pass
    assert [row.state for row in items(records, job)] == ["pending", "pending"]


def test_a_lost_lease_is_noticed_and_its_item_not_begun(records: PostgresRecords, tenant: Tenant) -> None:
    job = add_pages(records, tenant, 2)
    with keeper_of(records) as keeper:
        leases = claim(records)
        with keeper.keeping(leases) as watch:
            let_run_out(records, leases[:1])
            with records.unit_of_work(tenant.id) as unit:
                unit.work.expire(leases[0])
            make_due(records, leases[:1])
            (again,) = claim(records)
            eventually(lambda: watch.should_stop(leases[0]))
            assert not watch.should_stop(leases[1])
    first, second = items(records, job)
    assert (first.state, first.lease_owner) == ("leased", again.owner), "the new holder's lease is left alone"
    assert second.state == "pending"


def test_a_worker_that_makes_no_progress_is_told_of_and_loses_its_lease(
    records: PostgresRecords, tenant: Tenant
) -> None:
    add_pages(records, tenant)
    reasons: list[str] = []
    policy = LeasePolicy(lease_s=0.6, stage_budget_s=0.5, idle_s=60)
    with keeper_of(records, policy, reasons.append) as keeper:
        leases = claim(records, lease_s=policy.lease_s)
        with keeper.keeping(leases):
            eventually(lambda: records.queue.expired(10) == leases)
    assert reasons
    assert reasons[0].startswith(f"{Stage.PARSE.value} made no progress")


def test_progress_within_a_batch_keeps_the_rest_of_it(records: PostgresRecords, tenant: Tenant) -> None:
    add_pages(records, tenant, 4)
    reasons: list[str] = []
    policy = LeasePolicy(lease_s=1.5, stage_budget_s=1.2, idle_s=60)
    with keeper_of(records, policy, reasons.append) as keeper:
        leases = claim(records, lease_s=policy.lease_s)
        with keeper.keeping(leases) as watch:
            for lease in leases:
                time.sleep(0.6)  # twice as long as the budget in all
                with records.unit_of_work(tenant.id) as unit:
                    unit.work.finish(lease, seconds=1)
                watch.ended(lease)
    assert reasons == []


def test_a_worker_that_idles_beside_waiting_work_is_told_of(records: PostgresRecords, tenant: Tenant) -> None:
    add_pages(records, tenant)
    reasons: list[str] = []
    policy = LeasePolicy(lease_s=0.3, stage_budget_s=60, idle_s=0.3)
    with keeper_of(records, policy, reasons.append):
        eventually(lambda: reasons)
    assert "while work waits for parse" in reasons[0]


def test_a_worker_that_looks_for_work_or_has_none_may_idle(records: PostgresRecords, tenant: Tenant) -> None:
    add_pages(records, tenant, stage=Stage.OCR)  # work for others
    reasons: list[str] = []
    policy = LeasePolicy(lease_s=0.3, stage_budget_s=60, idle_s=0.3)
    with keeper_of(records, policy, reasons.append) as keeper:
        time.sleep(1)
        assert keeper.idle_s > policy.idle_s
        add_pages(records, tenant)
        for _ in range(20):
            keeper.looked()
            time.sleep(0.05)
    assert reasons == []


def test_a_worker_is_reported_until_it_leaves(records: PostgresRecords, tenant: Tenant) -> None:
    add_pages(records, tenant, 2)
    with keeper_of(records, LeasePolicy(lease_s=0.3, stage_budget_s=60, idle_s=60)) as keeper:
        assert keeper.is_beating
        eventually(records.queue.workers)
        (seen,) = records.queue.workers()
        assert (seen.id, seen.name, seen.capabilities) == (keeper.worker_id, "host:1", (Capability.PARSE,))
        assert seen.state is WorkerState.READY
        with keeper.keeping(claim(records)):
            eventually(lambda: records.queue.workers()[0].n_leased == 2)
        keeper.stopping.set()
        eventually(lambda: records.queue.workers()[0].state is WorkerState.DRAINING)
    assert records.queue.workers() == []
    assert not keeper.is_beating


def test_batches_of_several_threads_are_kept_side_by_side(records: PostgresRecords, tenant: Tenant) -> None:
    for i in range(4):
        add_pages(records, tenant, bucket=str(i))
    keeper, both = keeper_of(records), threading.Barrier(4)

    def work() -> None:
        with keeper.keeping(claim(records)):
            both.wait()
            assert keeper.n_held == 4
            both.wait()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert keeper.n_held == 0
