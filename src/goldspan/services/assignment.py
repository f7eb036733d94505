"""Give people records to work on.

Nobody is given a record whose places are all held, so no work is done twice by accident. Where the
order's front has been worked through, each user's cursor says where to go on; what comes free
behind it is marked as returned and given out first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from goldspan.domain.assignment import LAST, beginning
from goldspan.domain.permission import Action, Actor
from goldspan.domain.record import ResponseStatus
from goldspan.errors import InvalidInput
from goldspan.services.giving_back import reap
from goldspan.services.lookup import visible_dataset
from goldspan.services.record_state import Assigned, change_assignments, lease_end
from goldspan.storage.ids import FIRST_ID, LAST_ID
from goldspan.storage.judgements import Place
from goldspan.storage.rows import (
    AssignmentRow,
    CursorRow,
    DatasetRow,
    RecordState,
    RecordStatus,
    ResponseTally,
)
from goldspan.storage.store import Unit

MOST_AHEAD = 10
AHEAD = 4
"""How many records are handed out at once where nothing else is asked for."""
FRONT: Place = (-LAST - 1, FIRST_ID)
END: Place = (LAST, LAST_ID)


def held_leases(
    unit: Unit, dataset: DatasetRow, user_id: str, count: int
) -> list[AssignmentRow] | None:
    """Return a user's leases if nothing has to be written to hand out ``count`` records.

    That is so where the user holds as many, none of which is half over; else None.

    Raises:
        InvalidInput: if the count is out of range.
    """
    _check_count(count)
    leases = unit.assignments.leases(dataset.id, user_id)[:count]
    return leases if len(leases) == count and _are_fresh(unit, dataset, leases) else None


def claim(unit: Unit, actor: Actor, dataset_id: str, count: int) -> list[AssignmentRow]:
    """Return leases on up to ``count`` records: those that the actor holds, then new ones.

    Raises:
        NotFound, Forbidden: for the dataset.
        InvalidInput: if the count is out of range.
    """
    dataset = visible_dataset(unit, actor, dataset_id, Action.RESPOND)
    _check_count(count)
    cursor = turn(unit, dataset, actor.user_id)
    leases = unit.assignments.leases(dataset_id, actor.user_id)
    return _fill(unit, dataset, actor.user_id, cursor, leases, count)


def turn(unit: Unit, dataset: DatasetRow, user_id: str) -> CursorRow | None:
    """Return where a user's work stands, and let their other requests wait until this one is over.

    Whatever may wait for a lock comes before what takes locks without waiting, and this before any
    record, so that nobody waits in a circle. It is None before the user was given a record.
    """
    return unit.assignments.cursor(dataset.id, user_id)


def give_another(
    unit: Unit,
    dataset: DatasetRow,
    user_id: str,
    cursor: CursorRow | None,
    others: Sequence[AssignmentRow],
) -> None:
    """Give a user who has just answered a record that they held another one in its place.

    So the record that is asked for next is there before it is asked for, at the price of no
    commit of its own. Who holds ``AHEAD`` others gets none.

    Args:
        unit: a transaction that writes.
        dataset: whose record was answered.
        user_id: who answered.
        cursor: what ``turn`` returned at the transaction's beginning.
        others: the user's leases on other records.
    """
    if len(others) < AHEAD:
        _fill(unit, dataset, user_id, cursor, others, len(others) + 1)


def _fill(
    unit: Unit,
    dataset: DatasetRow,
    user_id: str,
    cursor: CursorRow | None,
    leases: Sequence[AssignmentRow],
    count: int,
) -> list[AssignmentRow]:
    """Return leases on up to ``count`` records: those that a user holds, then new ones."""
    kept = _keep(unit, dataset, user_id, leases)[:count]
    reap(unit, dataset)
    return kept + _find(unit, user_id, dataset, cursor, count - len(kept), len(kept))


def _keep(
    unit: Unit, dataset: DatasetRow, user_id: str, leases: Sequence[AssignmentRow]
) -> list[AssignmentRow]:
    """Return a user's leases, and let them last anew if one of them is half over."""
    if _are_fresh(unit, dataset, leases):
        return list(leases)
    ids = [lease.record_id for lease in leases]
    unit.records.lock(ids)
    unit.assignments.extend(ids, user_id, lease_end(unit, dataset))
    return unit.assignments.leases(dataset.id, user_id)


def _are_fresh(unit: Unit, dataset: DatasetRow, leases: Sequence[AssignmentRow]) -> bool:
    half = unit.now + timedelta(minutes=dataset.lease_minutes / 2)
    return all(lease.expires_at is not None and lease.expires_at > half for lease in leases)


def hold(
    unit: Unit, dataset: DatasetRow, record_id: str, user_id: str, *, only_free: bool = False
) -> AssignmentRow | None:
    """Give a user a lease on a record, or a longer one, if there is a place; return it.

    Whoever has submitted or discarded the record needs none. ``only_free`` passes over the record
    if others have locked it.
    """
    found: list[AssignmentRow] = []

    def take(state: RecordState, assigned: Assigned) -> None:
        held = assigned.get(user_id)
        if held is not None and held.state in ("submitted", "discarded"):
            return
        if held is not None and held.state == "leased":
            # Its place in the user's order stays, so that what was begun comes back first.
            lease = msgspec.structs.replace(held, expires_at=lease_end(unit, dataset))
        elif state.taken < state.needed:
            lease = _lease(unit, dataset, record_id, user_id)
        else:
            return
        assigned[user_id] = lease
        found.append(lease)

    change_assignments(unit, dataset, [record_id], take, only_free=only_free)
    return next(iter(found), None)


