"""The newcomer's path, from ``goldspan serve`` to ten answered records.

As docs/first-ten-answers.md tells it: in a browser, with nothing but what is on the screen. With
GOLDSPAN_SCREENSHOTS set, the pictures of that page are saved there.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.page.conftest import WIDE, Faults, window
from tests.page.looks import take_picture
from tests.page.talk import button, double_click, marks

LONGEST_S = 120
READY_S = 60
WRONG = "When did it get an electric light?"
UNANSWERED = "How many boats lie in the harbour?"


@pytest.fixture
def within_a_day() -> None:
    """Wait for midnight if it is near: what is answered on one day has to be one day's."""
    now = datetime.now(UTC)
    end = now + timedelta(seconds=LONGEST_S + READY_S)
    if now.date() != end.date():
        midnight = end.replace(hour=0, minute=0, second=0, microsecond=0)
        time.sleep((midnight - now).total_seconds())


@pytest.fixture
def link(tmp_path: Path) -> Iterator[str]:
    """Start ``goldspan serve`` in a fresh home; give the sign-in link that it prints."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GOLDSPAN_")}
    command = [sys.executable, "-m", "goldspan", "serve", "--port", "0"]
    environment = {**kept, "GOLDSPAN_HOME": str(tmp_path / "home"), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, env=environment, cwd=tmp_path, text=True, stdout=subprocess.PIPE
    ) as serving:
        try:
            assert serving.stdout is not None
            yield next(line.strip() for line in serving.stdout if "/link#" in line)
        finally:
            serving.terminate()
            serving.wait(READY_S)


class Walk:
    """A newcomer, who takes a picture of every step if pictures are wanted."""

    def __init__(self, page: Page, pictures: Path | None) -> None:
        self.page = page
        self._pictures = pictures
        self._taking_s = 0.0
        self._began_s = time.monotonic()

    def look(self, name: str) -> None:
        """Take a picture; the time that takes is not the newcomer's."""
        if self._pictures is None:
            return
        began_s = time.monotonic()
        take_picture(self.page, self._pictures / f"first-ten-{name}.png")
        self._taking_s += time.monotonic() - began_s

    def passed_s(self) -> float:
        return time.monotonic() - self._began_s - self._taking_s


@pytest.mark.usefixtures("within_a_day")
def test_ten_records_are_answered_within_two_minutes_of_the_first_start(
    link: str, browser: Browser, faults: Faults, pictures: Path | None
) -> None:
    with window(browser, WIDE) as context:  # closed before its server
        page = context.new_page()
        faults.watch(page)
        walk = Walk(page, pictures)
        sign_in(walk, link)
        make_example(walk)
        answer_ten(walk)
        print(f"\nfrom the link to ten answers: {walk.passed_s():.1f} s")
        assert walk.passed_s() < LONGEST_S


def sign_in(walk: Walk, link: str) -> None:
    page = walk.page
    page.goto(link)
    walk.look("1-link")
    page.get_by_role("button", name="Sign in").click()


def make_example(walk: Walk) -> None:
    page = walk.page
    expect(page.get_by_role("heading", name="No datasets yet")).to_be_visible()
    walk.look("2-home")
    page.get_by_role("link", name="Make the first one").click()
    button(page, "No file at hand").click()
    walk.look("3-dataset")
    button(page, "Create").click()
    expect(page.get_by_text("Who built the lighthouse?")).to_be_visible()
    walk.look("4-records")
    page.get_by_role("link", name="Annotate").click()


def answer_ten(walk: Walk) -> None:
    page = walk.page
    left = page.get_by_text(re.compile(r"^\d+ left$"))
    for number in range(10):
        expect(left).to_have_text(f"{10 - number} left")
        answer_one(walk, number)
    expect(page.get_by_role("heading", name="That was all")).to_be_visible()
    expect(page.get_by_text("You answered 10 records today.")).to_be_visible()
    walk.look("8-done")


def answer_one(walk: Walk, number: int) -> None:
    page = walk.page
    expect(page.get_by_role("region", name="Answer")).to_be_visible()
    if page.get_by_text(WRONG, exact=True).is_visible():
        double_click(page, "1904")
        marks(page, "1904")
        walk.look("6-mark")
    elif page.get_by_text(UNANSWERED, exact=True).is_visible():
        page.keyboard.press("n")
        walk.look("7-none")
    elif number == 0:
        walk.look("5-accept")
    page.keyboard.press("Enter")
