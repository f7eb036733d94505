"""Every screen of a lead: no fault found by axe-core, wide and on a phone, light and dark.

With GOLDSPAN_SCREENSHOTS set to a folder, each is also saved there as a picture.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.api.talk import Dataset, Person, answer, item, new_name
from tests.page.conftest import WIDE, Faults
from tests.page.looks import at, look_at_all, travel
from tests.page.runs import evaluation, run_of
from tests.page.site import PASSAGE, WEBHOOKS, Site, span
from tests.page.talk import attach, button, pick, respond
from tests.page.test_preference import COMPANIONS, pair, preferences

from goldspan.server.serve import RunningServer

PLACES = ("Brazil", "Peru", "Colombia", "Venezuela")


def worked(site: Site, people: list[Person]) -> Dataset:
    """Return a dataset in the middle of its work: agreements, a disagreement, a control."""
    dataset = site.extractive(
        people, guidelines="Mark the **shortest** piece.", min_submitted=2, name="Rainforest"
    )
    suggestion = site.suggest(dataset, "answer", [span("Brazil")], 0.87)
    kind = {"name": "meaning", "title": "Meaning", "dimensions": 2}
    site.owner.ask("POST", f"{dataset.path}/vectors-settings", 201, json=kind)
    records = dataset.add(
        *(
            item(PASSAGE, f"Which country is number {n}?", metadata={"source": f"page {n}"})
            | {"suggestions": [suggestion], "vectors": {"meaning": [1, n]}}
            for n in range(1, 7)
        )
    )
    for n, record in enumerate(records[:5]):
        for number, person in enumerate(people, 1):
            place = PLACES[number] if n == 0 else PLACES[0]
            shown = {"suggestion_shown": {"answer": n % 2 == 0}}
            respond(person, record, answer([span(place)]), elapsed_ms=4000, **shown)
    # A second version: the record then has a history.
    respond(people[0], records[0], answer([span("Ecuador")]), elapsed_ms=4000)
    values = {"values": {"answer": {"value": [span("Brazil")]}}}
    site.owner.ask("PUT", f"/api/v1/records/{records[5]['id']}/control", 200, json=values)
    return dataset


def wanting(site: Site) -> None:
    """Leave two webhooks: one that nobody answers, for which a message waits, and a refused one."""
    site.forget_webhooks()
    for host, text in (("127.0.0.1:9", "Tells the dashboard"), ("hooks.example.org", None)):
        events = ["dataset.deleted", "record.completed", "response.created"]
        body = {"url": f"http://{host}/goldspan", "events": events, "description": text}
        site.owner.ask("POST", WEBHOOKS, 201, json=body)
    site.owner.ask("DELETE", site.extractive([], name="Doomed").path, 200)


def preferred(site: Site, people: list[Person]) -> Dataset:
    """Return a dataset of preferences, so that there is a position bias to show."""
    dataset = preferences(site, people[0], 2, *COMPANIONS)
    for record in dataset.add(*(pair(n) for n in range(1, 5))):
        ranked = [{"value": "response1", "rank": 1}, {"value": "response2", "rank": 2}]
        body = answer(ranked, "preference")
        order = ["response1", "response2"]
        respond(people[0], record, body, elapsed_ms=4000, shown_order=order)
    return dataset


def account(page: Page) -> None:
    button(page, "Account of").click()
    expect(page.get_by_role("menuitem", name="Sign out", exact=True)).to_be_visible()


def custom(page: Page) -> None:
    page.get_by_role("radio", name="Something else").check()
    pick(page, "Kind of the question", "Marked spans")
    page.get_by_label(re.compile("^Name")).fill("Spans")
    button(page, "Create").click()
    expect(page.get_by_role("alert")).to_be_visible()


def file_chosen(page: Page) -> None:
    page.get_by_role("radio", name="Prefer an answer").check()
    attach(page, "a file whose name is long and cannot be broken anywhere.jsonl".replace(" ", ""))


def preview(page: Page) -> None:
    rows = [{"question": "When?", "context": PASSAGE, "answer": "Peru"}, {"question": "Who?"}]
    attach(page, "rows.jsonl", "\n".join(json.dumps(row) for row in rows))
    expect(page.get_by_text("1 row cannot be used")).to_be_visible()


def selected(page: Page) -> None:
    page.get_by_label("Select all that are shown").check()
    expect(button(page, "Delete")).to_be_visible()


def filters(page: Page) -> None:
    button(page, "Filters").click()
    expect(page.get_by_role("dialog", name="Filters")).to_be_visible()
    expect(page.get_by_role("group", name="What the list is narrowed by")).to_be_visible()


def similar(page: Page) -> None:
    expect(page.get_by_text("similarity").first).to_be_visible()


def nothing_found(page: Page) -> None:
    page.get_by_role("searchbox").fill("nowhere to be found")
    expect(page.get_by_text("No record fits")).to_be_visible()


def delete_asked(page: Page) -> None:
    button(page, "Delete this dataset").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def decided(page: Page) -> None:
    page.get_by_text("History").click()
    page.keyboard.press("1")
    expect(page.get_by_text("Adjudicated answer")).to_be_visible()
    expect(page.get_by_text("Decided", exact=True)).to_be_visible()  # a notice, which then goes


def invited(page: Page) -> None:
    button(page, "Invite somebody").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Make the link").click()
    expect(dialog.get_by_label("Send this link")).to_be_visible()


def key_made(page: Page) -> None:
    button(page, "Make a key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(new_name("trainer"))
    dialog.get_by_role("button", name="Make a key").click()
    expect(dialog.get_by_label("Copy the key now.")).to_be_visible()


def webhooks(page: Page) -> None:
    expect(page.get_by_text("1 message waits")).to_be_visible()
    for summary in page.locator("summary").all():
        summary.click()
    button(page, "Send a test").first.click()
    expect(page.get_by_role("status")).to_contain_text("expected an answer from its url")


def webhook_deleted(page: Page) -> None:
    cards = page.get_by_role("list", name="Webhooks").get_by_role("button", name="Delete")
    for left in (1, 0):
        expect(cards).to_have_count(left + 1)
        cards.first.click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No webhooks yet")).to_be_visible()


def webhook_making(page: Page) -> None:
    button(page, "Register a webhook").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def webhook_made(page: Page) -> None:
    webhook_making(page)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Address").fill("https://example.org/made")
    dialog.get_by_role("button", name="Register a webhook").click()
    expect(dialog.get_by_label("Copy the secret now.")).to_be_visible()


def exports(page: Page) -> None:
    button(page, "Export").click()
    expect(page.get_by_role("menuitem").first).to_be_visible()


def curves(page: Page) -> None:
    expect(page.get_by_role("figure", name=re.compile("^Loss"))).to_be_visible()
    for summary in page.locator("summary").all():
        summary.click()


SHOWN: dict[str, tuple[str, Callable[[Page], None]]] = {
    "lead-home": ("/", at("Hello")),
    "account-menu": ("/", account),
    "create": ("/new", at("New dataset")),
    "create-custom": ("/new", custom),
    "create-file": ("/new", file_chosen),
    "import": ("{worked}/records/import", at("Import records")),
    "import-preview": ("{worked}/records/import", preview),
    "disagreements": ("{disputed}/disagreements", at("Disagreements: Rainforest")),
    "records": ("{worked}/records", at("Records: Rainforest")),
    "records-selected": ("{worked}/records", selected),
    "records-filters": ("{worked}/records?status=pending&suggestion=answer&from=0.5", filters),
    "records-similar": ("{worked}/records?similar={record}&by=meaning", similar),
    "records-none": ("{worked}/records", nothing_found),
    "records-empty": ("{empty}/records", at("No records yet")),
    "records-export": ("{worked}/records", exports),
    "record": ("{worked}/records/{record}", decided),
    "disagreements-none": ("{empty}/disagreements", at("No disagreement is open")),
    "insights": ("{worked}/insights", at("Annotators")),
    "insights-preference": ("{preferred}/insights", at("Bias")),
    "insights-empty": ("{empty}/insights", at("Agreement")),
    "settings": ("{worked}/settings", at("Questions")),
    "settings-delete": ("{worked}/settings", delete_asked),
    "people": ("/people", at("Everybody")),
    "people-invited": ("/people", invited),
    "keys": ("/account/keys", at("API keys")),
    "keys-made": ("/account/keys", key_made),
    "webhooks": ("/account/webhooks", webhooks),
    "webhooks-none": ("/account/webhooks", webhook_deleted),
    "webhooks-making": ("/account/webhooks", webhook_making),
    "webhooks-made": ("/account/webhooks", webhook_made),
    "runs": ("/runs", at("Training runs")),
    "run": ("/runs/{run}", curves),
}


@pytest.fixture(scope="module")
def places(site: Site, server: RunningServer) -> dict[str, str]:
    """Make what the screens show; what the paths in ``SHOWN`` name."""
    people = [site.person("annotator"), site.person("annotator")]
    dataset, better = worked(site, people), preferred(site, people)
    disputed = worked(site, people)  # nobody decides in this one
    empty = site.extractive([], name="Nothing yet")
    key = {"name": new_name("notebook"), "scope": "annotate"}
    site.owner.ask("POST", "/api/v1/me/api-keys", 201, json=key)
    run = run_of(server)
    evaluation(server, "mini-on-dev")
    return {
        "worked": f"/datasets/{dataset.id}",
        "disputed": f"/datasets/{disputed.id}",
        "record": dataset.records(site.owner)[0]["id"],
        "preferred": f"/datasets/{better.id}",
        "empty": f"/datasets/{empty.id}",
        "run": run.root.name,
    }


@pytest.fixture(scope="module")
def desk(site: Site, new_context: Callable[..., BrowserContext]) -> Iterator[Page]:
    """Give one page of the owner's, which goes from screen to screen."""
    context = new_context(site.owner, WIDE, "light")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", SHOWN)
def test_a_leads_screen_has_no_fault(
    name: str,
    places: dict[str, str],
    desk: Page,
    site: Site,
    faults: Faults,
    pictures: Path | None,
) -> None:
    if name.startswith("webhooks"):
        # Nothing of those that go now is known to the page when it is loaded anew.
        desk.goto("about:blank")
        wanting(site)
    if name == "webhooks":
        faults.allow("status of 502")
    faults.watch(desk)
    path, ready = SHOWN[name]
    travel(desk, path.format(**places))
    ready(desk)
    look_at_all(desk, name, pictures)
