"""Where records stand in a dataset, and which of them a user has not answered, without counting.

A dataset's records are cut, in the order of their ids, into blocks. How many records a block has,
and how many of them each user has answered, is kept with every change. So a page deep inside a
million records, or the first page of what is left to somebody who has answered half of them, costs
a sum over blocks and a walk through one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from goldspan.storage.ids import FIRST_ID, LAST_ID
from goldspan.storage.sql_base import as_list, insert, listed
from goldspan.storage.statement import Hot
from goldspan.storage.tables import record_blocks, records, response_blocks, responses

BLOCK = 1000

_in_dataset = record_blocks.c.dataset_id == sa.bindparam("dataset_id")
_block_of_record = (
    sa.select(sa.func.max(record_blocks.c.first_id))
    .where(_in_dataset, record_blocks.c.first_id <= sa.bindparam("record_id"))
    .scalar_subquery()
)
LAST_BLOCK = Hot(
    sa.select(record_blocks.c.first_id, record_blocks.c.records)
    .where(_in_dataset)
    .order_by(record_blocks.c.first_id.desc())
    .limit(sa.literal_column("1"))
    .offset(sa.literal_column("0"))
)
BLOCKS = Hot(
    sa.select(record_blocks.c.first_id, record_blocks.c.records)
    .where(_in_dataset)
    .order_by(record_blocks.c.first_id)
)
ANSWERED = Hot(
    sa.select(response_blocks.c.first_id, response_blocks.c.responses).where(
        response_blocks.c.dataset_id == sa.bindparam("dataset_id"),
        response_blocks.c.user_id == sa.bindparam("user_id"),
    )
)
_more = insert(record_blocks).values({c.name: sa.bindparam(c.name) for c in record_blocks.c})
ADD_RECORDS = Hot(
    _more.on_conflict_do_update(
        index_elements=["dataset_id", "first_id"],
        set_={"records": record_blocks.c.records + _more.excluded["records"]},
    )
)
REMOVE_RECORD = Hot(
    record_blocks.update()
    .where(_in_dataset, record_blocks.c.first_id == _block_of_record)
    .values(records=record_blocks.c.records - sa.literal_column("1"))
)
_answer = insert(response_blocks).values(
    {
        "dataset_id": sa.bindparam("dataset_id"),
        "user_id": sa.bindparam("user_id"),
        "first_id": _block_of_record,
        "responses": sa.bindparam("by"),
    }
)
ADD_RESPONSE = Hot(
    _answer.on_conflict_do_update(
        index_elements=["dataset_id", "user_id", "first_id"],
        set_={"responses": response_blocks.c.responses + _answer.excluded["responses"]},
    )
)
RESPONDED = Hot(
    sa.select(responses.c.dataset_id, responses.c.user_id, responses.c.record_id).where(
        listed(responses.c.record_id, "ids")
    )
)
PENDING_IN = Hot(
    sa.select(records.c.id)
    .where(
        records.c.dataset_id == sa.bindparam("dataset_id"),
        records.c.id >= sa.bindparam("begin"),
        records.c.id < sa.bindparam("end"),
        ~sa.exists(
            sa.select(responses.c.id).where(
                responses.c.record_id == records.c.id,
                responses.c.user_id == sa.bindparam("user_id"),
            )
        ),
    )
    .order_by(records.c.id)
    .limit(sa.bindparam("limit"))
    .offset(sa.bindparam("offset"))
)


def count_added(connection: sa.Connection, dataset_id: str, record_ids: Sequence[str]) -> None:
    """Count new records, given in the order of their ids."""
    if not record_ids:
        return
    last, size = LAST_BLOCK.row(connection, dataset_id=dataset_id) or (FIRST_ID, 0)
    grown: dict[str, int] = {}
    for record_id in record_ids:
        if size >= BLOCK and record_id > last:
            last, size = record_id, 0
        # A clock that was put back makes ids that belong before the last block.
        block = last if record_id >= last else _block_of(connection, dataset_id, record_id)
        grown[block] = grown.get(block, 0) + 1
        size += block == last
    rows = [
        {"dataset_id": dataset_id, "first_id": block, "records": count}
        for block, count in grown.items()
    ]
    ADD_RECORDS.run_many(connection, rows)


def count_removed(connection: sa.Connection, dataset_id: str, record_ids: Sequence[str]) -> None:
    """Count records, and the responses to them, as gone that are about to be deleted."""
    found = RESPONDED.rows(connection, ids=as_list(record_ids))
    count_responses(connection, found, -1)
    REMOVE_RECORD.run_many(
        connection, [{"dataset_id": dataset_id, "record_id": one} for one in record_ids]
    )


def count_responses(
    connection: sa.Connection, places: Sequence[tuple[str, str, str]], by: int
) -> None:
    """Count first responses, or with ``by`` of -1 deleted ones: (dataset, user, record)."""
    rows = [
        {"dataset_id": dataset_id, "user_id": user_id, "record_id": record_id, "by": by}
        for dataset_id, user_id, record_id in places
    ]
    ADD_RESPONSE.run_many(connection, rows)


def block_at(connection: sa.Connection, dataset_id: str, offset: int) -> tuple[str, int]:
    """Return where the block begins that holds the record at an offset, and the offset in it."""
    if offset < BLOCK:
        return FIRST_ID, offset
    for begin, size in BLOCKS.rows(connection, dataset_id=dataset_id):
        if offset < size:
            return begin, offset
        offset -= size
    return LAST_ID, 0


def pending_ids(
    connection: sa.Connection, dataset_id: str, user_id: str, offset: int, limit: int
) -> list[str]:
    """Return the ids, in order, of a page of the records that a user has not answered."""
    found: list[str] = []
    for begin, end, left in _left(connection, dataset_id, user_id):
        if len(found) >= limit:
            break
        if left <= offset:
            offset -= left
            continue
        rows = PENDING_IN.rows(
            connection,
            dataset_id=dataset_id,
            user_id=user_id,
            begin=begin,
            end=end,
            limit=limit - len(found),
            offset=offset,
        )
        found += [row[0] for row in rows]
        offset = 0
    return found


def _left(
    connection: sa.Connection, dataset_id: str, user_id: str
) -> Iterator[tuple[str, str, int]]:
    """Yield, for each block, where it begins and ends and how much of it a user has left."""
    answered: dict[str, int] = dict(
        ANSWERED.rows(connection, dataset_id=dataset_id, user_id=user_id)
    )
    blocks: list[Any] = BLOCKS.rows(connection, dataset_id=dataset_id)
    ends = [*(begin for begin, _ in blocks[1:]), LAST_ID]
    for (begin, size), end in zip(blocks, ends, strict=True):
        yield begin, end, size - answered.get(begin, 0)


def _block_of(connection: sa.Connection, dataset_id: str, record_id: str) -> str:
    begins: list[str] = [begin for begin, _ in BLOCKS.rows(connection, dataset_id=dataset_id)]
    return max(begin for begin in begins if begin <= record_id)
