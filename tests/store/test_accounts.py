"""Keys, sessions, links and invitations, on every store."""

from datetime import datetime, timedelta

import pytest
from tests.store.sample import new_user

from goldspan.domain.permission import Scope
from goldspan.domain.workspace import Role
from goldspan.errors import Conflict
from goldspan.storage.rows import KeyRow, NewKey, UserRow
from goldspan.storage.store import Store, Unit

LATER = datetime(2100, 1, 1)


@pytest.fixture
def ana(store: Store) -> UserRow:
    return store.write(lambda unit: new_user(unit, "ana")).result()


def test_a_user_is_found_by_the_hash_of_a_key(store: Store, ana: UserRow) -> None:
    new = NewKey(
        user_id=ana.id,
        name="notebook",
        key_hash="c0ffee",
        prefix="gs_1",
        scope=Scope.READ,
        expires_at=LATER,
    )
    key = store.write(lambda unit: unit.keys.add(new)).result()
    with store.read() as unit:
        assert unit.keys.find("c0ffee") == (key, ana)
        assert unit.keys.find("decaf") is None
        assert unit.keys.get(key.id) == key
        assert unit.keys.of(ana.id) == [key]
        assert unit.keys.prefixes() == {ana.id: "gs_1"}
    assert (key.scope, key.expires_at, key.last_used_at) == (Scope.READ, LATER, None)


def test_a_key_exists_once(store: Store, ana: UserRow) -> None:
    new = NewKey(user_id=ana.id, name="first", key_hash="c0ffee")
    store.write(lambda unit: unit.keys.add(new)).result()
    with pytest.raises(Conflict, match="in use already"):
        store.write(lambda unit: unit.keys.add(new)).result()


def test_a_revoked_key_is_gone_and_a_used_one_says_when(store: Store, ana: UserRow) -> None:
    def add(name: str) -> KeyRow:
        new = NewKey(user_id=ana.id, name=name, key_hash=name)
        return store.write(lambda unit: unit.keys.add(new)).result()

    keys = [add("a"), add("b")]
    store.write(lambda unit: unit.keys.used(keys[0].id, LATER)).result()
    store.write(lambda unit: unit.keys.delete(keys[1].id)).result()
    with store.read() as unit:
        assert [(key.name, key.last_used_at) for key in unit.keys.of(ana.id)] == [("a", LATER)]
    store.write(lambda unit: unit.keys.delete_named(ana.id, "a")).result()
    with store.read() as unit:
        assert unit.keys.of(ana.id) == []


def test_a_transaction_knows_that_it_changed_who_may_come_in(store: Store, ana: UserRow) -> None:
    def changes(job: str) -> bool:
        def run(unit: Unit) -> bool:
            if job == "key":
                unit.keys.delete_named(ana.id, "none")
            if job == "user":
                unit.users.update(ana)
            if job == "member":
                unit.workspaces.add_user(unit.workspaces.add("w").id, ana.id)
            if job == "session":
                unit.sessions.delete_of(ana.id)
            if job == "use":
                unit.keys.used("none", LATER)
            return unit.callers_changed

        return store.write(run).result()

    assert [changes(job) for job in ("key", "user", "member", "session")] == [True] * 4
    assert not changes("use")


def test_a_session_is_found_by_its_token_until_it_is_deleted(store: Store, ana: UserRow) -> None:
    def begin(token: str, until: datetime = LATER) -> str:
        job = store.write(lambda unit: unit.sessions.add(ana.id, token, "password", until))
        return job.result().id

    first, second = begin("one"), begin("two")
    begin("old", datetime(2000, 1, 1))
    store.write(lambda unit: unit.sessions.seen(first, LATER)).result()
    store.write(lambda unit: unit.sessions.delete_expired(unit.now)).result()
    with store.read() as unit:
        found = unit.sessions.find("one")
        assert found is not None
        assert (found[0].id, found[0].last_seen_at, found[1]) == (first, LATER, ana)
        assert unit.sessions.find("old") is None
    store.write(lambda unit: unit.sessions.delete_of(ana.id, but=second)).result()
    with store.read() as unit:
        assert unit.sessions.find("one") is None
        assert unit.sessions.find("two") is not None
    store.write(lambda unit: unit.sessions.delete(second)).result()
    with store.read() as unit:
        assert unit.sessions.find("two") is None


def test_a_new_link_takes_the_place_of_the_old_one(store: Store, ana: UserRow) -> None:
    store.write(lambda unit: unit.links.add(ana.id, "one", LATER)).result()
    link = store.write(lambda unit: unit.links.add(ana.id, "two", LATER)).result()
    with store.read() as unit:
        assert unit.links.find("one") is None
        assert unit.links.find("two") == link


def test_an_invitation_is_accepted_once(store: Store, ana: UserRow) -> None:
    invited = store.write(
        lambda unit: unit.invitations.add("t", Role.ADMIN, ["w1", "w2"], ana.id, LATER)
    ).result()
    with store.read() as unit:
        assert unit.invitations.find("t") == unit.invitations.get(invited.id) == invited
        assert invited.workspace_ids == ("w1", "w2")
    assert store.write(lambda unit: unit.invitations.accept(invited.id, "bo")).result()
    assert not store.write(lambda unit: unit.invitations.accept(invited.id, "cy")).result()
    with store.read() as unit:
        assert [one.accepted_by for one in unit.invitations.all()] == ["bo"]
    store.write(lambda unit: unit.invitations.delete(invited.id)).result()
    with store.read() as unit:
        assert unit.invitations.all() == []


def test_a_user_goes_with_keys_sessions_and_links(store: Store, ana: UserRow) -> None:
    def begin(unit: Unit) -> None:
        unit.keys.add(NewKey(user_id=ana.id, name="k", key_hash="k"))
        unit.sessions.add(ana.id, "s", "link", unit.now + timedelta(days=1))
        unit.links.add(ana.id, "l", LATER)

    store.write(begin).result()
    store.write(lambda unit: unit.users.delete(ana.id)).result()
    with store.read() as unit:
        assert unit.keys.find("k") is None
        assert unit.sessions.find("s") is None
        assert unit.links.find("l") is None
