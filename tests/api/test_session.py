"""Signing in and out, passwords, one-time links."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.api.browsing import COOKIE, Browser, browser, enter_by_link, sign_in, token_of
from tests.api.talk import TIMEOUT_S, Person, new_name

from goldspan.server.serve import RunningServer
from goldspan.server.sign_in_limit import SignInLimit

PASSWORD = "correct horse battery"
OTHER = "staple other words"
MakeUser = Callable[..., dict[str, Any]]


@pytest.fixture
def make_user(owner: Person) -> MakeUser:
    """Make a user with a password of their own choice."""

    def make(role: str = "annotator", password: str = PASSWORD) -> dict[str, Any]:
        body = {"username": new_name("u"), "first_name": "Ana", "role": role}
        user: dict[str, Any] = owner.ask("POST", "/api/v1/users", 201, json=body)
        enter_by_link(owner, user["id"], password).close()
        return user

    return make


@pytest.fixture
def enter(server: RunningServer) -> Iterator[Callable[..., Browser]]:
    """Sign in as a user."""
    with ExitStack() as opened:

        def signed_in(user: dict[str, Any], password: str = PASSWORD) -> Browser:
            person, _ = sign_in(server.url, user["username"], password)
            opened.enter_context(person.http)
            return person

        yield signed_in


@pytest.fixture
def outside(server: RunningServer) -> Iterator[httpx.Client]:
    with browser(server.url) as client:
        yield client


def test_who_signs_in_sees_their_session_and_their_data(
    server: RunningServer, make_user: MakeUser
) -> None:
    user = make_user("admin")
    person, session = sign_in(server.url, user["username"], PASSWORD)
    with person.http:
        assert session["user"] == {
            key: user[key] for key in ("id", "username", "first_name", "last_name", "role")
        }
        assert (session["must_change_password"], session["insecure_http"]) == (False, False)
        assert session["workspaces"] == []
        assert session["expires_at"].endswith("Z")
        assert person.get("/api/v1/session") == session
        assert person.get("/api/v1/me")["id"] == user["id"]


def test_a_wrong_password_and_a_user_who_does_not_exist_are_refused_alike(
    outside: httpx.Client, make_user: MakeUser
) -> None:
    user = make_user()
    answers = [
        outside.post("/api/v1/session", json={"username": name, "password": "wrong wrong"})
        for name in (user["username"], "nobody")
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()
    assert "set-cookie" not in answers[0].headers


USUAL = [
    ("owner", "1234"),
    ("owner", "12345678"),
    ("owner", "owner"),
    ("argilla", "1234"),
    ("argilla", "12345678"),
    ("admin", "admin"),
    ("admin", "password"),
    ("goldspan", "goldspan"),
    ("label_studio", "label_studio"),
    ("root", ""),
]


@pytest.mark.parametrize(("name", "password"), USUAL)
def test_no_usual_pair_of_name_and_password_lets_anybody_in(
    outside: httpx.Client, name: str, password: str
) -> None:
    answer = outside.post("/api/v1/session", json={"username": name, "password": password})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "key", ["argilla.apikey", "owner.apikey", "admin.apikey", "rubrix.apikey", "owner", "1234"]
)
def test_no_usual_key_lets_anybody_in(server: RunningServer, key: str) -> None:
    answer = httpx.get(
        f"{server.url}/api/v1/me", headers={"X-Argilla-Api-Key": key}, timeout=TIMEOUT_S
    )
    assert answer.status_code == 401


def test_after_5_wrong_passwords_the_address_waits(
    outside: httpx.Client, make_user: MakeUser
) -> None:
    user = make_user()
    body = {"username": user["username"], "password": "wrong wrong"}
    answers = [outside.post("/api/v1/session", json=body) for _ in range(100)]
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(429) >= 95
    last = answers[-1]
    assert 1 <= int(last.headers["retry-after"]) <= 60
    assert last.json()["detail"]["code"] == "goldspan.TooManyRequests"
    right = outside.post("/api/v1/session", json={**body, "password": PASSWORD})
    assert right.status_code == 429


@pytest.fixture(autouse=True)
def no_old_tries(server: RunningServer) -> Iterator[None]:
    """All tests come from one address: what one of them guessed is not held against the next.

    Nor is a guess forgotten while a test is under way, however slow the machine is.
    """
    server.app.state.sign_in_limit = SignInLimit(clock=lambda: 0.0)
    yield
    server.app.state.sign_in_limit = SignInLimit()


def test_signing_out_ends_the_session_at_the_server(
    server: RunningServer, make_user: MakeUser, enter: Callable[..., Browser]
) -> None:
    person = enter(make_user())
    done = person.http.delete("/api/v1/session")
    assert done.status_code == 204
    assert f"{COOKIE}=" in done.headers["set-cookie"]
    assert "Max-Age=0" in done.headers["set-cookie"]
    person.refused("GET", "/api/v1/me", 401)


def test_signing_out_everywhere_ends_every_session(
    make_user: MakeUser, enter: Callable[..., Browser]
) -> None:
    user = make_user()
    one, two = enter(user), enter(user)
    one.ask("DELETE", "/api/v1/sessions", 204)
    one.refused("GET", "/api/v1/session", 401)
    two.refused("GET", "/api/v1/session", 401)


def test_signing_in_again_ends_the_session_that_the_browser_had(
    server: RunningServer, make_user: MakeUser, enter: Callable[..., Browser]
) -> None:
    user = make_user()
    person = enter(user)
    body = {"username": user["username"], "password": PASSWORD}
    answer = person.http.post("/api/v1/session", json=body)
    assert answer.status_code == 200
    person.refused("GET", "/api/v1/session", 401)
    with browser(server.url, token_of(answer)) as again:
        assert again.get("/api/v1/session").status_code == 200


def test_a_changed_password_ends_the_other_sessions(
    outside: httpx.Client, make_user: MakeUser, enter: Callable[..., Browser]
) -> None:
    user = make_user()
    here, there = enter(user), enter(user)
    wrong = {"current_password": "wrong wrong", "new_password": OTHER}
    here.refused("PUT", "/api/v1/me/password", 403, json=wrong)
    here.refused("PUT", "/api/v1/me/password", 403, json={"new_password": OTHER})
    body = {"current_password": PASSWORD, "new_password": OTHER}
    here.ask("PUT", "/api/v1/me/password", 204, json=body)
    assert here.get("/api/v1/session")["must_change_password"] is False
    there.refused("GET", "/api/v1/session", 401)
    old = outside.post("/api/v1/session", json={"username": user["username"], "password": PASSWORD})
    assert old.status_code == 401
    enter(user, OTHER)


def test_a_password_that_an_owner_sets_must_be_changed_before_anything_else(
    owner: Person, make_user: MakeUser, enter: Callable[..., Browser]
) -> None:
    user = make_user()
    before = enter(user)
    owner.ask("PATCH", f"/api/v1/users/{user['id']}", 200, json={"password": OTHER})
    before.refused("GET", "/api/v1/session", 401)
    person = enter(user, OTHER)
    assert person.get("/api/v1/session")["must_change_password"] is True
    for method, path in (("GET", "/api/v1/me"), ("GET", "/api/v1/me/datasets")):
        code, _ = person.refused(method, path, 403)
        assert code == "PasswordChangeRequired"
    person.refused("PUT", "/api/v1/me/password", 422, json={"new_password": "12345678"})
    person.ask("PUT", "/api/v1/me/password", 204, json={"new_password": PASSWORD})
    assert person.get("/api/v1/me")["id"] == user["id"]


def test_a_password_that_comes_with_a_new_user_must_be_changed_but_the_key_just_works(
    server: RunningServer, owner: Person, enter: Callable[..., Browser]
) -> None:
    body = {"username": new_name("u"), "first_name": "Bo", "password": PASSWORD}
    user = owner.ask("POST", "/api/users", 200, json=body)
    enter(user).refused("GET", "/api/v1/me", 403)
    answer = httpx.get(
        f"{server.url}/api/me", headers={"X-Argilla-Api-Key": user["api_key"]}, timeout=TIMEOUT_S
    )
    assert answer.json()["username"] == user["username"]


def test_a_link_signs_in_once(owner: Person, outside: httpx.Client, make_user: MakeUser) -> None:
    user = make_user()
    replaced = owner.ask("POST", f"/api/v1/users/{user['id']}/link", 201)
    link = owner.ask("POST", f"/api/v1/users/{user['id']}/link", 201)
    assert link["path"] == f"/link#{link['token']}"
    statuses = [
        outside.post("/api/v1/session/link", json={"token": token}).status_code
        for token in (replaced["token"], link["token"], link["token"], "", "nonsense")
    ]
    assert statuses == [401, 200, 401, 401, 401]


def test_tokens_and_passwords_are_not_on_disk(
    server: RunningServer, owner: Person, make_user: MakeUser, enter: Callable[..., Browser]
) -> None:
    user = make_user()
    person = enter(user)
    link = owner.ask("POST", f"/api/v1/users/{user['id']}/link", 201)
    kept = b"".join(path.read_bytes() for path in Path(server.home).glob("goldspan.db*"))
    assert PASSWORD.encode() not in kept
    assert link["token"].encode() not in kept
    assert person.http.headers["cookie"].partition("=")[2].encode() not in kept


FORGED: list[dict[str, str | None]] = [
    {"Sec-Fetch-Site": None, "Origin": None},
    {"Sec-Fetch-Site": None, "Origin": "null"},
    {"Sec-Fetch-Site": None, "Origin": "http://evil.localhost"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
]


@pytest.mark.parametrize("headers", FORGED)
def test_what_another_sites_page_sends_with_the_cookie_is_refused(
    make_user: MakeUser, enter: Callable[..., Browser], headers: dict[str, str | None]
) -> None:
    person = enter(make_user())
    for name, value in headers.items():
        del person.http.headers[name]
        if value is not None:
            person.http.headers[name] = value
    body = {"current_password": PASSWORD, "new_password": OTHER}
    answer = person.http.put("/api/v1/me/password", json=body)
    assert (answer.status_code, answer.json()["detail"]["code"]) == (403, "goldspan.CrossSite")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_a_body_that_a_form_could_send_is_refused(
    make_user: MakeUser, enter: Callable[..., Browser], kind: str
) -> None:
    person = enter(make_user("admin"))
    body = b'{"name": "k", "scope": "read"}'
    person.refused("POST", "/api/v1/me/api-keys", 422, content=body, headers={"Content-Type": kind})
    headers = {"Content-Type": "application/json; charset=utf-8"}
    person.ask("POST", "/api/v1/me/api-keys", 201, content=body, headers=headers)


def test_another_sites_page_cannot_sign_a_browser_in(server: RunningServer) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = httpx.post(
            f"{server.url}/api/v1/session",
            json={"username": "u", "password": "p"},
            headers=headers,
            trust_env=False,
            timeout=TIMEOUT_S,
        )
        assert answer.status_code == 403
    plain = {"username": "u", "password": "p"}
    program = httpx.post(
        f"{server.url}/api/v1/session", json=plain, trust_env=False, timeout=TIMEOUT_S
    )
    assert program.status_code == 401


def test_a_key_in_the_address_is_no_key(server: RunningServer) -> None:
    for name in ("token", "api_key", "apikey"):
        answer = httpx.get(
            f"{server.url}/api/v1/me", params={name: server.api_key or ""}, timeout=TIMEOUT_S
        )
        assert answer.status_code == 401


def form(username: str, password: str = PASSWORD) -> dict[str, str]:
    return {"username": username, "password": password, "grant_type": "password"}


def test_a_password_is_exchanged_for_a_key_of_one_day(
    outside: httpx.Client, make_user: MakeUser
) -> None:
    user = make_user(password="8205331947")  # a text, though it looks like a number
    as_forms: list[dict[str, Any]] = [
        {"data": form(user["username"], "8205331947")},
        {"files": _parts(user, "8205331947")},
    ]
    for sent in as_forms:
        answer = outside.post("/api/v1/token", **sent)
        assert answer.status_code == 201, answer.text
        assert answer.json()["token_type"] == "bearer"
        bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        assert outside.get("/api/v1/me", headers=bearer).json()["id"] == user["id"]
        assert "set-cookie" not in answer.headers
    (key, _) = outside.get("/api/v1/me/api-keys", headers=bearer).json()["items"][-2:]
    left = datetime.fromisoformat(key["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=23) < left <= timedelta(hours=24)


def _parts(user: dict[str, Any], password: str) -> dict[str, tuple[None, str]]:
    return {name: (None, value) for name, value in form(user["username"], password).items()}


def test_no_key_for_a_wrong_password_or_one_that_somebody_else_has_set(
    outside: httpx.Client, owner: Person, make_user: MakeUser
) -> None:
    user = make_user()
    refused = outside.post("/api/v1/token", data=form(user["username"], "wrong wrong"))
    assert refused.status_code == 401
    owner.ask("PATCH", f"/api/v1/users/{user['id']}", 200, json={"password": OTHER})
    refused = outside.post("/api/v1/token", data=form(user["username"], OTHER))
    assert refused.json()["detail"]["code"] == "goldspan.PasswordChangeRequired"
    assert outside.post("/api/v1/token", data={"username": "x"}).status_code == 422


def test_wrong_passwords_are_counted_wherever_they_are_tried(
    outside: httpx.Client, make_user: MakeUser
) -> None:
    user = make_user()
    wrong = form(user["username"], "wrong wrong")
    del wrong["grant_type"]
    for at in range(5):
        asked: dict[str, Any] = {"data": wrong} if at % 2 else {"json": wrong}
        path = "/api/v1/token" if at % 2 else "/api/v1/session"
        assert outside.post(path, **asked).status_code == 401
    assert outside.post("/api/v1/token", data=wrong).status_code == 429


def test_a_refused_sign_in_stands_in_the_audit_log_without_what_was_typed(
    outside: httpx.Client, owner: Person, make_user: MakeUser
) -> None:
    user = make_user()
    outside.post("/api/v1/session", json={"username": user["username"], "password": "wrong wrong"})
    outside.post("/api/v1/session", json={"username": "hunter2 hunter2", "password": ""})
    outside.post("/api/v1/session/link", json={"token": "made-up"})
    found = owner.get("/api/v1/audit", limit=3)["items"]
    assert [(one["action"], one["username"], one["user_id"]) for one in found] == [
        ("refused: POST /api/v1/session/link", None, None),
        ("refused: POST /api/v1/session", None, None),
        ("refused: POST /api/v1/session", user["username"], user["id"]),
    ]
    assert {one["address"] for one in found} == {"127.0.0.1"}
    assert all(one["request_id"] for one in found)
    assert not any(word in str(found) for word in ("wrong", "hunter2", "made-up"))


def test_a_wrong_current_password_stands_there_too(
    owner: Person, make_user: MakeUser, enter: Callable[..., Browser]
) -> None:
    user = make_user()
    person = enter(user)
    body = {"current_password": "wrong wrong", "new_password": OTHER}
    person.refused("PUT", "/api/v1/me/password", 403, json=body)
    (entry,) = owner.get("/api/v1/audit", limit=1)["items"]
    assert (entry["action"], entry["username"]) == (
        "refused: PUT /api/v1/me/password",
        user["username"],
    )
