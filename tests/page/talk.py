"""What the tests do on a page, in words."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect
from tests.api.talk import Person


def on_desk(page: Page, question: str) -> None:
    """Wait until a record is on the desk."""
    expect(page.get_by_text(question, exact=True).first).to_be_visible()
    expect(page.get_by_role("region", name="Answer")).to_be_visible()


def marks(page: Page, *pieces: str) -> None:
    """Wait until just these pieces are marked."""
    expect(page.locator("mark")).to_have_text(list(pieces))


# Where it stays for two frames, and nothing lies over it, such as a notice that comes and goes.
PLACE = """async ([text, inside]) => {
    const boxOf = () => {
        const root = document.querySelector(inside);
        const walker = root && document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
        for (let node = walker?.nextNode(); node; node = walker.nextNode()) {
            const at = node.data.indexOf(text);
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + text.length);
            const { left, right, top, bottom } = range.getBoundingClientRect();
            const y = (top + bottom) / 2;
            const isFree = (x) => root.contains(document.elementFromPoint(x, y));
            return isFree(left + 2) && isFree(right - 2) ? { left, right, y } : null;
        }
        return null;
    };
    const first = boxOf();
    for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
    const box = boxOf();
    return first && box && JSON.stringify(first) === JSON.stringify(box) ? box : null;
}"""


def place(page: Page, text: str, inside: str = "[data-testid=marked-text]") -> dict[str, float]:
    """Return the box of a piece of text, in pixels of the window, once it can be pointed at."""
    box: dict[str, float] = page.wait_for_function(PLACE, arg=[text, inside]).json_value()
    return box


def drag_over(page: Page, text: str) -> None:
    """Drag over a piece of text that stands in one line."""
    box = place(page, text)
    page.mouse.move(box["left"] + 2, box["y"])
    page.mouse.down()
    page.mouse.move(box["right"] - 2, box["y"], steps=4)
    page.mouse.up()


def double_click(page: Page, word: str) -> None:
    box = place(page, word)
    page.mouse.dblclick((box["left"] + box["right"]) / 2, box["y"])


def saved(page: Page) -> None:
    """Wait until nothing is left to be saved."""
    page.wait_for_function(
        "() => !Object.keys(localStorage).some((key) => key.startsWith('goldspan.save.'))"
    )


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=re.compile(rf"^{name}"))


def values_of(responses: list[dict[str, Any]]) -> list[Any]:
    """Return the answers of responses to the question `answer`."""
    return [response["values"]["answer"]["value"] for response in responses]


def attach(page: Page, name: str, text: str = "{}") -> None:
    """Choose a file of this name and text."""
    page.get_by_label("Choose a file").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": text.encode()}
    )


def pick(page: Page, label: str, option: str) -> None:
    """Choose from one of the page's own lists."""
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def listed(page: Page) -> Locator:
    """Return the records of the list that a lead browses."""
    return page.get_by_role("list", name="Records").get_by_role("listitem")


def respond(person: Person, record: dict[str, Any], body: dict[str, Any], **judged: Any) -> None:
    """Answer a record as the page does, with what it notes of the judgement."""
    path = f"/api/v1/records/{record['id']}/response"
    person.ask("PUT", path, 200, json={**body, "judgement": judged})
