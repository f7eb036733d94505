"""An annotator without a pointer: every flow, in every size and scheme, by keys alone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.api.talk import TEXT, Dataset, Person, item
from tests.page.conftest import PHONE, WIDE, Opened
from tests.page.looks import ALL_LOOKS, check_with_axe
from tests.page.site import PASSAGE, Site, span
from tests.page.talk import marks, on_desk, saved
from tests.page.test_annotate import answers
from tests.page.test_preference import (
    COMPANIONS,
    given,
    options,
    pair,
    preferences,
    question,
    ranks,
)

MOST_TABS = 60
NO_POINTER = """
for (const name of ["mousedown", "pointerdown", "touchstart"])
    addEventListener(name, () => { window.__pointed = name; }, true);
"""
IDS = ["wide-light", "wide-dark", "phone-dark", "phone-light"]


# A dialog takes the focus a moment after it can be seen.
IS_SETTLED = """each => {
    const dialog = each.closest('[role=dialog]');
    return !dialog || dialog.contains(document.activeElement);
}"""


def tab_to(page: Page, wanted: Locator, back: bool = False) -> None:
    """Press Tab until an element has the focus."""
    expect(wanted).to_be_visible()
    page.wait_for_function(IS_SETTLED, arg=wanted.element_handle())
    for _ in range(MOST_TABS):
        if wanted.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"{MOST_TABS} presses of Tab do not reach {wanted}")


@pytest.fixture
def keyboard(open_page: Opened) -> Iterator[Opened]:
    """Give ``keyboard(...) -> Page`` like ``open_page``, and fail if anything was pointed at."""
    pages: list[Page] = []

    def make(person: Person | None, path: str, *options: object) -> Page:
        page = open_page(person, "about:blank", *options)
        page.context.add_init_script(NO_POINTER)
        page.goto(path)
        pages.append(page)
        return page

    yield make
    for page in pages:
        assert page.evaluate("window.__pointed") is None


def marked_records(site: Site, person: Person) -> Dataset:
    dataset = site.extractive([person], guidelines="Mark the shortest piece.")
    suggestion = site.suggest(dataset, "answer", [span("Brazil")], 0.87)
    dataset.add(*(item(PASSAGE, f"Number {n}?", suggestions=[suggestion]) for n in range(1, 7)))
    return dataset


@pytest.mark.parametrize(("size", "scheme"), ALL_LOOKS, ids=IDS)
def test_marking_from_sign_in_to_the_last_record(
    site: Site, annotator: Person, keyboard: Opened, size: tuple[int, int], scheme: str
) -> None:
    dataset = marked_records(site, annotator)
    # Somebody who has signed in before, so that the password is their own.
    site.cookies_of(annotator)
    username, password = site.name_of(annotator)
    page = keyboard(None, "/", size, scheme)
    press = page.keyboard.press
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type(username)
    press("Tab")
    page.keyboard.type(password)
    press("Enter")
    tab_to(page, page.get_by_role("link", name="Annotate"))
    press("Enter")

    on_desk(page, "Number 1?")
    press("Enter")  # accepts the suggestion
    on_desk(page, "Number 2?")
    press("ArrowRight")  # the word cursor begins at the suggestion
    press("ArrowRight")
    press("Shift+ArrowRight")
    press("Enter")
    marks(page, "with 60")
    press("Control+s")
    expect(page.get_by_text("Draft saved.")).to_be_visible()
    saved(page)
    page.reload()
    on_desk(page, "Number 2?")
    marks(page, "with 60")
    press("Enter")
    on_desk(page, "Number 3?")
    press("n")
    press("Enter")
    on_desk(page, "Number 4?")
    press("x")
    on_desk(page, "Number 5?")
    press("s")
    on_desk(page, "Number 6?")
    press("Backspace")
    on_desk(page, "Number 4?")
    press("Backspace")
    on_desk(page, "Number 3?")
    press("n")
    press("ArrowRight")
    press("Enter")
    press("Enter")
    on_desk(page, "Number 4?")
    press("g")
    expect(page.get_by_text("Mark the shortest piece.")).to_be_visible()
    press("g")
    press("h")
    history = page.get_by_role("dialog", name="Your last records")
    expect(history.get_by_role("listitem").first).to_be_visible()
    tab_to(page, history.get_by_role("tab", name="Submitted"))
    press("Tab")
    press("Enter")
    expect(history).to_be_hidden()
    saved(page)
    found = answers(site, dataset)
    assert found["Number 1?"] == ("submitted", [span("Brazil")])
    assert found["Number 2?"] == ("submitted", [span("with 60")])
    assert found["Number 3?"][0] == "submitted"
    assert found["Number 3?"][1] != []
    assert found["Number 4?"][0] == "discarded"
    assert "Number 5?" not in found


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "dark"), (PHONE, "light")])
def test_comparing_correcting_and_giving_reasons(
    site: Site, annotator: Person, keyboard: Opened, size: tuple[int, int], scheme: str
) -> None:
    dataset = preferences(site, annotator, 2, *COMPANIONS)
    dataset.add(*(pair(n) for n in (1, 2, 3)))
    page = keyboard(annotator, f"/datasets/{dataset.id}/annotate", size, scheme)
    press = page.keyboard.press
    on_desk(page, "Pair 1?")
    press("Shift+Digit2")
    press("r")
    page.keyboard.type("It names the share")
    press("Escape")
    press("c")
    expect(page.locator("ins").first).to_be_visible()
    press("1")
    on_desk(page, "Pair 2?")
    press("0")
    on_desk(page, "Pair 3?")
    press("n")
    press("e")
    page.keyboard.type("Brazil, by far")
    press("Control+Enter")
    expect(page.get_by_text("That was all")).to_be_visible()
    saved(page)
    first, second, third = (given(site, dataset, f"Pair {n}?") for n in (1, 2, 3))
    assert (first["strength"], first["rationale"]) == (2, "It names the share")
    assert sorted(ranks(first).values()) == [1, 2]
    assert set(ranks(second).values()) == {1}
    assert (third["acceptable"], third["correction"]) == ("none", "Brazil, by far")


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (PHONE, "dark")])
def test_a_key_is_moved_used_kept_and_reset(
    site: Site, annotator: Person, keyboard: Opened, size: tuple[int, int], scheme: str
) -> None:
    dataset = site.extractive([annotator])
    dataset.add(item(PASSAGE, "First?"))
    page = keyboard(annotator, f"/datasets/{dataset.id}/annotate", size, scheme)
    press = page.keyboard.press
    none = page.get_by_role("button", name="Not answerable", exact=True)
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    said = sheet.get_by_role("status")

    def ask(key: str) -> None:
        tab_to(page, sheet.get_by_role("button", name=f"Change the key {key}: Not answerable"))
        press("Enter")
        expect(said).to_contain_text("Press the new key for “Not answerable")

    on_desk(page, "First?")
    press("?")
    ask("N")
    press("s")
    expect(said).to_have_text("S is taken: “Skip”. Press another key, or Escape.")
    check_with_axe(page, f"asking-{scheme}")
    press("c")  # of another kind of dataset
    expect(said).to_contain_text("C is taken: “Show differences”")
    press("5")
    expect(said).to_contain_text("no digit")
    press("Escape")
    expect(said).to_be_empty()
    ask("N")
    press("u")
    expect(said).to_contain_text("is now on U")
    press("Escape")
    expect(sheet).to_be_hidden()

    page.reload()
    on_desk(page, "First?")
    expect(none.locator("kbd")).to_have_text("U")
    press("n")
    expect(none).to_have_attribute("aria-pressed", "false")
    press("u")
    expect(none).to_have_attribute("aria-pressed", "true")
    press("?")
    tab_to(page, sheet.get_by_role("button", name="Reset the key: Not answerable"))
    press("Enter")
    expect(said).to_contain_text("is now on N")
    check_with_axe(page, f"reset-{scheme}")
    press("Enter")  # the focus has gone on to the key
    press("o")
    tab_to(page, sheet.get_by_role("button", name="Reset all keys"))
    press("Enter")
    press("Escape")
    expect(sheet).to_be_hidden()
    expect(none.locator("kbd")).to_have_text("N")
    expect(none).to_have_attribute("aria-pressed", "true")
    press("n")
    expect(none).to_have_attribute("aria-pressed", "false")


KINDS = [
    question("topic", {"type": "label_selection", "options": options("a", "b", "c")}, True),
    question("tags", {"type": "multi_label_selection", "options": options("x", "y")}),
    question("grade", {"type": "rating", "options": [{"value": n} for n in (1, 2, 3)]}, True),
    question("order", {"type": "ranking", "options": options("p", "q")}),
    question("note", {"type": "text", "use_markdown": True}),
]


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (PHONE, "dark")])
def test_every_other_kind_of_question_and_the_bulk_view(
    site: Site, annotator: Person, keyboard: Opened, size: tuple[int, int], scheme: str
) -> None:
    dataset = site.dataset([annotator], KINDS, {"prompt": TEXT})
    dataset.add(*({"fields": {"prompt": f"Text {n}"}} for n in (1, 2, 3)))
    page = keyboard(annotator, f"/datasets/{dataset.id}/annotate", size, scheme)
    press = page.keyboard.press
    on_desk(page, "Text 1")
    press("2")
    press("1")
    press("2")
    press("j")
    press("3")
    for option, arrows in (("p", 1), ("q", 0)):
        group = page.get_by_role("radiogroup", name=option, exact=True)
        tab_to(page, group.get_by_role("radio").first)
        press("Space")
        for _ in range(arrows):
            press("ArrowRight")
    press("e")
    page.keyboard.type("**well**")
    tab_to(page, page.get_by_role("button", name="Preview"))
    press("Enter")
    expect(page.locator("strong")).to_have_text("well")
    tab_to(page, page.get_by_role("button", name="Submit"))
    press("Enter")
    on_desk(page, "Text 2")
    saved(page)
    values = given(site, dataset, "Text 1")
    assert values["topic"] == "b"
    assert values["tags"] == ["x", "y"]
    assert values["grade"] == 3
    assert values["note"] == "**well**"
    assert {each["value"]: each["rank"] for each in values["order"]} == {"p": 2, "q": 1}

    page.goto(f"/datasets/{dataset.id}/bulk")
    tab_to(page, page.get_by_role("checkbox", name="Choose all"))
    press("Space")
    everything = page.get_by_role("region", name="Answer for all that are chosen")
    for asked, option in (("Topic", "a"), ("Grade", "1")):
        group = everything.get_by_role("radiogroup", name=asked)
        tab_to(page, group.get_by_role("radio").first)
        press("Space")
        expect(group.get_by_role("radio", name=option)).to_be_checked()
    tab_to(page, page.get_by_role("button", name="Submit 2 records"))
    press("Enter")
    expect(page.get_by_text("That was all")).to_be_visible()
    saved(page)
    assert [given(site, dataset, f"Text {n}")["topic"] for n in (2, 3)] == ["a", "a"]
