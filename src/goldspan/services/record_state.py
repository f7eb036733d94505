"""Places, statuses and counts, which follow from who responded to a record and who holds it.

A record is completed when as many of its responses are submitted as it needs. Whoever changes
responses, leases or what a record needs goes through here, so that all of it changes together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from goldspan.domain.agreement import disagreement
from goldspan.domain.assignment import seated
from goldspan.domain.record import ResponseStatus
from goldspan.services.announce import announce_records, announce_responses
from goldspan.services.lookup import Schema, schema_of
from goldspan.storage.judgements import Day
from goldspan.storage.records import ResponseGroup
from goldspan.storage.rows import (
    AssignmentRow,
    DatasetRow,
    NewResponse,
    RecordRow,
    RecordState,
    RecordStatus,
    ResponseRow,
)
from goldspan.storage.store import Unit

MILLION = 1_000_000
Assigned = dict[str, AssignmentRow]
"""A record's assignments by user id, oldest first."""
Given = dict[str, NewResponse]
"""A record's responses by user id."""
Change = Callable[[RecordState, Assigned], None]


def record_status(submitted: int, needed: int) -> RecordStatus:
    """Return the status of a record with so many submitted responses."""
    return "completed" if submitted >= needed else "pending"


def lease_end(unit: Unit, dataset: DatasetRow) -> datetime:
    """Return when a lease ends that begins now."""
    return unit.now + timedelta(minutes=dataset.lease_minutes)


def put_responses(
    unit: Unit,
    dataset: DatasetRow,
    responses: Sequence[NewResponse],
    *,
    just_added: Set[str] = frozenset(),
    new_version: bool = True,
) -> None:
    """Store responses, each in place of the same user's earlier one.

    Args:
        unit: a transaction that writes.
        dataset: whose records they are for.
        responses: at most one per record and user.
        just_added: ids of records that cannot have responses yet.
        new_version: False where they are states that stand among the versions already.
    """
    if not responses:
        return
    ledger = _Ledger.of(unit, dataset, {response.record_id for response in responses}, just_added)
    made: list[tuple[str, str]] = []
    changed: list[tuple[str, str]] = []
    for response in responses:
        is_new = response.user_id not in ledger.old_given[response.record_id]
        (made if is_new else changed).append((response.record_id, response.user_id))
    unit.responses.put(responses, first=set(made))
    if new_version:
        unit.versions.add(responses)
    for response in responses:
        ledger.respond(response)
    ledger.settle()
    announce_responses(unit, "response.created", dataset, made)
    announce_responses(unit, "response.updated", dataset, changed)


def remove_response(unit: Unit, dataset: DatasetRow, gone: ResponseRow) -> None:
    """Delete one response; what it was stays among its versions."""
    ledger = _Ledger.of(unit, dataset, [gone.record_id])
    announce_responses(unit, "response.deleted", dataset, [(gone.record_id, gone.user_id)])
    unit.responses.delete(gone)
    unit.judgements.delete(gone.record_id, gone.user_id)
    ledger.take_back(gone.record_id, gone.user_id)
    ledger.settle()


def remove_records(unit: Unit, dataset: DatasetRow, records: Collection[RecordRow]) -> None:
    """Delete records with their suggestions and responses."""
    ids = [record.id for record in records]
    states = {state.id: state for state in unit.records.lock(ids)}
    responses: Counter[ResponseGroup] = Counter()
    for response in unit.responses.of(ids):
        responses[response.user_id, states[response.record_id].status, response.status] -= 1
    days: Counter[Day] = Counter()
    for assignment in unit.assignments.of(ids):
        _count_day(days, assignment, -1)
    announce_records(unit, "record.deleted", dataset, ids)
    unit.records.delete(dataset.id, ids)
    gone = Counter(state.status for state in states.values())
    unit.tallies.add_records(dataset.id, {status: -count for status, count in gone.items()})
    unit.tallies.add_responses(dataset.id, responses)
    unit.days.add(dataset.id, days)
    unit.datasets.touch(dataset.id)


def change_assignments(
    unit: Unit,
    dataset: DatasetRow,
    record_ids: Collection[str],
    change: Change,
    *,
    only_free: bool = False,
) -> None:
    """Change leases and skips: ``change`` is called for each record and alters its assignments.

    Args:
        unit: a transaction that writes.
        dataset: whose records they are.
        record_ids: the records.
        change: takes a record's state and its assignments by user id.
        only_free: whether to leave out records that others have locked.
    """
    ledger = _Ledger.of(unit, dataset, record_ids, with_responses=False, only_free=only_free)
    for record_id, assigned in ledger.assigned.items():
        change(ledger.states[record_id], assigned)
    ledger.settle()


