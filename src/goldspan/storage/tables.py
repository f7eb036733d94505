"""The database's tables, for every database that the store runs on.

Ids are UUIDs of version 7: they sort by time of creation, so a new row goes to the end of its
index. Times are ISO 8601 in UTC with six decimals and no zone; as text they sort like times. JSON
columns hold text that goes to clients as it is. On SQLite the tables are STRICT: a column without
a declared type would silently keep an index from being used.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.event import listens_for

# Text on PostgreSQL, too: JSONB would reorder keys and refuse a NUL, and what a client sent is to
# come back the same, unread.
Json = Text

metadata = MetaData()


def _table(name: str, *columns: Any, with_rowid: bool = True) -> Table:
    return Table(name, metadata, *columns, sqlite_strict=True, sqlite_with_rowid=with_rowid)


def _id() -> Column[str]:
    return Column("id", Text, primary_key=True)


def _parent(name: str, target: str, **options: Any) -> Column[str]:
    return Column(name, Text, ForeignKey(target, ondelete="CASCADE"), nullable=False, **options)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _number(name: str, default: int = 0) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text(str(default)))


def _times() -> tuple[Column[str], Column[str]]:
    return _text("inserted_at"), _text("updated_at")


def _index(name: str, *columns: str, where: str) -> Index:
    """Return an index over the rows for which ``where`` holds."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


users = _table(
    "users",
    _id(),
    Column("username", Text, nullable=False, unique=True),
    _text("first_name"),
    Column("last_name", Text),
    _text("role"),
    Column("password_hash", Text),
    *_times(),
    Column("must_change_password", Integer, nullable=False, server_default="0"),
)

# Keys and tokens are kept as the SHA-256 of their text, hexadecimal; a key's `prefix` is what may
# be shown of it, empty for keys that were chosen by a person.
api_keys = _table(
    "api_keys",
    _id(),
    _parent("user_id", "users.id", index=True),
    _text("name"),
    Column("key_hash", Text, nullable=False, unique=True),
    _text("inserted_at"),
    Column("prefix", Text, nullable=False, server_default=""),
    Column("scope", Text, nullable=False, server_default="admin"),
    Column("expires_at", Text),
    Column("last_used_at", Text),
)

sessions = _table(
    "sessions",
    _id(),
    _parent("user_id", "users.id", index=True),
    Column("token_hash", Text, nullable=False, unique=True),
    _text("began_with"),
    _text("inserted_at"),
    _text("last_seen_at"),
    _text("expires_at"),
)

sign_in_links = _table(
    "sign_in_links",
    _id(),
    _parent("user_id", "users.id", index=True),
    Column("token_hash", Text, nullable=False, unique=True),
    _text("inserted_at"),
    _text("expires_at"),
)

# An invitation that was accepted stays, without its token being of any use, to say by whom.
invitations = _table(
    "invitations",
    _id(),
    Column("token_hash", Text, nullable=False, unique=True),
    _text("role"),
    Column("workspace_ids", Json, nullable=False),
    _text("invited_by"),
    _text("inserted_at"),
    _text("expires_at"),
    Column("accepted_by", Text),
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
    Column("assignment_order", Text, nullable=False, server_default="sequence"),
    _number("lease_minutes", 15),
    _number("accept_late", 1),
    _number("suggestions_on_request", 0),
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

# `submitted` counts the record's submitted responses; `status` follows from it and `needed`.
# `taken` counts the assignments that hold one of the `needed` places. `position` is the record's
# place in its dataset's order; `returned` marks an open record that somebody's cursor may have
# passed. `disagreement` is in millionths; of an adjudicated record it is 0.
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
    _number("needed", 1),
    _number("taken"),
    _number("position"),
    _number("returned"),
    _number("disagreement"),
    UniqueConstraint("dataset_id", "external_id"),
    CheckConstraint("taken BETWEEN 0 AND needed", name="taken"),
    Index("ix_records_dataset_id_id", "dataset_id", "id"),
    _index("ix_records_open", "dataset_id", "position", "id", where="taken < needed"),
    _index("ix_records_returned", "dataset_id", "position", "id", where="returned = 1"),
    _index("ix_records_disputed", "dataset_id", "id", where="disagreement > 0"),
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
    # No foreign key: a response goes with its record, and the record with its dataset.
    Column("dataset_id", Text, nullable=False, server_default=""),
    UniqueConstraint("record_id", "user_id"),
    Index("ix_responses_own", "dataset_id", "user_id", "status", "updated_at", "record_id"),
)

