"""Work items of one tenant, within the transaction that saves what they brought forth."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Executable, Update, bindparam, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or_leave
from sqlalchemy.orm import Session

from docai.domain.documents import Fault
from docai.domain.ids import DocumentId, TenantId
from docai.domain.jobs import Job, StageCount
from docai.domain.work import ItemState, Lease, NewItem, Stage
from docai.errors import DocumentNotFound, LeaseLost
from docai.stores.postgres.columns import CleanText
from docai.stores.postgres.tables import DocumentRow
from docai.stores.postgres.work_tables import WorkItemRow

NOW = func.clock_timestamp()
"""The database's clock: the machines of workers need not agree on the time."""
_OPEN_STATES = (ItemState.PENDING, ItemState.LEASED)
# Every item runs these: as text they take a third of the processor time that building them anew does.
_COUNT = text("""
UPDATE document SET remaining = remaining + :change
WHERE tenant_id = :tenant_id AND id = :document_id AND epoch = :epoch
RETURNING remaining
""")
_END = text("""
WITH ended AS (  -- a row of another epoch is none that is leased
    UPDATE work_item SET state = :state, finished_at = clock_timestamp(), lease_owner = NULL, lease_until = NULL,
        lease_solo = false, fault_code = :fault_code, fault_message = :fault_message
    WHERE id = :item_id AND lease_token = :lease_token AND state = 'leased'
    RETURNING id, tenant_id, document_id, stage, page_number
)
INSERT INTO usage (item_id, lease_token, tenant_id, document_id, stage, page_number, seconds)
SELECT id, :lease_token, tenant_id, document_id, stage, page_number, :seconds FROM ended
RETURNING item_id
""").bindparams(bindparam("fault_code", type_=CleanText()), bindparam("fault_message", type_=CleanText()))


