"""What whoever uploaded a document said of it, to find it by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, empty for documents that are here, and its index."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("document", sa.Column("metadata", JSONB(), server_default=sa.text("'{}'"), nullable=False))
    op.create_index(
        "ix_document_metadata",
        "document",
        ["metadata"],
        postgresql_using="gin",
        postgresql_ops={"metadata": "jsonb_path_ops"},
    )


def downgrade() -> None:
    """Drop both, and what was said."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_document_metadata", table_name="document", postgresql_using="gin")
    op.drop_column("document", "metadata")
