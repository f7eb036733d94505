"""Comparing candidates, and all other kinds of questions."""

from typing import Any

from playwright.sync_api import expect
from tests.api.talk import Dataset, Person
from tests.page.conftest import Opened
from tests.page.site import PASSAGE, Site
from tests.page.talk import on_desk, saved

TEXT = {"type": "text", "use_markdown": False}


def options(*values: str) -> list[dict[str, Any]]:
    return [{"value": value, "text": value} for value in values]


def question(name: str, settings: dict[str, Any], required: bool = False) -> dict[str, Any]:
    return {"name": name, "title": name.capitalize(), "required": required, "settings": settings}


def preferences(site: Site, annotator: Person, count: int, *more: dict[str, Any]) -> Dataset:
    names = [f"response{n}" for n in range(1, count + 1)]
    ranking = question("preference", {"type": "ranking", "options": options(*names)}, True)
    fields = {name: TEXT for name in ("prompt", "context", *names)}
    return site.dataset([annotator], [ranking, *more], fields)


COMPANIONS = [
    question("acceptable", {"type": "label_selection", "options": options("some", "none")}),
    question("correction", TEXT),
    question("strength", {"type": "rating", "options": [{"value": 1}, {"value": 2}, {"value": 3}]}),
    question("rationale", TEXT),
]
ANSWERS = ("Brazil, with 60 %", "Peru with 13 %", "Colombia")


def pair(number: int, count: int = 2) -> dict[str, Any]:
    fields = {"prompt": f"Pair {number}?", "context": PASSAGE}
    return {"fields": fields | {f"response{n + 1}": ANSWERS[n] for n in range(count)}}


def given(site: Site, dataset: Dataset, prompt: str) -> dict[str, Any]:
    for record in dataset.records(site.owner):
        if record["fields"]["prompt"] == prompt:
            (response,) = record["responses"]
            return {name: value["value"] for name, value in response["values"].items()}
    raise LookupError(prompt)


def ranks(values: dict[str, Any]) -> dict[str, int]:
    return {each["value"]: each["rank"] for each in values["preference"]}


def test_one_key_prefers_one_ties_and_backspace_returns(
    site: Site, annotator: Person, open_page: Opened
) -> None:
    dataset = preferences(site, annotator, 2)
    dataset.add(*(pair(n) for n in (1, 2, 3)))
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    on_desk(page, "Pair 1?")
    cards = page.get_by_role("list", name="Preference").get_by_role("listitem")
    first = cards.first.locator("p").inner_text()
    better = "response1" if first == ANSWERS[0] else "response2"
    page.keyboard.press("1")
    on_desk(page, "Pair 2?")
    page.keyboard.press("0")
    on_desk(page, "Pair 3?")
    page.keyboard.press("Backspace")
    on_desk(page, "Pair 2?")
    expect(cards.first).to_contain_text("Equally good")
    saved(page)
    chosen = ranks(given(site, dataset, "Pair 1?"))
    assert chosen[better] == 1
    assert sorted(chosen.values()) == [1, 2]
    assert set(ranks(given(site, dataset, "Pair 2?")).values()) == {1}


def test_none_acceptable_a_correction_strength_and_a_reason(
    site: Site, annotator: Person, open_page: Opened
) -> None:
    dataset = preferences(site, annotator, 2, *COMPANIONS)
    dataset.add(pair(1), pair(2))
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    press = page.keyboard.press
    on_desk(page, "Pair 1?")
    press("n")
    press("e")
    page.keyboard.type("It is Brazil")
    press("Escape")
    press("r")
    page.keyboard.type("Both are wrong")
    press("Escape")
    press("Shift+Digit3")
    press("Enter")
    on_desk(page, "Pair 2?")
    press("c")
    expect(page.locator("ins").first).to_be_visible()
    saved(page)
    values = given(site, dataset, "Pair 1?")
    assert values["acceptable"] == "none"
    assert values["correction"] == "It is Brazil"
    assert values["rationale"] == "Both are wrong"
    assert values["strength"] == 3
    assert set(ranks(values).values()) == {1}


def test_three_candidates_are_ranked_in_the_order_of_the_keys(
    site: Site, annotator: Person, open_page: Opened
) -> None:
    dataset = preferences(site, annotator, 3)
    dataset.add(pair(1, 3), pair(2, 3))
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    on_desk(page, "Pair 1?")
    cards = page.get_by_role("list", name="Preference").get_by_role("listitem")
    shown = [cards.nth(n).locator("p").inner_text() for n in range(3)]
    page.keyboard.press("3")
    page.keyboard.press("1")
    expect(cards.nth(1)).to_contain_text("Rank 3")
    page.keyboard.press("Enter")
    on_desk(page, "Pair 2?")
    saved(page)
    found = ranks(given(site, dataset, "Pair 1?"))
    by_text = {ANSWERS[n]: found[f"response{n + 1}"] for n in range(3)}
    assert [by_text[text] for text in shown] == [2, 3, 1]


def test_a_candidate_is_found_in_the_context_while_it_is_looked_at(
    site: Site, annotator: Person, open_page: Opened
) -> None:
    correction = question(
        "correction",
        {
            "type": "span",
            "field": "context",
            "options": options("answer"),
            "allow_overlapping": True,
        },
    )
    dataset = preferences(site, annotator, 2, correction)
    dataset.add(pair(1))
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    on_desk(page, "Pair 1?")
    count = "() => CSS.highlights.get('candidate')?.size ?? 0"
    assert page.evaluate(count) == 0
    page.get_by_role("listitem").filter(has_text=ANSWERS[1]).hover()
    page.wait_for_function(f"() => ({count})() === 1")


def test_every_other_kind_of_question_by_keys(
    site: Site, annotator: Person, open_page: Opened
) -> None:
    questions = [
        question("topic", {"type": "label_selection", "options": options("a", "b", "c")}, True),
        question("tags", {"type": "multi_label_selection", "options": options("x", "y")}),
        question("grade", {"type": "rating", "options": [{"value": n} for n in (1, 2, 3)]}, True),
        question("order", {"type": "ranking", "options": options("p", "q")}),
        question("note", {"type": "text", "use_markdown": True}),
    ]
    dataset = site.dataset([annotator], questions, {"prompt": TEXT})
    dataset.add({"fields": {"prompt": "One?"}}, {"fields": {"prompt": "Two?"}})
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    press = page.keyboard.press
    on_desk(page, "One?")
    press("2")
    press("1")
    press("2")
    press("j")
    press("3")
    page.get_by_role("radiogroup", name="q").get_by_role("radio", name="Rank 1").check()
    page.get_by_role("radiogroup", name="p").get_by_role("radio", name="Rank 2").check()
    press("e")
    page.keyboard.type("**well**")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("strong")).to_have_text("well")
    page.get_by_role("button", name="Submit").click()
    on_desk(page, "Two?")
    saved(page)
    values = given(site, dataset, "One?")
    assert values["topic"] == "b"
    assert values["tags"] == ["x", "y"]
    assert values["grade"] == 3
    assert values["note"] == "**well**"
    assert {each["value"]: each["rank"] for each in values["order"]} == {"p": 2, "q": 1}
