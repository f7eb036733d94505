"""The alarm for preferred answers that become less likely."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from transformers import TrainerControl, TrainerState, TrainingArguments

from goldspan.run.folder import RunFolder, RunSpec
from goldspan.training.alarm import ChosenAlarm, displaced
from goldspan.training.events import RunEvents

SPEC = RunSpec("r", "dpo", "generative", "parent", "hash", 1, 0, {})


def warned_at(rewards: Sequence[float], tmp_path: Path) -> list[int]:
    """Return the steps at which the alarm sounds; β is 0.1."""
    folder = RunFolder.create(tmp_path / "run", SPEC)
    alarm = ChosenAlarm(RunEvents(folder, lambda _kind, _values: None), beta=0.1)
    arguments: Any = TrainingArguments(output_dir="unused", use_cpu=True)
    for step, reward in enumerate(rewards):
        state = TrainerState(global_step=step)
        alarm.on_log(arguments, state, TrainerControl(), logs={"rewards/chosen": reward})
    return [event["step"] for event in folder.events()]


def test_it_sounds_once_when_the_mean_of_five_steps_has_fallen_by_a_tenth_of_a_nat(
    tmp_path: Path,
) -> None:
    # -0.02 / β is 0.2 nats below the start; the fifth such step makes the mean fall below 0.1.
    assert warned_at([0, 0, 0] + [-0.02] * 9, tmp_path) == [5]


def test_it_sounds_again_only_after_the_fall_was_made_good(tmp_path: Path) -> None:
    assert warned_at([-0.02] * 5 + [0.0] * 5 + [-0.02] * 5, tmp_path) == [4, 12]


def test_a_single_bad_batch_is_no_alarm(tmp_path: Path) -> None:
    assert warned_at([0.0, 0.0, -0.04, 0.0, 0.0, 0.0], tmp_path) == []


def test_afterwards_the_same_fall_is_told() -> None:
    figures = {"start_logps_chosen": -1.0, "reward_accuracy": 1.0}
    assert displaced({**figures, "logps_chosen": -1.09}, remedy="Rest.") == []
    (warning,) = displaced({**figures, "logps_chosen": -1.11}, remedy="Rest.")
    assert warning.endswith("fell from -1.000 to -1.110, though the reward accuracy is 1.00. Rest.")
