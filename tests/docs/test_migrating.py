"""The page for those who come from Argilla names what exists, and every setting that moved."""

import importlib
import re
from pathlib import Path

import pytest

from goldspan.sdk.config_names import ELSEWHERE

PAGE = (Path(__file__).parents[2] / "docs" / "migrating.md").read_text(encoding="utf-8")
NAMES = sorted(set(re.findall(r"`(goldspan(?:\.\w+)+)", PAGE)))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_on_the_page_exists(name: str) -> None:
    package, *rest = name.split(".")
    found = importlib.import_module(package)
    for part in rest:
        if hasattr(found, part):
            found = getattr(found, part)
        else:
            found = importlib.import_module(f"{found.__name__}.{part}")
    assert found is not None


def test_every_setting_that_moved_stands_on_the_page() -> None:
    table = PAGE.partition("## Settings")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert named == set(ELSEWHERE)
