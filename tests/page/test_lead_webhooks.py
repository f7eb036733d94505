"""An owner registers webhooks, tries them, sees what waits, and takes them away again."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.api.receiver import Receiver
from tests.api.talk import new_name
from tests.page.conftest import Faults, Opened
from tests.page.site import WEBHOOKS, Site
from tests.page.talk import button

from goldspan.server import deliverer

SCREEN = "/account/webhooks"


@pytest.fixture
def receiver(site: Site) -> Iterator[Receiver]:
    """Give a receiver; nothing else is registered, and nothing when the test ends."""
    made = Receiver()
    site.forget_webhooks()
    yield made
    site.forget_webhooks()
    made.stop()


def card(page: Page, url: str) -> Locator:
    return page.get_by_role("list", name="Webhooks").get_by_role("listitem").filter(has_text=url)


def test_a_webhook_is_registered_its_secret_shown_once_and_tried(
    site: Site, receiver: Receiver, walk: Opened, faults: Faults
) -> None:
    faults.allow("status of 502")
    page = walk(site.owner, "/account")
    page.get_by_role("link", name="Webhooks").click()
    expect(page.get_by_text("No webhooks yet")).to_be_visible()
    button(page, "Register a webhook").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Address").fill(receiver.url)
    dialog.get_by_role("checkbox", name="response.created").check()
    dialog.get_by_role("button", name="Register a webhook").click()
    secret = dialog.get_by_label("Copy the secret now.").input_value()
    dialog.get_by_role("button", name="Done").click()
    page.reload()
    (made,) = site.owner.get(WEBHOOKS)["items"]
    assert (made["secret"], made["events"]) == (secret, ["record.completed", "response.created"])
    expect(card(page, receiver.url).first).to_contain_text("record.completed")
    assert secret not in page.content()

    button(page, "Send a test").click()
    expect(page.get_by_text("The test arrived.")).to_be_visible()
    assert [one["type"] for one in receiver.wait_for(1)] == ["ping"]
    receiver.statuses = [500]
    button(page, "Send a test").click()
    expect(page.get_by_text("expected an answer of 2xx from its url, found 500")).to_be_visible()


def test_a_webhook_is_paused_changed_and_deleted(
    site: Site, receiver: Receiver, walk: Opened
) -> None:
    body = {"url": receiver.url, "events": ["record.completed"]}
    made = site.owner.ask("POST", WEBHOOKS, 201, json=body)
    page = walk(site.owner, SCREEN)
    sends = page.get_by_role("switch", name="Sends")
    sends.uncheck()
    expect(button(page, "Send a test")).to_be_disabled()
    assert site.owner.get(WEBHOOKS)["items"][0]["enabled"] is False
    sends.check()
    expect(button(page, "Send a test")).to_be_enabled()
    button(page, "Change").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Description").fill("For the dashboard")
    dialog.get_by_role("checkbox", name="record.completed").uncheck()
    expect(dialog.get_by_role("button", name="Save")).to_be_disabled()
    dialog.get_by_role("checkbox", name="dataset.deleted").check()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    expect(card(page, receiver.url).first).to_contain_text("For the dashboard")
    (changed,) = site.owner.get(WEBHOOKS)["items"]
    assert (changed["events"], changed["secret"]) == (["dataset.deleted"], made["secret"])
    button(page, "Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No webhooks yet")).to_be_visible()


def test_what_a_receiver_did_not_take_waits_in_sight(
    site: Site, receiver: Receiver, walk: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However long the screen takes to open: the second attempt comes after it.
    monkeypatch.setattr(deliverer, "DELAYS_S", (3600.0,))
    receiver.statuses = [503]
    body = {"url": receiver.url, "events": ["dataset.deleted"]}
    site.owner.ask("POST", WEBHOOKS, 201, json=body)
    doomed = site.extractive([], name=new_name("Doomed"))
    site.owner.ask("DELETE", doomed.path, 200)
    receiver.wait_for(1)
    page = walk(site.owner, SCREEN)
    page.get_by_text("1 message waits").click()
    expect(page.get_by_text("tried 1 time, again at")).to_be_visible()
    page.get_by_text("Failed last:").click()
    expect(card(page, receiver.url).first).to_contain_text("dataset.deleted · answer 503 · attempt")
    expect(page.get_by_text("expected an answer of 2xx from its url, found 503")).to_be_visible()


def test_what_arrived_last_stays_in_sight(site: Site, receiver: Receiver, walk: Opened) -> None:
    body = {"url": receiver.url, "events": ["dataset.deleted"]}
    site.owner.ask("POST", WEBHOOKS, 201, json=body)
    page = walk(site.owner, SCREEN)
    expect(page.get_by_text("Nothing was sent yet.")).to_be_visible()
    doomed = site.extractive([], name=new_name("Doomed"))
    site.owner.ask("DELETE", doomed.path, 200)
    receiver.wait_for(1)
    # The screen looks again every 10 s.
    told = card(page, receiver.url).first
    expect(told).to_contain_text("dataset.deleted · answer 204")
    expect(page.get_by_text("Failed last:")).to_be_hidden()


def test_an_address_that_the_server_may_not_send_to_says_why(
    site: Site, receiver: Receiver, walk: Opened, faults: Faults
) -> None:
    faults.allow("status of 422")
    page = walk(site.owner, SCREEN)
    button(page, "Register a webhook").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Address").fill("ftp://example.org")
    dialog.get_by_role("button", name="Register a webhook").click()
    expect(dialog.get_by_role("alert")).to_contain_text("is an http(s) URL")
    dialog.get_by_label("Address").fill("https://example.org/hook")
    dialog.get_by_role("button", name="Register a webhook").click()
    dialog.get_by_role("button", name="Done").click()
    expect(page.get_by_text("Nothing is sent: example.org:443 is not among")).to_be_visible()


def test_webhooks_are_for_owners_alone(site: Site, walk: Opened) -> None:
    page = walk(site.person("admin"), SCREEN)
    expect(page).to_have_url(f"{site.url}/")
    page.goto("/account")
    expect(page.get_by_role("link", name="API keys")).to_be_visible()
    expect(page.get_by_role("link", name="Webhooks")).to_be_hidden()
