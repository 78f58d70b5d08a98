"""Work of a stage for vision-language models and what they said, tenants that allow providers, and extractions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_STAGES = ("open", "read", "ocr", "parse", "embed")
_CAPABILITIES = ("raster", "ocr", "parse", "embed")


def upgrade() -> None:
    """Allow the new stage's words; add the tenant's consent and the table of extractions."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    _allow(stages=(*_STAGES, "vlm"), capabilities=(*_CAPABILITIES, "vlm"))
    op.add_column(
        "tenant", sa.Column("allows_cloud", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("page", sa.Column("reply_sha256s", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False))
    op.create_index("ix_page_reply_sha256s", "page", ["reply_sha256s"], postgresql_using="gin")
    op.create_table(
        "extraction",
        sa.Column("tenant_id", sa.Uuid(), sa.ForeignKey("tenant.id", ondelete="CASCADE"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("extraction", JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_extraction"),
    )
    op.create_index("ix_extraction_document_ids", "extraction", ["document_ids"], postgresql_using="gin")


def downgrade() -> None:
    """Drop the extractions and the consent; work of the stage must have ended."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("extraction")
    op.drop_column("page", "reply_sha256s")
    op.drop_column("tenant", "allows_cloud")
    op.execute("DELETE FROM work_item WHERE stage = 'vlm'")
    _allow(stages=_STAGES, capabilities=_CAPABILITIES)


def _allow(*, stages: tuple[str, ...], capabilities: tuple[str, ...]) -> None:
    for column, words in (("stage", stages), ("capability", capabilities)):
        name = f"ck_work_item_{column}"
        listed = ", ".join(f"'{word}'" for word in words)
        op.drop_constraint(op.f(name), "work_item", type_="check")
        op.create_check_constraint(op.f(name), "work_item", sa.text(f"{column} IN ({listed})"))
