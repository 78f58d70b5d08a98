"""One transaction with its repositories, and the record store that opens them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from docai.domain.access import ApiKey, Tenant
from docai.domain.ids import TenantId
from docai.errors import StoreError
from docai.protocols import (
    AnswerRecords,
    BatchRecords,
    DocumentRecords,
    EmbeddingRecords,
    ErasureRecords,
    EventRecords,
    ExtractionRecords,
    FlagRecords,
    JobRecords,
    RevisionRecords,
    TermRecords,
    UnitOfWork,
    WebhookRecords,
    WorkRecords,
)
from docai.stores.postgres import access
from docai.stores.postgres.answers import PostgresAnswers
from docai.stores.postgres.batches import PostgresBatches
from docai.stores.postgres.documents import PostgresDocuments
from docai.stores.postgres.embeddings import PostgresEmbeddings
from docai.stores.postgres.engine import translated_errors
from docai.stores.postgres.erasures import PostgresErasureQueue, PostgresErasures
from docai.stores.postgres.events import PostgresEvents
from docai.stores.postgres.extractions import PostgresExtractions
from docai.stores.postgres.flags import PostgresFlags
from docai.stores.postgres.indexes import PostgresIndexes
from docai.stores.postgres.jobs import PostgresJobs, count_unfinished
from docai.stores.postgres.outbox import PostgresOutbox
from docai.stores.postgres.query_requests import PostgresQueryRequests
from docai.stores.postgres.queue import PostgresQueue
from docai.stores.postgres.request_keys import PostgresRequestKeys
from docai.stores.postgres.revisions import PostgresRevisions
from docai.stores.postgres.terms import PostgresTerms
from docai.stores.postgres.upkeep import PostgresUpkeep
from docai.stores.postgres.webhooks import PostgresWebhooks
from docai.stores.postgres.work import PostgresWork


class PostgresUnitOfWork:
    """A `UnitOfWork`: every repository shares the session's transaction and one tenant."""

    documents: DocumentRecords
    jobs: JobRecords
    terms: TermRecords
    answers: AnswerRecords
    extractions: ExtractionRecords
    batches: BatchRecords
    work: WorkRecords
    events: EventRecords
    webhooks: WebhookRecords
    erasures: ErasureRecords
    embeddings: EmbeddingRecords
    flags: FlagRecords
    revisions: RevisionRecords

    def __init__(self, session: Session, tenant_id: TenantId) -> None:
        """Open the tenant's repositories on the session."""
        self.documents = PostgresDocuments(session, tenant_id)
        self.jobs = PostgresJobs(session, tenant_id)
        self.terms = PostgresTerms(session, tenant_id)
        self.answers = PostgresAnswers(session, tenant_id)
        self.extractions = PostgresExtractions(session, tenant_id)
        self.batches = PostgresBatches(session, tenant_id)
        self.work = PostgresWork(session, tenant_id)
        self.events = PostgresEvents(session, tenant_id)
        self.webhooks = PostgresWebhooks(session, tenant_id)
        self.erasures = PostgresErasures(session, tenant_id)
        self.embeddings = PostgresEmbeddings(session, tenant_id)
        self.flags = PostgresFlags(session, tenant_id)
        self.revisions = PostgresRevisions(session, tenant_id)


class PostgresRecords:
    """`Records` in a PostgreSQL whose tables are up to date: see `schema.upgrade`. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        """Use an engine of `make_engine`; it is closed by `close`."""
        self._engine = engine
        self._queue = PostgresQueue(self._transaction)
        self._outbox = PostgresOutbox(self._transaction)
        self._upkeep = PostgresUpkeep(self._transaction)
        self._keys = PostgresRequestKeys(self._transaction)
        self._erasures = PostgresErasureQueue(self._transaction)
        self._indexes = PostgresIndexes(self._transaction, engine)
        self._query_requests = PostgresQueryRequests(self._transaction)

    @contextmanager
    def unit_of_work(self, tenant_id: TenantId) -> Iterator[UnitOfWork]:
        """A transaction that sees this tenant's rows and no others."""
        with self._transaction() as session:
            yield PostgresUnitOfWork(session, tenant_id)

    def tenant_of_key(self, key: str) -> Tenant | None:
        """The tenant whom an API key speaks for; None for an unknown key."""
        with self._transaction() as session:
            return access.tenant_of_key(session, key)

    def add_key(self, tenant: Tenant, key: ApiKey) -> None:
        """Keep a tenant, if new, and a key of it."""
        with self._transaction() as session:
            access.add_key(session, tenant, key)

    def first_tenant(self) -> Tenant | None:
        """The oldest tenant; None before the first start."""
        with self._transaction() as session:
            return access.first_tenant(session)

    def tenants(self) -> Sequence[Tenant]:
        """All tenants, oldest first."""
        with self._transaction() as session:
            return access.all_tenants(session)

    def tenant(self, tenant_id: TenantId) -> Tenant | None:
        """One tenant as it stands now; None for an unknown one."""
        with self._transaction() as session:
            return access.tenant_of_id(session, tenant_id)

    def set_allows_cloud(self, tenant_id: TenantId, is_allowed: bool) -> Tenant | None:
        """Keep whether a tenant's pages may be shown to a model at a provider; None for an unknown tenant."""
        with self._transaction() as session:
            return access.set_allows_cloud(session, tenant_id, is_allowed)

    @property
    def queue(self) -> PostgresQueue:
        """The work of all tenants."""
        return self._queue

    @property
    def outbox(self) -> PostgresOutbox:
        """The webhook deliveries of all tenants."""
        return self._outbox

    @property
    def erasures(self) -> PostgresErasureQueue:
        """The deletions of all tenants."""
        return self._erasures

    @property
    def keys(self) -> PostgresRequestKeys:
        """The idempotency keys of all tenants."""
        return self._keys

    @property
    def indexes(self) -> PostgresIndexes:
        """The page indexes."""
        return self._indexes

    @property
    def query_requests(self) -> PostgresQueryRequests:
        """Queries for encoders of other processes."""
        return self._query_requests

    def n_unfinished_jobs(self, at_most: int) -> int:
        """How many jobs of all tenants have not ended, counted no further than `at_most`."""
        with self._transaction() as session:
            return count_unfinished(session, at_most)

    @property
    def upkeep(self) -> PostgresUpkeep:
        """What operators and chores ask."""
        return self._upkeep

    def is_reachable(self) -> bool:
        """Whether a query gets an answer."""
        try:
            with self._transaction() as session:
                session.execute(select(1))
        except StoreError:
            return False
        return True

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        """Commit when left without an error, else roll back."""
        with translated_errors(), Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session
