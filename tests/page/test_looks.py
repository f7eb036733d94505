"""Every screen of an annotator: no fault found by axe-core, wide and on a phone, light and dark.

With GOLDSPAN_SCREENSHOTS set to a folder, each is also saved there as a picture.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.api.talk import TEXT, Person, item
from tests.page.conftest import PHONE, Opened
from tests.page.looks import Shown, at, check_with_axe, look_at_all
from tests.page.site import PASSAGE, Site, span
from tests.page.talk import button, double_click, on_desk
from tests.page.test_preference import COMPANIONS, options, pair, preferences, question


@pytest.fixture(scope="module")
def reader(site: Site) -> Person:
    return site.person("annotator")


@pytest.fixture(scope="module")
def screens(site: Site, reader: Person) -> dict[str, Shown]:
    extractive = site.extractive(
        [reader], guidelines="# How to mark\n\nMark the **shortest** piece.\n\n- or press `N`"
    )
    suggestion = site.suggest(extractive, "answer", [span("Brazil")], 0.87)
    extractive.add(item(PASSAGE, "Which country holds most?", suggestions=[suggestion]))
    better = preferences(site, reader, 2, *COMPANIONS)
    one = pair(1)
    better.add({"fields": {**one["fields"], "prompt": "Which country holds most?"}})
    kinds = site.dataset(
        [reader],
        [
            question("topic", {"type": "label_selection", "options": options("a", "b")}, True),
            question(
                "tags",
                {"type": "multi_label_selection", "options": options(*"abcdefghijklmn")},
            ),
            question("grade", {"type": "rating", "options": [{"value": n} for n in (1, 2, 3)]}),
            question("order", {"type": "ranking", "options": options("p", "q")}),
            question("note", {"type": "text", "use_markdown": True}),
        ],
        {
            "text": {"type": "text", "use_markdown": True},
            "talk": {"type": "chat", "use_markdown": True},
            "card": {"type": "custom", "template": "<b>{{x}}</b>"},
        },
        name="Every kind of question",
    )
    talk = [{"role": "user", "content": "Where?"}, {"role": "assistant", "content": "In *Brazil*."}]
    fields = {"text": "Some **text** with [a link](https://example.org)", "talk": talk}
    kinds.add(*({"fields": {**fields, "card": {"x": n}}} for n in range(3)))
    empty = site.extractive([reader], name="Nothing yet")
    written = site.dataset([reader], [question("answer", TEXT, True)], name="Written answers")
    written.add(item(PASSAGE, "Which country holds most?"))

    def annotate(dataset_id: str, asked: str, *keys: str) -> Callable[[Page], None]:
        def ready(page: Page) -> None:
            on_desk(page, asked)
            for key in keys:
                page.keyboard.press(key)

        return ready

    def mark(page: Page) -> None:
        on_desk(page, "Which country holds most?")
        double_click(page, "Peru")

    def opened(heading: str, *keys: str) -> Callable[[Page], None]:
        def ready(page: Page) -> None:
            on_desk(page, "Which country holds most?")
            for key in keys:
                page.keyboard.press(key)
            expect(page.get_by_text(heading).first).to_be_visible()

        return ready

    def bulk(page: Page) -> None:
        page.get_by_role("checkbox", name="Choose record 1").check()

    ext, pref = f"/datasets/{extractive.id}/annotate", f"/datasets/{better.id}/annotate"
    return {
        "sign-in": Shown(None, "/", at("Sign in")),
        "link": Shown(None, "/link#token", at("Sign in by link")),
        "home": Shown(reader, "/", at("Hello, Ada")),
        "account": Shown(reader, "/account", at("Account")),
        "annotate-suggested": Shown(reader, ext, annotate(ext, "Which country holds most?")),
        "annotate-marked": Shown(reader, ext, mark),
        "annotate-cursor": Shown(reader, ext, opened("Word cursor", "ArrowRight")),
        "annotate-guidelines": Shown(reader, ext, opened("How to mark", "g")),
        "annotate-help": Shown(reader, ext, opened("Keyboard shortcuts", "?")),
        "annotate-history": Shown(reader, ext, opened("Your last records", "h")),
        "annotate-done": Shown(reader, f"/datasets/{empty.id}/annotate", at("That was all")),
        "preference": Shown(reader, pref, annotate(pref, "Which country holds most?")),
        "written": Shown(reader, f"/datasets/{written.id}/annotate", mark),
        "questions": Shown(
            reader,
            f"/datasets/{kinds.id}/annotate",
            lambda page: expect(page.get_by_text("Topic")).to_be_visible(),
        ),
        "bulk": Shown(reader, f"/datasets/{kinds.id}/bulk", bulk),
        "nowhere": Shown(reader, "/nowhere", at("Nothing is here")),
    }


NAMES = [
    "sign-in",
    "link",
    "home",
    "account",
    "annotate-suggested",
    "annotate-marked",
    "annotate-cursor",
    "annotate-guidelines",
    "annotate-help",
    "annotate-history",
    "annotate-done",
    "preference",
    "written",
    "questions",
    "bulk",
    "nowhere",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_screen_has_no_fault(
    name: str, screens: dict[str, Shown], open_page: Opened, pictures: Path | None
) -> None:
    shown = screens[name]
    page = open_page(shown.person, shown.path)
    shown.ready(page)
    look_at_all(page, name, pictures)


def test_the_menus_of_a_phone_have_no_fault(screens: dict[str, Shown], open_page: Opened) -> None:
    shown = screens["annotate-suggested"]
    page = open_page(shown.person, shown.path, PHONE)
    shown.ready(page)
    for menu in (button(page, "More").first, button(page, "More").last):
        menu.click()
        expect(page.get_by_role("menuitem").first).to_be_focused()
        check_with_axe(page, "menu")
        page.keyboard.press("Escape")
        expect(page.get_by_role("menu")).to_be_hidden()
