"""Invitations: how people become users."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from tests.api.browsing import browser, sign_in, token_of
from tests.api.talk import Dataset, Person, new_name

from goldspan.server.serve import RunningServer

MakePerson = Callable[..., Person]
PASSWORD = "correct horse battery"


@pytest.fixture
def outside(server: RunningServer) -> Iterator[httpx.Client]:
    with browser(server.url) as client:
        yield client


def invite(person: Person, *workspace_ids: str, role: str = "annotator") -> dict[str, Any]:
    body = {"role": role, "workspace_ids": workspace_ids}
    made: dict[str, Any] = person.ask("POST", "/api/v1/invitations", 201, json=body)
    return made


def acceptance(invitation: dict[str, Any], **change: Any) -> dict[str, Any]:
    return {
        "token": invitation["token"],
        "username": new_name("guest"),
        "first_name": "Guest",
        "last_name": None,
        "password": PASSWORD,
        **change,
    }


def test_an_invitation_makes_one_user_in_its_workspaces(
    server: RunningServer, owner: Person, dataset: Dataset, outside: httpx.Client
) -> None:
    invitation = invite(owner, dataset.workspace_id)
    assert invitation["path"] == f"/invite#{invitation['token']}"
    preview = outside.post("/api/v1/invitations/preview", json={"token": invitation["token"]})
    assert preview.json() == {
        "role": "annotator",
        "workspaces": [dataset.workspace],
        "expires_at": invitation["expires_at"],
    }
    body = acceptance(invitation)
    answer = outside.post("/api/v1/invitations/accept", json=body)
    assert answer.status_code == 201, answer.text
    session = answer.json()
    assert session["user"]["role"] == "annotator"
    assert session["workspaces"] == [{"id": dataset.workspace_id, "name": dataset.workspace}]
    assert session["must_change_password"] is False
    with browser(server.url, token_of(answer)) as inside:
        assert inside.get(dataset.path).status_code == 200
    again = outside.post("/api/v1/invitations/accept", json=acceptance(invitation))
    assert again.status_code == 404
    person, _ = sign_in(server.url, body["username"], PASSWORD)
    person.http.close()
    listed = {one["id"]: one for one in owner.get("/api/v1/invitations")["items"]}
    assert listed[invitation["id"]]["accepted_by"] == session["user"]["id"]
    assert "token" not in listed[invitation["id"]]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"username": "owner"}, 409),
        ({"username": "two words"}, 422),
        ({"password": "short"}, 422),
        ({"password": "password1"}, 422),
        ({"role": "owner"}, 422),
    ],
)
def test_an_acceptance_that_cannot_be_leaves_the_invitation_open(
    owner: Person, outside: httpx.Client, change: dict[str, Any], status: int
) -> None:
    invitation = invite(owner)
    answer = outside.post("/api/v1/invitations/accept", json=acceptance(invitation, **change))
    assert answer.status_code == status
    body = {"token": invitation["token"]}
    assert outside.post("/api/v1/invitations/preview", json=body).status_code == 200


def test_an_invitation_that_is_taken_back_is_of_no_use(
    owner: Person, outside: httpx.Client
) -> None:
    invitation = invite(owner)
    owner.ask("DELETE", f"/api/v1/invitations/{invitation['id']}", 204)
    owner.refused("DELETE", f"/api/v1/invitations/{invitation['id']}", 404)
    answer = outside.post("/api/v1/invitations/accept", json=acceptance(invitation))
    assert answer.status_code == 404


def test_an_admin_invites_annotators_to_own_workspaces(
    owner: Person, dataset: Dataset, make_person: MakePerson
) -> None:
    adam = make_person("admin", dataset.workspace)
    other = owner.ask("POST", "/api/v1/workspaces", 201, json={"name": new_name("team")})["id"]
    own = invite(adam, dataset.workspace_id)
    owners = invite(owner, dataset.workspace_id)
    assert [one["id"] for one in adam.get("/api/v1/invitations")["items"]] == [own["id"]]
    adam.refused("DELETE", f"/api/v1/invitations/{owners['id']}", 404)
    for role, ids, status in (
        ("owner", [dataset.workspace_id], 403),
        ("admin", [dataset.workspace_id], 403),
        ("annotator", [other], 404),
        ("annotator", [], 422),
    ):
        body = {"role": role, "workspace_ids": ids}
        adam.refused("POST", "/api/v1/invitations", status, json=body)
    ana = make_person("annotator", dataset.workspace)
    ana.refused("GET", "/api/v1/invitations", 403)


@pytest.mark.parametrize("hours", [0, -1, 24 * 90 + 1, 10**30])
def test_an_invitation_lasts_an_hour_to_90_days(owner: Person, hours: int) -> None:
    body = {"role": "annotator", "workspace_ids": [], "expires_in_hours": hours}
    owner.refused("POST", "/api/v1/invitations", 422, json=body)
