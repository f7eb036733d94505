"""A tracker gets what the run's own events say; the real library writes, and reads it back."""

from dataclasses import replace
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tests.recipes.generative.toy import SETTINGS, demonstrations, quiet, steps

from goldspan.training.generative_sft import train_generative_sft


def test_tensorboard_gets_the_loss_of_every_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENSORBOARD_LOGGING_DIR", str(tmp_path / "board"))
    settings = replace(SETTINGS, report_to=("tensorboard",), max_steps=3)
    result = train_generative_sft(
        "tiny-gpt2", demonstrations(), tmp_path / "run", settings, on_event=quiet
    )
    written = EventAccumulator(str(tmp_path / "board")).Reload().Scalars("train/loss")
    found = {point.step: point.value for point in written}
    assert found == pytest.approx(steps(result.folder), rel=1e-6)
    assert len(found) == 3