def set_needed(unit: Unit, dataset: DatasetRow, record_ids: Collection[str], needed: int) -> None:
    """Change how many responses records need; statuses and places follow.

    Everybody's cursor has to be forgotten afterwards: what opens anew is not marked as returned.
    """
    ledger = _Ledger.of(unit, dataset, record_ids)
    ledger.marks = False
    for record_id, state in ledger.states.items():
        ledger.states[record_id] = msgspec.structs.replace(state, needed=needed)
    ledger.settle()


def measure_disagreement(unit: Unit, dataset: DatasetRow, record_id: str) -> None:
    """Bring a record's disagreement up to date, after it was settled or unsettled."""
    ledger = _Ledger.of(unit, dataset, [record_id])
    ledger.revoted.add(record_id)
    ledger.settle()


@dataclass(slots=True)
class _Ledger:
    """Some records with their assignments and responses, as they were and as they shall be."""

    unit: Unit
    dataset: DatasetRow
    old_states: dict[str, RecordState]
    states: dict[str, RecordState]
    old_assigned: Mapping[str, Assigned]
    assigned: dict[str, Assigned]
    old_given: Mapping[str, Given]
    given: dict[str, Given]
    revoted: set[str]
    """Records whose submitted values changed."""
    schema: Schema | None = None
    marks: bool = True
    """Whether records that open anew are marked as returned."""

    @classmethod
    def of(
        cls,
        unit: Unit,
        dataset: DatasetRow,
        record_ids: Collection[str],
        just_added: Set[str] = frozenset(),
        *,
        with_responses: bool = True,
        only_free: bool = False,
    ) -> _Ledger:
        states = {state.id: state for state in unit.records.lock(record_ids, only_free=only_free)}
        older = states.keys() - just_added
        assigned: dict[str, Assigned] = {record_id: {} for record_id in states}
        given: dict[str, Given] = {record_id: {} for record_id in states}
        for assignment in unit.assignments.of(older) if older else ():
            assigned[assignment.record_id][assignment.user_id] = assignment
        for response in unit.responses.of(older) if older and with_responses else ():
            given[response.record_id][response.user_id] = response
        return cls(
            unit=unit,
            dataset=dataset,
            old_states=dict(states),
            states=states,
            old_assigned={record_id: dict(held) for record_id, held in assigned.items()},
            assigned=assigned,
            old_given={record_id: dict(answers) for record_id, answers in given.items()},
            given=given,
            revoted=set(),
        )

    def respond(self, response: NewResponse) -> None:
        """Set a user's response, and what the user has to do with the record thereby."""
        record_id, user_id = response.record_id, response.user_id
        before = self.given[record_id].get(user_id)
        if ResponseStatus.SUBMITTED in (response.status, before and before.status):
            self.revoted.add(record_id)
        self.given[record_id][user_id] = response
        held = self.assigned[record_id].get(user_id)
        if response.status is ResponseStatus.DRAFT:
            self._draft(record_id, held)
        elif held is None or held.state != response.status.value:
            seat = held is not None and held.state == "leased"
            self.assigned[record_id][user_id] = AssignmentRow(
                record_id=record_id,
                user_id=user_id,
                dataset_id=self.dataset.id,
                state="submitted" if response.status is ResponseStatus.SUBMITTED else "discarded",
                extra=response.status is ResponseStatus.SUBMITTED and not seat,
                expires_at=None,
                since=self.unit.now,
            )

    def _draft(self, record_id: str, held: AssignmentRow | None) -> None:
        """A draft holds what a lease holds; one that was submitted becomes such a lease."""
        if held is None or held.state == "leased":
            return
        if held.state == "submitted" and not held.extra:
            self.assigned[record_id][held.user_id] = msgspec.structs.replace(
                held,
                state="leased",
                expires_at=lease_end(self.unit, self.dataset),
                since=self.unit.now,
            )
        else:
            del self.assigned[record_id][held.user_id]

    def take_back(self, record_id: str, user_id: str) -> None:
        """Remove a user's response."""
        gone = self.given[record_id].pop(user_id)
        if gone.status is ResponseStatus.SUBMITTED:
            self.revoted.add(record_id)
        held = self.assigned[record_id].get(user_id)
        if held is not None and held.state in ("submitted", "discarded"):
            del self.assigned[record_id][user_id]

    def settle(self) -> None:
        """Give out the places anew and write what changed."""
        records: Counter[RecordStatus] = Counter()
        responses: Counter[ResponseGroup] = Counter()
        days: Counter[Day] = Counter()
        completed: list[str] = []
        for record_id in self.states:
            self._seat(record_id)
            old, new = self.old_states[record_id].status, self.states[record_id].status
            if new != old and new == "completed":
                completed.append(record_id)
            records[old] -= 1
            records[new] += 1
            for user_id, answer in self.old_given[record_id].items():
                responses[user_id, old, answer.status] -= 1
            for user_id, answer in self.given[record_id].items():
                responses[user_id, new, answer.status] += 1
            for assignment in self.old_assigned[record_id].values():
                _count_day(days, assignment, -1)
            for assignment in self.assigned[record_id].values():
                _count_day(days, assignment, 1)
        self._write_rows()
        self.unit.tallies.add_records(self.dataset.id, records)
        self.unit.tallies.add_responses(self.dataset.id, responses)
        self.unit.days.add(self.dataset.id, days)
        if responses:
            self.unit.datasets.touch(self.dataset.id)
        announce_records(self.unit, "record.completed", self.dataset, completed)

    def _seat(self, record_id: str) -> None:
        old, state = self.old_states[record_id], self.states[record_id]
        before, assigned = self.old_assigned[record_id], self.assigned[record_id]
        inside, outside = seated(assigned.values(), state.needed)
        for one in inside:
            if one.extra:
                assigned[one.user_id] = msgspec.structs.replace(one, extra=False)
        for one in outside:
            if not one.extra:
                assigned[one.user_id] = msgspec.structs.replace(one, extra=True)
        held = {one.user_id for one in inside}
        for user_id in [
            user_id
            for user_id, one in assigned.items()
            if one.state == "leased" and user_id not in held
        ]:
            del assigned[user_id]
        submitted = sum(one.state == "submitted" for one in assigned.values())
        taken = len(inside)
        is_open = taken < state.needed
        # Cursors pass a record that is full, and its own user's cursor one that somebody holds.
        was_full = old.taken == old.needed
        freed = was_full or bool(before.keys() - assigned.keys())
        self.states[record_id] = msgspec.structs.replace(
            state,
            submitted=submitted,
            status=record_status(submitted, state.needed),
            taken=taken,
            returned=is_open and self.marks and (state.returned or freed),
        )
        if record_id in self.revoted:
            self._revote(record_id)

    def _revote(self, record_id: str) -> None:
        state = self.states[record_id]
        measured = round(MILLION * self._disagreement(record_id)) if state.submitted > 1 else 0
        changed = msgspec.structs.replace(state, disagreement=measured)
        if self.dataset.assignment_order == "disagreement":
            moved = -measured != state.position
            changed = msgspec.structs.replace(
                changed,
                position=-measured,
                returned=state.returned or (moved and state.taken < state.needed),
            )
        self.states[record_id] = changed

    def _disagreement(self, record_id: str) -> float:
        if record_id in self.unit.known.adjudications([record_id]):
            return 0.0
        if self.schema is None:
            self.schema = schema_of(self.unit, self.dataset.id)
        submitted = [
            plain_values(answer.values_json)
            for answer in self.given[record_id].values()
            if answer.status is ResponseStatus.SUBMITTED
        ]
        return disagreement(self.schema.questions, submitted)

    def _write_rows(self) -> None:
        changed = [
            state for record_id, state in self.states.items() if state != self.old_states[record_id]
        ]
        gone: list[AssignmentRow] = []
        new: list[AssignmentRow] = []
        for record_id, assigned in self.assigned.items():
            before = self.old_assigned[record_id]
            gone += [one for user, one in before.items() if assigned.get(user) != one]
            new += [one for user, one in assigned.items() if before.get(user) != one]
        self.unit.records.set_states(changed)
        if gone or new:
            self.unit.assignments.replace(gone, new)


def plain_values(text: str | bytes | None) -> dict[str, object]:
    """Return question name to plain value, from a response's values as they are kept."""
    values = {} if text is None else msgspec.json.decode(text)
    return {name: given["value"] for name, given in values.items()}


def _count_day(days: Counter[Day], assignment: AssignmentRow, by: int) -> None:
    if assignment.state in ("submitted", "discarded"):
        days[assignment.since.date().isoformat(), assignment.user_id, assignment.state] += by
