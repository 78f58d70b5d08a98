"""Flags, the results that pages had, and the second witness's words."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KINDS = ("conflict", "partial", "model_only", "illegible", "corrected", "omission", "check_failed")
_SEVERITIES = ("high", "medium", "low")
_CAUSES = ("read", "reread", "review")
_OF_FLAGS = ("created_at", "document_id", "page_number", "number")


def upgrade() -> None:
    """Add the columns and tables; what pages say by now is their first revision. Flags come when they are read again."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("page", sa.Column("second_words", JSONB()))
    op.add_column("page", sa.Column("revision", sa.Integer()))
    op.create_table(
        "flag",
        *_key(),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("check_name", sa.Text()),
        sa.Column("said", sa.Text()),
        sa.Column("heard", sa.Text()),
        sa.Column("confidence", sa.Double()),
        sa.Column("flag", JSONB(), nullable=False),
        _created_at(),
        *_constraints("flag"),
        _one_of("flag", "kind", _KINDS),
        _one_of("flag", "severity", _SEVERITIES),
    )
    op.create_index("ix_flag_kind", "flag", ["tenant_id", "kind", *_OF_FLAGS])
    op.create_index("ix_flag_created_at", "flag", ["tenant_id", *_OF_FLAGS])
    op.create_table(
        "page_revision",
        *_key(),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("parse", JSONB()),
        sa.Column("image_sha256", sa.Text()),
        sa.Column("reply_sha256s", ARRAY(sa.Text())),
        _created_at(),
        *_constraints("page_revision"),
        sa.CheckConstraint("number >= 1", name=op.f("ck_page_revision_number")),
        _one_of("page_revision", "cause", _CAUSES),
    )
    op.create_index(
        "ix_page_revision_image_sha256",
        "page_revision",
        ["image_sha256"],
        postgresql_where=sa.text("image_sha256 IS NOT NULL"),
    )
    op.create_index(
        "ix_page_revision_reply_sha256s",
        "page_revision",
        ["reply_sha256s"],
        postgresql_using="gin",
        postgresql_where=sa.text("reply_sha256s IS NOT NULL"),
    )
    op.execute(
        "INSERT INTO page_revision (tenant_id, document_id, page_number, number, cause, author, created_at) "
        "SELECT p.tenant_id, p.document_id, p.number, 1, 'read', coalesce(p.parse->>'engine', ''), d.updated_at "
        "FROM page p JOIN document d ON d.tenant_id = p.tenant_id AND d.id = p.document_id "
        "WHERE p.parse IS NOT NULL AND p.state <> 'queued'"
    )
    op.execute("UPDATE page SET revision = 1 WHERE parse IS NOT NULL AND state <> 'queued'")


def downgrade() -> None:
    """Drop them; pages keep the result that they have."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("page_revision")
    op.drop_table("flag")
    op.drop_column("page", "revision")
    op.drop_column("page", "second_words")


def _key() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("page_number", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
    )


def _created_at() -> sa.Column[object]:
    return sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False)


def _constraints(table: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.PrimaryKeyConstraint("tenant_id", "document_id", "page_number", "number", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "document_id", "page_number"],
            ["page.tenant_id", "page.document_id", "page.number"],
            name=op.f(f"fk_{table}_page"),
            ondelete="CASCADE",
        ),
    )


def _one_of(table: str, column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))
