"""The longest words of the interface, German ones, on the narrowest windows.

With GOLDSPAN_SCREENSHOTS set to a folder, each screen is also saved there as a picture.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, TimeoutError, expect
from tests.api.talk import TEXT, Person, item
from tests.page.conftest import PHONE, Faults
from tests.page.looks import fits, settle, take_picture
from tests.page.runs import run_of
from tests.page.site import PASSAGE, Site, span
from tests.page.test_lead_looks import wanting, worked
from tests.page.test_preference import COMPANIONS, pair, preferences, question

from goldspan.server.serve import RunningServer

# A phone, and the width down to which WCAG 2.2 (1.4.10, reflow) allows no sideways scrolling.
WIDTHS = (PHONE[0], 320)
MARGIN = 8
# What somebody presses or reads first, unless a box that scrolls by itself holds it.
STICKING_OUT = """margin => {
    const scrolls = (element) => {
        for (let box = element.parentElement; box !== document.body; box = box.parentElement)
            if (getComputedStyle(box).overflowX !== 'visible') return true;
        return false;
    };
    const width = document.documentElement.clientWidth;
    return [...document.querySelectorAll('#root :is(button, a, h1, h2, h3, label, input)')]
        .filter((element) => element.checkVisibility({ visibilityProperty: true }))
        .filter((element) => {
            const { left, right } = element.getBoundingClientRect();
            const whole = left <= 0 && right >= width;
            return !whole && right - left > 1 && (left < margin || right > width - margin);
        })
        .filter((element) => !scrolls(element))
        .map((element) => element.textContent || element.ariaLabel);
}"""
# What follows the width of the window may take a frame more or two.
NOTHING_STICKS_OUT = f"margin => ({STICKING_OUT})(margin).length === 0"
SHOWN = {
    "annotate": ("annotator", "{marked}/annotate", "Annehmen"),
    "annotate-written": ("annotator", "{written}/annotate", "Nicht beantwortbar"),
    "annotate-preference": ("annotator", "{preferred}/annotate", "Keine annehmbar"),
    "home": ("owner", "/", "Neuer Datensatz"),
    "create": ("owner", "/new", "Datei wählen"),
    "records": ("owner", "{worked}/records", "Datei importieren"),
    "record": ("owner", "{worked}/records/{record}", "Diese Antwort nehmen"),
    "insights": ("owner", "{worked}/insights", "Vollständig"),
    "settings": ("owner", "{worked}/settings", "Diesen Datensatz löschen"),
    "webhooks": ("owner", "/account/webhooks", "Webhook eintragen"),
    "run": ("owner", "/runs/{run}", "F1"),
}


@pytest.fixture(scope="module")
def places(site: Site, server: RunningServer, reader: Person) -> dict[str, str]:
    marked = site.extractive([reader])
    suggestion = site.suggest(marked, "answer", [span("Brazil")], 0.87)
    marked.add(item(PASSAGE, "Which country holds most?", suggestions=[suggestion]))
    written = site.dataset([reader], [question("answer", TEXT, True)], name="Written answers")
    written.add(item(PASSAGE, "Which country holds most?"))
    preferred = preferences(site, reader, 2, *COMPANIONS)
    preferred.add(pair(1))
    dataset = worked(site, [site.person("annotator"), site.person("annotator")])
    wanting(site)
    return {
        "marked": f"/datasets/{marked.id}",
        "written": f"/datasets/{written.id}",
        "preferred": f"/datasets/{preferred.id}",
        "worked": f"/datasets/{dataset.id}",
        "record": dataset.records(site.owner)[0]["id"],
        "run": run_of(server).root.name,
    }


@pytest.fixture(scope="module")
def reader(site: Site) -> Person:
    return site.person("annotator")


@pytest.fixture(scope="module")
def german(
    site: Site, reader: Person, new_context: Callable[..., BrowserContext]
) -> Iterator[dict[str, Page]]:
    """Give a page of the owner's and one of an annotator's, who both read German."""
    people = {"owner": site.owner, "annotator": reader}
    contexts = {
        name: new_context(person, PHONE, "light", locale="de-DE") for name, person in people.items()
    }
    yield {name: context.new_page() for name, context in contexts.items()}
    for context in contexts.values():
        context.close()


@pytest.mark.parametrize("name", SHOWN)
def test_nothing_sticks_out_of_a_narrow_window(
    name: str,
    places: dict[str, str],
    german: dict[str, Page],
    faults: Faults,
    pictures: Path | None,
) -> None:
    who, path, awaited = SHOWN[name]
    page = german[who]
    faults.watch(page)
    page.goto(path.format(**places))
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": PHONE[1]})
        named = page.get_by_text(awaited).or_(page.get_by_label(awaited, exact=True))
        expect(named.filter(visible=True).first).to_be_visible()
        settle(page)
        if pictures:
            take_picture(page, pictures / f"german-{name}-{width}.png")
        try:
            page.wait_for_function(NOTHING_STICKS_OUT, arg=MARGIN)
        except TimeoutError:
            assert page.evaluate(STICKING_OUT, MARGIN) == [], width
        fits(page, width)
