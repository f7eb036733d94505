"""One real server and one real browser for the tests of a file.

No file sees what another one left on the server or in the browser; and none of Playwright's event
loops is left to the tests that come after a file.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Response,
    expect,
    sync_playwright,
)
from tests.api.talk import Person
from tests.conftest import missing
from tests.page.site import OWNER_PASSWORD, Site

from goldspan.server import page as served
from goldspan.server.serve import RunningServer, start_in_thread

CHROMIUM = os.environ.get("GOLDSPAN_CHROMIUM") or shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WIDE = (1440, 900)
PHONE = (390, 844)
# What a test waits for is there at once on a machine of its own, and seldom is on a crowded one.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    if not (served.STATIC / "index.html").is_file():
        missing("the page is not built: run `make web`")
    folder = tmp_path_factory.mktemp("page")
    running = start_in_thread(
        folder / "home",
        owner_password=OWNER_PASSWORD,
        runs_dir=folder / "runs",
        webhook_hosts=("127.0.0.1",),
    )
    yield running
    running.stop()


@pytest.fixture(scope="module")
def site(server: RunningServer) -> Iterator[Site]:
    assert server.api_key is not None
    opened = Site(server.url, server.api_key)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        missing("there is no chromium on the PATH")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS, timeout=PATIENCE_MS
        )
        yield launched
        launched.close()


class Faults:
    """What a page must never do: violate its policy, throw, log an error."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.allowed: list[str] = []
        self._listening: list[tuple[Page, str, Callable[..., None]]] = []

    def watch(self, page: Page) -> None:
        """Listen to a page until ``leave``."""
        listeners: dict[str, Callable[..., None]] = {
            "response": self._answered,
            "pageerror": self._thrown,
            "console": self._said,
        }
        for event, listener in listeners.items():
            page.on(event, listener)  # type: ignore[call-overload]
            self._listening.append((page, event, listener))

    def leave(self) -> None:
        """Listen no more: the pages may go on to another test."""
        for page, event, listener in self._listening:
            page.remove_listener(event, listener)

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.found.append(f"status of {response.status}: {response.url}")

    def _thrown(self, error: Exception) -> None:
        self.found.append(f"thrown: {error}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.found.append(f"{message.type}: {message.text}")

    def allow(self, part: str) -> None:
        """Allow errors that hold this text, such as the browser's own on an answer of 401."""
        self.allowed.append(part)

    def check(self) -> None:
        assert [f for f in self.found if not any(part in f for part in self.allowed)] == []


Opened = Callable[..., Page]
Look = tuple[tuple[int, int], str]
"""The size of the window and the scheme."""

OPPOSITE_LOOKS: tuple[Look, Look] = ((WIDE, "light"), (PHONE, "dark"))


@pytest.fixture
def faults() -> Iterator[Faults]:
    found = Faults()
    # The browser itself reports refused requests; asking who is signed in is one for strangers.
    found.allow("status of 401")
    yield found
    found.leave()
    found.check()


def window(browser: Browser, size: tuple[int, int], **options: Any) -> BrowserContext:
    """Open a context whose pages are waited for; the caller closes it."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, **{"locale": "en-GB"} | options
    )
    context.set_default_timeout(PATIENCE_MS)
    return context


@pytest.fixture(scope="module")
def new_context(browser: Browser, site: Site) -> Callable[..., BrowserContext]:
    """Give ``new_context(person, size, scheme, **options)``, signed in; the caller closes it."""

    def make(
        person: Person | None, size: tuple[int, int], scheme: str, **options: Any
    ) -> BrowserContext:
        context = window(
            browser,
            size,
            base_url=site.url,
            color_scheme="dark" if scheme == "dark" else "light",
            timezone_id="America/New_York",
            **options,
        )
        if person is not None:
            context.add_cookies(site.cookies_of(person))
        return context

    return make


@pytest.fixture
def open_page(new_context: Callable[..., BrowserContext], faults: Faults) -> Iterator[Opened]:
    """Give ``open_page(person, path, size=WIDE, scheme="light") -> Page``, signed in."""
    contexts: list[BrowserContext] = []

    def make(
        person: Person | None,
        path: str = "/",
        size: tuple[int, int] = WIDE,
        scheme: str = "light",
        **options: Any,
    ) -> Page:
        context = new_context(person, size, scheme, **options)
        contexts.append(context)
        page = context.new_page()
        faults.watch(page)
        page.goto(path)
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def kept_pages(
    new_context: Callable[..., BrowserContext],
) -> Iterator[Callable[[Person, Look], Page]]:
    """Give ``kept_pages(person, look) -> Page``, the same one each time: it has loaded all."""
    pages: dict[tuple[str, Look], Page] = {}

    def page_of(person: Person, look: Look) -> Page:
        if (person.id, look) not in pages:
            pages[person.id, look] = new_context(person, *look).new_page()
        return pages[person.id, look]

    yield page_of
    for page in pages.values():
        page.context.close()


@pytest.fixture(params=OPPOSITE_LOOKS, ids=["wide-light", "phone-dark"])
def look(request: pytest.FixtureRequest) -> Look:
    """Walk a test's path twice: both sizes and both schemes are seen on the way."""
    given: Look = request.param
    return given


@pytest.fixture
def walk(
    kept_pages: Callable[[Person, Look], Page], faults: Faults, look: Look
) -> Iterator[Callable[[Person, str], Page]]:
    """Give ``walk(person, path) -> Page``, in each look; it is left when the test ends."""
    walked: list[Page] = []

    def go(person: Person, path: str) -> Page:
        page = kept_pages(person, look)
        if page not in walked:
            faults.watch(page)
            walked.append(page)
        page.goto(path)
        return page

    yield go
    for page in walked:
        page.goto("about:blank")


@pytest.fixture
def annotator(site: Site) -> Person:
    return site.person("annotator")


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """Where screenshots go, if they are wanted (`make screenshots`)."""
    given = os.environ.get("GOLDSPAN_SCREENSHOTS")
    return Path(given) if given else None
