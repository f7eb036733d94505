"""What a trainer tells while it runs: events to the run's folder, the caller and the terminal."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, Task, TextColumn, TimeRemainingColumn
from rich.table import Column
from rich.text import Text
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.utils import logging

from goldspan.run.folder import RunFolder
from goldspan.run.terminal import progress_console
from goldspan.training.processes import first_process
from goldspan.training.result import OnEvent

STDERR = 2
HEARD = b"\nstopping after this step, with a checkpoint; Ctrl-C again ends at once\n"


class RunEvents:
    """Writes a run's events, then hands each to ``on_event``; of several processes the first."""

    def __init__(self, folder: RunFolder, on_event: OnEvent) -> None:
        self._folder = folder
        self._on_event = on_event

    def __call__(self, kind: str, **values: Any) -> None:
        """Write one event."""
        if not first_process():
            return
        self._folder.event(kind, **values)
        self._on_event(kind, values)


IN_STEPS = {
    "loss": "loss {:.3f}",
    "rewards/accuracies": "accuracy {:.2f}",
    "rewards/margins": "margin {:.2f}",
    "logps/chosen": "log π {:.1f}",
    "logps/rejected": "against {:.1f}",
}
IN_HELD_OUT = {"exact_match": "EM {:.1%}", "f1": "F1 {:.1%}"}
"""What the terminal shows of an event, and how."""

SPEED_OVER_S = 600.0
"""Over how long a bar's speed is averaged: between two ``step`` events minutes may pass."""


class _Figures(TextColumn):
    """Gives way where the terminal is narrow, so that steps and time stay whole."""

    def render(self, task: Task) -> Text:
        text = super().render(task)
        text.no_wrap, text.overflow = True, "ellipsis"
        return text


class ProgressBar:
    """Shows a run's events as one line of the terminal; the default ``on_event``.

    Args:
        console: where to draw; None takes standard error, where somebody looks at it.
        clock: gives the time, seconds.
    """

    def __init__(
        self, console: Console | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        found, watched = (console, True) if console else progress_console()
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            TextColumn("{task.completed}/{task.total} {task.fields[unit]}"),
            TimeRemainingColumn(),
            _Figures("{task.fields[figures]}", table_column=Column(no_wrap=False)),
            console=found,
            disable=not watched,
            speed_estimate_period=SPEED_OVER_S,
            get_time=clock,
        )
        self._task = self._progress.add_task("training", total=None, figures="", unit="steps")
        self._figures: dict[str, str] = {}

    def __call__(self, kind: str, values: Mapping[str, Any]) -> None:
        """Move the bar."""
        if kind == "started":
            self._show("training", values["step"], values["total_steps"], "steps")
        elif kind == "preparing":
            self._show(values["stage"], values["done"], values["total"], "pairs")
        elif kind == "step":
            self._note(values, IN_STEPS)
            self._progress.update(self._task, completed=values["step"])
        elif kind == "held_out":
            self._note(values, IN_HELD_OUT)
        elif kind == "warning":
            self._progress.console.print(f"warning: {values['message']}", markup=False)
        elif kind in ("finished", "interrupted"):
            self.close()

    def _note(self, values: Mapping[str, Any], names: Mapping[str, str]) -> None:
        """Show the newest of each figure that the events bring."""
        for name, form in names.items():
            if name in values:
                self._figures[name + form] = form.format(values[name])
        if "num_tokens_computed" in values:
            saved = 1 - values["num_tokens_computed"] / max(1, values["num_tokens"])
            self._figures["saved"] = f"{saved:.0%} of tokens saved"
        self._progress.update(self._task, figures="  ".join(self._figures.values()))

    def _show(self, what: str, done: int, total: int, unit: str) -> None:
        self._progress.update(self._task, description=what, completed=done, total=total, unit=unit)
        self._progress.start()

    def close(self) -> None:
        """Take the bar off the terminal, whatever happened."""
        self._progress.stop()


@contextmanager
def listener(on_event: OnEvent | None) -> Iterator[OnEvent]:
    """Give the caller's ``on_event``, or a progress bar that is closed at the end."""
    if on_event is not None:
        yield on_event
        return
    bar = ProgressBar()
    try:
        yield bar
    finally:
        bar.close()


@contextmanager
def one_bar() -> Iterator[None]:
    """Keep transformers' own progress bars, one for every file it writes, off the terminal."""
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


class EventsCallback(TrainerCallback):
    """Turns a trainer's logs and checkpoints into events."""

    def __init__(self, events: RunEvents) -> None:
        self._events = events
        self.last_loss = float("nan")

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Say how long the run will be; ``step`` is above 0 after a resume."""
        if state.is_world_process_zero:
            self._events("started", step=state.global_step, total_steps=state.max_steps)

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Have the last step logged, whatever ``logging_steps`` is."""
        if state.global_step >= state.max_steps:
            control.should_log = True

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: Mapping[str, float] | None = None,
        **_: Any,
    ) -> None:
        """Write a ``step`` event; the trainer's closing summary has no loss and is left out."""
        if logs is None or "loss" not in logs or not state.is_world_process_zero:
            return
        self.last_loss = logs["loss"]
        self._events("step", step=state.global_step, total_steps=state.max_steps, **logs)

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Write a ``checkpoint`` event; the checkpoint is on disk."""
        if state.is_world_process_zero:
            self._events("checkpoint", step=state.global_step)


class StopOnInterrupt(TrainerCallback):
    """Ends the training after the present step, with a checkpoint, once Ctrl-C was pressed.

    A second Ctrl-C ends the program at once.
    """

    def __init__(self) -> None:
        self.asked = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Listen for Ctrl-C; outside the main thread, where no signal arrives, do nothing."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def note(_signal: int, _frame: FrameType | None) -> None:
            self.asked = True
            # Not by print: the signal may have come in the midst of one.
            with suppress(OSError):
                os.write(STDERR, HEARD)
            signal.signal(signal.SIGINT, signal.default_int_handler)

        before = signal.signal(signal.SIGINT, note)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Save and stop, if asked and if there is anything left to do."""
        if self.asked and state.global_step < state.max_steps:
            control.should_save = True
            control.should_log = True
            control.should_training_stop = True
