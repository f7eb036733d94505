"""The pages that are read off the code are fresh, and the version stands in the changelog."""

import runpy
from pathlib import Path

import pytest

import goldspan

CHECKOUT = Path(__file__).parents[2]
GENERATOR = runpy.run_path(str(CHECKOUT / "docs" / "generate.py"))


@pytest.mark.parametrize("name", sorted(GENERATOR["PAGES"]))
def test_a_reference_page_is_what_the_code_says(name: str) -> None:
    on_disk = (GENERATOR["REFERENCE"] / name).read_text(encoding="utf-8")
    assert on_disk == GENERATOR["HEAD"] + GENERATOR["PAGES"][name](), "run: make docs"


def test_the_changelog_opens_with_this_version() -> None:
    changelog = (CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert changelog.partition("## [")[2].partition("]")[0] == goldspan.__version__
