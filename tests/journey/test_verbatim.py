"""The tutorial of 2024, cell by cell, in its own words.

Only imports and the names of what lies on the hub are exchanged. Each cell runs, or stops with the
message that is pinned here; what is warned about is pinned, too.
"""

from __future__ import annotations

import io
import warnings
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.journey.conftest import USUAL_PORT
from tests.journey.notebook_text import Exchange, code_cells

from goldspan.errors import TemplateMismatch
from goldspan.server.serve import RunningServer

ADDRESS = f"http://localhost:{USUAL_PORT}"


@dataclass
class Outcome:
    """What running one cell came to."""

    code: str
    printed: str = ""
    warned: list[str] = field(default_factory=list)
    error: Exception | None = None


@dataclass
class Journey:
    """All cells after they ran, and the names that they left behind."""

    outcomes: list[Outcome]
    names: dict[str, Any]
    folder: Path
    exchanged: set[str]

    def cell(self, *parts: str) -> Outcome:
        """The one cell that holds all these words."""
        (found,) = [one for one in self.outcomes if all(part in one.code for part in parts)]
        return found


def run_cell(code: str, names: dict[str, Any]) -> Outcome:
    outcome = Outcome(code)
    printed = io.StringIO()
    with warnings.catch_warnings(record=True) as caught, redirect_stdout(printed):
        warnings.simplefilter("always", UserWarning)
        try:
            exec(compile(code, "<cell>", "exec"), names)
        except Exception as error:
            outcome.error = error
    outcome.printed = printed.getvalue()
    outcome.warned = [str(one.message) for one in caught if one.filename == "<cell>"]
    return outcome


@pytest.fixture(scope="module")
def journey(
    squad_dir: Path,
    hub: dict[str, str],
    server: RunningServer,
    in_a_folder_of_its_own: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Journey:
    import datasets

    names: dict[str, Any] = {"__name__": "__main__"}
    exchange = Exchange(
        hub if server.url.endswith(f":{USUAL_PORT}") else {**hub, ADDRESS: server.url}
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path_factory.mktemp("cache"))
        cells = code_cells(squad_dir.parent / "seed.txt")
        outcomes = [run_cell(exchange.code(cell), names) for cell in cells]
    return Journey(outcomes, names, in_a_folder_of_its_own, exchange.used)


def test_every_cell_but_the_last_runs(journey: Journey) -> None:
    stopped = [one.code for one in journey.outcomes if one.error]
    assert stopped == [journey.outcomes[-1].code]
    assert len(journey.outcomes) == 29


def test_only_imports_and_names_of_the_hub_are_exchanged(
    journey: Journey, hub: dict[str, str]
) -> None:
    assert journey.exchanged - {ADDRESS} == {"argilla", "argilla.feedback", "pipeline", *hub}


def test_the_last_cell_stops_because_the_prompt_is_another_one(journey: Journey) -> None:
    error = journey.outcomes[-1].error
    assert isinstance(error, TemplateMismatch)
    assert "### Question: {question}" in str(error)
    assert "Question: {question} Context: {context}" in str(error)
    assert "allow_other_prompt=True" in str(error)
