"""The command that starts several processes: two on a CPU learn what one learns."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.recipes.generative.toy import SETTINGS, demonstrations, quiet, steps

from goldspan.errors import TrainingError
from goldspan.formats.read import read_demonstrations
from goldspan.run.folder import RunFolder
from goldspan.sdk.config_names import configured
from goldspan.training.generative_settings import GenerativeSFTSettings
from goldspan.training.generative_sft import train_generative_sft

TWO = "--multi_gpu --num_processes 2 --num_machines 1 --mixed_precision no --dynamo_backend no"


def test_two_gloo_processes_of_the_command_learn_what_one_process_learns(tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    rows = [
        {"question": d.question_text, "context": d.context, "answer": d.gold_texts[0]}
        for d in demonstrations(24)
        if d.answerable
    ]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    common: dict[str, Any] = {
        "max_length": "96",
        "max_question_length": "20",
        "doc_stride": "8",
        "max_new_tokens": "16",
        "learning_rate": "3e-3",
        "logging_steps": "1",
        "per_device_train_batch_size": "5",
    }
    command = [sys.executable, "-m", "goldspan", "train", "sft", "--data", str(data)]
    command += ["--reader", "generative", "--model", "tiny-gpt2", "--output", str(tmp_path / "two")]
    command += ["--launcher", "accelerate", "--launch-options", TWO]
    for name, value in common.items():
        command += ["--set", f"{name}={value}"]
    ran = subprocess.run(
        command,
        env={**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    # Two batches of one process make the step that two processes make of one batch each.
    settings = configured(GenerativeSFTSettings(gradient_accumulation_steps=2), common)
    train_generative_sft(
        "tiny-gpt2", read_demonstrations(data), tmp_path / "one", settings, on_event=quiet
    )
    one, two = (RunFolder(tmp_path / name) for name in ("one", "two"))
    assert (one.report()["processes"], two.report()["processes"]) == (1, 2)
    assert len(steps(two)) == one.report()["steps"] == 6
    assert list(steps(two).values()) == pytest.approx(list(steps(one).values()), rel=1e-4)
    assert (two.model_dir / "model.safetensors").is_file()


def test_a_launcher_that_fails_says_so_and_leaves_a_run_that_can_go_on(tmp_path: Path) -> None:
    settings = replace(SETTINGS, max_steps=1)
    with pytest.raises(TrainingError, match="--resume"):
        train_generative_sft(
            "tiny-gpt2",
            demonstrations(),
            tmp_path / "run",
            settings,
            launcher=["--no_such_option"],
            on_event=quiet,
        )
    assert RunFolder(tmp_path / "run").spec.command == "sft"


def test_where_fsdp_is_asked_for_on_a_cpu_the_run_says_that_it_is_not_to_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCELERATE_USE_FSDP", "true")
    settings = replace(SETTINGS, max_steps=1)
    result = train_generative_sft(
        "tiny-gpt2", demonstrations(), tmp_path / "run", settings, on_event=quiet
    )
    said = [event["message"] for event in result.folder.events() if event["kind"] == "warning"]
    assert any("FSDP was asked for" in message and "whole model" in message for message in said)
