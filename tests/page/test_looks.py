"""Every screen of an annotator: no fault found by axe-core, wide and on a phone, light and dark.

With GOLDSPAN_SCREENSHOTS set to a folder, each is also saved there as a picture.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.api.talk import TEXT, Person, item
from tests.conftest import CHECKOUT, missing
from tests.page.conftest import PHONE, WIDE, Opened
from tests.page.site import PASSAGE, Site, span
from tests.page.talk import double_click, on_desk
from tests.page.test_preference import COMPANIONS, options, pair, preferences, question

AXE = CHECKOUT / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass(frozen=True)
class Shown:
    """A screen: whose, where, and what to do and wait for there."""

    person: Person | None
    path: str
    ready: Callable[[Page], None]


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
    better.add(pair(1))
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

    def at(heading: str) -> Callable[[Page], None]:
        def ready(page: Page) -> None:
            expect(page.get_by_role("heading", name=heading).first).to_be_visible()

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
        "preference": Shown(reader, pref, annotate(pref, "Pair 1?")),
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
# Mantine's dialogs open with a <header>, which axe-core takes for the page's, though it is in one.
WAIVED = {rule: {"enabled": False} for rule in ("landmark-no-duplicate-banner", "landmark-unique")}
LOOKS = [(WIDE, "light"), (PHONE, "dark")]
ALL_LOOKS = [(WIDE, "light"), (WIDE, "dark"), (PHONE, "light"), (PHONE, "dark")]


def check_with_axe(page: Page, where: str) -> None:
    """Fail, naming each rule and element, if axe-core finds anything."""
    # Not as a script element: the policy of the page forbids those, rightly.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate(
        "async ([tags, rules]) => (await axe.run({ runOnly: tags, rules })).violations",
        [RULES, WAIVED],
    )
    lines = [
        f"{fault['id']}: {node['target']} {node['failureSummary']}"
        for fault in found
        for node in fault["nodes"]
    ]
    assert not lines, f"{where}:\n" + "\n".join(lines)


@pytest.mark.parametrize("name", NAMES)
def test_a_screen_has_no_fault(
    name: str, screens: dict[str, Shown], open_page: Opened, pictures: Path | None
) -> None:
    if not AXE.is_file():
        missing("axe-core is not installed: run `make web`")
    shown = screens[name]
    for size, scheme in ALL_LOOKS if pictures else LOOKS:
        page = open_page(shown.person, shown.path, size, scheme)
        shown.ready(page)
        # Whatever fades in is there, so that contrasts are what they will be.
        page.wait_for_timeout(400)
        if pictures:
            pictures.mkdir(parents=True, exist_ok=True)
            kind = "wide" if size == WIDE else "phone"
            page.screenshot(path=pictures / f"{name}-{kind}-{scheme}.png")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        check_with_axe(page, f"{name} {size} {scheme}")
        page.context.close()
