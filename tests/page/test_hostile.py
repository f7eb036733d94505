"""What people write is shown, never run: in every place that can be written, on every screen."""

import json
import re
import time
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect
from tests.api.talk import TEXT, Dataset, Person
from tests.page.conftest import Faults, Opened
from tests.page.hostile import STRINGS, packed
from tests.page.runs import begun, ended, evaluation
from tests.page.site import OWNER_PASSWORD, Site
from tests.page.talk import attach, button, listed, pick, saved
from tests.page.test_preference import COMPANIONS, options, preferences, question

from goldspan.server.serve import RunningServer, start_in_thread

MARKDOWN = {"type": "text", "use_markdown": True}
CHAT = {"type": "chat", "use_markdown": True}
ALL = "\n\n".join(STRINGS)
TEMPLATE = {"prompt": ALL, "completion": ALL}
WATCH = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
    window.__violations.push(`${event.violatedDirective} ${event.blockedURI}`));
window.__asked = 0;
const ask = window.fetch;
window.fetch = (...given) => {
    window.__asked += 1;
    return ask(...given).finally(() => { window.__asked -= 1; });
};
"""
# All that was asked for is there, and what its answers ask for in turn.
QUIET = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    const waits = () => window.__asked > 0 || document.querySelector(".spinner");
    for (let calm = 0; calm < 4; calm = waits() ? 0 : calm + 1) await frame();
}"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, server: RunningServer) -> Iterator[Site]:
    """Give a server of its own: nobody else should have to look at this."""
    folder = tmp_path_factory.mktemp("hostile")
    running = start_in_thread(
        folder / "home", owner_password=OWNER_PASSWORD, runs_dir=folder / "runs"
    )
    assert running.api_key is not None
    site = Site(running.url, running.api_key)
    for text in STRINGS:
        # What no folder can be called is left out of the name only.
        name = text.replace("/", "\u2215")[:60]
        time.sleep(0.002)  # runs that began in one millisecond have no order
        run = begun(running, name, parent=text)
    evaluation(running, "evaluation", ALL)
    # The last one is listed first.
    ended(run, settings=dict(zip(STRINGS, STRINGS, strict=True)), template=TEMPLATE)
    yield site
    site.close()
    running.stop()


@pytest.fixture(scope="module")
def people(served: Site) -> list[Person]:
    """Make people whose names hold all of it; the first two annotate."""
    names = packed(200)
    pairs = zip_longest(names[::2], names[1::2], fillvalue=STRINGS[0])
    return [served.person(first_name=first, last_name=last) for first, last in pairs]


def add_all(dataset: Dataset, *items: dict[str, Any]) -> None:
    dataset.owner.ask("POST", f"{dataset.path}/records", 204, json={"items": items})


def of_texts(served: Site, people: list[Person], strings: list[str]) -> Dataset:
    """Make a dataset for the first two: one record holds all texts, the others ``strings``."""
    questions = [
        question("topic", {"type": "label_selection", "options": options(*STRINGS)}, True),
        question("tags", {"type": "multi_label_selection", "options": options(*STRINGS)}),
        question("order", {"type": "ranking", "options": options(*STRINGS[:50])}),
        {**question("note", MARKDOWN), "title": STRINGS[1], "description": ALL},
    ]
    fields = {
        "prompt": TEXT,
        "context": MARKDOWN,
        "talk": CHAT,
        "card": {"type": "custom", "template": ALL},
        "picture": {"type": "image"},
    }
    name, guidelines = packed(200)[0], packed(10_000)[0]
    dataset = served.dataset(
        people[:2], questions, fields, name=name, guidelines=guidelines, min_submitted=2
    )
    suggestion = {**served.suggest(dataset, "note", ALL, 0.5), "agent": STRINGS[0]}
    everything = {
        "fields": {
            "prompt": f"Hostile? {ALL}",
            "context": ALL,
            "talk": [{"role": "user", "content": text} for text in STRINGS],
            "card": {text: text for text in STRINGS},
            "picture": "https://example.org/<svg onload=window.__ran=1>.png",
        },
        "metadata": {text: text for text in STRINGS},
        "external_id": STRINGS[1],
        "suggestions": [suggestion],
    }
    single = (
        {"fields": {"prompt": text, "context": text}, "external_id": f"{at} {text}"}
        for at, text in enumerate(strings)
    )
    add_all(dataset, everything, *single)
    return dataset


@pytest.fixture(scope="module")
def texts(served: Site, people: list[Person]) -> Dataset:
    """Make the dataset in which ``judged`` answers the record that holds all texts."""
    return of_texts(served, people, STRINGS)


@pytest.fixture(scope="module")
def unanswered(served: Site, people: list[Person]) -> Dataset:
    """Make one in which nobody has answered anything, with more records than are given at once."""
    return of_texts(served, people, STRINGS[::6])


@pytest.fixture(scope="module")
def titles(served: Site, people: list[Person]) -> Dataset:
    """Make a dataset whose titles and snapshots are hostile, in a home of such datasets."""
    chunks = packed(500)
    questions = [
        {**question(f"q{at}", MARKDOWN, at == 0), "title": text, "description": text}
        for at, text in enumerate(chunks)
    ]
    fields = {f"f{at}": TEXT for at in range(len(chunks))}
    dataset = served.dataset(people[:2], questions, fields, name="Titles", min_submitted=2)
    shown = served.owner.get(f"{dataset.path}/fields")["items"]
    for field, text in zip(shown, chunks, strict=True):
        served.owner.ask("PATCH", f"/api/v1/fields/{field['id']}", 200, json={"title": text})
    add_all(dataset, {"fields": dict(zip(fields, chunks, strict=True))})
    for text in packed(200):
        served.owner.ask("POST", f"{dataset.path}/snapshots", 201, json={"name": text})
        body = {"name": text, "workspace_id": dataset.workspace_id, "guidelines": text}
        served.owner.ask("POST", "/api/v1/datasets", 201, json=body)
    for text in packed(900):
        body = {"url": f"https://example.org/{text}", "description": text}
        events = {"events": ["record.created"]}
        served.owner.ask("POST", "/api/v1/webhooks", 201, json=body | events)
    for text in packed(100):
        served.owner.ask("POST", "/api/v1/me/api-keys", 201, json={"name": text, "scope": "read"})
    return dataset


@pytest.fixture(scope="module")
def judged(served: Site, people: list[Person], texts: Dataset) -> Dataset:
    """Make hostile answers, and hostile candidates with a reason for the preference."""
    record = texts.records(served.owner)[0]
    for person, at in zip(people, (0, 1), strict=False):
        values = {
            "topic": {"value": STRINGS[at]},
            "tags": {"value": STRINGS},
            "order": {"value": [{"value": text, "rank": at + 1} for text in STRINGS[:50]]},
            "note": {"value": ALL},
        }
        body = {"status": "submitted", "values": values}
        person.ask("PUT", f"/api/v1/records/{record['id']}/response", 200, json=body)
    compared = preferences(served, people[2], 2, *COMPANIONS)
    names = ("prompt", "context", "response1", "response2")
    first, _ = compared.add(
        {"fields": {name: f"{n} {ALL}" for n, name in enumerate(names)}},
        {"fields": {name: f"{n} {ALL}" for n, name in enumerate(names)}},
    )
    values = {
        "preference": {"value": [{"value": f"response{n}", "rank": n} for n in (1, 2)]},
        "correction": {"value": ALL},
        "rationale": {"value": ALL},
    }
    body = {"status": "submitted", "values": values}
    people[2].ask("PUT", f"/api/v1/records/{first['id']}/response", 200, json=body)
    return compared


def visit(page: Page, path: str) -> None:
    """Open a screen and wait until all that it asks for is there."""
    page.goto(path)
    expect(page.locator("main, [role=dialog]").first).to_be_visible()
    page.evaluate(QUIET)
    check(page)


def go_on(page: Page, path: str) -> None:
    """Open a screen as a link does: nothing is loaded again, and all that ran is still known."""
    page.evaluate("path => history.pushState(null, '', path)", path)
    expect(page.locator("main").first).to_be_visible()
    page.evaluate(QUIET)
    check(page)


def check(page: Page) -> None:
    """Fail if anything ran, was refused by the policy, was loaded, or would run on a click."""
    assert page.evaluate("window.__ran") is None
    assert page.evaluate("window.__violations") == []
    outside = page.evaluate(
        "performance.getEntriesByType('resource').map(each => each.name)"
        ".filter(name => !name.startsWith(location.origin) && !name.startsWith('data:'))"
    )
    assert outside == []
    # A link that would run something has lost its address.
    assert (
        page.locator("a[href^='javascript' i], a[href^='data:'], a[href^='vbscript' i]").count()
        == 0
    )


@pytest.fixture
def open_hostile(served: Site, open_page: Opened) -> Opened:
    """Give ``open_hostile(person) -> Page``, on which nothing may run and no dialog may open."""

    def make(person: Person, *_: object) -> Page:
        page = open_page(None, "about:blank")
        page.context.add_init_script(WATCH)
        page.context.add_cookies(served.cookies_of(person))
        page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
        page.goto(served.url)
        return page

    return make


def test_there_are_a_hundred_and_twenty_of_them() -> None:
    assert len(STRINGS) == len(set(STRINGS)) >= 120
    for longest in (100, 200, 500, 10_000):
        together = "\n".join(packed(longest))
        assert all(text[:longest] in together for text in STRINGS)


def test_an_annotators_screens_only_show_hostile_texts(
    served: Site, people: list[Person], unanswered: Dataset, titles: Dataset, open_hostile: Opened
) -> None:
    page = open_hostile(people[0])
    visit(page, f"{served.url}/")
    button(page, "Account of").click()
    check(page)
    visit(page, f"{served.url}/datasets/{unanswered.id}/annotate")
    expect(page.get_by_role("link", name="link").first).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    check(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Preview").click()
    check(page)
    page.keyboard.press("g")
    check(page)
    page.keyboard.press("Control+s")
    saved(page)
    page.keyboard.press("h")
    page.get_by_role("tab", name="Drafts").click()
    expect(page.get_by_role("dialog").get_by_role("listitem")).to_be_visible()
    check(page)
    visit(page, f"{served.url}/datasets/{unanswered.id}/bulk")
    page.get_by_role("checkbox", name="Choose record 1", exact=True).check()
    check(page)
    visit(page, f"{served.url}/datasets/{titles.id}/annotate")


def test_comparing_only_shows_hostile_texts(
    served: Site, people: list[Person], judged: Dataset, open_hostile: Opened
) -> None:
    page = open_hostile(people[2])
    visit(page, f"{served.url}/datasets/{judged.id}/annotate")
    page.get_by_role("list", name="Preference").get_by_role("listitem").first.hover()
    check(page)
    page.keyboard.press("c")
    expect(page.locator("ins").first).to_be_visible()
    check(page)
    page.keyboard.press("Backspace")
    expect(page.get_by_text("You submitted this")).to_be_visible()
    check(page)


def test_a_leads_screens_only_show_hostile_texts(
    served: Site, texts: Dataset, titles: Dataset, judged: Dataset, open_hostile: Opened
) -> None:
    page = open_hostile(served.owner)
    visit(page, f"{served.url}/")
    for path in ("/new", "/people", "/account", "/account/keys", "/account/webhooks", "/runs"):
        go_on(page, path)
    for dataset in (texts, titles, judged):
        for part in ("records", "disagreements", "insights", "settings"):
            go_on(page, f"/datasets/{dataset.id}/{part}")
        record = dataset.records(served.owner)[0]
        go_on(page, f"/datasets/{dataset.id}/records/{record['id']}")
    go_on(page, "/account/webhooks")
    button(page, "Change").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    check(page)
    page.goto(f"{served.url}/datasets/{texts.id}/records")
    for count in (50, 100):
        expect(listed(page)).to_have_count(count)
        button(page, "More records").click()
    expect(listed(page)).to_have_count(len(STRINGS) + 1)
    check(page)
    page.get_by_role("searchbox").fill("window.__ran <script>")
    expect(page.locator("mark").first).to_be_visible()
    check(page)


def test_filters_only_show_hostile_texts(
    served: Site, texts: Dataset, open_hostile: Opened, faults: Faults
) -> None:
    # What an address says is shown as well, be it known to the server or not.
    faults.allow("status of 422")
    faults.allow("status of 404")
    page = open_hostile(served.owner)
    written = json.dumps(ALL[:4000])
    said = {"suggestion": "topic", "value": written, "agent": ALL[:2000], "q": STRINGS[0]}
    visit(page, f"{served.url}/datasets/{texts.id}/records?{urlencode(said)}")
    expect(page.get_by_role("group", name="What the list is narrowed by")).to_contain_text(
        "<script>"
    )
    said = {"metadata": ALL[:2000], "term": written, "similar": STRINGS[0], "by": STRINGS[1]}
    visit(page, f"{served.url}/datasets/{texts.id}/records?{urlencode(said)}")
    visit(page, f"{served.url}/datasets/{texts.id}/records?suggestion=note")
    button(page, "Filters").click()
    pick(page, "Suggested by", STRINGS[0])
    check(page)
    page.get_by_role("combobox", name="Suggestion", exact=True).click()
    page.get_by_role("option", name="topic").click()
    page.get_by_role("combobox", name="Suggested value").click()
    expect(page.get_by_role("option")).to_have_count(len(STRINGS))
    check(page)


def test_a_file_of_hostile_columns_and_rows_is_only_shown(
    served: Site, texts: Dataset, open_hostile: Opened
) -> None:
    page = open_hostile(served.owner)
    visit(page, f"{served.url}/datasets/{texts.id}/records/import")
    rows = [{text: text, "prompt": text, "context": ALL, "topic": text} for text in STRINGS]
    attach(page, f"{STRINGS[0]}.jsonl", "\n".join(json.dumps(row) for row in rows))
    expect(page.get_by_text(f"{len(rows)} rows")).to_be_visible()
    page.get_by_role("combobox", name=re.compile("prompt")).click()
    expect(page.get_by_role("option").first).to_be_visible()
    check(page)


def test_runs_and_their_reports_only_show_hostile_texts(served: Site, open_hostile: Opened) -> None:
    page = open_hostile(served.owner)
    visit(page, f"{served.url}/runs")
    page.get_by_role("list", name="Evaluations").get_by_role("link").click()
    expect(page.get_by_role("heading", name="Scores")).to_be_visible()
    check(page)
    page.go_back()
    runs = page.get_by_role("main").get_by_role("list").first.get_by_role("listitem")
    expect(runs).to_have_count(len(STRINGS))
    runs.first.get_by_role("link").click()
    expect(page.get_by_role("figure").first).to_be_visible()
    for summary in page.locator("summary").all():
        summary.click()
    check(page)
    page.get_by_role("link", name="Open the whole report").click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    check(page)


def test_the_first_annotate_screen_loads_at_most_200_kb_of_script(
    site: Site, annotator: Person, open_page: Opened
) -> None:
    dataset = site.extractive([annotator])
    dataset.add({"fields": {"question": "First?", "context": "Denver won."}})
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    expect(page.get_by_role("region", name="Answer")).to_be_visible()
    page.wait_for_load_state("networkidle")
    sizes = page.evaluate(
        "performance.getEntriesByType('resource')"
        ".filter(each => each.name.endsWith('.js')).map(each => each.encodedBodySize)"
    )
    print(f"script, compressed: {sum(sizes)} bytes in {len(sizes)} files")
    assert 0 < sum(sizes) <= 200_000
