"""What webhooks are still to be told, and which of them may be told nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the column."""
    op.add_column("webhooks", sa.Column("refused", sa.Text(), nullable=True))
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("webhook_id", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("due_at", sa.Text(), nullable=False),
        sa.Column("inserted_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        "ix_webhook_deliveries_webhook_id", "webhook_deliveries", ["webhook_id"], unique=False
    )
    op.create_index(
        "ix_webhook_deliveries_due", "webhook_deliveries", ["due_at", "id"], unique=False
    )
    wanting = sa.text("enabled = 1 AND refused IS NULL")
    op.create_index(
        "ix_webhooks_wanting",
        "webhooks",
        ["id"],
        sqlite_where=wanting,
        postgresql_where=wanting,
        unique=False,
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_index("ix_webhooks_wanting", table_name="webhooks")
    op.drop_table("webhook_deliveries")
    op.drop_column("webhooks", "refused")
