"""Whatever people do, in whatever order, places and counts are those of a small model."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from unittest.mock import patch

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.store.consistency import check_consistent
from tests.store.test_assignment import ANSWER, LEAD, add, end_lease, make_dataset

from goldspan.domain.permission import Actor
from goldspan.domain.record import ResponseStatus
from goldspan.domain.workspace import Role
from goldspan.errors import Conflict
from goldspan.services import assignment, giving_back
from goldspan.services.datasets import DatasetChanges, renew, update_dataset
from goldspan.services.delete_records import delete_records
from goldspan.services.judging import respond, undo
from goldspan.services.responses import delete_response
from goldspan.storage import sql_blocks
from goldspan.storage.sql_store import SqliteStore
from goldspan.storage.store import Unit

Result = TypeVar("Result")

MEMORY = Path("/dev/shm")
"""Where there is no disk to wait for: thousands of commits, none of which must last."""
PEOPLE = [Actor(f"user{number}", f"user{number}", Role.OWNER) for number in range(4)]


@dataclass
class Hold:
    """What the model knows of one person and one record."""

    state: str
    since: int
    extra: bool = False
    expired: bool = False


@dataclass
class Paper:
    """A record in the model: places, who holds what, and what each response was before."""

    needed: int
    holds: dict[str, Hold] = field(default_factory=dict)
    versions: dict[str, list[str]] = field(default_factory=dict)

    def settle(self) -> None:
        """Give the places out: to submitted ones, to leases, to extras, the older first."""

        def rank(hold: Hold) -> tuple[int, int]:
            if hold.state == "leased":
                return 1, hold.since
            return (2 if hold.extra else 0), hold.since

        wanting = [h for h in self.holds.values() if h.state in ("leased", "submitted")]
        for place, hold in enumerate(sorted(wanting, key=rank)):
            hold.extra = hold.state == "submitted" and place >= self.needed
            if hold.state == "leased" and place >= self.needed:
                hold.state = "lost"
        self.holds = {user: hold for user, hold in self.holds.items() if hold.state != "lost"}

    @property
    def taken(self) -> int:
        return sum(h.state in ("leased", "submitted") and not h.extra for h in self.holds.values())

    def is_open_to(self, user_id: str) -> bool:
        """Whether somebody who has done nothing about it could be given it."""
        return self.taken < self.needed and user_id not in self.holds

    def response(self, user_id: str) -> str | None:
        """The status of somebody's response."""
        versions = self.versions.get(user_id)
        return versions[-1] if versions and versions[-1] != "deleted" else None


