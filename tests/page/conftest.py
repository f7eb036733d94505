"""One real server and one real browser for all tests of the page."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.api.talk import Person
from tests.conftest import missing
from tests.page.site import OWNER_PASSWORD, Site

from goldspan.server import page as served
from goldspan.server.serve import RunningServer, start_in_thread

CHROMIUM = os.environ.get("GOLDSPAN_CHROMIUM") or shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WIDE = (1440, 900)
PHONE = (390, 844)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    if not (served.STATIC / "index.html").is_file():
        missing("the page is not built: run `make web`")
    folder = tmp_path_factory.mktemp("page")
    running = start_in_thread(
        folder / "home", owner_password=OWNER_PASSWORD, runs_dir=folder / "runs"
    )
    yield running
    running.stop()


@pytest.fixture(scope="session")
def site(server: RunningServer) -> Iterator[Site]:
    assert server.api_key is not None
    opened = Site(server.url, server.api_key)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        missing("there is no chromium on the PATH")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


class Faults:
    """What a page must never do: violate its policy, throw, log an error."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.allowed: list[str] = []

    def watch(self, page: Page) -> None:
        page.on(
            "response",
            lambda response: (
                self.found.append(f"status of {response.status}: {response.url}")
                if response.status >= 400
                else None
            ),
        )
        page.on("pageerror", lambda error: self.found.append(f"thrown: {error}"))
        page.on(
            "console",
            lambda message: (
                self.found.append(f"{message.type}: {message.text}")
                if message.type == "error"
                else None
            ),
        )

    def allow(self, part: str) -> None:
        """Allow errors that hold this text, such as the browser's own on an answer of 401."""
        self.allowed.append(part)

    def check(self) -> None:
        assert [f for f in self.found if not any(part in f for part in self.allowed)] == []


Opened = Callable[..., Page]


@pytest.fixture
def faults() -> Iterator[Faults]:
    found = Faults()
    # The browser itself reports refused requests; asking who is signed in is one for strangers.
    found.allow("status of 401")
    yield found
    found.check()


@pytest.fixture
def open_page(browser: Browser, site: Site, faults: Faults) -> Iterator[Opened]:
    """Give ``open_page(person, path, size=WIDE, scheme="light") -> Page``, signed in."""
    contexts: list[BrowserContext] = []

    def make(
        person: Person | None,
        path: str = "/",
        size: tuple[int, int] = WIDE,
        scheme: str = "light",
        **options: Any,
    ) -> Page:
        context = browser.new_context(
            base_url=site.url,
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
            locale="en-GB",
            timezone_id="America/New_York",
            **options,
        )
        context.set_default_timeout(8_000)
        contexts.append(context)
        if person is not None:
            context.add_cookies(site.cookies_of(person))
        page = context.new_page()
        faults.watch(page)
        page.goto(path)
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def annotator(site: Site) -> Person:
    return site.person("annotator")


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """Where screenshots go, if they are wanted (`make screenshots`)."""
    given = os.environ.get("GOLDSPAN_SCREENSHOTS")
    return Path(given) if given else None
