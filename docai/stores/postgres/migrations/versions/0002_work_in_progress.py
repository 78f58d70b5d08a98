"""Work items, events, batches, idempotency keys, webhooks, erasures, usage, workers; unfinished jobs become work items."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of work in progress, and enter what was being read as work."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table('worker',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('capabilities', ARRAY(sa.Text()), nullable=False),
        sa.Column('state', sa.Text(), nullable=False),
        sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('n_leased', sa.Integer(), nullable=False),
        sa.Column('n_done', sa.Integer(), nullable=False),
        sa.Column('idle_s', sa.Double(), nullable=False),
        sa.Column('seen_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_worker'))
    )
    op.create_table('batch',
        sa.Column('tenant_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('name', sa.Text(), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_batch_tenant'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_batch'))
    )
    op.create_table('erasure',
        sa.Column('tenant_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('document_id', sa.Uuid(), nullable=False),
        sa.Column('state', sa.Text(), nullable=False),
        sa.Column('n_pages', sa.Integer(), nullable=False),
        sa.Column('blobs', ARRAY(sa.Text()), nullable=False),
        sa.Column('n_blobs', sa.Integer(), nullable=False),
        sa.Column('n_vectors_left', sa.Integer(), nullable=True),
        sa.Column('verify_after', sa.DateTime(timezone=True), nullable=False),
        sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('erasing', 'verified')", name=op.f('ck_erasure_state')),
        sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_erasure_tenant'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_erasure'))
    )
    op.create_index('ix_erasure_document_id', 'erasure', ['document_id'], unique=False)
    op.create_index('ix_erasure_due', 'erasure', ['verify_after'], unique=False, postgresql_where=sa.text("state = 'erasing'"))
    op.create_table('event',
        sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column('tenant_id', sa.Uuid(), nullable=False),
        sa.Column('kind', sa.Text(), nullable=False),
        sa.Column('document_id', sa.Uuid(), nullable=True),
        sa.Column('job_id', sa.Uuid(), nullable=True),
        sa.Column('data', JSONB(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
        sa.Column('is_published', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_event_tenant'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_event'))
    )
    op.create_index('ix_event_document_id', 'event', ['document_id'], unique=False)
    op.create_index('ix_event_tenant_id_job_id_id', 'event', ['tenant_id', 'job_id', 'id'], unique=False)
    op.create_index('ix_event_unpublished', 'event', ['id'], unique=False, postgresql_where=sa.text('NOT is_published'))
    op.create_table('idempotency_key',
        sa.Column('tenant_id', sa.Uuid(), nullable=False),
        sa.Column('key', sa.Text(), nullable=False),
        sa.Column('fingerprint', sa.Text(), nullable=True),
        sa.Column('token', sa.Uuid(), nullable=False),
        sa.Column('busy_until', sa.DateTime(timezone=True), nullable=True),
        sa.Column('status', sa.Integer(), nullable=True),
        sa.Column('headers', JSONB(), nullable=True),
        sa.Column('body', sa.LargeBinary(), nullable=True),
        sa.Column('mentions', ARRAY(sa.Uuid()), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
        sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_idempotency_key_tenant'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('tenant_id', 'key', name=op.f('pk_idempotency_key'))
    )
    op.create_index('ix_idempotency_key_created_at', 'idempotency_key', ['created_at'], unique=False)
    op.create_table('usage',
        sa.Column('item_id', sa.BigInteger(), nullable=False),
        sa.Column('lease_token', sa.BigInteger(), nullable=False),
        sa.Column('tenant_id', sa.Uuid(), nullable=False),
        sa.Column('document_id', sa.Uuid(), nullable=False),
        sa.Column('stage', sa.Text(), nullable=False),
        sa.Column('page_number', sa.Integer(), nullable=False),
        sa.Column('seconds', sa.Double(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
        sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_usage_tenant'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('item_id', 'lease_token', name=op.f('pk_usage'))
    )
    op.create_index('ix_usage_tenant_id_created_at', 'usage', ['tenant_id', 'created_at'], unique=False)
    op.create_table('webhook_endpoint',
        sa.Column('tenant_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('url', sa.Text(), nullable=False),
        sa.Column('kinds', ARRAY(sa.Text()), nullable=False),
        sa.Column('sealed_secret', sa.LargeBinary(), nullable=False),
        sa.Column('sealed_old_secret', sa.LargeBinary(), nullable=True),
        sa.Column('old_secret_until', sa.DateTime(timezone=True), nullable=True),
        sa.Column('is_enabled', sa.Boolean(), nullable=False),
        sa.Column('disabled_reason', sa.Text(), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_webhook_endpoint_tenant'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_webhook_endpoint'))
    )
    op.create_table('batch_entry',
        sa.Column('tenant_id', sa.Uuid(), nullable=False),
        sa.Column('batch_id', sa.Uuid(), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('document_id', sa.Uuid(), nullable=True),
        sa.Column('job_id', sa.Uuid(), nullable=True),
        sa.Column('is_new', sa.Boolean(), nullable=False),
        sa.Column('fault_code', sa.Text(), nullable=True),
        sa.Column('fault_message', sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(['tenant_id', 'batch_id'], ['batch.tenant_id', 'batch.id'], name=op.f('fk_batch_entry_batch'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('tenant_id', 'batch_id', 'position', name=op.f('pk_batch_entry'))
    )
    op.create_table('webhook_delivery',
        sa.Column('tenant_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('endpoint_id', sa.Uuid(), nullable=False),
        sa.Column('event_id', sa.BigInteger(), nullable=False),
        sa.Column('state', sa.Text(), nullable=False),
        sa.Column('attempts', sa.Integer(), nullable=False),
        sa.Column('next_attempt_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('lease_token', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
        sa.Column('last_status', sa.Integer(), nullable=True),
        sa.Column('last_error', sa.Text(), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
        sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'delivered', 'given_up')", name=op.f('ck_webhook_delivery_state')),
        sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_webhook_delivery_event'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['tenant_id', 'endpoint_id'], ['webhook_endpoint.tenant_id', 'webhook_endpoint.id'], name=op.f('fk_webhook_delivery_webhook_endpoint'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_webhook_delivery')),
        sa.UniqueConstraint('endpoint_id', 'event_id', name=op.f('uq_webhook_delivery_endpoint_id_event_id'))
    )
    op.create_index('ix_webhook_delivery_due', 'webhook_delivery', ['endpoint_id', 'next_attempt_at'], unique=False, postgresql_where=sa.text("state = 'pending'"))
    op.create_index('ix_webhook_delivery_event_id', 'webhook_delivery', ['event_id'], unique=False)
    op.create_table('work_item',
        sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column('tenant_id', sa.Uuid(), nullable=False),
        sa.Column('document_id', sa.Uuid(), nullable=False),
        sa.Column('job_id', sa.Uuid(), nullable=False),
        sa.Column('stage', sa.Text(), nullable=False),
        sa.Column('page_number', sa.Integer(), nullable=False),
        sa.Column('capability', sa.Text(), nullable=False),
        sa.Column('bucket', sa.Text(), nullable=False),
        sa.Column('epoch', sa.Integer(), nullable=False),
        sa.Column('state', sa.Text(), nullable=False),
        sa.Column('priority', sa.SmallInteger(), nullable=False),
        sa.Column('run_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
        sa.Column('errors', sa.Integer(), server_default=sa.text('0'), nullable=False),
        sa.Column('crashes', sa.Integer(), server_default=sa.text('0'), nullable=False),
        sa.Column('solo_crashes', sa.Integer(), server_default=sa.text('0'), nullable=False),
        sa.Column('lease_owner', sa.Uuid(), nullable=True),
        sa.Column('lease_token', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
        sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
        sa.Column('lease_solo', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('fault_code', sa.Text(), nullable=True),
        sa.Column('fault_message', sa.Text(), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
        sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'leased') = (lease_until IS NOT NULL)", name=op.f('ck_work_item_leased')),
        sa.CheckConstraint("capability IN ('raster', 'ocr', 'parse', 'embed')", name=op.f('ck_work_item_capability')),
        sa.CheckConstraint("stage IN ('open', 'read', 'ocr', 'parse', 'embed')", name=op.f('ck_work_item_stage')),
        sa.CheckConstraint("state IN ('pending', 'leased', 'done', 'dead', 'cancelled')", name=op.f('ck_work_item_state')),
        sa.ForeignKeyConstraint(['tenant_id', 'document_id'], ['document.tenant_id', 'document.id'], name=op.f('fk_work_item_document'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_work_item')),
        sa.UniqueConstraint('document_id', 'epoch', 'stage', 'page_number', name=op.f('uq_work_item_document_id_epoch_stage_page_number')),
        postgresql_with={'fillfactor': '70', 'autovacuum_vacuum_scale_factor': '0.01'}
    )
    op.create_index('ix_work_item_claim', 'work_item', ['capability', 'tenant_id', 'priority', 'run_at', 'id'], unique=False, postgresql_where=sa.text("state = 'pending'"))
    op.create_index('ix_work_item_batch', 'work_item', ['tenant_id', 'stage', 'bucket', 'priority', 'run_at', 'id'], unique=False, postgresql_where=sa.text("state = 'pending'"))
    op.create_index('ix_work_item_dead', 'work_item', ['finished_at'], unique=False, postgresql_where=sa.text("state = 'dead'"))
    op.create_index('ix_work_item_finished', 'work_item', ['finished_at'], unique=False, postgresql_where=sa.text("state IN ('done', 'cancelled')"))
    op.create_index('ix_work_item_lease_until', 'work_item', ['lease_until'], unique=False, postgresql_where=sa.text("state = 'leased'"))
    op.add_column('document', sa.Column('epoch', sa.Integer(), server_default=sa.text('1'), nullable=False))
    op.add_column('document', sa.Column('remaining', sa.Integer(), server_default=sa.text('0'), nullable=False))
    op.add_column('job', sa.Column('priority', sa.SmallInteger(), server_default=sa.text('5'), nullable=False))
    op.add_column('job', sa.Column('epoch', sa.Integer(), server_default=sa.text('1'), nullable=False))
    op.add_column('job', sa.Column('batch_id', sa.Uuid(), nullable=True))
    op.add_column('job', sa.Column('sealed_password', sa.LargeBinary(), nullable=True))
    op.add_column('job', sa.Column('traceparent', sa.Text(), nullable=True))
    op.create_index('ix_document_unfinished', 'document', ['id'], unique=False, postgresql_where=sa.text("status IN ('queued', 'processing')"))
    op.create_index('ix_job_tenant_id_created_at_id', 'job', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_index('ix_job_unfinished', 'job', ['tenant_id'], unique=False, postgresql_where=sa.text("state IN ('queued', 'running')"))
    op.create_index('ix_job_batch_id', 'job', ['batch_id'], unique=False, postgresql_where=sa.text('batch_id IS NOT NULL'))
    op.execute("ALTER TABLE job DROP CONSTRAINT ck_job_ck_job_state, ADD CONSTRAINT ck_job_ck_job_state CHECK (state IN ('queued', 'running', 'succeeded', 'partially_succeeded', 'failed', 'cancelled'))")
    op.execute("""
        INSERT INTO work_item (tenant_id, document_id, job_id, stage, page_number, capability, bucket, epoch, state, priority)
        SELECT DISTINCT ON (job.tenant_id, job.document_id)
            job.tenant_id, job.document_id, job.id, 'open', 0, 'raster', job.document_id::text, 1, 'pending', 5
        FROM job WHERE state IN ('queued', 'running') ORDER BY job.tenant_id, job.document_id, job.created_at DESC
    """)
    op.execute("""
        UPDATE document SET remaining = 1 WHERE id IN (SELECT document_id FROM work_item)
    """)


def downgrade() -> None:
    """Drop them; jobs that were cancelled become failed ones."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("UPDATE job SET state = 'failed' WHERE state = 'cancelled'")
    op.execute("ALTER TABLE job DROP CONSTRAINT ck_job_ck_job_state, ADD CONSTRAINT ck_job_ck_job_state CHECK (state IN ('queued', 'running', 'succeeded', 'partially_succeeded', 'failed'))")
    op.drop_index('ix_job_unfinished', table_name='job', postgresql_where=sa.text("state IN ('queued', 'running')"))
    op.drop_index('ix_job_tenant_id_created_at_id', table_name='job')
    op.drop_index('ix_job_batch_id', table_name='job', postgresql_where=sa.text('batch_id IS NOT NULL'))
    op.drop_index('ix_document_unfinished', table_name='document', postgresql_where=sa.text("status IN ('queued', 'processing')"))
    op.drop_column('job', 'traceparent')
    op.drop_column('job', 'sealed_password')
    op.drop_column('job', 'batch_id')
    op.drop_column('job', 'epoch')
    op.drop_column('job', 'priority')
    op.drop_column('document', 'remaining')
    op.drop_column('document', 'epoch')
    op.drop_index('ix_work_item_lease_until', table_name='work_item', postgresql_where=sa.text("state = 'leased'"))
    op.drop_index('ix_work_item_dead', table_name='work_item', postgresql_where=sa.text("state = 'dead'"))
    op.drop_index('ix_work_item_batch', table_name='work_item', postgresql_where=sa.text("state = 'pending'"))
    op.drop_index('ix_work_item_claim', table_name='work_item', postgresql_where=sa.text("state = 'pending'"))
    op.drop_table('work_item')
    op.drop_index('ix_webhook_delivery_event_id', table_name='webhook_delivery')
    op.drop_index('ix_webhook_delivery_due', table_name='webhook_delivery', postgresql_where=sa.text("state = 'pending'"))
    op.drop_table('webhook_delivery')
    op.drop_table('batch_entry')
    op.drop_table('webhook_endpoint')
    op.drop_index('ix_usage_tenant_id_created_at', table_name='usage')
    op.drop_table('usage')
    op.drop_index('ix_idempotency_key_created_at', table_name='idempotency_key')
    op.drop_table('idempotency_key')
    op.drop_index('ix_event_unpublished', table_name='event', postgresql_where=sa.text('NOT is_published'))
    op.drop_index('ix_event_tenant_id_job_id_id', table_name='event')
    op.drop_index('ix_event_document_id', table_name='event')
    op.drop_table('event')
    op.drop_index('ix_erasure_due', table_name='erasure', postgresql_where=sa.text("state = 'erasing'"))
    op.drop_index('ix_erasure_document_id', table_name='erasure')
    op.drop_table('erasure')
    op.drop_table('batch')
    op.drop_table('worker')