class Work(RuleBasedStateMachine):
    """Four people, a lead, and a handful of records."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.store = SqliteStore(Path(self.folder.name) / "goldspan.db")
        self.papers: dict[str, Paper] = {}
        self.needed = 1
        self.clock = 0
        self.small_blocks = patch.object(sql_blocks, "BLOCK", 2)
        self.small_blocks.start()

    def teardown(self) -> None:
        self.small_blocks.stop()
        self.store.close()
        self.folder.cleanup()

    def write(self, job: Callable[[Unit], Result]) -> Result:
        self.clock += 1
        return self.store.write(job).result()

    def pick(self, data: Any) -> str:
        return data.draw(st.sampled_from(sorted(self.papers)))  # type: ignore[no-any-return]

    @initialize(needed=st.integers(1, 3), records=st.integers(1, 6))
    def begin(self, needed: int, records: int) -> None:
        self.needed = needed
        self.dataset_id = self.write(lambda unit: make_dataset(unit, needed, 0))
        self.add(records)

    @rule(records=st.integers(1, 2))
    def add(self, records: int) -> None:
        for record_id in self.write(lambda unit: add(unit, self.dataset_id, records)):
            self.papers[record_id] = Paper(self.needed)

    def reap(self) -> None:
        for paper in self.papers.values():
            gone = [user for user, hold in paper.holds.items() if hold.expired]
            for user in gone:
                del paper.holds[user]
            paper.settle()

    @rule(person=st.sampled_from(PEOPLE), count=st.integers(1, 3))
    def claim(self, person: Actor, count: int) -> None:
        given = self.write(lambda unit: assignment.claim(unit, person, self.dataset_id, count))
        self.fill(person.user_id, [lease.record_id for lease in given], count)

    def fill(self, user: str, ids: list[str], count: int) -> None:
        """Somebody wanted ``count`` records and has these."""
        kept = self.held(user)
        for record_id in kept:
            self.papers[record_id].holds[user].expired = False
        self.reap()
        assert len(set(ids)) == len(ids)
        still = {r for r in kept if user in self.papers[r].holds}
        new = set(ids) - still
        assert len(ids) == count or still <= set(ids)
        # What came free behind a cursor comes first, so that nothing before it is passed over.
        fresh = [r for r in self.in_order() if self.papers[r].is_open_to(user)]
        untouched = {r for r in new if user not in self.papers[r].holds}
        assert untouched == set(fresh[: len(untouched)])
        assert untouched == new or len(untouched) == len(fresh), "skipped ones come last"
        for record_id in new:
            paper = self.papers[record_id]
            hold = paper.holds.get(user)
            assert paper.taken < paper.needed
            assert hold is None or hold.state == "skipped"
            paper.holds[user] = Hold("leased", self.clock)
        if len(ids) < count:  # nothing was left: neither open nor put off
            left = [
                r
                for r, p in self.papers.items()
                if p.taken < p.needed and (user not in p.holds or p.holds[user].state == "skipped")
            ]
            assert left == []

    @precondition(lambda self: self.papers)
    @rule(data=st.data(), person=st.sampled_from(PEOPLE), status=st.sampled_from(ResponseStatus))
    def respond(self, data: Any, person: Actor, status: ResponseStatus) -> None:
        self.answer(self.pick(data), person, status)

    def answer(self, record_id: str, person: Actor, status: ResponseStatus) -> None:
        user = person.user_id
        held = self.held(user)
        self.write(lambda unit: respond(unit, person, record_id, ANSWER, status))
        paper = self.papers[record_id]
        paper.versions.setdefault(user, []).append(status.value)
        self.become(paper, user, status.value)
        if status is ResponseStatus.DRAFT:
            self.hold(paper, user)
        elif record_id in held and len(held) <= assignment.AHEAD:  # another one in its place
            with self.store.read() as unit:
                leases = unit.assignments.leases(self.dataset_id, user)
            self.fill(user, [lease.record_id for lease in leases], len(held))

    def in_order(self) -> list[str]:
        """The records as they are given out."""
        with self.store.read() as unit:
            states = unit.records.lock(list(self.papers))
        return [one.id for one in sorted(states, key=lambda one: (one.position, one.id))]

    def held(self, user: str) -> set[str]:
        """What somebody holds, whether or not it has run out."""
        return {
            record_id
            for record_id, paper in self.papers.items()
            if user in paper.holds and paper.holds[user].state == "leased"
        }

    def become(self, paper: Paper, user: str, status: str) -> None:
        """A response has this status now; the hold follows."""
        hold = paper.holds.get(user)
        if status == "draft":
            if hold is not None and hold.state == "submitted" and not hold.extra:
                paper.holds[user] = Hold("leased", self.clock)
            elif hold is not None and hold.state != "leased":
                del paper.holds[user]
        elif hold is None or hold.state != status:
            seat = hold is not None and hold.state == "leased"
            paper.holds[user] = Hold(status, self.clock, extra=status == "submitted" and not seat)
        paper.settle()

    def hold(self, paper: Paper, user: str) -> None:
        """Whoever works on a record holds a place, if there is one."""
        hold = paper.holds.get(user)
        if hold is not None and hold.state in ("submitted", "discarded"):
            return
        if (hold is not None and hold.state == "leased") or paper.taken < paper.needed:
            paper.holds[user] = Hold("leased", self.clock)

    @precondition(lambda self: self.papers)
    @rule(data=st.data(), person=st.sampled_from(PEOPLE))
    def expire(self, data: Any, person: Actor) -> None:
        record_id = self.pick(data)
        self.write(lambda unit: end_lease(unit, record_id, person.user_id))
        hold = self.papers[record_id].holds.get(person.user_id)
        if hold is not None and hold.state == "leased":
            hold.expired = True

    @precondition(lambda self: self.papers)
    @rule(data=st.data(), person=st.sampled_from(PEOPLE))
    def release(self, data: Any, person: Actor) -> None:
        record_id = self.pick(data)
        self.write(lambda unit: giving_back.release(unit, person, [record_id]))
        paper = self.papers[record_id]
        hold = paper.holds.get(person.user_id)
        if hold is not None and hold.state == "leased":
            del paper.holds[person.user_id]
            paper.settle()

    @precondition(lambda self: self.papers)
    @rule(data=st.data(), person=st.sampled_from(PEOPLE))
    def skip(self, data: Any, person: Actor) -> None:
        record_id = self.pick(data)
        paper = self.papers[record_id]
        hold = paper.holds.get(person.user_id)
        done = hold is not None and hold.state in ("submitted", "discarded")
        try:
            self.write(lambda unit: giving_back.skip(unit, person, record_id))
        except Conflict:
            assert done
        else:
            assert not done
            paper.holds[person.user_id] = Hold("skipped", self.clock)
            paper.settle()

    @precondition(lambda self: self.papers)
    @rule(data=st.data(), person=st.sampled_from(PEOPLE))
    def undo(self, data: Any, person: Actor) -> None:
        record_id, user = self.pick(data), person.user_id
        paper = self.papers[record_id]
        versions = paper.versions.get(user, [])
        try:
            judged = self.write(lambda unit: undo(unit, person, record_id))
        except Conflict:
            assert versions == []
            return
        versions.pop()
        status = paper.response(user)
        assert (judged.response and judged.response.status.value) == status
        if status is None:
            hold = paper.holds.get(user)
            if hold is not None and hold.state in ("submitted", "discarded"):
                del paper.holds[user]
            paper.settle()
        else:
            self.become(paper, user, status)
        self.hold(paper, user)

    @precondition(lambda self: self.papers)
    @rule(data=st.data(), person=st.sampled_from(PEOPLE))
    def take_back(self, data: Any, person: Actor) -> None:
        self.remove_response(self.pick(data), person)

    def remove_response(self, record_id: str, person: Actor) -> None:
        user = person.user_id
        with self.store.read() as unit:
            response = unit.responses.by_user(record_id, user)
        paper = self.papers[record_id]
        assert (response and response.status.value) == paper.response(user)
        if response is None:
            return
        self.write(lambda unit: delete_response(unit, person, response.id))
        paper.versions[user].append("deleted")
        hold = paper.holds.get(user)
        if hold is not None and hold.state in ("submitted", "discarded"):
            del paper.holds[user]
        paper.settle()

    @rule(person=st.sampled_from(PEOPLE), answers=st.integers(1, 4), count=st.integers(1, 3))
    def work_and_come_back(self, person: Actor, answers: int, count: int) -> None:
        """Somebody's cursor passes records; the first of them comes free and is given out first."""
        done = []
        for _ in range(answers):
            self.claim(person, 1)
            held = [r for r in self.in_order() if r in self.held(person.user_id)]
            if held:
                self.answer(held[0], person, ResponseStatus.SUBMITTED)
                done.append(held[0])
        if done:
            self.remove_response(done[0], person)
        for one in PEOPLE:
            self.claim(one, count)

    @precondition(lambda self: self.papers)
    @rule(data=st.data())
    def delete(self, data: Any) -> None:
        record_id = self.pick(data)
        self.write(lambda unit: delete_records(unit, LEAD, self.dataset_id, [record_id]))
        del self.papers[record_id]

    @rule(needed=st.integers(1, 3))
    def change_overlap(self, needed: int) -> None:
        changes = DatasetChanges(min_submitted=needed)
        self.write(lambda unit: update_dataset(unit, LEAD, self.dataset_id, changes))
        assert self.write(lambda unit: renew(unit, LEAD, self.dataset_id, "")) is None
        self.needed = needed
        for paper in self.papers.values():
            paper.needed = needed
            paper.settle()

    @rule(person=st.sampled_from(PEOPLE))
    def leave(self, person: Actor) -> None:
        self.write(lambda unit: giving_back.release_all(unit, person.user_id))
        for paper in self.papers.values():
            hold = paper.holds.get(person.user_id)
            if hold is not None and hold.state == "leased":
                del paper.holds[person.user_id]
                paper.settle()

    @invariant()
    def the_rows_are_the_models(self) -> None:
        if not hasattr(self, "dataset_id"):
            return
        assigned = self.store.write(lambda unit: check_consistent(unit, self.dataset_id)).result()
        found = {
            record_id: {one.user_id: (one.state, one.extra) for one in held}
            for record_id, held in assigned.items()
        }
        assert found == {
            record_id: {user: (hold.state, hold.extra) for user, hold in paper.holds.items()}
            for record_id, paper in self.papers.items()
        }


Work.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestWork = Work.TestCase
