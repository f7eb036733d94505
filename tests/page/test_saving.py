"""Nothing lost, nothing doubled: without network, signed out, restarted, in two tabs."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Route, expect
from tests.api.talk import KEY_HEADER, TIMEOUT_S, Dataset, Person, item
from tests.page.conftest import Faults, Opened
from tests.page.site import OWNER_PASSWORD, PASSAGE, Site, span
from tests.page.talk import double_click, marks, on_desk, saved
from tests.ports import kept_port

from goldspan.server.serve import start_in_thread


def numbered(site: Site, dataset: Dataset, count: int) -> None:
    dataset.add(
        *(
            item(
                PASSAGE,
                f"Number {n}?",
                suggestions=[site.suggest(dataset, "answer", [span("Brazil")])],
            )
            for n in range(1, count + 1)
        )
    )


def responses(dataset: Dataset) -> dict[str, list[Any]]:
    return {
        record["fields"]["question"]: [
            (response["status"], response["values"]["answer"]["value"])
            for response in record["responses"]
        ]
        for record in dataset.records(dataset.owner)
    }


def me(site: Site, headers: dict[str, str]) -> httpx.Response:
    return httpx.get(f"{site.url}/api/me", headers=headers, trust_env=False, timeout=TIMEOUT_S)


def test_without_network_the_work_goes_on_and_is_saved_later(
    site: Site, annotator: Person, open_page: Opened, faults: Faults
) -> None:
    faults.allow("ERR_INTERNET_DISCONNECTED")
    dataset = site.extractive([annotator])
    numbered(site, dataset, 4)
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    on_desk(page, "Number 1?")
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    on_desk(page, "Number 2?")
    page.keyboard.press("Enter")
    on_desk(page, "Number 3?")
    expect(page.get_by_text("2 not saved yet")).to_be_visible()
    double_click(page, "Peru")
    page.context.set_offline(False)
    saved(page)
    marks(page, "Peru")
    found = responses(dataset)
    assert found["Number 1?"] == [("submitted", [span("Brazil")])]
    assert found["Number 2?"] == [("submitted", [span("Brazil")])]


def test_a_closed_tab_loses_neither_answers_nor_unfinished_work(
    site: Site, annotator: Person, open_page: Opened, faults: Faults
) -> None:
    faults.allow("ERR_FAILED")
    dataset = site.extractive([annotator])
    numbered(site, dataset, 3)
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    on_desk(page, "Number 1?")
    page.route("**/response", lambda route: route.abort())
    page.keyboard.press("Enter")
    on_desk(page, "Number 2?")
    double_click(page, "Peru")
    marks(page, "Peru")
    context: BrowserContext = page.context
    page.close(run_before_unload=False)
    again = context.new_page()
    again.goto(f"/datasets/{dataset.id}/annotate")
    on_desk(again, "Number 2?")
    marks(again, "Peru")
    saved(again)
    assert responses(dataset)["Number 1?"] == [("submitted", [span("Brazil")])]


def test_what_was_submitted_stays_so_if_it_is_emptied_and_left(
    site: Site, annotator: Person, open_page: Opened
) -> None:
    dataset = site.extractive([annotator])
    numbered(site, dataset, 2)
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    on_desk(page, "Number 1?")
    page.keyboard.press("Enter")
    on_desk(page, "Number 2?")
    page.keyboard.press("Backspace")
    on_desk(page, "Number 1?")
    marks(page, "Brazil")
    page.keyboard.press("Escape")
    marks(page)
    page.get_by_role("link", name="Goldspan, home").click()
    expect(page.get_by_role("link", name="Annotate")).to_be_visible()
    saved(page)
    assert responses(dataset)["Number 1?"] == [("submitted", [span("Brazil")])]


def test_a_slow_server_is_not_waited_for(site: Site, annotator: Person, open_page: Opened) -> None:
    dataset = site.extractive([annotator])
    numbered(site, dataset, 3)
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    on_desk(page, "Number 1?")
    held: list[Route] = []
    is_slow = True

    def answer(route: Route) -> None:
        if is_slow:
            held.append(route)
        else:
            route.continue_()

    page.route("**/response", answer)
    with page.expect_request("**/response"):
        page.keyboard.press("Enter")
    on_desk(page, "Number 2?")
    assert responses(dataset)["Number 1?"] == []
    is_slow = False
    for route in held:
        route.continue_()
    saved(page)
    assert responses(dataset)["Number 1?"] == [("submitted", [span("Brazil")])]


def test_an_ended_session_asks_for_the_password_over_the_record(
    site: Site, annotator: Person, open_page: Opened
) -> None:
    dataset = site.extractive([annotator])
    numbered(site, dataset, 3)
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    on_desk(page, "Number 1?")
    page.keyboard.press("Enter")
    on_desk(page, "Number 2?")
    saved(page)
    double_click(page, "Peru")
    page.context.clear_cookies()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Sign in again")
    expect(dialog).to_be_visible()
    _, password = site.name_of(annotator)
    dialog.get_by_label("Password", exact=True).fill(password)
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog).to_be_hidden()
    on_desk(page, "Number 3?")
    saved(page)
    assert responses(dataset)["Number 2?"] == [("submitted", [span("Peru")])]


def test_a_revoked_session_asks_again_and_keeps_what_is_unfinished(
    site: Site, annotator: Person, open_page: Opened
) -> None:
    dataset = site.extractive([annotator])
    numbered(site, dataset, 2)
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    on_desk(page, "Number 1?")
    double_click(page, "Peru")
    # Elsewhere, the same person signs out on all devices.
    elsewhere = page.context.new_page()
    elsewhere.goto("/")
    elsewhere.get_by_role("button", name="Account of Ada Lovelace").click()
    elsewhere.get_by_role("menuitem", name="Sign out on all devices").click()
    expect(elsewhere.get_by_role("heading", name="Sign in")).to_be_visible()
    site.forget(annotator)

    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Sign in again")
    expect(dialog).to_be_visible()
    assert responses(dataset)["Number 1?"] == []
    # A new tab asks for the whole sign-in, and then still knows what was not saved.
    page.reload()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    username, password = site.name_of(annotator)
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.keyboard.press("Enter")
    saved(page)
    assert responses(dataset)["Number 1?"] == [("submitted", [span("Peru")])]


def test_a_revoked_key_is_refused_and_the_session_stays(
    site: Site, annotator: Person, open_page: Opened
) -> None:
    page = open_page(annotator, "/account/keys")
    page.get_by_role("button", name="Make a key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("laptop")
    dialog.get_by_role("button", name="Make a key").click()
    headers = {KEY_HEADER: dialog.get_by_label("Copy the key now.").input_value()}
    dialog.get_by_role("button", name="Done").click()
    assert me(site, headers).status_code == 200
    page.get_by_role("button", name="Revoke laptop").click()
    expect(page.get_by_text("The key no longer works")).to_be_visible()
    assert me(site, headers).status_code == 401
    page.reload()
    expect(page.get_by_role("heading", name="API keys")).to_be_visible()


def test_two_tabs_show_different_records(site: Site, annotator: Person, open_page: Opened) -> None:
    dataset = site.extractive([annotator])
    numbered(site, dataset, 12)
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    on_desk(page, "Number 1?")
    other = page.context.new_page()
    other.goto(f"/datasets/{dataset.id}/annotate")
    expect(other.get_by_role("region", name="Answer")).to_be_visible()
    expect(other.get_by_text("Number 1?", exact=True)).to_be_hidden()
    page.bring_to_front()
    on_desk(page, "Number 1?")
    for tab in (page, other, page, other):
        tab.bring_to_front()
        # The next record may still be on its way, and so may word of what the other tab has.
        shown = tab.get_by_text(re.compile(r"^Number \d+\?$")).first.inner_text()
        tab.keyboard.press("Enter")
        expect(tab.get_by_text(shown, exact=True)).to_have_count(0)
    saved(page)
    saved(other)
    counts = [len(found) for found in responses(dataset).values()]
    assert sum(counts) == 4
    assert max(counts) == 1


def test_a_deleted_dataset_is_said_to_be_gone(
    site: Site, annotator: Person, open_page: Opened, faults: Faults
) -> None:
    faults.allow("status of 404")
    dataset = site.extractive([annotator])
    numbered(site, dataset, 1)
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    on_desk(page, "Number 1?")
    site.owner.ask("DELETE", dataset.path, 200)
    page.keyboard.press("Enter")
    expect(page.get_by_text("This dataset is not here any more")).to_be_visible()


@pytest.fixture
def port() -> Iterator[int]:
    with kept_port() as kept:
        yield kept


@pytest.mark.usefixtures("site")
def test_a_restart_in_the_middle_loses_nothing(
    open_page: Opened, faults: Faults, tmp_path: Path, port: int
) -> None:
    faults.allow("ERR_CONNECTION")
    faults.allow("ERR_EMPTY_RESPONSE")
    first = start_in_thread(tmp_path / "home", port=port, owner_password=OWNER_PASSWORD)
    assert first.api_key is not None
    here = Site(first.url, first.api_key)
    person = here.person()
    dataset = here.extractive([person])
    numbered(here, dataset, 3)
    page = open_page(None, "about:blank")
    page.context.add_cookies(here.cookies_of(person))
    page.goto(f"{first.url}/datasets/{dataset.id}/annotate")
    on_desk(page, "Number 1?")
    first.stop()
    page.keyboard.press("Enter")
    on_desk(page, "Number 2?")
    expect(page.get_by_text("1 not saved yet")).to_be_visible()
    second = start_in_thread(tmp_path / "home", port=port)
    try:
        saved(page)
        assert responses(dataset)["Number 1?"] == [("submitted", [span("Brazil")])]
        page.close()  # before its server
    finally:
        second.stop()
        here.close()


def test_a_screen_that_cannot_be_fetched_says_so_and_comes_by_itself(
    site: Site, annotator: Person, open_page: Opened, faults: Faults
) -> None:
    """Going to another screen without a network loses neither the page nor what waits in it."""
    faults.allow("ERR_INTERNET_DISCONNECTED")
    dataset = site.extractive([annotator])
    numbered(site, dataset, 2)
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    on_desk(page, "Number 1?")
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    on_desk(page, "Number 2?")
    page.get_by_role("link", name="Goldspan, home").click()
    expect(page.get_by_role("heading", name="The connection is gone")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_role("link", name="Annotate")).to_be_visible()
    saved(page)
    assert responses(dataset)["Number 1?"] == [("submitted", [span("Brazil")])]


def test_a_screen_whose_file_is_gone_asks_to_reload(
    site: Site, annotator: Person, open_page: Opened, faults: Faults
) -> None:
    faults.allow("status of 404")
    dataset = site.extractive([annotator])
    numbered(site, dataset, 1)
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    on_desk(page, "Number 1?")
    page.route("**/assets/home-*.js", lambda route: route.fulfill(status=404))
    page.get_by_role("link", name="Goldspan, home").click()
    expect(page.get_by_role("heading", name="This screen cannot be fetched")).to_be_visible()
    page.unroute("**/assets/home-*.js")
    page.get_by_role("button", name="Reload").click()
    expect(page.get_by_role("link", name="Annotate")).to_be_visible()
