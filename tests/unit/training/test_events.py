"""What a run tells, and how it hears of Ctrl-C."""

import io
import os
import re
import signal
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from transformers import TrainerControl, TrainerState, TrainingArguments

from goldspan.run.folder import RunFolder, RunSpec
from goldspan.training.events import ProgressBar, RunEvents, StopOnInterrupt, listener

SPEC = RunSpec("r", "sft", "span", "parent", "hash", 1, 0, {})


def test_an_event_is_in_the_folder_before_the_listener_hears_of_it(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "run", SPEC)
    seen: list[tuple[str, Mapping[str, Any], int]] = []
    events = RunEvents(folder, lambda k, v: seen.append((k, v, len(list(folder.events())))))
    events("step", step=1, loss=0.5)
    assert seen == [("step", {"step": 1, "loss": 0.5}, 1)]


def test_ctrl_c_asks_for_a_checkpoint_and_the_end_but_not_after_the_last_step() -> None:
    stop = StopOnInterrupt()
    before = signal.getsignal(signal.SIGINT)
    with stop.listening():
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
    arguments = TrainingArguments(output_dir="unused", use_cpu=True)
    for step, expected in ((3, True), (10, False)):
        control = TrainerControl()
        stop.on_step_end(arguments, TrainerState(global_step=step, max_steps=10), control)
        assert (control.should_save, control.should_training_stop) == (expected, expected)


def test_ctrl_c_is_answered_at_once(capfd: pytest.CaptureFixture[str]) -> None:
    with StopOnInterrupt().listening():
        os.kill(os.getpid(), signal.SIGINT)
    assert "stopping after this step" in capfd.readouterr().err


def test_in_another_thread_ctrl_c_is_left_alone() -> None:
    before = signal.getsignal(signal.SIGINT)
    inside: list[Any] = []

    def work() -> None:
        with StopOnInterrupt().listening():
            inside.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert inside == [before]


def test_without_a_listener_a_progress_bar_shows_steps_and_loss() -> None:
    drawn = io.StringIO()
    bar = ProgressBar(Console(file=drawn, force_terminal=True, width=100))
    bar("started", {"step": 0, "total_steps": 20})
    bar("step", {"step": 10, "loss": 1.25})
    bar("checkpoint", {"step": 10})
    bar("finished", {"steps": 20})
    assert "10/20 steps" in drawn.getvalue()
    assert "loss 1.250" in drawn.getvalue()


def test_the_bar_says_how_long_it_takes_however_slow_the_steps_are() -> None:
    drawn, now = io.StringIO(), [0.0]
    bar = ProgressBar(Console(file=drawn, force_terminal=True, width=100), clock=lambda: now[0])
    bar("started", {"step": 0, "total_steps": 40})
    for step in (10, 20, 30):
        now[0] += 60.0
        bar("step", {"step": step, "loss": 1.0})
    bar("finished", {"steps": 30})
    # Ten steps are left, at ten a minute.
    assert "30/40 steps" in drawn.getvalue()
    assert "0:01:00" in drawn.getvalue().split("30/40 steps")[-1]


def test_on_a_narrow_terminal_steps_and_time_stay_whole_and_figures_are_cut() -> None:
    drawn = io.StringIO()
    bar = ProgressBar(Console(file=drawn, force_terminal=True, width=80))
    bar("started", {"step": 0, "total_steps": 53})
    figures = {"rewards/accuracies": 0.4, "rewards/margins": 0.0, "logps/chosen": -2.5}
    bar("step", {"step": 10, "loss": 3.2, **figures})
    bar("finished", {"steps": 10})
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", drawn.getvalue())
    last = shown.split("training")[-1].split("\n")[0]
    assert "10/53 steps -:--:-- loss 3.200  accuracy 0.40" in last
    assert last.rstrip().endswith("…")


def test_a_given_listener_is_the_only_one() -> None:
    def mine(_kind: str, _values: Mapping[str, Any]) -> None: ...

    with listener(mine) as told:
        assert told is mine