# Every state that a response was in, oldest first; the last one that is not undone is the
# response's. They outlive it: its status is "deleted" then.
response_versions = _table(
    "response_versions",
    _parent("record_id", "records.id", primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    _text("status"),
    Column("values", Json),
    _text("at"),
    _number("undone"),
)

# Who has what to do with which record. `extra` ones and those that are discarded or skipped hold
# no place; `since` is when the state began. Who never opened a record has no row.
assignments = _table(
    "assignments",
    _parent("record_id", "records.id", primary_key=True),
    Column("user_id", Text, primary_key=True),
    _text("dataset_id"),
    _text("state"),
    _number("extra"),
    Column("expires_at", Text),
    _text("since"),
    _index("ix_assignments_expiry", "dataset_id", "expires_at", where="state = 'leased'"),
    _index("ix_assignments_leased", "user_id", "dataset_id", "since", where="state = 'leased'"),
    _index("ix_assignments_skipped", "user_id", "dataset_id", "since", where="state = 'skipped'"),
    with_rowid=False,
)

# Before its cursor there is nothing for a user but what is marked as returned.
cursors = _table(
    "cursors",
    _parent("dataset_id", "datasets.id", primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    _text("record_id"),
    _number("wrapped"),
    with_rowid=False,
)

# What is known of how a response came about; the JSON columns map question names to true or false.
judgements = _table(
    "judgements",
    _parent("record_id", "records.id", primary_key=True),
    Column("user_id", Text, primary_key=True),
    _text("dataset_id"),
    Column("shown_order", Json),
    Column("shown_at", Text),
    Column("elapsed_ms", Integer),
    Column("suggestion_shown", Json),
    Column("suggestion_accepted", Json),
    Column("suggestion_edited", Json),
    with_rowid=False,
)

# What settles a record: its values stand in place of the votes.
adjudications = _table(
    "adjudications",
    _parent("record_id", "records.id", primary_key=True),
    _parent("dataset_id", "datasets.id", index=True),
    Column("values", Json, nullable=False),
    _text("user_id"),
    Column("response_id", Text),
    _text("at"),
)

# Records whose right answer is known, to measure annotators by; they never see it.
controls = _table(
    "controls",
    _parent("record_id", "records.id", primary_key=True),
    _parent("dataset_id", "datasets.id", index=True),
    Column("values", Json, nullable=False),
)

# Records from `first_id` to `last_id` whose texts are not in the index yet; those up to `done_id`
# are. Written with the records, so that nothing is forgotten; the index follows later.
search_queue = _table(
    "search_queue",
    _id(),
    _parent("dataset_id", "datasets.id", index=True),
    _text("first_id"),
    _text("last_id"),
    Column("done_id", Text),
    _text("inserted_at"),
)

# One field of one record in the index. Its number is never given twice: what the index says of
# numbers that are gone is passed over.
search_documents = Table(
    "search_documents",
    metadata,
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True),
    _parent("record_id", "records.id"),
    _text("field"),
    UniqueConstraint("record_id", "field"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

# The index itself, which no two databases make alike; `sql_search.py` speaks to it.
SEARCH_WORDS = {
    "sqlite": (
        "CREATE VIRTUAL TABLE search_words USING fts5(dataset, words, content='', "
        "columnsize=0, tokenize='unicode61 remove_diacritics 0')",
    ),
    "postgresql": (
        "CREATE TABLE search_words (document_id BIGINT PRIMARY KEY "
        "REFERENCES search_documents (id) ON DELETE CASCADE, words TSVECTOR NOT NULL)",
        "CREATE INDEX ix_search_words_words ON search_words USING gin (words)",
    ),
}


@listens_for(metadata, "after_create")
def _make_search_words(_metadata: MetaData, connection: Connection, **_: Any) -> None:
    for statement in SEARCH_WORDS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


# A record's vector, brought to length 1, as little-endian float32: what
# similarity is computed from. `records.vectors` holds what the client gave.
record_vectors = _table(
    "record_vectors",
    _parent("record_id", "records.id", primary_key=True),
    _parent("settings_id", "vectors_settings.id", primary_key=True),
    Column("unit", LargeBinary, nullable=False),
    Index("ix_record_vectors_settings_id", "settings_id", "record_id"),
)

# `events` is a JSON list of the events' names; `secret` signs what is sent, so it is kept as it is.
webhooks = _table(
    "webhooks",
    _id(),
    _text("url"),
    _text("secret"),
    _text("events"),
    Column("enabled", Integer, nullable=False),
    Column("description", Text),
    *_times(),
    Column("refused", Text),
    _index("ix_webhooks_wanting", "id", where="enabled = 1 AND refused IS NULL"),
)

# What is still to be sent. `due_at` is when it may next be tried; who tries it first moves that on,
# so that nobody else tries it meanwhile.
webhook_deliveries = _table(
    "webhook_deliveries",
    _id(),
    _parent("webhook_id", "webhooks.id", index=True),
    _text("event"),
    _text("body"),
    _number("attempts"),
    _text("due_at"),
    _text("inserted_at"),
    Index("ix_webhook_deliveries_due", "due_at", "id"),
)

# Of what was delivered nothing else stays: one row a webhook for what arrived last, and one for the
# last attempt that failed.
webhook_outcomes = _table(
    "webhook_outcomes",
    _parent("webhook_id", "webhooks.id", primary_key=True),
    Column("arrived", Integer, primary_key=True, autoincrement=False),
    _text("event"),
    _text("at"),
    _number("attempts"),
    Column("status", Integer),
    Column("fault", Text),
    _number("given_up"),
    with_rowid=False,
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

# Kept likewise, for stretches of a dataset's records in the order of their ids: see sql_blocks.py.
record_blocks = _table(
    "record_blocks",
    _parent("dataset_id", "datasets.id", primary_key=True),
    Column("first_id", Text, primary_key=True),
    Column("records", Integer, nullable=False),
    with_rowid=False,
)

response_blocks = _table(
    "response_blocks",
    _parent("dataset_id", "datasets.id", primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("first_id", Text, primary_key=True),
    Column("responses", Integer, nullable=False),
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

# How many responses became what they are on a day (UTC).
response_days = _table(
    "response_days",
    _parent("dataset_id", "datasets.id", primary_key=True),
    Column("day", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    _number("submitted"),
    _number("discarded"),
    with_rowid=False,
)

# What a dataset was at a moment. It goes with its dataset: who deletes a dataset wants its texts
# and people's answers gone. A training run keeps the rows it was trained on itself.
snapshots = _table(
    "snapshots",
    _id(),
    _parent("dataset_id", "datasets.id", index=True),
    Column("name", Text),
    _text("content_hash"),
    Column("records", Integer, nullable=False),
    Column("responses", Integer, nullable=False),
    _text("inserted_at"),
)

snapshot_parts = _table(
    "snapshot_parts",
    _parent("snapshot_id", "snapshots.id", primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
