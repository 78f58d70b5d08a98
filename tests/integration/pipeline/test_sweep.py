"""What lost workers held is taken back; what kills workers is given up; chores outlive their own failures."""

from __future__ import annotations

import threading
from collections.abc import Iterable

import pytest

from docai.domain.access import Tenant
from docai.domain.documents import DocumentStatus, PageState
from docai.domain.events import EventKind
from docai.domain.work import MAX_SOLO_CRASHES, Capability, NewItem, Stage
from docai.errors import StoreUnavailable
from docai.pipeline import sweep
from docai.pipeline.sweep import Chore, Sweeper, Upkeep
from docai.stores.postgres.unit_of_work import PostgresRecords
from tests.integration.stores.queued import add_opened, add_pages, claim, items, let_run_out, make_due


class Bell:
    """Remembers for whom it was rung."""

    def __init__(self) -> None:
        self.rung: list[Capability] = []

    def ring(self, capabilities: Iterable[Capability]) -> None:
        self.rung += capabilities


def test_what_a_lost_worker_held_is_taken_back_and_the_living_keep_theirs(
    records: PostgresRecords, tenant: Tenant, other_tenant: Tenant
) -> None:
    lost_job, kept_job = add_pages(records, tenant, 3), add_pages(records, other_tenant, 2)
    lost, kept = claim(records), claim(records)
    if lost[0].item.job_id == kept_job.id:
        lost, kept = kept, lost
    let_run_out(records, lost)
    sweeper = Sweeper(records, Bell())
    sweeper.sweep()
    assert [(row.state, row.crashes, row.solo_crashes) for row in items(records, lost_job)] == [("pending", 1, 0)] * 3
    assert [(row.state, row.crashes) for row in items(records, kept_job)] == [("leased", 0)] * 2
    sweeper.sweep()
    assert [row.crashes for row in items(records, lost_job)] == [1, 1, 1], "taken back once"


def test_a_page_that_kills_its_workers_is_given_up_and_its_neighbours_are_not(
    records: PostgresRecords, tenant: Tenant
) -> None:
    job, sweeper = add_opened(records, tenant, 3), Sweeper(records, Bell())
    held, n_crashes = claim(records, Capability.RASTER), 0
    while held:
        if poison := [lease for lease in held if lease.item.page_number == 2]:
            n_crashes += 1
            let_run_out(records, held)
            sweeper.sweep()
            make_due(records, held)
        else:
            with records.unit_of_work(tenant.id) as unit:
                unit.work.finish(held[0], seconds=1)
        held = claim(records, Capability.RASTER)
        assert not poison or len(held) <= 1, "after a crash, each comes alone"
    assert n_crashes == 1 + MAX_SOLO_CRASHES
    rows = {row.page_number: row for row in items(records, job)}
    assert (rows[2].state, rows[2].fault_code) == ("dead", "worker_crashed")
    assert [(rows[n].state, rows[n].crashes, rows[n].solo_crashes) for n in (1, 3)] == [("done", 1, 0)] * 2
    with records.unit_of_work(tenant.id) as unit:
        page = unit.documents.page(job.document_id, 2)
        assert page.state is PageState.FAILED
        assert page.fault is not None
        assert page.fault.code == "worker_crashed"
        assert [event.kind for event in unit.events.of_job(job.id)].count(EventKind.PAGE_FINISHED) == 1


def test_a_document_that_kills_whoever_opens_it_fails_as_a_whole(records: PostgresRecords, tenant: Tenant) -> None:
    job = add_opened(records, tenant, 1)
    with records.unit_of_work(tenant.id) as unit:
        unit.work.new_epoch(job.document_id)
    doomed = job.model_copy(update={"epoch": 2})
    with records.unit_of_work(tenant.id) as unit:
        unit.work.add(doomed, [NewItem(Stage.OPEN)])
    sweeper = Sweeper(records, Bell())
    for _ in range(1 + MAX_SOLO_CRASHES):
        held = claim(records, Capability.RASTER)
        assert len(held) == 1
        let_run_out(records, held)
        sweeper.sweep()
        make_due(records, held)
    assert claim(records, Capability.RASTER) == []
    with records.unit_of_work(tenant.id) as unit:
        document = unit.documents.get(job.document_id)
        assert document.status is DocumentStatus.FAILED
        assert document.fault is not None
        assert document.fault.code == "worker_crashed"
        assert [event.kind for event in unit.events.of_job(job.id)][-1] is EventKind.JOB_FINISHED


def test_the_bell_is_rung_for_work_that_nobody_heard_of(
    records: PostgresRecords, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_pages(records, tenant)
    bell = Bell()
    Sweeper(records, bell).sweep()
    assert bell.rung == [], "it has not waited for long"
    monkeypatch.setattr(sweep, "OVERDUE_S", 0.0)
    Sweeper(records, bell).sweep()
    assert bell.rung == [Capability.PARSE]


def test_while_another_process_sweeps_nothing_is_done(records: PostgresRecords, tenant: Tenant) -> None:
    job = add_pages(records, tenant)
    let_run_out(records, claim(records))
    with records.queue.sweeping() as is_mine:
        assert is_mine
        Sweeper(records, Bell()).sweep()
        assert items(records, job)[0].state == "leased"
    Sweeper(records, Bell()).sweep()
    assert items(records, job)[0].state == "pending"


@pytest.mark.parametrize("error", [StoreUnavailable("away"), ZeroDivisionError()])
def test_a_chore_that_fails_is_done_again(error: Exception) -> None:
    n_runs, enough = 0, threading.Event()

    def chore() -> None:
        nonlocal n_runs
        n_runs += 1
        if n_runs >= 3:
            enough.set()
        raise error

    with Upkeep({"chore": Chore(0.01, chore)}):
        assert enough.wait(60)
    n_at_the_end = n_runs
    assert not [thread for thread in threading.enumerate() if thread.name == "docai-chore"]
    assert n_runs == n_at_the_end


def test_chores_do_not_wait_for_one_another() -> None:
    hold, done = threading.Event(), threading.Event()
    with Upkeep({"slow": Chore(0.01, lambda: hold.wait(60)), "quick": Chore(0.01, done.set)}):
        assert done.wait(60)
        hold.set()
