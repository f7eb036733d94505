"""What a wheel holds of the page."""

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import CHECKOUT, missing

STATIC = "goldspan/server/static/"
# What a wheel is made of, in the checkout.
PARTS = ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "src", "web")
LARGEST_BYTES = 2 * 2**20
# Addresses that libraries name in messages for developers or as XML namespaces; nothing loads them.
HARMLESS = re.compile(
    r"https?://(www\.w3\.org/|react\.dev/errors|fb\.me/|mantine\.dev|github\.com/|localhost)"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    if shutil.which("npm") is None:
        missing("npm is not on the PATH")
    folder, copy = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("checkout")
    # From a copy: a page that is older than its sources is built anew, which must not change the
    # one that the tests beside this one are looking at.
    leave = shutil.ignore_patterns("node_modules", "__pycache__")
    for part in PARTS:
        if (CHECKOUT / part).is_dir():
            shutil.copytree(CHECKOUT / part, copy / part, ignore=leave)
        else:
            shutil.copy2(CHECKOUT / part, copy / part)
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), "."]
    subprocess.run(command, cwd=copy, check=True, timeout=600)
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as opened:
        yield opened


def files(wheel: zipfile.ZipFile) -> dict[str, bytes]:
    names = [name for name in wheel.namelist() if name.startswith(STATIC)]
    return {name.removeprefix(STATIC): wheel.read(name) for name in names}


def test_a_wheel_holds_the_page(wheel: zipfile.ZipFile) -> None:
    found = files(wheel)
    index = found["index.html"].decode()
    for address in re.findall(r'(?:src|href)="/([^"]+)"', index):
        assert address in found
    assert "GOLDSPAN_NONCE" in index


def test_a_wheel_holds_no_source_map_and_stays_small(wheel: zipfile.ZipFile) -> None:
    found = files(wheel)
    assert [name for name in found if name.endswith(".map")] == []
    assert sum(map(len, found.values())) < LARGEST_BYTES


def test_nothing_in_the_page_names_an_outside_address(wheel: zipfile.ZipFile) -> None:
    for name, content in files(wheel).items():
        if Path(name).suffix in (".js", ".css", ".html", ".svg"):
            text = content.decode()
            outside = re.findall(r"https?://[^\"'`\s)]+", text)
            assert [address for address in outside if not HARMLESS.match(address)] == [], name
            assert "sourceMappingURL" not in text
