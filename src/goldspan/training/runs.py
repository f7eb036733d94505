"""A run's course, the same for every recipe: make its folder, train, save, report."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainerState

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.preference import PreferencePair
from goldspan.domain.verdict import Verdict
from goldspan.errors import NothingToTrain
from goldspan.run.card import write_card
from goldspan.run.folder import Command, ReaderKind, RunFolder, RunSpec, make_root, now
from goldspan.run.rows import RowCounts, write_rows
from goldspan.run.source import current_snapshot
from goldspan.run.training_report import curves_of
from goldspan.training.events import (
    EventsCallback,
    RunEvents,
    StopOnInterrupt,
    listener,
    one_bar,
)
from goldspan.training.processes import first_process, parts_refused
from goldspan.training.result import OnEvent, TrainingResult
from goldspan.training.settings import Settings, TrainSettings

Watchers = Callable[[RunEvents], Sequence[TrainerCallback]]
"""Makes a trainer's callbacks, which may write events."""

RECORDED_PACKAGES = ("goldspan", "torch", "transformers", "tokenizers", "accelerate", "trl", "peft")


def create_run(
    output: Path,
    rows: Sequence[Demonstration | PreferencePair | Verdict | str],
    *,
    command: Command,
    reader: ReaderKind,
    parent: str,
    settings: TrainSettings,
    template: Mapping[str, str] | None = None,
    model_at_root: bool = False,
) -> RunFolder:
    """Make a run's folder with its rows frozen in it.

    Raises:
        Conflict: if the folder holds a run already or is a file; nothing of it is touched.
        InvalidInput: if the folder cannot be made.
    """
    make_root(output)
    data_hash = write_rows(output / "data.jsonl", rows)
    spec = RunSpec(
        id=output.resolve().name,
        command=command,
        reader=reader,
        parent=parent,
        data_hash=data_hash,
        rows=len(rows),
        seed=settings.seed,
        settings=asdict(settings),
        template=template,
        versions=package_versions(),
        created_at=now(),
        model_at_root=model_at_root,
        snapshot=current_snapshot(),
    )
    return RunFolder.create(output, spec)


def package_versions() -> dict[str, str]:
    """Return the versions of what shapes a training's figures."""
    found = {}
    for name in RECORDED_PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def start_dir(folder: RunFolder) -> Path:
    """Return where a run keeps the model it started from, if it was handed over as an object."""
    return folder.root / "start"


def start_of(folder: RunFolder) -> str:
    """Return what to load to begin the run again: its own copy of the start, else the parent."""
    own = start_dir(folder)
    return str(own) if own.is_dir() else folder.spec.parent


def restore_settings(folder: RunFolder, kind: type[Settings]) -> Settings:
    """Return the settings that a run was started with."""
    return msgspec.convert(dict(folder.spec.settings), kind)


def require_rows(counts: RowCounts) -> None:
    """Refuse to train on nothing.

    Raises:
        NothingToTrain: if no row was kept; says what became of them.
    """
    if counts.kept == 0:
        raise NothingToTrain(
            f"training needs at least one usable row: {counts.describe()}",
            given=counts.given,
            dropped=dict(counts.dropped),
        )


def carry_out(
    folder: RunFolder,
    trainer: Trainer,
    rows: RowCounts,
    *,
    save_model: Callable[[Path], None],
    on_event: OnEvent | None = None,
    watchers: Watchers | None = None,
    facts: Mapping[str, Any] | None = None,
    after: Callable[[], Mapping[str, Any]] | None = None,
) -> TrainingResult:
    """Train from the folder's last checkpoint, or from the start, and write what came of it.

    Args:
        folder: where events, checkpoints, model and report go.
        trainer: a Hugging Face trainer, ready to go.
        rows: what became of the rows.
        save_model: writes model and tokenizer into the folder it is given; all processes call it.
        on_event: gets every event; None shows a progress bar.
        watchers: what else looks on while it trains; each may end the training, and the best
            checkpoint that it names in the trainer's state becomes the model.
        facts: what else ``report.json`` should say, such as DPO's margin at the first step.
        after: called once the model is saved; its figures go into an ``evaluation`` event and
            into the report, its ``warnings`` into events of their own, too.
    """
    started = time.monotonic()
    checkpoint = folder.last_checkpoint()
    with listener(on_event) as told, one_bar():
        events = RunEvents(folder, told)
        log, stop = EventsCallback(events), StopOnInterrupt()
        trainer.remove_callback(PrinterCallback)
        trainer.add_callback(log)
        trainer.add_callback(stop)
        for watcher in watchers(events) if watchers else ():
            trainer.add_callback(watcher)
        if refused := parts_refused(trainer):
            events("warning", message=refused)
        if checkpoint:
            _count_saves_as(checkpoint, trainer)
        with stop.listening():
            trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        steps = int(trainer.state.global_step)
        interrupted = stop.asked and steps < int(trainer.state.max_steps)
        seconds = time.monotonic() - started
        if interrupted:
            events("interrupted", step=steps)
        else:
            best_step = _take_best(trainer)
            save_model(folder.model_dir)
            evaluation = dict(after()) if after and first_process() else {}
            for message in evaluation.get("warnings", ()):
                events("warning", message=message)
            if evaluation:
                events("evaluation", **evaluation)
            if first_process():
                report = {
                    "id": folder.spec.id,
                    "command": folder.spec.command,
                    "reader": folder.spec.reader,
                    "parent": folder.spec.parent,
                    "rows": asdict(rows),
                    "settings": folder.spec.settings,
                    "template": folder.spec.template,
                    "steps": steps,
                    "best_step": best_step,
                    "seconds": seconds,
                    "processes": trainer.accelerator.num_processes,
                    "final_loss": log.last_loss,
                    "evaluation": evaluation,
                    "curves": curves_of(folder.events()),
                    **(facts or {}),
                }
                folder.write_report(report)
                write_card(folder)
            events("finished", steps=steps, seconds=seconds, final_loss=log.last_loss)
    return TrainingResult(
        folder=folder,
        model_dir=folder.model_dir,
        rows=rows,
        steps=steps,
        seconds=seconds,
        final_loss=log.last_loss,
        interrupted=interrupted,
    )


def _count_saves_as(checkpoint: Path, trainer: Trainer) -> None:
    """Say ``save_steps`` in steps, as the checkpoint does: else transformers warns of a change."""
    if trainer.args.save_steps < 1:
        state = TrainerState.load_from_json(str(checkpoint / "trainer_state.json"))
        trainer.args.save_steps = state.save_steps


def _take_best(trainer: Trainer) -> int | None:
    """Go back to the best checkpoint, where one is named; return its step."""
    best = trainer.state.best_model_checkpoint
    if best is None:
        return None
    step = int(trainer.state.best_global_step or trainer.state.global_step)
    if step < trainer.state.global_step:
        trainer._load_best_model()
    return step