@dataclass(frozen=True, slots=True)
class Left:
    """What is left for a user in a dataset.

    Args:
        own: how many responses the user has, by statuses.
        records: the dataset's records by status.
        waiting: records that the user could be given if others handed them back.
    """

    own: Sequence[ResponseTally]
    records: Mapping[RecordStatus, int]
    waiting: int

    @property
    def remaining(self) -> int:
        """Records that the user could still be given."""
        done = sum(
            tally.count
            for tally in self.own
            if tally.record_status == "pending"
            and tally.response_status is not ResponseStatus.DRAFT
        )
        return max(0, self.records["pending"] - done - self.waiting)


def left_for(unit: Unit, dataset_id: str, user_id: str) -> Left:
    """Return what is left for a user, from kept counts."""
    return Left(
        own=unit.tallies.responses(dataset_id, user_id),
        records=unit.tallies.records(dataset_id),
        waiting=unit.assignments.waiting(dataset_id, user_id),
    )


def _find(
    unit: Unit,
    user_id: str,
    dataset: DatasetRow,
    cursor: CursorRow | None,
    count: int,
    held: int,
) -> list[AssignmentRow]:
    """Lease up to ``count`` records that the user, who holds ``held``, has not worked on."""
    if count <= 0:
        return []
    begin: Place = (beginning(dataset.assignment_order, user_id, dataset.id), FIRST_ID)
    if cursor is None:
        cursor = CursorRow(
            dataset_id=dataset.id, user_id=user_id, position=begin[0], record_id=FIRST_ID
        )
    around = dataset.assignment_order == "random"
    passed = END if around else _place(cursor)
    # Each claim is written down before the next: in a random order, whose cursors go round, what
    # lies behind a cursor and what lies ahead of it may be the same records.
    new = _leased(
        unit, dataset, user_id, unit.assignments.claim_behind(dataset.id, user_id, count, passed)
    )
    cursor, found = _ahead(unit, cursor, count - len(new), begin if cursor.wrapped else END)
    new += _leased(unit, dataset, user_id, found)
    if len(new) < count and around and not cursor.wrapped:
        cursor, found = _ahead(unit, _front(cursor, wrapped=True), count - len(new), begin)
        new += _leased(unit, dataset, user_id, found)
    if len(new) < count:
        new += _resume_skipped(unit, user_id, dataset, count - len(new))
    if not new and left_for(unit, dataset.id, user_id).remaining > held:
        # The counts know of something that the cursor has passed: a record of a transaction that
        # was not yet over when the cursor went by. From the front on, it is found.
        cursor, found = _ahead(unit, _front(cursor, wrapped=False), count, END)
        new = _leased(unit, dataset, user_id, found)
    unit.assignments.move_cursor(cursor)
    return new


def _ahead(unit: Unit, cursor: CursorRow, count: int, end: Place) -> tuple[CursorRow, list[str]]:
    """Claim from a cursor on; return where it stands then, and the records.

    It moves to the first candidate, not to what was claimed: candidates that others have locked at
    this moment must not be passed.
    """
    if count <= 0:
        return cursor, []
    dataset_id, user_id, start = cursor.dataset_id, cursor.user_id, _place(cursor)
    first = unit.assignments.first_ahead(dataset_id, user_id, start, end)
    if first is None:
        last = max(start, unit.assignments.last_open(dataset_id, end) or start)
        return _moved(cursor, last), []
    found = unit.assignments.claim_ahead(dataset_id, user_id, count, first, end)
    return _moved(cursor, first), found


def _moved(cursor: CursorRow, place: Place) -> CursorRow:
    return msgspec.structs.replace(cursor, position=place[0], record_id=place[1])


def _front(cursor: CursorRow, *, wrapped: bool) -> CursorRow:
    return msgspec.structs.replace(_moved(cursor, FRONT), wrapped=wrapped)


def _resume_skipped(
    unit: Unit, user_id: str, dataset: DatasetRow, count: int
) -> list[AssignmentRow]:
    skipped = unit.assignments.skipped(dataset.id, user_id, count)
    held = (hold(unit, dataset, one, user_id, only_free=True) for one in skipped)
    return [lease for lease in held if lease is not None]


def _leased(
    unit: Unit, dataset: DatasetRow, user_id: str, record_ids: Sequence[str]
) -> list[AssignmentRow]:
    """Write down the leases on records whose places have just been claimed."""
    new = [_lease(unit, dataset, record_id, user_id) for record_id in record_ids]
    unit.assignments.replace([], new)
    return new


def _lease(unit: Unit, dataset: DatasetRow, record_id: str, user_id: str) -> AssignmentRow:
    return AssignmentRow(
        record_id=record_id,
        user_id=user_id,
        dataset_id=dataset.id,
        state="leased",
        extra=False,
        expires_at=lease_end(unit, dataset),
        since=unit.now,
    )


def _place(cursor: CursorRow) -> Place:
    return cursor.position, cursor.record_id


def _check_count(count: int) -> None:
    if not 1 <= count <= MOST_AHEAD:
        raise InvalidInput(f"count is 1 to {MOST_AHEAD} records, found {count}")
