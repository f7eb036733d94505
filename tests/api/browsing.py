"""Speaks to a server as this project's page does in a browser: with a cookie."""

from typing import Any

import httpx
from tests.api.talk import TIMEOUT_S, Person

COOKIE = "__Host-goldspan"


class Browser(Person):
    """A person whose requests carry a session's cookie and say that the own page sent them."""


def token_of(answer: httpx.Response) -> str:
    """Return the session's token that an answer sets, with the flags it must have."""
    name, _, rest = answer.headers["set-cookie"].partition("=")
    token, *flags = [part.strip() for part in rest.split(";")]
    assert name == COOKIE
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=strict"} <= set(flags)
    assert not [flag for flag in flags if flag.lower().startswith("domain")]
    return str(token)


def browser(url: str, token: str | None = None) -> httpx.Client:
    """Return a client that behaves like a browser on this server's own page."""
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": url}
    if token is not None:
        headers["Cookie"] = f"{COOKIE}={token}"
    return httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=TIMEOUT_S)


def sign_in(url: str, username: str, password: str) -> tuple[Browser, dict[str, Any]]:
    """Sign in; return the person with the session, and the session as the answer shows it."""
    with browser(url) as outside:
        answer = outside.post("/api/v1/session", json={"username": username, "password": password})
    assert answer.status_code == 200, answer.text
    session = answer.json()
    return Browser(session["user"]["id"], browser(url, token_of(answer))), session


def enter_by_link(owner: Person, user_id: str, password: str) -> httpx.Client:
    """Let somebody in by a one-time link and choose a password; return their browser."""
    link = owner.ask("POST", f"/api/v1/users/{user_id}/link", 201)
    url = str(owner.http.base_url).rstrip("/")
    with browser(url) as outside:
        answer = outside.post("/api/v1/session/link", json={"token": link["token"]})
    inside = browser(url, token_of(answer))
    done = inside.put("/api/v1/me/password", json={"new_password": password})
    assert done.status_code == 204, done.text
    return inside
