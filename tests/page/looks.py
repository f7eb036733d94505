"""How a screen is looked at: by axe-core, in every size and scheme, and as a picture."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect
from tests.api.talk import Person
from tests.conftest import CHECKOUT, missing
from tests.page.conftest import PHONE, WIDE

COLOURS = 128
AXE = CHECKOUT / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Mantine's dialogs open with a <header>, which axe-core takes for the page's, though it is in one.
WAIVED = {rule: {"enabled": False} for rule in ("landmark-no-duplicate-banner", "landmark-unique")}
# Two frames: what follows a change of the scheme begins in the first.
SETTLED = """async () => {
    for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
    await Promise.all(
        document.getAnimations()
            .filter((each) => Number.isFinite(each.effect.getComputedTiming().endTime))
            .map((each) => each.finished.catch(() => {})),
    );
}"""
ALL_LOOKS = [(WIDE, "light"), (WIDE, "dark"), (PHONE, "dark"), (PHONE, "light")]


@dataclass(frozen=True)
class Shown:
    """A screen: whose, where, and what to do and wait for there."""

    person: Person | None
    path: str
    ready: Callable[[Page], None]


def at(heading: str) -> Callable[[Page], None]:
    """Return what waits for a heading."""

    def ready(page: Page) -> None:
        expect(page.get_by_role("heading", name=heading).first).to_be_visible()

    return ready


def travel(page: Page, path: str) -> None:
    """Go to a screen as a link does, by way of nowhere, so that nothing of the last one stays.

    What the page has loaded is not loaded again, axe-core included.
    """
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    page.emulate_media(color_scheme="light")
    page.mouse.move(0, 0)
    if not page.url.startswith("http"):
        page.goto("/nowhere")
    page.evaluate("history.pushState(null, '', '/nowhere')")
    expect(page.get_by_role("heading", name="Nothing is here").first).to_be_visible()
    page.evaluate("path => history.pushState(null, '', path)", path)


def axe_source() -> str:
    """Return axe-core's script, or say that it is not installed."""
    if not AXE.is_file():
        missing("axe-core is not installed: run `make web`")
    return AXE.read_text(encoding="utf-8")


def settle(page: Page) -> None:
    """Wait until whatever fades in is there, so that contrasts are what they will be."""
    page.evaluate(SETTLED)


def no_notices(page: Page) -> None:
    """Wait until there are none: they fade whenever it is time, in the midst of a look at them."""
    expect(page.locator(".mantine-Notification-root")).to_have_count(0)


def fits(page: Page, width: int) -> None:
    """Wait until nothing sticks out of a window of this width, which may just have become that."""
    page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width)


def take_picture(page: Page, path: Path) -> None:
    """Save a picture without notices that come and go, in few colours: a screen needs no more."""
    page.mouse.move(0, 0)
    no_notices(page)
    expect(page.get_by_role("tooltip")).to_have_count(0)
    settle(page)
    path.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(io.BytesIO(page.screenshot())) as taken:
        taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def check_with_axe(page: Page, where: str) -> None:
    """Fail, naming each rule and element, if axe-core finds anything."""
    no_notices(page)
    settle(page)
    # Not as a script element: the policy of the page forbids those, rightly.
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe_source())
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


def look_at_all(page: Page, name: str, pictures: Path | None) -> None:
    """Check an open screen: nothing sticks out of a window, axe-core finds nothing.

    axe-core looks once in each size and once in each scheme; what is typed and open stays.
    """
    for size, scheme in ALL_LOOKS:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        where = f"{name}-{'wide' if size == WIDE else 'phone'}-{scheme}"
        settle(page)
        if pictures:
            take_picture(page, pictures / f"{where}.png")
        fits(page, size[0])
        if (size, scheme) in ((WIDE, "light"), (PHONE, "dark")):
            check_with_axe(page, where)
