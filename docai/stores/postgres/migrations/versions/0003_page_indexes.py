"""Page indexes, which page stands in which, queries on their way to an encoder, queries kept to compare indexes by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, empty: no page that is here was embedded by an encoder that is on record."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table('page_index',
        sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column('encoder', sa.Text(), nullable=False),
        sa.Column('dimension', sa.Integer(), nullable=False),
        sa.Column('model', sa.Text(), nullable=False),
        sa.Column('state', sa.Text(), nullable=False),
        sa.Column('golden', sa.LargeBinary(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('activated_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('building', 'active', 'previous')", name=op.f('ck_page_index_state')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_page_index')),
        sa.UniqueConstraint('encoder', name=op.f('uq_page_index_encoder'))
    )
    op.create_index('ix_page_index_active', 'page_index', ['state'], unique=True, postgresql_where=sa.text("state = 'active'"))
    op.create_table('page_embedding',
        sa.Column('tenant_id', sa.Uuid(), nullable=False),
        sa.Column('document_id', sa.Uuid(), nullable=False),
        sa.Column('page_number', sa.Integer(), nullable=False),
        sa.Column('index_id', sa.Integer(), nullable=False),
        sa.Column('n_vectors', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['index_id'], ['page_index.id'], name=op.f('fk_page_embedding_page_index'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['tenant_id', 'document_id'], ['document.tenant_id', 'document.id'], name=op.f('fk_page_embedding_document'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('tenant_id', 'document_id', 'page_number', 'index_id', name=op.f('pk_page_embedding'))
    )
    op.create_table('query_request',
        sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('encoder', sa.Text(), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
        sa.Column('taken_until', sa.DateTime(timezone=True), nullable=True),
        sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('n_vectors', sa.Integer(), nullable=True),
        sa.Column('vectors', sa.LargeBinary(), nullable=True),
        sa.Column('tokens', ARRAY(sa.Text()), nullable=True),
        sa.Column('fault_code', sa.Text(), nullable=True),
        sa.Column('fault_message', sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_query_request')),
        prefixes=['UNLOGGED']
    )
    op.create_table('logged_query',
        sa.Column('tenant_id', sa.Uuid(), nullable=False),
        sa.Column('digest', sa.LargeBinary(), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_logged_query_tenant'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('tenant_id', 'digest', name=op.f('pk_logged_query'))
    )
    op.create_index('ix_logged_query_asked_at', 'logged_query', ['asked_at'], unique=False)
    op.create_index('ix_page_was_read', 'page', ['tenant_id', 'document_id', 'number'], unique=False, postgresql_where=sa.text("state IN ('parsed', 'degraded')"))


def downgrade() -> None:
    """Drop them."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index('ix_page_was_read', table_name='page', postgresql_where=sa.text("state IN ('parsed', 'degraded')"))
    op.drop_index('ix_logged_query_asked_at', table_name='logged_query')
    op.drop_table('logged_query')
    op.drop_table('query_request')
    op.drop_table('page_embedding')
    op.drop_index('ix_page_index_active', table_name='page_index', postgresql_where=sa.text("state = 'active'"))
    op.drop_table('page_index')
