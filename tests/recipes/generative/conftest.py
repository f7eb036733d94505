"""A tiny reader that has a toy world by heart."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.recipes.generative.toy import SETTINGS, demonstrations, quiet

from goldspan.training.generative_sft import train_generative_sft


@pytest.fixture(scope="session")
def sft_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny GPT-2 that has the demonstrations by heart."""
    output = tmp_path_factory.mktemp("sft") / "run"
    settings = replace(SETTINGS, num_train_epochs=60)
    rows = demonstrations()
    train_generative_sft("tiny-gpt2", rows, output, settings, held_out=rows[:4], on_event=quiet)
    return output
