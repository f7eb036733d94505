"""The full text index in SQL: what waits to be indexed, what is, and how it is asked.

On SQLite the index is an FTS5 table without contents. It cannot forget a text, so each text gets a
new number when it changes, and what the index says of numbers that are gone is passed over. On
PostgreSQL it is a table of tsvectors. Both are handed words (see ``domain/text_search.py``), which
neither database's own parser would find alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from goldspan.domain.text_search import Phrase
from goldspan.storage.ids import new_id
from goldspan.storage.query import RecordQuery
from goldspan.storage.sql_base import Session, as_list, listed
from goldspan.storage.statement import Hot
from goldspan.storage.tables import records, search_documents, search_queue
from goldspan.storage.texts import Document, QueuedTexts, RecordText

# Literals: a compiled statement takes parameters by name alone.
ZERO, ONE = (sa.literal_column(number, sa.Integer) for number in "01")
NEXT_QUEUED = Hot(sa.select(search_queue).order_by(search_queue.c.id).limit(ONE).offset(ZERO))
LAST_QUEUED = Hot(
    sa.select(search_queue.c.inserted_at).order_by(search_queue.c.id.desc()).limit(ONE).offset(ZERO)
)
ENQUEUE = Hot(search_queue.insert().values({c.name: sa.bindparam(c.name) for c in search_queue.c}))
TEXTS_BETWEEN = Hot(
    sa.select(records.c.id, records.c.fields)
    .where(
        records.c.dataset_id == sa.bindparam("dataset_id"),
        records.c.id >= sa.bindparam("first_id"),
        records.c.id <= sa.bindparam("last_id"),
        records.c.id > sa.bindparam("done_id"),
    )
    .order_by(records.c.id)
    .limit(sa.bindparam("limit"))
    .offset(ZERO)
)
FORGET = Hot(search_documents.delete().where(listed(search_documents.c.record_id, "ids")))
ADD_DOCUMENT = Hot(
    search_documents.insert()
    .values(record_id=sa.bindparam("record_id"), field=sa.bindparam("field"))
    .returning(search_documents.c.id)
)
TEXTS_NOW = Hot(sa.select(records.c.id, records.c.fields).where(listed(records.c.id, "ids")))
MARK_DONE = Hot(
    search_queue.update()
    .where(search_queue.c.id == sa.bindparam("queued_id"))
    .values(done_id=sa.bindparam("new_done_id"))
)
DROP_QUEUED = Hot(search_queue.delete().where(search_queue.c.id == sa.bindparam("queued_id")))

ADD_WORDS = {
    "sqlite": "INSERT INTO search_words (rowid, dataset, words) VALUES (:id, :dataset, :words)",
    "postgresql": (
        "INSERT INTO search_words (document_id, words) VALUES (:id, CAST(:words AS tsvector))"
    ),
}
# Of several processes on one PostgreSQL, one writes to the index at a time; the number is ours.
LOCK_INDEX = "SELECT pg_advisory_xact_lock(7305807)"


class WordsFound(FunctionElement[bool]):
    """The document has all the phrases, in a dataset."""

    inherit_cache = True

    def __init__(
        self, document_id: sa.ColumnElement[Any], phrases: Sequence[Phrase], dataset_id: str
    ) -> None:
        super().__init__(
            document_id,
            sa.bindparam(None, fts5_query(phrases, dataset_id), type_=sa.Text),
            sa.bindparam(None, tsquery(phrases), type_=sa.Text),
        )


@compiles(WordsFound)
def _found_sqlite(element: WordsFound, compiler: SQLCompiler, **_: Any) -> str:
    document_id, query = (compiler.process(list(element.clauses)[place]) for place in (0, 1))
    return f"{document_id} IN (SELECT rowid FROM search_words WHERE search_words MATCH {query})"


@compiles(WordsFound, "postgresql")
def _found_postgres(element: WordsFound, compiler: SQLCompiler, **_: Any) -> str:
    document_id, query = (compiler.process(list(element.clauses)[place]) for place in (0, 2))
    return (
        f"{document_id} IN (SELECT document_id FROM search_words "
        f"WHERE words @@ CAST({query} AS tsquery))"
    )


def _dataset_word(dataset_id: str) -> str:
    return "d" + dataset_id.replace("-", "")


def fts5_query(phrases: Sequence[Phrase], dataset_id: str) -> str:
    """Return the phrases in FTS5's language; words hold nothing that would need an escape."""
    wanted = [f'"{" ".join(one.words)}"{" *" if one.is_open else ""}' for one in phrases]
    return f"dataset : {_dataset_word(dataset_id)} AND words : ({' AND '.join(wanted)})"


def tsquery(phrases: Sequence[Phrase]) -> str:
    """Return the phrases in PostgreSQL's language of text queries."""
    return " & ".join(
        "(" + " <-> ".join(f"'{word}'" for word in one.words) + (":*)" if one.is_open else ")")
        for one in phrases
    )


