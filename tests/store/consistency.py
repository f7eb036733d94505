"""What must hold of a dataset at every moment: kept numbers are those of the rows."""

from collections import Counter

from goldspan.domain.record import ResponseStatus
from goldspan.storage.query import AnyOf, RecordQuery, ResponseStatusKey
from goldspan.storage.rows import AssignmentRow, RecordStatus, ResponseRow
from goldspan.storage.store import Unit


def check_consistent(unit: Unit, dataset_id: str) -> dict[str, list[AssignmentRow]]:
    """Compare all that is kept of a dataset with its rows; return its assignments by record."""
    ids = [one.id for one in unit.records.page(RecordQuery(dataset_id, limit=100_000))]
    states = {state.id: state for state in unit.records.lock(ids)}
    responses = unit.responses.of(ids)
    assigned: dict[str, list[AssignmentRow]] = {record_id: [] for record_id in ids}
    for one in unit.assignments.of(ids):
        assert one.dataset_id == dataset_id
        assigned[one.record_id].append(one)
    submitted = Counter(r.record_id for r in responses if r.status is ResponseStatus.SUBMITTED)
    for record_id, state in states.items():
        held = assigned[record_id]
        seats = [one for one in held if one.state in ("leased", "submitted") and not one.extra]
        extra = [one for one in held if one.extra]
        assert state.taken == len(seats) <= state.needed
        assert state.submitted == submitted[record_id] <= state.needed + len(extra)
        assert all(one.state == "submitted" for one in extra)
        assert not extra or state.taken == state.needed, "an extra response left a place free"
        assert (state.status == "completed") == (state.submitted >= state.needed)
        assert not (state.returned and state.taken == state.needed)
        assert all((one.expires_at is None) == (one.state != "leased") for one in held)
        given = {r.user_id: r.status.value for r in responses if r.record_id == record_id}
        of_responses = {user: status for user, status in given.items() if status != "draft"}
        of_rows = {
            one.user_id: one.state for one in held if one.state in ("submitted", "discarded")
        }
        assert of_rows == of_responses
    _check_counts(unit, dataset_id, responses, {i: s.status for i, s in states.items()})
    _check_days(unit, dataset_id, assigned)
    _check_pages(unit, dataset_id, ids, responses)
    return assigned


def _check_pages(unit: Unit, dataset_id: str, ids: list[str], responses: list[ResponseRow]) -> None:
    """A page at any offset is that part of the whole, of all records and of what is left."""
    places = {0, 1, len(ids) // 2, max(0, len(ids) - 1), len(ids)}
    for offset in places:
        page = unit.records.page(RecordQuery(dataset_id, offset=offset, limit=3))
        assert [one.id for one in page] == ids[offset : offset + 3]
    for user_id in {one.user_id for one in responses} | {"nobody"}:
        answered = {one.record_id for one in responses if one.user_id == user_id}
        left = [record_id for record_id in ids if record_id not in answered]
        wanted = (AnyOf(ResponseStatusKey(user_id), ("pending",)),)
        for offset in places:
            query = RecordQuery(dataset_id, filters=wanted, offset=offset, limit=3)
            assert [one.id for one in unit.records.page(query)] == left[offset : offset + 3]


def _check_counts(
    unit: Unit,
    dataset_id: str,
    responses: list[ResponseRow],
    statuses: dict[str, RecordStatus],
) -> None:
    counted = Counter(statuses.values())
    kept = unit.tallies.records(dataset_id)
    assert kept == {"pending": counted["pending"], "completed": counted["completed"]}
    groups = Counter((r.user_id, statuses[r.record_id], r.status) for r in responses)
    tallies = unit.tallies.responses(dataset_id)
    assert {
        (t.user_id, t.record_status, t.response_status): t.count for t in tallies if t.count
    } == groups


def _check_days(unit: Unit, dataset_id: str, assigned: dict[str, list[AssignmentRow]]) -> None:
    done = Counter(
        (one.since.date().isoformat(), one.user_id, one.state)
        for held in assigned.values()
        for one in held
        if one.state in ("submitted", "discarded")
    )
    kept: Counter[tuple[str, str, str]] = Counter()
    for row in unit.days.since(dataset_id, ""):
        kept[row.day, row.user_id, "submitted"] += row.submitted
        kept[row.day, row.user_id, "discarded"] += row.discarded
    assert +kept == +done
