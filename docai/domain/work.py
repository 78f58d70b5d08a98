"""WorkItem, Lease and Stage: the rows that are the work, and what becomes of one that failed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from docai.domain.ids import DocumentId, JobId, TenantId, WorkerId

DOCUMENT_LEVEL = 0
"""Page number of a stage that is about the document as a whole."""
MAX_SOLO_CRASHES = 3
"""A page that took its worker down this often while it was alone in its batch is what kills workers: it is dead."""
_FIRST_DELAY_S = 0.5
_LONGEST_DELAY_S = 60.0


class Capability(StrEnum):
    """What a worker can do, and the name of the queue that its doorbells come through."""

    RASTER = "raster"
    """Opens PDFs, in processes that can be killed; needs no GPU."""
    OCR = "ocr"
    PARSE = "parse"
    VLM = "vlm"
    """Reads pages with a vision-language model, in this process or behind a server."""
    EMBED = "embed"


class Stage(StrEnum):
    """One step of reading a document."""

    OPEN = "open"
    """The document: counted, its pages entered in the ledger."""
    READ = "read"
    """A page: measured and drawn, and read from its text layer where that is believed."""
    OCR = "ocr"
    """A page whose words must be read from its image."""
    PARSE = "parse"
    """A page's layout, from its image and its words."""
    VLM = "vlm"
    """A page that was laid out, looked at by a vision-language model, where one is configured."""
    EMBED = "embed"
    """A page's vectors and terms, into the index."""

    @property
    def capability(self) -> Capability:
        """Which workers take it."""
        return _CAPABILITY[self]

    @property
    def batch_size(self) -> int:
        """The most items that a worker leases at once: a lease's worth of work, so that its loss costs seconds."""
        return _BATCH_SIZE[self]


_CAPABILITY = {
    Stage.OPEN: Capability.RASTER,
    Stage.READ: Capability.RASTER,
    Stage.OCR: Capability.OCR,
    Stage.PARSE: Capability.PARSE,
    Stage.VLM: Capability.VLM,
    Stage.EMBED: Capability.EMBED,
}
_BATCH_SIZE = {Stage.OPEN: 1, Stage.READ: 8, Stage.OCR: 4, Stage.PARSE: 8, Stage.VLM: 16, Stage.EMBED: 32}


class ItemState(StrEnum):
    """Where a work item stands; the last three are final."""

    PENDING = "pending"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"
    """Given up: its page or document failed with the fault that is kept."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class NewItem:
    """Work to be entered."""

    stage: Stage
    page_number: int = DOCUMENT_LEVEL
    bucket: str = ""
    """Only items of the same bucket come in one batch: the document where it must be opened, else the image's size."""


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One stage of one page, or of a document, within one job."""

    id: int
    tenant_id: TenantId
    document_id: DocumentId
    job_id: JobId
    stage: Stage
    page_number: int
    epoch: int
    """The document's epoch when it was entered: cancelling, retrying and deleting leave older items behind."""
    priority: int
    """Of its job, which what follows from it inherits; smaller is sooner."""
    errors: int
    """How often it ended with an error that was worth another try."""
    crashes: int
    """How often its worker vanished while it held it."""
    solo_crashes: int
    """How often that happened while it was alone in its batch."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to do one item until it runs out; every claim gives a new token, so an older holder is known."""

    item: WorkItem
    owner: WorkerId
    """The worker."""
    token: int
    is_solo: bool
    """Whether the item came alone because it may be what crashed a worker."""


class TroubleKind(StrEnum):
    """What sort of trouble a stage ran into; each has its own patience."""

    PASSING = "passing"
    """A store or engine is away: tried until it is back or the item was waited for too long."""
    ITEM = "item"
    """The page or document itself: told at once, never tried again."""
    UNEXPECTED = "unexpected"
    """A fault of ours: tried twice more, since it may be the moment's."""


MAX_UNEXPECTED = 3
"""Tries of an item that ends in a fault of ours."""


def delay_before_retry(item: WorkItem, jitter: float) -> float:
    """Seconds to wait before an item that had `item.errors` errors is tried again.

    Full jitter over a doubling wait, so that what failed together does not come back together.

    Args:
        item: as it was claimed, this error not yet counted.
        jitter: a random number, 0 to 1.
    """
    return _longest_delay_s(item.errors) * (0.5 + jitter / 2)


def waited_s(item: WorkItem) -> float:
    """How long the delays after an item's errors were in all, seconds, as they are on average.

    Not its age: work that stood in a long queue has not been waited for.
    """
    return 0.75 * sum(map(_longest_delay_s, range(item.errors)))


def _longest_delay_s(n_errors: int) -> float:
    return min(_LONGEST_DELAY_S, _FIRST_DELAY_S * float(2 ** min(n_errors, 10)))


def is_worth_another_try(item: WorkItem, kind: TroubleKind, patience_s: float) -> bool:
    """Whether an item that ran into trouble goes back to the queue; else it is dead.

    Args:
        item: as it was claimed, this error not yet counted.
        kind: of the trouble.
        patience_s: how long passing trouble is waited out, seconds.
    """
    if kind is TroubleKind.ITEM:
        return False
    if kind is TroubleKind.UNEXPECTED:
        return item.errors + 1 < MAX_UNEXPECTED
    return waited_s(item) < patience_s


def is_dead_after_crash(item: WorkItem, *, was_solo: bool) -> bool:
    """Whether an item whose lease ran out is given up."""
    return was_solo and item.solo_crashes + 1 >= MAX_SOLO_CRASHES