class PostgresWork:
    """`WorkRecords` of one tenant."""

    def __init__(self, session: Session, tenant_id: TenantId) -> None:
        """Work in the session's transaction, on this tenant's rows alone."""
        self._session = session
        self._tenant_id = tenant_id

    def add(self, job: Job, items: Sequence[NewItem]) -> None:
        """Enter work of a job, in the job's epoch; what stands there already is left alone."""
        key = {"document_id": job.document_id, "job_id": job.id, "epoch": job.epoch, "priority": job.priority}
        if n_entered := self._enter(key, items):
            self._count_remaining(job.document_id, job.epoch, n_entered)

    def finish(
        self,
        lease: Lease,
        *,
        seconds: float,
        follow: Sequence[NewItem] = (),
        state: ItemState = ItemState.DONE,
        fault: Fault | None = None,
    ) -> bool:
        """End a leased item, enter what follows from it, and say whether nothing is left to do for its document."""
        item = lease.item
        remaining = self._count_remaining(item.document_id, item.epoch, len(follow) - 1)
        ended = {
            "item_id": item.id,
            "lease_token": lease.token,
            "state": state.value,
            "seconds": seconds,
            **_fault_columns(fault),
        }
        self._must_hold(_END, lease, ended)
        key = {"document_id": item.document_id, "job_id": item.job_id, "epoch": item.epoch, "priority": item.priority}
        n_entered = self._enter(key, follow)
        if n_entered < len(follow):
            remaining = self._count_remaining(item.document_id, item.epoch, n_entered - len(follow))
        return remaining == 0

    def retry(self, lease: Lease, fault: Fault, *, after_s: float) -> None:
        """Put a leased item back for later, one error more."""
        later = {
            "state": ItemState.PENDING,
            "run_at": NOW + func.make_interval(0, 0, 0, 0, 0, 0, after_s),
            "errors": WorkItemRow.errors + 1,
            **_no_lease(),
            **_fault_columns(fault),
        }
        self._must_hold(_held(lease).values(later).returning(literal(1)), lease)

    def expire(self, lease: Lease) -> None:
        """Put an item whose lease ran out back, one crash more; with each it waits longer."""
        crashed = {
            "state": ItemState.PENDING,
            "run_at": NOW + func.make_interval(0, 0, 0, 0, 0, 0, 2.0**lease.item.crashes - 1),
            "crashes": WorkItemRow.crashes + 1,
            "solo_crashes": WorkItemRow.solo_crashes + int(lease.is_solo),
            **_no_lease(),
        }
        ran_out = _held(lease).where(WorkItemRow.lease_until < NOW)
        self._must_hold(ran_out.values(crashed).returning(literal(1)), lease)

    def hold(self, document_id: DocumentId) -> None:
        """Keep workers from ending anything of a document until the transaction ends."""
        mine = (DocumentRow.tenant_id == self._tenant_id, DocumentRow.id == document_id)
        # The strongest lock at once: a weaker one that deleting raises later would meet a worker that raises its own.
        held = select(DocumentRow.id).where(*mine).with_for_update()
        if self._session.scalars(held).first() is None:
            raise DocumentNotFound(f"There is no document {document_id}.")

    def unfinished_pages(self, document_id: DocumentId, stage: Stage) -> Sequence[int]:
        """Numbers of the pages that stand before a stage, in order."""
        mine = (WorkItemRow.tenant_id == self._tenant_id, WorkItemRow.document_id == document_id)
        unfinished = select(WorkItemRow.page_number).where(
            *mine, WorkItemRow.stage == stage, WorkItemRow.state.in_(_OPEN_STATES)
        )
        return self._session.scalars(unfinished.order_by(WorkItemRow.page_number)).all()

    def standing(self, document_ids: Collection[DocumentId]) -> Mapping[DocumentId, Sequence[StageCount]]:
        """How much unfinished work stands before which stages, by document; without unfinished work, it is left out."""
        is_running = WorkItemRow.state == ItemState.LEASED
        n_running = func.count().filter(is_running)
        counted = (
            select(WorkItemRow.document_id, WorkItemRow.stage, func.count() - n_running, n_running)
            .join(DocumentRow, (DocumentRow.id == WorkItemRow.document_id) & (DocumentRow.epoch == WorkItemRow.epoch))
            .where(DocumentRow.tenant_id == self._tenant_id, WorkItemRow.document_id.in_(document_ids))
            .where(WorkItemRow.state.in_(_OPEN_STATES))
            .group_by(WorkItemRow.document_id, WorkItemRow.stage)
        )
        found: dict[DocumentId, list[StageCount]] = {}
        for document_id, stage, n_waiting, n_busy in self._session.execute(counted):
            count = StageCount(stage=Stage(stage), n_waiting=n_waiting, n_running=n_busy)
            found.setdefault(DocumentId(document_id), []).append(count)
        order = list(Stage)
        return {
            document_id: sorted(counts, key=lambda count: order.index(count.stage))
            for document_id, counts in found.items()
        }

    def settle_dead(self, document_id: DocumentId) -> None:
        """Items of a document that were given up are of no concern any more; their faults stay readable."""
        mine = (WorkItemRow.tenant_id == self._tenant_id, WorkItemRow.document_id == document_id)
        dead = update(WorkItemRow).where(*mine, WorkItemRow.state == ItemState.DEAD)
        self._session.execute(dead.values(state=ItemState.CANCELLED))

    def new_epoch(self, document_id: DocumentId) -> int:
        """Leave all unfinished work of a document behind, leased or not; gives the epoch for what follows."""
        mine = (DocumentRow.tenant_id == self._tenant_id, DocumentRow.id == document_id)
        moved = update(DocumentRow).where(*mine).values(epoch=DocumentRow.epoch + 1, remaining=0)
        epoch = self._session.scalars(moved.returning(DocumentRow.epoch)).first()
        if epoch is None:
            raise DocumentNotFound(f"There is no document {document_id}.")
        unfinished = update(WorkItemRow).where(
            WorkItemRow.document_id == document_id, WorkItemRow.state.in_(_OPEN_STATES)
        )
        self._session.execute(unfinished.values(state=ItemState.CANCELLED, finished_at=NOW, **_no_lease()))
        return epoch

    def _count_remaining(self, document_id: DocumentId, epoch: int, change: int) -> int:
        """Change the fan-in counter, which also keeps others off the document until the transaction ends."""
        key = {"tenant_id": self._tenant_id, "document_id": document_id, "epoch": epoch}
        remaining: int | None = self._session.scalar(_COUNT, key | {"change": change})
        if remaining is None:
            raise LeaseLost("The document was cancelled, retried or deleted meanwhile.")
        return remaining

    def _enter(self, key: Mapping[str, Any], items: Sequence[NewItem]) -> int:
        """Enter items of one job; gives how many of them were not there."""
        if not items:
            return 0
        rows = [
            {
                **key,
                "tenant_id": self._tenant_id,
                "stage": item.stage,
                "page_number": item.page_number,
                "capability": item.stage.capability,
                "bucket": item.bucket,
                "state": ItemState.PENDING,
            }
            for item in items
        ]
        entered = insert_or_leave(WorkItemRow).on_conflict_do_nothing().returning(WorkItemRow.id)
        return len(self._session.execute(entered, rows).all())

    def _must_hold(self, change: Executable, lease: Lease, values: Mapping[str, Any] | None = None) -> None:
        """Do what gives a row if the lease still stands."""
        if self._session.execute(change, values).first() is None:
            raise LeaseLost(f"Another worker has item {lease.item.id} now.")


def _held(lease: Lease) -> Update:
    """The item's row, if the lease still stands; a row of another epoch is none that is leased."""
    token = (WorkItemRow.lease_token == lease.token, WorkItemRow.state == ItemState.LEASED)
    return update(WorkItemRow).where(WorkItemRow.id == lease.item.id, *token)


def _no_lease() -> dict[str, Any]:
    return {"lease_owner": None, "lease_until": None, "lease_solo": text("false")}


def _fault_columns(fault: Fault | None) -> dict[str, Any]:
    return {"fault_code": fault and fault.code, "fault_message": fault and fault.message}
