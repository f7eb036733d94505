"""How far a demo has come: kept in its home, so that a second run goes on where the first stopped.

::

    demo/state.json       the options, and what each finished stage found
    demo/keys.json        the simulated annotators' API keys, readable only by their maker
    demo/untrained/       the model that training starts from, where its weights were drawn
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from goldspan.errors import Conflict
from goldspan.run.folder import write_json


class DemoState:
    """A demo's folder within its home.

    Args:
        home: the home.
        asked: the options that shape the figures, and the questions' hash.

    Raises:
        Conflict: if the home holds something else than a demo, or a demo with other options.
    """

    def __init__(self, home: Path, asked: Mapping[str, Any]) -> None:
        self.folder = home / "demo"
        self._path = self.folder / "state.json"
        self._state: dict[str, Any] = {"options": dict(asked), "stages": {}}
        if self._path.is_file():
            self._state = msgspec.json.decode(self._path.read_bytes())
            self._require_same(asked, home)
            return
        if (home / "goldspan.db").exists():
            raise Conflict(
                f"the home {home} is in use for something else, and the demo wants one of its "
                "own; choose another folder with --home",
                home=str(home),
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        write_json(self._path, self._state)

    def _require_same(self, asked: Mapping[str, Any], home: Path) -> None:
        kept = self._state["options"]
        other = [
            f"{name} was {kept.get(name)!r}, is {value!r}"
            for name, value in asked.items()
            if kept.get(name) != value
        ]
        if other:
            raise Conflict(
                f"{home} holds a demo that was started with other options ({'; '.join(other)}). "
                "Give the same options to go on with it, or choose another folder with --output "
                "or --home",
                home=str(home),
            )

    @property
    def stages(self) -> dict[str, Any]:
        """What each finished stage found, by its name, in the order they ended."""
        stages: dict[str, Any] = self._state["stages"]
        return stages

    def finish(self, stage: str, found: Mapping[str, Any]) -> None:
        """Write down that a stage has ended, and what it found."""
        self.stages[stage] = dict(found)
        write_json(self._path, self._state)

    @property
    def untrained(self) -> Path:
        """Where the model that training starts from lies, if its weights were drawn."""
        return self.folder / "untrained"

    def keys(self) -> dict[str, str]:
        """Return the annotators' keys by their names."""
        try:
            return msgspec.json.decode(self._keys_path.read_bytes(), type=dict[str, str])
        except FileNotFoundError:
            return {}

    def keep_key(self, username: str, key: str) -> None:
        """Keep an annotator's key: the server shows it once."""
        keys = self.keys() | {username: key}
        half = self._keys_path.with_suffix(".tmp")
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(keys))
        half.replace(self._keys_path)

    @property
    def _keys_path(self) -> Path:
        return self.folder / "keys.json"
