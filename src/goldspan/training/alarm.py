"""Sounds when preference training makes the preferred answers less likely."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from statistics import fmean
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from goldspan.training.events import RunEvents

NOTICEABLE = 0.1
"""How far the mean log-probability of the preferred answers may fall without a word, in nats.

One for both readers, while they train and afterwards: the answers have then lost a tenth of their
probability, on the geometric mean."""

LOGS = 5
"""Logged steps that are averaged: a batch says little."""


def displaced(figures: Mapping[str, float], *, remedy: str) -> list[str]:
    """Warn where a training made the preferred answers less likely while its rewards look well.

    Args:
        figures: ``start_logps_chosen`` and ``logps_chosen``, nats, and ``reward_accuracy``, 0 to 1.
        remedy: what to do about it, as a sentence.
    """
    before, after = figures["start_logps_chosen"], figures["logps_chosen"]
    if after >= before - NOTICEABLE:
        return []
    return [
        "the answers that people preferred have become less likely: their mean log-probability "
        f"fell from {before:.3f} to {after:.3f}, though the reward accuracy is "
        f"{figures['reward_accuracy']:.2f}. {remedy}"
    ]


class ChosenAlarm(TrainerCallback):
    """Warns while it happens, not at the end, and again only after the fall was made good.

    What TRL logs as ``rewards/chosen`` is β · (log π(chosen) − log π_ref(chosen)), of the same
    answers under both: it is exact, whatever answers a batch holds.

    Args:
        events: where the warning goes.
        beta: strength of the pull to the reference, > 0.
    """

    def __init__(self, events: RunEvents, beta: float) -> None:
        self._events = events
        self._beta = beta
        self._last: deque[float] = deque(maxlen=LOGS)
        self._sounding = False

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: Mapping[str, float] | None = None,
        **_: Any,
    ) -> None:
        """Look at the rewards of a step."""
        if logs is None or "rewards/chosen" not in logs or not state.is_world_process_zero:
            return
        self._last.append(logs["rewards/chosen"] / self._beta)
        if len(self._last) < LOGS:
            return
        fall = -fmean(self._last)
        if fall > NOTICEABLE and not self._sounding:
            self._events(
                "warning",
                step=state.global_step,
                message=f"log π of the preferred answers is {fall:.2f} nats below what it was "
                f"before training (mean of the last {LOGS} logged steps). Give the loss 'sft' "
                "more weight, or lower the learning rate",
            )
        self._sounding = fall > NOTICEABLE
