"""How many records and responses a stretch of a dataset has, so that deep pages are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COUNT_RECORDS = """
    INSERT INTO record_blocks (dataset_id, first_id, records)
    SELECT dataset_id, CASE WHEN block = 0 THEN '' ELSE MIN(id) END, COUNT(*)
    FROM (
        SELECT dataset_id, id,
            (ROW_NUMBER() OVER (PARTITION BY dataset_id ORDER BY id) - 1) / 1000 AS block
        FROM records
    ) AS placed
    GROUP BY dataset_id, block
"""
COUNT_RESPONSES = """
    INSERT INTO response_blocks (dataset_id, user_id, first_id, responses)
    SELECT dataset_id, user_id, first_id, COUNT(*)
    FROM (
        SELECT responses.dataset_id, responses.user_id,
            (
                SELECT MAX(record_blocks.first_id) FROM record_blocks
                WHERE record_blocks.dataset_id = responses.dataset_id
                    AND record_blocks.first_id <= responses.record_id
            ) AS first_id
        FROM responses
    ) AS placed
    GROUP BY dataset_id, user_id, first_id
"""


def upgrade() -> None:
    """Make the tables and count what is there."""
    op.create_table(
        "record_blocks",
        sa.Column("dataset_id", sa.Text(), nullable=False),
        sa.Column("first_id", sa.Text(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("dataset_id", "first_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "response_blocks",
        sa.Column("dataset_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("first_id", sa.Text(), nullable=False),
        sa.Column("responses", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("dataset_id", "user_id", "first_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute(COUNT_RECORDS)
    op.execute(COUNT_RESPONSES)


def downgrade() -> None:
    """Drop both."""
    op.drop_table("response_blocks")
    op.drop_table("record_blocks")
