"""What a notebook of 2024 needs around it: a server, and stand-ins for what lies on the hub."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import tiny_span_parts

from goldspan.errors import Conflict
from goldspan.sdk import session
from goldspan.sdk.workspace import Workspace
from goldspan.server.serve import RunningServer, start_in_thread

USUAL_PORT = 6900
KEY = "owner.apikey"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A fresh home with the notebook's key and workspace, on its port if that is free."""
    home = tmp_path_factory.mktemp("home")
    try:
        running = start_in_thread(home, port=USUAL_PORT, owner_api_key=KEY)
    except Conflict:
        running = start_in_thread(home, owner_api_key=KEY)
    with ExitStack() as closing:
        closing.callback(running.stop)
        # What the notebook's ``init`` begins ends with its server.
        patch = closing.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(session, "_active", [])
        owner = closing.enter_context(session.connect(running.url, KEY))
        Workspace.create("admin", session=owner)
        yield running


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, squad_dir: Path) -> dict[str, str]:
    """Hub name to a local folder of the same kind."""
    folder = tmp_path_factory.mktemp("hub")
    squad = _rows(squad_dir / "squad-train-v1.1.json")
    squad_v2 = [
        *_rows(squad_dir / "squad-train-v2.0-first10articles.json"),
        *_rows(squad_dir / "squad-dev-v2.0.json"),
    ]
    texts = [row["context"] for row in squad[440:528]]
    return {
        "squad": _dataset(folder / "squad", squad),
        "squad_v2": _dataset(folder / "squad_v2", squad_v2),
        "sshleifer/tiny-gpt2": _language_model(folder / "tiny-gpt2", texts),
        "distilbert-base-uncased-distilled-squad": _span_reader(folder / "distilbert", texts),
    }


def _rows(path: Path) -> list[dict[str, Any]]:
    """A SQuAD file in the columns that the hub serves."""
    rows = []
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            for asked in paragraph["qas"]:
                answers = asked["answers"]
                rows.append(
                    {
                        "id": asked["id"],
                        "title": article["title"],
                        "context": paragraph["context"],
                        "question": asked["question"],
                        "answers": {
                            "text": [one["text"] for one in answers],
                            "answer_start": [one["answer_start"] for one in answers],
                        },
                    }
                )
    return rows


def _dataset(folder: Path, rows: list[dict[str, Any]]) -> str:
    folder.mkdir()
    with (folder / "train.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return str(folder)


def _language_model(folder: Path, texts: list[str]) -> str:
    from goldspan.training.preset import build_preset

    model, tokenizer = build_preset("tiny-gpt2", texts, seed=0)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def _span_reader(folder: Path, texts: list[str]) -> str:
    model, tokenizer = tiny_span_parts(texts)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def in_a_folder_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Make a fresh folder the current one, as the notebook writes beside itself."""
    before = Path.cwd()
    folder = tmp_path_factory.mktemp("notebook")
    os.chdir(folder)
    yield folder
    os.chdir(before)
