"""How a lead browses records: by text, filters, order and likeness, all held by the address."""

import re
from typing import Any

from playwright.sync_api import Page, expect
from tests.api.talk import SPAN, Dataset, Person, answer, item, new_name
from tests.page.conftest import Opened
from tests.page.site import Site, span
from tests.page.talk import button, listed, pick, respond
from tests.page.test_preference import options, question

TEXTS = ("Denver won.", "Carolina lost.", "Rain fell on Trelm.")


def filters(page: Page) -> None:
    """Open the panel of the filters."""
    button(page, "Filters").click()
    expect(page.get_by_role("dialog", name="Filters")).to_be_visible()


def chip(page: Page, label: str) -> Any:
    return page.get_by_role("button", name=f"Take away: {label}", exact=True)


def numbered(page: Page, *numbers: int) -> None:
    """Wait until just the records of these questions are listed, in this order."""
    expect(listed(page)).to_have_text([re.compile(rf"Question {each}\?") for each in numbers])


def suggested(site: Site, annotator: Person) -> Dataset:
    """Return three records with two questions; suggestions differ in value, agent and score."""
    asked = {"name": "answer", "title": "Answer", "required": True, "settings": SPAN}
    topic = question("topic", {"type": "label_selection", "options": options("sport", "weather")})
    dataset = site.dataset([annotator], [asked, topic], name=new_name("Suggested"))
    kind = {"name": "meaning", "title": "Meaning", "dimensions": 2}
    site.owner.ask("POST", f"{dataset.path}/vectors-settings", 201, json=kind)
    topics = (("sport", 0.9, "big"), ("sport", 0.4, "small"), ("weather", 0.6, "small"))
    vectors = ([1.0, 0.0], [0.8, 0.6], [0.0, 1.0])
    items = []
    for number, ((value, score, agent), vector) in enumerate(zip(topics, vectors, strict=True)):
        given = {**site.suggest(dataset, "topic", value, score), "agent": agent}
        marked = site.suggest(dataset, "answer", [span(TEXTS[number], TEXTS[number])], 0.5)
        suggestions = [given, marked] if number else [given]
        more = {"suggestions": suggestions, "vectors": {"meaning": vector}}
        items.append(item(TEXTS[number], f"Question {number}?", **more))
    dataset.add(*items)
    return dataset


def test_records_are_searched_filtered_sorted_and_deleted(
    site: Site, annotator: Person, walk: Opened
) -> None:
    dataset = site.extractive([annotator], name=new_name("Browsed"))
    records = dataset.add(*(item(text, f"Question {n}?") for n, text in enumerate(TEXTS)))
    respond(annotator, records[0], answer([span("Denver", TEXTS[0])]))
    page = walk(site.owner, f"/datasets/{dataset.id}/records")
    expect(listed(page)).to_have_count(3)
    page.get_by_role("searchbox").fill("rain")
    expect(listed(page)).to_have_count(1)
    expect(page.locator("mark")).to_have_text("Rain")
    page.get_by_role("searchbox").fill("")
    filters(page)
    pick(page, "Status", "Complete")
    expect(listed(page)).to_have_count(1)
    expect(listed(page)).to_contain_text("1 response")
    pick(page, "Status", "Pending")
    expect(listed(page)).to_have_count(2)
    page.keyboard.press("Escape")
    pick(page, "Order", "Newest first")
    numbered(page, 2, 1)
    page.get_by_label("Select all that are shown").check()
    button(page, "Delete").click()
    dialog = page.get_by_role("dialog", name="Delete 2 records?")
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No record fits")).to_be_visible()
    assert len(dataset.records(site.owner)) == 1


def test_records_are_filtered_by_their_metadata(
    site: Site, annotator: Person, walk: Opened
) -> None:
    dataset = site.extractive([annotator], name=new_name("Described"))
    kind = {"name": "source", "title": "Source", "settings": {"type": "terms"}}
    site.owner.ask("POST", f"{dataset.path}/metadata-properties", 201, json=kind)
    for number, source in ((1, "annals"), (2, "press"), (3, "annals")):
        dataset.add(item(question=f"Question {number}?", metadata={"source": source}))
    page = walk(site.owner, f"/datasets/{dataset.id}/records")
    filters(page)
    pick(page, "Metadata", "annals (2)")
    numbered(page, 1, 3)
    pick(page, "Metadata", "press (1)")
    numbered(page, 2)


