"""Several processes that train one model: who writes, and how they are started.

A run's folder is complete before the first step, so that starting several processes is the same
as resuming a run in each of them. They are started by ``accelerate launch``, whose own options
and configuration say how many there are and whether they hold the model whole (DDP) or in parts
(FSDP, DeepSpeed).
"""

from __future__ import annotations

import argparse
import gc
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from accelerate.commands.config.config_args import default_config_file
from accelerate.utils import DistributedType
from accelerate.utils.other import get_free_port

from goldspan.errors import InvalidSettings, TrainingError
from goldspan.run.folder import RunFolder
from goldspan.run.rows import RowCounts
from goldspan.training.result import TrainingResult

IN_PARTS = (DistributedType.FSDP, DistributedType.DEEPSPEED)


def first_process() -> bool:
    """Say whether this process is the one that writes; the launcher numbers them in ``RANK``."""
    return int(os.environ.get("RANK", "0")) == 0


def whole_weights(trainer: Any) -> dict[str, Any] | None:
    """Return a model's weights, put together where processes hold parts of them, else None.

    All processes have to call it.
    """
    if trainer.accelerator.distributed_type not in IN_PARTS:
        return None
    weights: dict[str, Any] = trainer.accelerator.get_state_dict(trainer.model_wrapped)
    return weights


def parts_refused(trainer: Any) -> str | None:
    """Say that parts were asked for and every process holds the model whole; None else.

    accelerate has FSDP for accelerators alone; on a CPU it takes the wish and says nothing.
    """
    asked = os.environ.get("ACCELERATE_USE_FSDP", "false").lower() == "true"
    kind = trainer.accelerator.distributed_type
    if not asked or kind is DistributedType.FSDP:
        return None
    return (
        f"FSDP was asked for, but accelerate runs {kind.value} here: it has FSDP for GPUs "
        "and other accelerators alone. Every process holds the whole model"
    )


def leave() -> None:
    """End this process's part in a group of processes, if it has one: the last that it does.

    gloo's threads live until nothing holds the group. Where they outlive Python, they now and then
    abort the process, and the launcher then ends the others and says that the training failed.
    """
    gc.collect()  # trainers and models stand in cycles, and hold the group
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def launch(folder: RunFolder, options: Sequence[str]) -> TrainingResult:
    """Train a run that was made but not begun, or was interrupted, in several processes.

    Args:
        folder: the run's.
        options: those of ``accelerate launch``, such as ``--num_processes 4``.

    Raises:
        InvalidSettings: if this process was itself started by a launcher.
        TrainingError: if a process failed; what it said is on the terminal.
    """
    if "RANK" in os.environ:
        raise InvalidSettings("--launcher is for the command that starts the processes")
    assert find_spec("accelerate") is not None, "imported above"
    command = [
        *(sys.executable, "-m", "accelerate.commands.accelerate_cli", "launch"),
        *options,
        *_meeting_port(options),
        *("-m", "goldspan", "train", folder.spec.command, "--resume", str(folder.root)),
    ]
    status = subprocess.run(command, check=False).returncode
    if not folder.report_path.is_file() and not _interrupted(folder):
        raise TrainingError(
            f"`{shlex.join(command)}` ended with status {status} and left no report; what it said "
            "stands above. What was trained until then is kept: "
            f"`goldspan train {folder.spec.command} --resume {folder.root}` goes on"
        )
    return _result(folder)


def _meeting_port(options: Sequence[str]) -> list[str]:
    """Return the option that lets the processes meet at a free port, if nothing names another.

    By itself accelerate takes 29500 for every run: of two that start on one machine in the same
    moment, one would fail.
    """
    known = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name in ("config_file", "main_process_port", "num_machines"):
        known.add_argument(f"--{name}", f"--{name.replace('_', '-')}")
    said, _ = known.parse_known_args(list(options))
    if said.main_process_port or said.config_file or Path(default_config_file).is_file():
        return []
    if said.num_machines not in (None, "1"):  # they have to agree on one
        return []
    return ["--main_process_port", str(get_free_port())]


def _interrupted(folder: RunFolder) -> bool:
    return any(event["kind"] == "interrupted" for event in folder.events())


def _result(folder: RunFolder) -> TrainingResult:
    done = folder.report() if folder.report_path.is_file() else {}
    last = [event for event in folder.events() if event["kind"] == "interrupted"][-1:]
    rows = done.get("rows") or {"given": folder.spec.rows, "kept": 0}
    return TrainingResult(
        folder=folder,
        model_dir=folder.model_dir,
        rows=RowCounts(**rows),
        steps=done["steps"] if done else last[0]["step"],
        seconds=done.get("seconds", 0.0),
        final_loss=done.get("final_loss", float("nan")),
        interrupted=not done,
    )
