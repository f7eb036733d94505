"""Places on records, leases, judgements, the history of responses, adjudications and controls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


# Written out because SQLite can only add a column together with its check.
COLUMNS = {
    "datasets": (
        "assignment_order TEXT DEFAULT 'sequence' NOT NULL",
        "lease_minutes INTEGER DEFAULT 15 NOT NULL",
        "accept_late INTEGER DEFAULT 1 NOT NULL",
    ),
    "records": (
        "needed INTEGER DEFAULT 1 NOT NULL",
        "taken INTEGER DEFAULT 0 NOT NULL CONSTRAINT taken CHECK (taken BETWEEN 0 AND needed)",
        "position INTEGER DEFAULT 0 NOT NULL",
        "returned INTEGER DEFAULT 0 NOT NULL",
        "disagreement INTEGER DEFAULT 0 NOT NULL",
    ),
    "responses": ("dataset_id TEXT DEFAULT '' NOT NULL",),
}

# A response is its own first version. What fills no place is extra: of a record's submitted
# responses the oldest hold its places. Two different texts of submitted values are a disagreement
# of unknown size; the next response to the record measures it.
FILL = (
    """UPDATE records SET
        needed = (SELECT min_submitted FROM datasets WHERE datasets.id = records.dataset_id)""",
    "UPDATE records SET taken = CASE WHEN submitted < needed THEN submitted ELSE needed END",
    """UPDATE responses SET
        dataset_id = (SELECT dataset_id FROM records WHERE records.id = responses.record_id)""",
    """INSERT INTO response_versions (record_id, user_id, version, status, "values", at)
        SELECT record_id, user_id, 1, status, "values", updated_at FROM responses""",
    """INSERT INTO assignments (record_id, user_id, dataset_id, state, extra, since)
        SELECT record_id, user_id, dataset_id, status, 0, updated_at FROM responses
        WHERE status <> 'draft'""",
    """UPDATE assignments SET extra = 1 WHERE state = 'submitted' AND
        (SELECT count(*) FROM responses AS older
            JOIN responses AS own
                ON own.record_id = older.record_id AND own.user_id = assignments.user_id
            WHERE older.record_id = assignments.record_id AND older.status = 'submitted'
                AND older.id <= own.id)
        > (SELECT needed FROM records WHERE records.id = assignments.record_id)""",
    """UPDATE records SET disagreement = 1000000 WHERE submitted > 1 AND
        (SELECT count(DISTINCT CAST("values" AS TEXT)) FROM responses
            WHERE responses.record_id = records.id AND responses.status = 'submitted') > 1""",
    """INSERT INTO response_days (dataset_id, day, user_id, submitted, discarded)
        SELECT dataset_id, substr(since, 1, 10), user_id,
            sum(CASE WHEN state = 'submitted' THEN 1 ELSE 0 END),
            sum(CASE WHEN state = 'discarded' THEN 1 ELSE 0 END)
        FROM assignments GROUP BY dataset_id, substr(since, 1, 10), user_id""",
)


def upgrade() -> None:
    """Add the columns and tables, fill them from what is there, then make the indexes."""
    for table, columns in COLUMNS.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    _make_tables()
    for statement in FILL:
        op.execute(statement)
    _make_indexes()


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default=sa.text("0"))


def _make_tables() -> None:
    op.create_table(
        "response_versions",
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("values", sa.Text(), nullable=True),
        sa.Column("at", sa.Text(), nullable=False),
        _number("undone"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("record_id", "user_id", "version"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "assignments",
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("dataset_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        _number("extra"),
        sa.Column("expires_at", sa.Text(), nullable=True),
        sa.Column("since", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("record_id", "user_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cursors",
        sa.Column("dataset_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        _number("wrapped"),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("dataset_id", "user_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "judgements",
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("dataset_id", sa.Text(), nullable=False),
        sa.Column("shown_order", sa.Text(), nullable=True),
        sa.Column("shown_at", sa.Text(), nullable=True),
        sa.Column("elapsed_ms", sa.Integer(), nullable=True),
        sa.Column("suggestion_shown", sa.Text(), nullable=True),
        sa.Column("suggestion_accepted", sa.Text(), nullable=True),
        sa.Column("suggestion_edited", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("record_id", "user_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "adjudications",
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("dataset_id", sa.Text(), nullable=False),
        sa.Column("values", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("response_id", sa.Text(), nullable=True),
        sa.Column("at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("record_id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "controls",
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("dataset_id", sa.Text(), nullable=False),
        sa.Column("values", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("record_id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "response_days",
        sa.Column("dataset_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        _number("submitted"),
        _number("discarded"),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("dataset_id", "day", "user_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(
        name, table, columns, sqlite_where=condition, postgresql_where=condition, unique=False
    )


def _make_indexes() -> None:
    in_order = ["dataset_id", "position", "id"]
    _partial("ix_records_open", "records", in_order, "taken < needed")
    _partial("ix_records_returned", "records", in_order, "returned = 1")
    _partial("ix_records_disputed", "records", ["dataset_id", "id"], "disagreement > 0")
    _partial(
        "ix_assignments_expiry", "assignments", ["dataset_id", "expires_at"], "state = 'leased'"
    )
    own = ["user_id", "dataset_id", "since"]
    _partial("ix_assignments_leased", "assignments", own, "state = 'leased'")
    _partial("ix_assignments_skipped", "assignments", own, "state = 'skipped'")
    op.create_index(
        "ix_responses_own",
        "responses",
        ["dataset_id", "user_id", "status", "updated_at", "record_id"],
        unique=False,
    )
    op.create_index("ix_adjudications_dataset_id", "adjudications", ["dataset_id"], unique=False)
    op.create_index("ix_controls_dataset_id", "controls", ["dataset_id"], unique=False)


def downgrade() -> None:
    """Drop what was added."""
    for index in ("ix_records_open", "ix_records_returned", "ix_records_disputed"):
        op.drop_index(index, table_name="records")
    op.drop_index("ix_responses_own", table_name="responses")
    for table in (
        "response_days",
        "controls",
        "adjudications",
        "judgements",
        "cursors",
        "assignments",
        "response_versions",
    ):
        op.drop_table(table)
    for table, columns in COLUMNS.items():
        for column in reversed(columns):
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")