def test_records_are_filtered_by_their_suggestions_and_sorted_by_the_score(
    site: Site, annotator: Person, walk: Opened
) -> None:
    dataset = suggested(site, annotator)
    page = walk(site.owner, f"/datasets/{dataset.id}/records")
    numbered(page, 0, 1, 2)
    filters(page)
    pick(page, "Suggestion", "Has a suggestion for “Answer”")
    numbered(page, 1, 2)
    pick(page, "Suggestion", "Has a suggestion for “Topic”")
    numbered(page, 0, 1, 2)
    pick(page, "Suggested value", "sport")
    numbered(page, 0, 1)
    pick(page, "Suggested by", "small")
    numbered(page, 1)
    page.keyboard.press("Escape")
    chip(page, "Suggested by small").click()
    numbered(page, 0, 1)
    chip(page, "Suggested: sport").click()
    filters(page)
    page.get_by_label("Score from").fill("0.5")
    numbered(page, 0, 2)
    page.get_by_label("Score to").fill("0.7")
    numbered(page, 2)
    expect(chip(page, "Score 0.5 to 0.7")).to_be_visible()
    page.keyboard.press("Escape")
    chip(page, "Score 0.5 to 0.7").click()
    pick(page, "Order", "Least sure suggestion")
    numbered(page, 1, 2, 0)
    expect(listed(page).first).to_contain_text("sport · suggestion 0.40")
    pick(page, "Order", "Surest suggestion")
    numbered(page, 0, 2, 1)


def test_an_address_holds_what_is_looked_for_and_going_back_undoes_it(
    site: Site, annotator: Person, walk: Opened
) -> None:
    dataset = suggested(site, annotator)
    page = walk(site.owner, f"/datasets/{dataset.id}/records")
    filters(page)
    pick(page, "Suggestion", "Has a suggestion for “Topic”")
    pick(page, "Suggested by", "small")
    page.keyboard.press("Escape")
    page.get_by_role("searchbox").fill("rain")
    numbered(page, 2)
    address = page.url
    listed(page).get_by_role("link").click()
    expect(page.get_by_role("heading", name="Responses")).to_be_visible()
    page.go_back()
    numbered(page, 2)
    expect(page.get_by_role("searchbox")).to_have_value("rain")
    page.go_back()
    numbered(page, 0, 1, 2)
    expect(page.get_by_role("searchbox")).to_have_value("")
    expect(chip(page, "Suggested by small")).to_be_hidden()
    page.goto(address)
    numbered(page, 2)
    expect(chip(page, "Suggested by small")).to_be_visible()
    button(page, "Clear all").click()
    numbered(page, 0, 1, 2)
    expect(page.get_by_role("searchbox")).to_have_value("")


def test_records_like_one_are_found_most_similar_first(
    site: Site, annotator: Person, walk: Opened
) -> None:
    dataset = suggested(site, annotator)
    first = dataset.records(site.owner)[0]["id"]
    page = walk(site.owner, f"/datasets/{dataset.id}/records/{first}")
    page.get_by_role("link", name="Find similar").click()
    numbered(page, 1, 2)
    expect(listed(page).first).to_contain_text("similarity 0.80")
    expect(page.get_by_role("combobox", name="Order")).to_be_disabled()
    filters(page)
    pick(page, "Suggestion", "Has a suggestion for “Topic”")
    pick(page, "Suggested value", "weather")
    numbered(page, 2)
    page.keyboard.press("Escape")
    chip(page, "Similar to “Question 0?”").click()
    expect(page).to_have_url(re.compile("records[?]suggestion=topic"))
    expect(page.get_by_role("combobox", name="Order")).to_be_enabled()


def test_what_an_address_asks_in_vain_can_be_taken_away(
    site: Site, annotator: Person, walk: Opened, faults: Any
) -> None:
    # The vector was of another dataset, or is no more.
    faults.allow("status of 422")
    faults.allow("status of 404")
    dataset = suggested(site, annotator)
    page = walk(site.owner, f"/datasets/{dataset.id}/records?similar=gone&by=sound")
    expect(page.get_by_role("alert")).to_contain_text("'sound' is not one of the dataset's")
    chip(page, "Similar to one record").click()
    numbered(page, 0, 1, 2)
