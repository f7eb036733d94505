"""``goldspan train``: from a file to a run, by the options of the command line."""

import json
import os
import signal
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.recipes.trainer.conftest import world
from transformers import AutoModelForQuestionAnswering
from typer.testing import CliRunner, Result

from goldspan.cli import build_app
from goldspan.domain.collect import located
from goldspan.domain.preference import PreferencePair
from goldspan.errors import InvalidFile, InvalidInput, InvalidSettings
from goldspan.formats.pairs import pair_row
from goldspan.run.folder import RunFolder
from goldspan.sdk.dataset import FeedbackDataset
from goldspan.sdk.session import Session, connect
from goldspan.sdk.workspace import Workspace
from goldspan.server.serve import start_in_thread
from goldspan.training.events import ProgressBar

KEY = "a key for tests"
QUICK = ["--set", "max_steps=4", "--set", "max_length=64", "--set", "max_question_length=16"]


def run(*words: Any) -> Result:
    """Run ``goldspan train …``; an error of Goldspan's own is raised."""
    return CliRunner().invoke(build_app(), ["train", *map(str, words)], catch_exceptions=False)


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    rows = [
        {"id": f"q{number}", "question": question, "context": context, "answer": answer}
        for number, (question, context, answer) in enumerate(world())
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    rows = [
        pair_row(
            PreferencePair(
                record_id=f"r{number}",
                question_text=question,
                context=context,
                chosen=located(answer, context),
                rejected=located(f"is {answer}", context),
                annotators=("u1",),
            )
        )
        for number, (question, context, answer) in enumerate(world())
    ]
    path = tmp_path / "pairs.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_sft_makes_a_run_of_a_file(questions: Path, span_start: Path, tmp_path: Path) -> None:
    output = tmp_path / "runs" / "first"
    done = run(
        "sft", "--data", questions, "--model", span_start, "--output", output,
        "--train-size", 0.75, "--seed", 7, *QUICK,
    )  # fmt: skip
    assert "training on 18 questions" in done.stdout
    assert "held out: 6 questions" in done.stdout
    folder = RunFolder(output)
    assert (folder.spec.seed, folder.spec.settings["max_steps"]) == (7, 4)
    AutoModelForQuestionAnswering.from_pretrained(output / "model")


def test_dpo_goes_on_from_an_sft_run(
    questions: Path, pairs: Path, span_start: Path, tmp_path: Path
) -> None:
    sft, dpo = tmp_path / "sft", tmp_path / "dpo"
    run("sft", "--data", questions, "--model", span_start, "--output", sft, *QUICK)
    done = run(
        "dpo", "--data", pairs, "--model", sft, "--output", dpo, "--limit", 8,
        "--set", "max_steps=2",
    )  # fmt: skip
    assert "training on 8 preference pairs" in done.stdout
    assert RunFolder(dpo).spec.parent == str(sft)
    assert RunFolder(dpo).spec.rows == 8


def test_an_interrupted_run_says_how_to_go_on_and_goes_on(
    questions: Path, span_start: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def press_ctrl_c(_bar: Any, kind: str, values: Mapping[str, Any]) -> None:
        if kind == "step" and values["step"] == 1:
            os.kill(os.getpid(), signal.SIGINT)

    output = tmp_path / "stopped"
    with monkeypatch.context() as patch:
        patch.setattr(ProgressBar, "__call__", press_ctrl_c)
        done = run("sft", "--data", questions, "--model", span_start, "--output", output, *QUICK)
    assert done.exit_code == 130
    line = f"interrupted after 2 steps; `goldspan train sft --resume {output}` goes on"
    assert line in done.stdout
    resumed = run("sft", "--resume", output)
    assert resumed.exit_code == 0
    assert "4 steps in" in resumed.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--model", "m", "--output", "o"], "--dataset NAME or --data FILE; found neither"),
        (["--dataset", "d", "--data", "f", "--model", "m", "--output", "o"], "found both"),
    ],
)
def test_one_source_is_wanted(words: list[str], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        run("sft", *words)


@pytest.mark.parametrize(("given", "missing"), [("--output", "--model"), ("--model", "--output")])
def test_a_model_and_an_output_are_wanted(given: str, missing: str, questions: Path) -> None:
    with pytest.raises(InvalidInput, match=f"{missing} is missing"):
        run("sft", "--data", questions, given, "x")


def test_a_setting_needs_a_value(questions: Path) -> None:
    with pytest.raises(InvalidInput, match="--set takes name=value, found 'max_steps'"):
        run("sft", "--data", questions, "--model", "m", "--output", "o", "--set", "max_steps")


def test_an_unknown_setting_is_refused(questions: Path) -> None:
    with pytest.raises(InvalidSettings, match="Did you mean 'learning_rate'"):
        run("sft", "--data", questions, "--model", "m", "--output", "o", "--set", "learnin_rate=1")


def test_questions_are_no_preferences(questions: Path) -> None:
    with pytest.raises(InvalidFile, match="'prompt' is a text, found None"):
        run("dpo", "--data", questions, "--model", "m", "--output", "o")


def test_a_learning_rate_far_too_high_is_warned_about(
    pairs: Path, span_start: Path, tmp_path: Path
) -> None:
    done = run(
        "dpo", "--data", pairs, "--model", span_start, "--output", tmp_path / "o",
        "--set", "learning_rate=2e-2", "--set", "max_steps=1",
    )  # fmt: skip
    assert "warning: learning_rate=0.02 is 400 times the default" in done.stderr


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Session]:
    """A fresh home's owner, in a workspace."""
    running = start_in_thread(tmp_path / "home", owner_api_key=KEY)
    session = connect(running.url, KEY)
    Workspace.create("people", session=session)
    yield session
    session.close()
    running.stop()


def test_datasets_on_the_server_are_trained_on(
    answered: FeedbackDataset,
    judged: FeedbackDataset,
    server: Session,
    span_start: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GOLDSPAN_API_URL", server.api_url)
    monkeypatch.setenv("GOLDSPAN_API_KEY", KEY)
    for dataset, name in ((answered, "questions"), (judged, "choices")):
        as_owner(dataset, server).push(name, session=server, show_progress=False)
    sft, dpo = tmp_path / "sft", tmp_path / "dpo"
    run("sft", "--dataset", "questions", "--model", span_start, "--output", sft, *QUICK)
    done = run("dpo", "--dataset", "choices", "--model", sft, "--output", dpo)
    assert "training on 12 preference pairs" in done.stdout
    assert (RunFolder(sft).spec.rows, RunFolder(dpo).spec.rows) == (24, 12)


def as_owner(dataset: FeedbackDataset, session: Session) -> FeedbackDataset:
    """Let the responses be the owner's, a user whom the server knows."""
    for record in dataset.records:
        record.responses = [replace(one, user_id=session.user.id) for one in record.responses]
    return dataset
