"""The database's tables, for every database that the store runs on.

Ids are UUIDs of version 7: they sort by time of creation, so a new row goes to the end of its
index. Times are ISO 8601 in UTC with six decimals and no zone; as text they sort like times. JSON
columns hold text that goes to clients as it is. On SQLite the tables are STRICT: a column without
a declared type would silently keep an index from being used.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

Json = Text().with_variant(JSONB(), "postgresql")

metadata = MetaData()


def _table(name: str, *columns: Any, with_rowid: bool = True) -> Table:
    return Table(name, metadata, *columns, sqlite_strict=True, sqlite_with_rowid=with_rowid)


def _id() -> Column[str]:
    return Column("id", Text, primary_key=True)


def _parent(name: str, target: str, **options: Any) -> Column[str]:
    return Column(name, Text, ForeignKey(target, ondelete="CASCADE"), nullable=False, **options)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _times() -> tuple[Column[str], Column[str]]:
    return _text("inserted_at"), _text("updated_at")


users = _table(
    "users",
    _id(),
    Column("username", Text, nullable=False, unique=True),
    _text("first_name"),
    Column("last_name", Text),
    _text("role"),
    Column("password_hash", Text),
    *_times(),
)

# A key is kept as the SHA-256 of its text, hexadecimal; `name` says what it is for.
api_keys = _table(
    "api_keys",
    _id(),
    _parent("user_id", "users.id", index=True),
    _text("name"),
    Column("key_hash", Text, nullable=False, unique=True),
    _text("inserted_at"),
)

workspaces = _table(
    "workspaces", _id(), Column("name", Text, nullable=False, unique=True), *_times()
)

workspace_users = _table(
    "workspace_users",
    _parent("workspace_id", "workspaces.id", primary_key=True),
    _parent("user_id", "users.id", primary_key=True, index=True),
    _text("inserted_at"),
    with_rowid=False,
)

datasets = _table(
    "datasets",
    _id(),
    _parent("workspace_id", "workspaces.id"),
    _text("name"),
    Column("guidelines", Text),
    Column("allow_extra_metadata", Integer, nullable=False),
    _text("status"),
    Column("min_submitted", Integer, nullable=False),
    Column("metadata", Json),
    _text("last_activity_at"),
    *_times(),
    UniqueConstraint("workspace_id", "name"),
    CheckConstraint("min_submitted >= 1", name="min_submitted"),
)


def _declared(name: str) -> Table:
    """Return a table of things that a dataset declares; ``definition`` is JSON."""
    return _table(
        name,
        _id(),
        _parent("dataset_id", "datasets.id"),
        _text("name"),
        Column("definition", Json, nullable=False),
        *_times(),
        UniqueConstraint("dataset_id", "name"),
    )


fields = _declared("fields")
questions = _declared("questions")
metadata_properties = _declared("metadata_properties")
vectors_settings = _declared("vectors_settings")

# `submitted` counts the record's submitted responses; `status` follows from it. The long columns
# stand last, so that reading the short ones does not walk through their pages.
records = _table(
    "records",
    _id(),
    _parent("dataset_id", "datasets.id"),
    Column("external_id", Text),
    _text("status"),
    Column("submitted", Integer, nullable=False),
    *_times(),
    Column("metadata", Json),
    Column("fields", Json, nullable=False),
    Column("vectors", Json),
    UniqueConstraint("dataset_id", "external_id"),
    Index("ix_records_dataset_id_id", "dataset_id", "id"),
)

# `question_id` is no foreign key: questions go only with their dataset, and checking the key would
# look through all suggestions for each question that goes.
suggestions = _table(
    "suggestions",
    _id(),
    _parent("record_id", "records.id"),
    _text("question_id"),
    Column("value", Json, nullable=False),
    Column("score", Json),
    Column("agent", Text),
    Column("type", Text),
    *_times(),
    UniqueConstraint("record_id", "question_id"),
)

# `user_id` refers to no table: a deleted user's work stays, under the same id.
responses = _table(
    "responses",
    _id(),
    _parent("record_id", "records.id"),
    _text("user_id"),
    Column("values", Json),
    _text("status"),
    *_times(),
    UniqueConstraint("record_id", "user_id"),
)

# Kept up to date by whoever changes records or responses, in the same transaction, so that a
# progress bar never counts rows.
record_counts = _table(
    "record_counts",
    _parent("dataset_id", "datasets.id", primary_key=True),
    Column("status", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    with_rowid=False,
)

response_counts = _table(
    "response_counts",
    _parent("dataset_id", "datasets.id", primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("record_status", Text, primary_key=True),
    Column("response_status", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    with_rowid=False,
)

# What was changed, by whom, through which request; written in the transaction of the change.
# Refers to no table: what it tells of may be gone.
audit_log = _table(
    "audit_log",
    _id(),
    _text("at"),
    Column("user_id", Text),
    Column("username", Text),
    _text("action"),
    Column("objects", Json, nullable=False),
    Column("request_id", Text),
    Column("address", Text),
)

# A request that its sender may repeat. The row is written with the request's first change, the
# answer right after it: a row without an answer tells that the change stands.
idempotency_keys = _table(
    "idempotency_keys",
    Column("user_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    _text("request"),
    _text("inserted_at"),
    Column("status", Integer),
    Column("headers", Json),
    Column("body", Text),
    Index("ix_idempotency_keys_inserted_at", "inserted_at"),
)
