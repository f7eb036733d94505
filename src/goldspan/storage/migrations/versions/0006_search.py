"""Full text search and unit vectors."""

from __future__ import annotations

import array
import json
import math

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables; queue all texts to be indexed, and compute the vectors that there are."""
    op.create_table(
        "search_queue",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("dataset_id", sa.Text(), nullable=False),
        sa.Column("first_id", sa.Text(), nullable=False),
        sa.Column("last_id", sa.Text(), nullable=False),
        sa.Column("done_id", sa.Text(), nullable=True),
        sa.Column("inserted_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_search_queue_dataset_id", "search_queue", ["dataset_id"])
    op.create_table(
        "search_documents",
        sa.Column("id", big, nullable=False, autoincrement=True),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("record_id", "field"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
        sqlite_autoincrement=True,
    )
    op.create_table(
        "record_vectors",
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("settings_id", sa.Text(), nullable=False),
        sa.Column("unit", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["settings_id"], ["vectors_settings.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("record_id", "settings_id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_record_vectors_settings_id", "record_vectors", ["settings_id", "record_id"])
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE search_words USING fts5(dataset, words, content='', "
            "columnsize=0, tokenize='unicode61 remove_diacritics 0')"
        )
    else:
        op.execute(
            "CREATE TABLE search_words (document_id BIGINT PRIMARY KEY "
            "REFERENCES search_documents (id) ON DELETE CASCADE, words TSVECTOR NOT NULL)"
        )
        op.execute("CREATE INDEX ix_search_words_words ON search_words USING gin (words)")
    op.execute(
        "INSERT INTO search_queue (id, dataset_id, first_id, last_id, inserted_at) "
        "SELECT dataset_id, dataset_id, min(id), max(id), max(inserted_at) "
        "FROM records GROUP BY dataset_id"
    )
    _fill_vectors(connection)


def _fill_vectors(connection: sa.Connection) -> None:
    found = connection.execute(sa.text("SELECT id, dataset_id, name FROM vectors_settings"))
    ids = {(dataset_id, name): settings_id for settings_id, dataset_id, name in found}
    rows = connection.execute(
        sa.text("SELECT id, dataset_id, vectors FROM records WHERE vectors IS NOT NULL")
    )
    insert = sa.text(
        "INSERT INTO record_vectors (record_id, settings_id, unit) VALUES (:r, :s, :u)"
    )
    for record_id, dataset_id, vectors in rows.fetchall():
        given = json.loads(vectors) if isinstance(vectors, str) else vectors
        for name, vector in given.items():
            length = math.hypot(*vector)
            if length and (dataset_id, name) in ids:
                unit = array.array("f", [number / length for number in vector]).tobytes()
                connection.execute(insert, {"r": record_id, "s": ids[dataset_id, name], "u": unit})
