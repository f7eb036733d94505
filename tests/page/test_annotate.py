"""An annotator at work: marked answers, by pointer, finger and keyboard alone."""

from typing import Any

import pytest
from playwright.sync_api import expect
from tests.api.talk import Dataset, Person, item
from tests.page.conftest import PHONE, WIDE, Opened
from tests.page.looks import fits
from tests.page.site import PASSAGE, Site, span
from tests.page.talk import button, double_click, drag_over, marks, on_desk, place, saved

from goldspan.server.carried import asked_first

ARABIC = (
    "تغطي غابات الأمازون معظم حوض الأمازون في أمريكا الجنوبية. يقع معظم الغابة داخل البرازيل، "
    "تليها بيرو."
)
CHINESE = "😀 亚马逊雨林覆盖了南美洲的大部分地区。大部分森林位于巴西境内，其次是秘鲁。"


def answers(site: Site, dataset: Dataset) -> dict[str, Any]:
    """Return the one response to each record, by the record's question."""
    found = {}
    for record in dataset.records(site.owner):
        for response in record["responses"]:
            value = (response["values"] or {}).get("answer", {}).get("value")
            found[record["fields"]["question"]] = (response["status"], value)
    return found


def suggested(site: Site, dataset: Dataset, question: str, text: str | None) -> dict[str, Any]:
    value = [span(text)] if text else []
    suggestion = site.suggest(dataset, "answer", value, 0.87)
    return item(PASSAGE, question, suggestions=[suggestion])


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_suggestion_is_accepted_with_one_key(
    site: Site, annotator: Person, open_page: Opened, size: tuple[int, int]
) -> None:
    dataset = site.extractive([annotator])
    dataset.add(suggested(site, dataset, "Which country?", "Brazil"), item(question="Second?"))
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate", size)
    on_desk(page, "Which country?")
    expect(page.get_by_text("87 %")).to_be_visible()
    page.keyboard.press("Enter")
    on_desk(page, "Second?")
    saved(page)
    assert answers(site, dataset)["Which country?"] == ("submitted", [span("Brazil")])


def test_dragging_marks_whole_words_replaces_and_adds(
    site: Site, annotator: Person, open_page: Opened
) -> None:
    dataset = site.extractive([annotator])
    dataset.add(suggested(site, dataset, "First?", "Peru"))
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    on_desk(page, "First?")
    drag_over(page, "mazon bas")
    marks(page, "Amazon basin")
    double_click(page, "Brazil")
    marks(page, "Brazil")
    page.keyboard.press("a")
    expect(page.get_by_text("The next marking is added")).to_be_visible()
    double_click(page, "Peru")
    marks(page, "Brazil", "Peru")
    page.keyboard.press("Enter")
    expect(page.get_by_text("That was all")).to_be_visible()
    saved(page)
    assert answers(site, dataset)["First?"] == ("submitted", [span("Brazil"), span("Peru")])


def test_alt_marks_single_characters(site: Site, annotator: Person, open_page: Opened) -> None:
    dataset = site.extractive([annotator])
    dataset.add(item(PASSAGE, "First?"))
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    on_desk(page, "First?")
    page.keyboard.down("Alt")
    drag_over(page, "raz")
    page.keyboard.up("Alt")
    marks(page, "raz")


