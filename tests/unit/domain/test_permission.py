"""The table of permissions."""

import pytest

from goldspan.domain.permission import ALLOWED, Action, Actor
from goldspan.domain.workspace import Role
from goldspan.errors import Forbidden


def test_every_action_is_in_the_table_and_an_owner_may_all() -> None:
    assert set(ALLOWED) == set(Action)
    assert all(Role.OWNER in roles for roles in ALLOWED.values())


def test_an_annotator_reads_and_responds_and_nothing_else() -> None:
    actor = Actor("u", "ana", Role.ANNOTATOR)
    assert {a for a in Action if actor.may(a)} == {Action.READ_DATASET, Action.RESPOND}


def test_only_an_owner_sees_workspaces_without_being_in_them() -> None:
    assert Actor("u", "olga", Role.OWNER).sees("w1")
    admin = Actor("u", "adam", Role.ADMIN, frozenset({"w1"}))
    assert (admin.sees("w1"), admin.sees("w2")) == (True, False)


def test_a_refusal_says_who_may() -> None:
    with pytest.raises(Forbidden, match=r"annotator 'ana' may not write records .* admin or owner"):
        Actor("u", "ana", Role.ANNOTATOR).require(Action.WRITE_RECORDS)
