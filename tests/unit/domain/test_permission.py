"""The table of permissions."""

import pytest

from goldspan.domain.permission import ALLOWED, Action, Actor, Scope
from goldspan.domain.workspace import Role
from goldspan.errors import Forbidden


def test_every_action_is_in_the_table_and_an_owner_may_all() -> None:
    assert set(ALLOWED) == set(Action)
    assert all(Role.OWNER in rule.roles for rule in ALLOWED.values())


def test_an_annotator_reads_and_responds_and_nothing_else() -> None:
    actor = Actor("u", "ana", Role.ANNOTATOR)
    own = {Action.READ_DATASET, Action.RESPOND, Action.MANAGE_OWN_ACCOUNT}
    assert {a for a in Action if actor.may(a)} == own


def test_a_key_carries_no_more_than_its_scope_whoever_has_it() -> None:
    def allowed(scope: Scope) -> set[Action]:
        olga = Actor("u", "olga", Role.OWNER, scope=scope)
        return {action for action in Action if olga.may(action)}

    assert {Action.LIST_USERS, Action.READ_DATASET, Action.SEE_ALL} < allowed(Scope.READ)
    assert not allowed(Scope.READ) & {Action.RESPOND, Action.WRITE_RECORDS, Action.MANAGE_USERS}
    assert allowed(Scope.READ) | {Action.RESPOND} <= allowed(Scope.ANNOTATE)
    assert Action.MANAGE_OWN_ACCOUNT not in allowed(Scope.ANNOTATE)
    assert allowed(Scope.ADMIN) == set(Action)


def test_a_refused_key_says_which_scope_it_takes() -> None:
    with pytest.raises(Forbidden, match=r"scope read and may not respond .* scope annotate"):
        Actor("u", "ana", Role.ANNOTATOR, scope=Scope.READ).require(Action.RESPOND)


def test_only_an_owner_sees_workspaces_without_being_in_them() -> None:
    assert Actor("u", "olga", Role.OWNER).sees("w1")
    admin = Actor("u", "adam", Role.ADMIN, frozenset({"w1"}))
    assert (admin.sees("w1"), admin.sees("w2")) == (True, False)


def test_a_refusal_says_who_may() -> None:
    with pytest.raises(Forbidden, match=r"annotator 'ana' may not write records .* admin or owner"):
        Actor("u", "ana", Role.ANNOTATOR).require(Action.WRITE_RECORDS)
