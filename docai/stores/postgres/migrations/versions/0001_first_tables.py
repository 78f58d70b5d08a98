"""Documents, pages, tables, terms, jobs, answers, keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table('page_term',
        sa.Column('tenant_id', sa.Uuid(), nullable=False),
        sa.Column('term', sa.Text(), nullable=False),
        sa.Column('document_id', sa.Uuid(), nullable=False),
        sa.Column('page_number', sa.Integer(), nullable=False),
        sa.Column('occurrences', sa.Integer(), nullable=False),
        sa.Column('n_terms', sa.Integer(), nullable=False),
        sa.CheckConstraint('length(term) <= 200', name='ck_page_term_term'),
        sa.PrimaryKeyConstraint('tenant_id', 'term', 'document_id', 'page_number', name='pk_page_term')
    )
    op.create_index('ix_page_term_tenant_id_document_id_page_number', 'page_term', ['tenant_id', 'document_id', 'page_number'], unique=False)
    op.create_table('tenant',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.PrimaryKeyConstraint('id', name='pk_tenant')
    )
    op.create_table('answer',
        sa.Column('tenant_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('answerable', sa.Boolean(), nullable=False),
        sa.Column('cited_document_ids', ARRAY(sa.Uuid()), nullable=False),
        sa.Column('answer', JSONB(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name='fk_answer_tenant', ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('tenant_id', 'id', name='pk_answer')
    )
    op.create_index('ix_answer_cited_document_ids', 'answer', ['cited_document_ids'], unique=False, postgresql_using='gin')
    op.create_table('api_key',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('tenant_id', sa.Uuid(), nullable=False),
        sa.Column('prefix', sa.Text(), nullable=False),
        sa.Column('sha256', sa.Text(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name='fk_api_key_tenant', ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name='pk_api_key')
    )
    op.create_index('ix_api_key_prefix', 'api_key', ['prefix'], unique=False)
    op.create_table('document',
        sa.Column('tenant_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('sha256', sa.Text(), nullable=False),
        sa.Column('media_type', sa.Text(), nullable=False),
        sa.Column('n_bytes', sa.BigInteger(), nullable=False),
        sa.Column('status', sa.Text(), nullable=False),
        sa.Column('n_pages', sa.Integer(), nullable=True),
        sa.Column('title', sa.Text(), nullable=True),
        sa.Column('security', JSONB(), nullable=False),
        sa.Column('fault_code', sa.Text(), nullable=True),
        sa.Column('fault_message', sa.Text(), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("media_type IN ('application/pdf', 'image/png', 'image/jpeg', 'image/tiff')", name='ck_document_media_type'),
        sa.CheckConstraint("status IN ('queued', 'processing', 'ready', 'partly_ready', 'failed')", name='ck_document_status'),
        sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name='fk_document_tenant', ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('tenant_id', 'id', name='pk_document'),
        sa.UniqueConstraint('sha256', 'tenant_id', name='uq_document_sha256_tenant_id')
    )
    op.create_index('ix_document_tenant_id_created_at_id', 'document', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_table('job',
        sa.Column('tenant_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('document_id', sa.Uuid(), nullable=False),
        sa.Column('state', sa.Text(), nullable=False),
        sa.Column('pages_total', sa.Integer(), nullable=True),
        sa.Column('pages_done', sa.Integer(), nullable=False),
        sa.Column('pages_failed', sa.Integer(), nullable=False),
        sa.Column('fault_code', sa.Text(), nullable=True),
        sa.Column('fault_message', sa.Text(), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'running', 'succeeded', 'partially_succeeded', 'failed')", name='ck_job_state'),
        sa.ForeignKeyConstraint(['tenant_id', 'document_id'], ['document.tenant_id', 'document.id'], name='fk_job_document', ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('tenant_id', 'id', name='pk_job')
    )
    op.create_index('ix_job_tenant_id_document_id_created_at', 'job', ['tenant_id', 'document_id', 'created_at'], unique=False)
    op.create_table('page',
        sa.Column('tenant_id', sa.Uuid(), nullable=False),
        sa.Column('document_id', sa.Uuid(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('state', sa.Text(), nullable=False),
        sa.Column('fault_code', sa.Text(), nullable=True),
        sa.Column('fault_message', sa.Text(), nullable=True),
        sa.Column('width_pt', sa.Double(), nullable=True),
        sa.Column('height_pt', sa.Double(), nullable=True),
        sa.Column('image_sha256', sa.Text(), nullable=True),
        sa.Column('image', JSONB(), nullable=True),
        sa.Column('words', JSONB(), nullable=True),
        sa.Column('parse', JSONB(), nullable=True),
        sa.Column('n_words', sa.Integer(), nullable=True),
        sa.Column('n_covered', sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'parsed', 'blank', 'degraded', 'failed')", name='ck_page_state'),
        sa.CheckConstraint('number >= 1', name='ck_page_number'),
        sa.ForeignKeyConstraint(['tenant_id', 'document_id'], ['document.tenant_id', 'document.id'], name='fk_page_document', ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('tenant_id', 'document_id', 'number', name='pk_page')
    )
    op.create_index('ix_page_image_sha256', 'page', ['image_sha256'], unique=False)
    op.create_table('page_length',
        sa.Column('tenant_id', sa.Uuid(), nullable=False),
        sa.Column('document_id', sa.Uuid(), nullable=False),
        sa.Column('page_number', sa.Integer(), nullable=False),
        sa.Column('n_terms', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['tenant_id', 'document_id'], ['document.tenant_id', 'document.id'], name='fk_page_length_document', ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('tenant_id', 'document_id', 'page_number', name='pk_page_length')
    )
    op.create_table('page_table',
        sa.Column('tenant_id', sa.Uuid(), nullable=False),
        sa.Column('document_id', sa.Uuid(), nullable=False),
        sa.Column('page_number', sa.Integer(), nullable=False),
        sa.Column('table_number', sa.Integer(), nullable=False),
        sa.Column('n_rows', sa.Integer(), nullable=False),
        sa.Column('n_cols', sa.Integer(), nullable=False),
        sa.Column('caption', sa.Text(), nullable=True),
        sa.Column('engine', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['tenant_id', 'document_id', 'page_number'], ['page.tenant_id', 'page.document_id', 'page.number'], name='fk_page_table_page', ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('tenant_id', 'document_id', 'page_number', 'table_number', name='pk_page_table')
    )
    op.create_table('table_cell',
        sa.Column('tenant_id', sa.Uuid(), nullable=False),
        sa.Column('document_id', sa.Uuid(), nullable=False),
        sa.Column('page_number', sa.Integer(), nullable=False),
        sa.Column('table_number', sa.Integer(), nullable=False),
        sa.Column('row', sa.Integer(), nullable=False),
        sa.Column('col', sa.Integer(), nullable=False),
        sa.Column('row_span', sa.Integer(), nullable=False),
        sa.Column('col_span', sa.Integer(), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('role', sa.Text(), nullable=False),
        sa.Column('box', ARRAY(sa.Double()), nullable=True),
        sa.Column('word_ids', ARRAY(sa.Integer()), nullable=False),
        sa.Column('verdict', sa.Text(), nullable=True),
        sa.Column('witness', sa.Text(), nullable=True),
        sa.Column('confidence', sa.Double(), nullable=True),
        sa.CheckConstraint("role IN ('data', 'column_header', 'row_header', 'section')", name='ck_table_cell_role'),
        sa.CheckConstraint("verdict IN ('exact', 'normalised', 'ocr_agree', 'partial', 'conflict', 'model_only', 'illegible', 'empty')", name='ck_table_cell_verdict'),
        sa.ForeignKeyConstraint(['tenant_id', 'document_id', 'page_number', 'table_number'], ['page_table.tenant_id', 'page_table.document_id', 'page_table.page_number', 'page_table.table_number'], name='fk_table_cell_page_table', ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('tenant_id', 'document_id', 'page_number', 'table_number', 'row', 'col', name='pk_table_cell')
    )


def downgrade() -> None:
    """Drop everything."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table('table_cell')
    op.drop_table('page_table')
    op.drop_table('page_length')
    op.drop_index('ix_page_image_sha256', table_name='page')
    op.drop_table('page')
    op.drop_index('ix_job_tenant_id_document_id_created_at', table_name='job')
    op.drop_table('job')
    op.drop_index('ix_document_tenant_id_created_at_id', table_name='document')
    op.drop_table('document')
    op.drop_index('ix_api_key_prefix', table_name='api_key')
    op.drop_table('api_key')
    op.drop_index('ix_answer_cited_document_ids', table_name='answer', postgresql_using='gin')
    op.drop_table('answer')
    op.drop_table('tenant')
    op.drop_index('ix_page_term_tenant_id_document_id_page_number', table_name='page_term')
    op.drop_table('page_term')
