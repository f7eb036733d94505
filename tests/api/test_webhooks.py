"""Webhooks are registered by an owner; what is sent to them is in test_webhook_delivery.py."""

import base64
from collections.abc import Callable

import pytest
from tests.api.talk import Person

PATH = "/api/v1/webhooks"
BODY = {"url": "https://hooks.example.org/x", "events": ["response.created"]}


def test_the_server_gives_the_secret_and_keeps_it(owner: Person) -> None:
    made = owner.ask("POST", PATH, 201, json={**BODY, "description": "d"})
    assert made["secret"].startswith("whsec_")
    assert len(base64.b64decode(made["secret"].removeprefix("whsec_"))) == 32
    assert (made["enabled"], made["events"]) == (False, ["response.created"])
    assert made["disabled_reason"] == (
        "hooks.example.org:443 is not among the hosts that GOLDSPAN_WEBHOOK_HOSTS names"
    )
    sent = {**made, "secret": "mine", "enabled": False, "description": None, "url": None}
    changed = owner.ask("PATCH", f"{PATH}/{made['id']}", 200, json=sent)
    assert (changed["secret"], changed["enabled"]) == (made["secret"], False)
    assert (changed["description"], changed["url"]) == (None, BODY["url"])
    assert made["id"] in [one["id"] for one in owner.get(PATH)["items"]]
    owner.ask("DELETE", f"{PATH}/{made['id']}", 200)
    owner.refused("DELETE", f"{PATH}/{made['id']}", 404)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"url": "ftp://example.org"}, "is an http(s) URL"),
        ({"url": "http://"}, "is an http(s) URL"),
        ({"events": []}, "one or more of the events"),
        ({"events": ["response.liked"]}, "one or more of the events"),
        ({"events": ["response.created"] * 2}, "each once"),
    ],
)
def test_what_could_not_be_sent_is_refused(
    owner: Person, more: dict[str, object], said: str
) -> None:
    code, message = owner.refused("POST", PATH, 422, json={**BODY, **more})
    assert code == "InvalidInput"
    assert said in message


@pytest.mark.parametrize("role", ["admin", "annotator"])
def test_only_an_owner_sees_webhooks(make_person: Callable[..., Person], role: str) -> None:
    person = make_person(role)
    person.refused("GET", PATH, 403)
    person.refused("POST", PATH, 403, json=BODY)
