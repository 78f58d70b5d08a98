"""How long work waits after trouble, and when it is given up."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from docai.domain.ids import DocumentId, JobId, TenantId
from docai.domain.work import (
    MAX_SOLO_CRASHES,
    MAX_UNEXPECTED,
    Capability,
    Stage,
    TroubleKind,
    WorkItem,
    delay_before_retry,
    is_dead_after_crash,
    is_worth_another_try,
)

ITEM = WorkItem(
    priority=5,
    id=1,
    tenant_id=TenantId(UUID(int=1)),
    document_id=DocumentId(UUID(int=2)),
    job_id=JobId(UUID(int=3)),
    stage=Stage.OCR,
    page_number=1,
    epoch=1,
    errors=0,
    crashes=0,
    solo_crashes=0,
)


def test_the_wait_doubles_with_every_error_up_to_a_minute() -> None:
    longest = [delay_before_retry(replace(ITEM, errors=n), 1.0) for n in range(12)]
    assert longest == [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]
    assert delay_before_retry(replace(ITEM, errors=10_000), 1.0) == 60


def test_what_failed_together_does_not_come_back_together() -> None:
    assert delay_before_retry(replace(ITEM, errors=3), 0.0) == 2
    assert delay_before_retry(replace(ITEM, errors=3), 0.5) == 3


def test_passing_trouble_is_waited_out_however_long_the_item_stood_in_the_queue() -> None:
    day_s, n = 86_400.0, 0
    while is_worth_another_try(replace(ITEM, errors=n), TroubleKind.PASSING, day_s):
        n += 1
    delays = [delay_before_retry(replace(ITEM, errors=e), 0.5) for e in range(n)]
    assert day_s <= sum(delays) < day_s + 60
    assert not is_worth_another_try(ITEM, TroubleKind.PASSING, 0)


def test_what_is_wrong_with_the_item_itself_is_told_at_once() -> None:
    assert not is_worth_another_try(ITEM, TroubleKind.ITEM, 100)


def test_a_fault_of_ours_has_three_tries_whatever_the_patience() -> None:
    tries = [is_worth_another_try(replace(ITEM, errors=n), TroubleKind.UNEXPECTED, 0) for n in range(5)]
    assert tries == [n + 1 < MAX_UNEXPECTED for n in range(5)]


def test_only_crashes_alone_make_an_item_dead() -> None:
    assert not is_dead_after_crash(replace(ITEM, crashes=99, solo_crashes=MAX_SOLO_CRASHES - 1), was_solo=False)
    assert not is_dead_after_crash(replace(ITEM, solo_crashes=MAX_SOLO_CRASHES - 2), was_solo=True)
    assert is_dead_after_crash(replace(ITEM, solo_crashes=MAX_SOLO_CRASHES - 1), was_solo=True)


def test_every_stage_has_workers_and_a_batch_size() -> None:
    assert {stage.capability for stage in Stage} == set(Capability)
    assert Stage.OPEN.batch_size == 1
    assert all(stage.batch_size >= 1 for stage in Stage)