def test_not_answerable_and_a_marking_exclude_each_other(
    site: Site, annotator: Person, open_page: Opened
) -> None:
    dataset = site.extractive([annotator])
    dataset.add(item(PASSAGE, "First?"), item(PASSAGE, "Second?"))
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    on_desk(page, "First?")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Still to answer: Answer")).to_be_visible()
    double_click(page, "Brazil")
    page.keyboard.press("n")
    marks(page)
    expect(button(page, "Not answerable")).to_have_attribute("aria-pressed", "true")
    double_click(page, "Peru")
    expect(button(page, "Not answerable")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    on_desk(page, "Second?")
    saved(page)
    assert answers(site, dataset)["First?"] == ("submitted", [])


def test_the_keyboard_alone_marks_any_answer(
    site: Site, annotator: Person, open_page: Opened
) -> None:
    dataset = site.extractive([annotator])
    dataset.add(item(PASSAGE, "First?"))
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    on_desk(page, "First?")
    press = page.keyboard.press
    press("ArrowRight")
    expect(page.get_by_text("Word cursor: The")).to_be_visible()
    press("ArrowRight")
    press("Shift+ArrowRight")
    expect(page.get_by_text("Word cursor: Amazon rainforest")).to_be_visible()
    press("Enter")
    marks(page, "Amazon rainforest")
    press("BracketLeft")
    marks(page, "The Amazon rainforest")
    press("Shift+BracketLeft")
    press("BracketRight")
    marks(page, "Amazon rainforest covers")
    press("Alt+BracketRight")
    marks(page, "Amazon rainforest covers ")
    press("Shift+Alt+BracketRight")
    press("ArrowRight")
    press("ArrowDown")
    press("a")
    expect(page.locator("mark")).to_have_count(2)
    press("Enter")
    expect(page.get_by_text("That was all")).to_be_visible()
    saved(page)
    (status, spans) = answers(site, dataset)["First?"]
    assert status == "submitted"
    assert spans[0] == span("Amazon rainforest covers")
    assert len(spans) == 2


@pytest.mark.parametrize(
    ("text", "word", "size", "scheme"),
    [(ARABIC, "البرازيل", WIDE, "dark"), (CHINESE, "秘鲁", PHONE, "light")],
    ids=["arabic", "chinese"],
)
def test_other_scripts_are_marked_in_code_points(
    site: Site,
    annotator: Person,
    open_page: Opened,
    text: str,
    word: str,
    size: tuple[int, int],
    scheme: str,
) -> None:
    dataset = site.extractive([annotator])
    dataset.add(item(text, "؟" if word == "البرازيل" else "？"))
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate", size, scheme)
    on_desk(page, "؟" if word == "البرازيل" else "？")
    drag_over(page, word)
    marks(page, word)
    page.keyboard.press("Enter")
    expect(page.get_by_text("That was all")).to_be_visible()
    saved(page)
    ((_, spans),) = answers(site, dataset).values()
    assert spans == [span(word, text)]


def test_arrows_follow_the_screen_in_a_text_from_right_to_left(
    site: Site, annotator: Person, open_page: Opened
) -> None:
    dataset = site.extractive([annotator])
    dataset.add(item(ARABIC, "؟"))
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    on_desk(page, "؟")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    marks(page, ARABIC.split()[1])


def test_a_finger_marks_by_tapping_and_moves_the_ends(
    site: Site, annotator: Person, open_page: Opened
) -> None:
    dataset = site.extractive([annotator])
    dataset.add(item(PASSAGE, "First?"))
    page = open_page(
        annotator, f"/datasets/{dataset.id}/annotate", PHONE, has_touch=True, is_mobile=True
    )
    on_desk(page, "First?")
    box = place(page, "Amazon basin")
    page.touchscreen.tap(box["left"] + 10, box["y"])
    expect(page.locator("mark")).to_have_text(["Amazon"])
    page.get_by_role("button", name="End one word later").tap()
    expect(page.locator("mark")).to_have_text(["Amazon basin"])
    fits(page, PHONE[0])
    page.get_by_role("button", name="Submit").tap()
    expect(page.get_by_text("That was all")).to_be_visible()
    saved(page)
    assert answers(site, dataset)["First?"] == ("submitted", [span("Amazon basin")])


def test_back_discard_skip_and_take_back(site: Site, annotator: Person, open_page: Opened) -> None:
    dataset = site.extractive([annotator])
    dataset.add(*(suggested(site, dataset, f"Number {n}?", "Brazil") for n in range(1, 6)))
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    press = page.keyboard.press
    on_desk(page, "Number 1?")
    press("Enter")
    on_desk(page, "Number 2?")
    press("x")
    on_desk(page, "Number 3?")
    press("Backspace")
    on_desk(page, "Number 2?")
    expect(page.get_by_text("You discarded this")).to_be_visible()
    press("Backspace")
    on_desk(page, "Number 1?")
    marks(page, "Brazil")
    double_click(page, "Peru")
    press("Enter")
    on_desk(page, "Number 2?")
    press("Enter")
    on_desk(page, "Number 3?")
    press("s")
    on_desk(page, "Number 4?")
    press("Enter")
    on_desk(page, "Number 5?")
    press("Enter")
    on_desk(page, "Number 3?")
    saved(page)
    assert answers(site, dataset)["Number 1?"] == ("submitted", [span("Peru")])
    assert answers(site, dataset)["Number 2?"] == ("submitted", [span("Brazil")])
    press("Backspace")
    on_desk(page, "Number 5?")
    page.get_by_role("button", name="Take back").click()
    expect(
        page.get_by_text("The response is taken back; the record is open again.")
    ).to_be_visible()
    assert "Number 5?" not in answers(site, dataset)


def test_taking_a_change_back_brings_the_answer_before_it(
    site: Site, annotator: Person, open_page: Opened
) -> None:
    dataset = site.extractive([annotator])
    dataset.add(*(suggested(site, dataset, f"Number {n}?", "Brazil") for n in range(1, 3)))
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    press = page.keyboard.press
    on_desk(page, "Number 1?")
    press("Enter")
    on_desk(page, "Number 2?")
    press("Backspace")
    on_desk(page, "Number 1?")
    double_click(page, "Peru")
    press("Enter")
    on_desk(page, "Number 2?")
    saved(page)
    press("Backspace")
    marks(page, "Peru")
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("your response before it counts again")).to_be_visible()
    marks(page, "Brazil")
    expect(page.get_by_text("You submitted this")).to_be_visible()
    expect(page.get_by_role("button", name="Update")).to_be_visible()
    assert answers(site, dataset)["Number 1?"] == ("submitted", [span("Brazil")])


