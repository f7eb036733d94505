"""Every screen of a lead: no fault found by axe-core, wide and on a phone, light and dark.

With GOLDSPAN_SCREENSHOTS set to a folder, each is also saved there as a picture.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.api.talk import Dataset, Person, answer, item, new_name
from tests.page.conftest import Opened
from tests.page.looks import Shown, look_at_all
from tests.page.runs import evaluation, run_of
from tests.page.site import PASSAGE, Site, span
from tests.page.talk import attach, button, pick
from tests.page.test_preference import COMPANIONS, pair, preferences

from goldspan.server.serve import RunningServer

PLACES = ("Brazil", "Peru", "Colombia", "Venezuela")


def respond(person: Person, record: dict[str, Any], body: dict[str, Any], **judged: Any) -> None:
    path = f"/api/v1/records/{record['id']}/response"
    judgement = {"elapsed_ms": 4000, **judged}
    person.ask("PUT", path, 200, json={**body, "judgement": judgement})


def worked(site: Site, people: list[Person]) -> Dataset:
    """Return a dataset in the middle of its work: agreements, a disagreement, a control."""
    dataset = site.extractive(
        people, guidelines="Mark the **shortest** piece.", min_submitted=2, name="Rainforest"
    )
    suggestion = site.suggest(dataset, "answer", [span("Brazil")], 0.87)
    records = dataset.add(
        *(
            item(PASSAGE, f"Which country is number {n}?", metadata={"source": f"page {n}"})
            | {"suggestions": [suggestion]}
            for n in range(1, 7)
        )
    )
    for n, record in enumerate(records[:5]):
        for at, person in enumerate(people):
            place = PLACES[at + 1] if n == 0 else PLACES[0]
            shown = {"suggestion_shown": {"answer": True}}
            respond(person, record, answer([span(place)]), **shown)
    # A second version: the record then has a history.
    respond(people[0], records[0], answer([span("Ecuador")]))
    values = {"values": {"answer": {"value": [span("Brazil")]}}}
    site.owner.ask("PUT", f"/api/v1/records/{records[5]['id']}/control", 200, json=values)
    return dataset


def preferred(site: Site, people: list[Person]) -> Dataset:
    """Return a dataset of preferences, so that there is a position bias to show."""
    dataset = preferences(site, people[0], 2, *COMPANIONS)
    for record in dataset.add(*(pair(n) for n in range(1, 5))):
        ranked = [{"value": "response1", "rank": 1}, {"value": "response2", "rank": 2}]
        body = answer(ranked, "preference")
        respond(people[0], record, body, shown_order=["response1", "response2"])
    return dataset


def at(heading: str) -> Callable[[Page], None]:
    def ready(page: Page) -> None:
        expect(page.get_by_role("heading", name=heading).first).to_be_visible()

    return ready


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


def exports(page: Page) -> None:
    button(page, "Export").click()
    expect(page.get_by_role("menuitem").first).to_be_visible()


def curves(page: Page) -> None:
    expect(page.get_by_role("figure", name=re.compile("^Loss"))).to_be_visible()
    for summary in page.locator("summary").all():
        summary.click()


@pytest.fixture(scope="module")
def screens(site: Site, server: RunningServer) -> dict[str, Shown]:
    people = [site.person("annotator"), site.person("annotator")]
    dataset, better = worked(site, people), preferred(site, people)
    first = dataset.records(site.owner)[0]["id"]
    empty = site.extractive([], name="Nothing yet")
    key = {"name": new_name("notebook"), "scope": "annotate"}
    site.owner.ask("POST", "/api/v1/me/api-keys", 201, json=key)
    run = run_of(server)
    evaluation(server, "mini-on-dev")
    path, owner = f"/datasets/{dataset.id}", site.owner
    shown: dict[str, tuple[str, Callable[[Page], None]]] = {
        "lead-home": ("/", at("Hello")),
        "account-menu": ("/", account),
        "create": ("/new", at("New dataset")),
        "create-custom": ("/new", custom),
        "create-file": ("/new", file_chosen),
        "import": (f"{path}/records/import", at("Import records")),
        "import-preview": (f"{path}/records/import", preview),
        "records": (f"{path}/records", at("Records: Rainforest")),
        "records-selected": (f"{path}/records", selected),
        "records-none": (f"{path}/records", nothing_found),
        "records-empty": (f"/datasets/{empty.id}/records", at("No records yet")),
        "records-export": (f"{path}/records", exports),
        "record": (f"{path}/records/{first}", decided),
        "disagreements": (f"{path}/disagreements", at("Disagreements: Rainforest")),
        "disagreements-none": (
            f"/datasets/{empty.id}/disagreements",
            at("No disagreement is open"),
        ),
        "insights": (f"{path}/insights", at("Annotators")),
        "insights-preference": (f"/datasets/{better.id}/insights", at("Bias")),
        "insights-empty": (f"/datasets/{empty.id}/insights", at("Agreement")),
        "settings": (f"{path}/settings", at("Questions")),
        "settings-delete": (f"{path}/settings", delete_asked),
        "people": ("/people", at("Everybody")),
        "people-invited": ("/people", invited),
        "keys": ("/account/keys", at("API keys")),
        "keys-made": ("/account/keys", key_made),
        "runs": ("/runs", at("Training runs")),
        "run": (f"/runs/{run.root.name}", curves),
    }
    return {name: Shown(owner, where, ready) for name, (where, ready) in shown.items()}


NAMES = [
    "lead-home",
    "account-menu",
    "create",
    "create-custom",
    "create-file",
    "import",
    "import-preview",
    # Before a decision is made in "record", there is a disagreement to see.
    "disagreements",
    "records",
    "records-selected",
    "records-none",
    "records-empty",
    "records-export",
    "record",
    "disagreements-none",
    "insights",
    "insights-preference",
    "insights-empty",
    "settings",
    "settings-delete",
    "people",
    "people-invited",
    "keys",
    "keys-made",
    "runs",
    "run",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_leads_screen_has_no_fault(
    name: str, screens: dict[str, Shown], open_page: Opened, pictures: Path | None
) -> None:
    shown = screens[name]
    page = open_page(shown.person, shown.path)
    shown.ready(page)
    look_at_all(page, name, pictures)