def tsvector(words: Iterable[str]) -> str:
    """Return words as PostgreSQL reads a tsvector; places beyond its last, 16383, share it."""
    return " ".join(f"'{word}':{min(place, 16383)}" for place, word in enumerate(words, start=1))


def ids_with_words(
    query: RecordQuery, phrases: Sequence[Phrase], tail: sa.ColumnElement[bool]
) -> Any:
    """Return a query for the ids of a dataset's records that have all the phrases in a field.

    Args:
        query: says which dataset, and which field if not any.
        phrases: what to find, at least one.
        tail: the condition on records that are not indexed yet.
    """
    field = search_documents.c.field
    indexed = sa.select(search_documents.c.record_id).where(
        WordsFound(search_documents.c.id, phrases, query.dataset_id),
        sa.true() if query.text_field is None else field == query.text_field,
    )
    waiting = (
        sa.select(records.c.id)
        .join(
            search_queue,
            sa.and_(
                records.c.id >= search_queue.c.first_id,
                records.c.id <= search_queue.c.last_id,
                records.c.id > sa.func.coalesce(search_queue.c.done_id, ""),
            ),
        )
        .where(
            search_queue.c.dataset_id == query.dataset_id,
            records.c.dataset_id == query.dataset_id,
            tail,
        )
    )
    return sa.union_all(indexed, waiting.correlate(None))


class SqlTexts:
    """``texts.Texts`` in SQL."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._connection = session.connection

    def added(self, dataset_id: str, record_ids: Sequence[str]) -> None:
        if record_ids:
            self._enqueue([(dataset_id, min(record_ids), max(record_ids))])

    def changed(self, dataset_id: str, record_ids: Sequence[str]) -> None:
        if record_ids:
            FORGET.rows(self._connection, ids=as_list(record_ids))
            self._enqueue([(dataset_id, one, one) for one in record_ids])

    def _enqueue(self, ranges: Iterable[tuple[str, str, str]]) -> None:
        ENQUEUE.run_many(
            self._connection,
            (
                {
                    "id": new_id(),
                    "dataset_id": dataset_id,
                    "first_id": first_id,
                    "last_id": last_id,
                    "done_id": None,
                    "inserted_at": self._session.now_text,
                }
                for dataset_id, first_id, last_id in ranges
            ),
        )

    def next_queued(self) -> QueuedTexts | None:
        row = NEXT_QUEUED.row(self._connection)
        if row is None:
            return None
        queued_id, dataset_id, first_id, last_id, done_id, inserted_at = row
        return QueuedTexts(
            id=queued_id,
            dataset_id=dataset_id,
            first_id=first_id,
            last_id=last_id,
            done_id=done_id,
            inserted_at=datetime.fromisoformat(inserted_at),
        )

    def last_queued_at(self) -> datetime | None:
        row = LAST_QUEUED.row(self._connection)
        return None if row is None else datetime.fromisoformat(row[0])

    def waiting(self, queued: QueuedTexts, limit: int) -> list[RecordText]:
        rows = TEXTS_BETWEEN.rows(
            self._connection,
            dataset_id=queued.dataset_id,
            first_id=queued.first_id,
            last_id=queued.last_id,
            done_id=queued.done_id or "",
            limit=limit,
        )
        return [RecordText(id=record_id, fields_json=fields) for record_id, fields in rows]

    def index(
        self, queued: QueuedTexts, texts: Sequence[RecordText], documents: Sequence[Document]
    ) -> None:
        if self._connection.dialect.name == "postgresql":
            self._connection.exec_driver_sql(LOCK_INDEX)
        current = self._unchanged(texts)
        FORGET.rows(self._connection, ids=as_list(current))
        self._add([one for one in documents if one.record_id in current], queued.dataset_id)
        MARK_DONE.rows(self._connection, queued_id=queued.id, new_done_id=texts[-1].id)

    def _unchanged(self, texts: Sequence[RecordText]) -> set[str]:
        # The time of the last change would not do: metadata change it, too, and queue nothing.
        ids = as_list([text.id for text in texts])
        now = dict(TEXTS_NOW.rows(self._connection, ids=ids))
        return {text.id for text in texts if now.get(text.id) == text.fields_json}

    def _add(self, documents: Sequence[Document], dataset_id: str) -> None:
        dialect = self._connection.dialect.name
        as_words = tsvector if dialect == "postgresql" else " ".join
        rows = [
            {
                "id": ADD_DOCUMENT.row(
                    self._connection, record_id=document.record_id, field=document.field
                )[0],
                "dataset": _dataset_word(dataset_id),
                "words": as_words(document.words),
            }
            for document in documents
        ]
        if rows:
            self._connection.execute(sa.text(ADD_WORDS[dialect]), rows)

    def finish(self, queued: QueuedTexts) -> None:
        DROP_QUEUED.rows(self._connection, queued_id=queued.id)