def test_a_suggestion_on_request_is_seen_when_it_is_asked_for(
    site: Site, annotator: Person, open_page: Opened
) -> None:
    dataset = site.extractive([annotator])
    rules = {"assignment": {"suggestions_on_request": 100}}
    site.owner.ask("PATCH", dataset.path, 200, json=rules)
    dataset.add(*(suggested(site, dataset, f"Number {n}?", "Brazil") for n in range(1, 3)))
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    press = page.keyboard.press
    on_desk(page, "Number 1?")
    expect(page.get_by_text("There is a suggestion")).to_be_visible()
    expect(page.get_by_role("region", name="Answer")).not_to_contain_text("Brazil")
    press("Enter")
    expect(page.get_by_text("Still to answer")).to_be_visible()
    double_click(page, "Peru")
    press("Enter")
    on_desk(page, "Number 2?")
    press("v")
    expect(page.get_by_text("There is a suggestion")).to_be_hidden()
    expect(page.get_by_role("region", name="Answer")).to_contain_text("Brazil")
    press("Enter")
    saved(page)
    found = {
        record["fields"]["question"]: site.owner.get(f"/api/v1/records/{record['id']}/full")
        for record in dataset.records(site.owner)
    }
    seen = {
        name: [(one["suggestion_shown"], one["suggestion_accepted"]) for one in given["judgements"]]
        for name, given in found.items()
    }
    assert seen == {
        "Number 1?": [({"answer": False}, {"answer": False})],
        "Number 2?": [({"answer": True}, {"answer": True})],
    }


def test_keys_write_in_a_text_box_and_do_nothing_else(
    site: Site, annotator: Person, open_page: Opened
) -> None:
    settings = {"type": "text", "use_markdown": False}
    question = {"name": "answer", "title": "Answer", "required": True, "settings": settings}
    dataset = site.dataset([annotator], [question])
    dataset.add(item(PASSAGE, "First?"), item(PASSAGE, "Second?"))
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    on_desk(page, "First?")
    page.keyboard.press("e")
    page.keyboard.type("snx1?")
    page.keyboard.press("Backspace")
    box = page.get_by_role("textbox", name="Answer")
    expect(box).to_have_value("snx1")
    on_desk(page, "First?")
    page.keyboard.press("Escape")
    double_click(page, "Brazil")
    expect(box).to_have_value("Brazil")
    marks(page, "Brazil")
    page.keyboard.press("e")
    page.keyboard.press("Control+Enter")
    on_desk(page, "Second?")
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    expect(page.get_by_text("That was all")).to_be_visible()
    saved(page)
    assert answers(site, dataset) == {
        "First?": ("submitted", "Brazil"),
        "Second?": ("submitted", "(not in the passage)"),
    }


def test_the_help_sheet_lists_the_keys_and_the_guidelines_open_beside(
    site: Site, annotator: Person, open_page: Opened
) -> None:
    dataset = site.extractive([annotator], guidelines="Mark the **shortest** piece.")
    dataset.add(item(PASSAGE, "First?"))
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    on_desk(page, "First?")
    page.keyboard.press("?")
    expect(
        page.get_by_role("dialog").get_by_text("Mark what the word cursor holds")
    ).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(button(page, "Not answerable")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("g")
    panel = page.get_by_role("complementary", name="Guidelines")
    expect(panel.locator("strong")).to_have_text("shortest")


def test_the_screen_opens_with_what_its_index_carries_and_asks_for_nothing_of_it(
    site: Site, annotator: Person, open_page: Opened
) -> None:
    dataset = site.extractive([annotator])
    dataset.add(item(PASSAGE, "Number 1?"))
    page = open_page(annotator, "about:blank")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(site.url)))
    path = f"/datasets/{dataset.id}/annotate"
    page.goto(path)
    on_desk(page, "Number 1?")
    assert path in asked
    # By route alone: asked for with another count, the records carried would be of no use.
    routes = {address.partition("?")[0] for address in asked_first(path)}
    assert not {address.partition("?")[0] for address in asked} & routes
