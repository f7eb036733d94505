"""Settings of the generative reader's trainings."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from trl.trainer import dpo_trainer

from goldspan.errors import InvalidSettings
from goldspan.training.generative_settings import (
    LOSS_TYPES,
    GenerativeDPOSettings,
    GenerativeSFTSettings,
    default_learning_rate,
)
from goldspan.training.settings import updated


def test_the_default_losses_are_dpo_and_an_anchor_of_weight_one() -> None:
    settings = GenerativeDPOSettings()
    assert (settings.loss_type, settings.weights) == (("sigmoid", "sft"), (1.0, 1.0))


def test_one_loss_may_be_given_by_its_name() -> None:
    settings = updated(GenerativeDPOSettings(), loss_type="ipo")
    assert (settings.loss_type, settings.weights) == (("ipo",), (1.0,))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"loss_type": "simpo"}, r"sigmoid, hinge.*found \('simpo',\)"),
        ({"loss_type": ()}, "one or more of"),
        ({"loss_weights": (1.0,)}, r"one number for each of \('sigmoid', 'sft'\)"),
        ({"beta": 0.0}, "beta should be above 0"),
        ({"label_smoothing": 0.5}, r"lies in \[0, 0.5\)"),
        ({"loss_type": "exo_pair"}, "needs label_smoothing"),
    ],
)
def test_settings_that_would_fail_late_are_refused_at_once(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidSettings, match=message):
        updated(GenerativeDPOSettings(), **changes)


@pytest.mark.parametrize("name", ["rpo_alpha", "max_prompt_length", "generate_during_eval"])
def test_a_removed_argument_is_refused_with_what_stands_in_its_place(name: str) -> None:
    with pytest.raises(InvalidSettings, match=re.escape(GenerativeDPOSettings.REMOVED[name])):
        updated(GenerativeDPOSettings(), **{name: 1})


def test_a_removed_argument_of_sft_is_refused_too() -> None:
    with pytest.raises(InvalidSettings, match="max_seq_length: it is called max_length now"):
        updated(GenerativeSFTSettings(), max_seq_length=128)


def test_the_losses_are_those_that_trl_knows() -> None:
    source = Path(dpo_trainer.__file__).read_text(encoding="utf-8")
    assert all(f'loss_type == "{name}"' in source for name in LOSS_TYPES)


def test_the_learning_rate_suits_what_is_trained() -> None:
    sft, dpo = GenerativeSFTSettings(), GenerativeDPOSettings()
    assert default_learning_rate(sft, fresh=False, adapter=False) == 2e-5
    assert default_learning_rate(sft, fresh=True, adapter=False) == 1e-3
    assert default_learning_rate(sft, fresh=False, adapter=True) == 2e-4
    assert default_learning_rate(dpo, fresh=False, adapter=False) == 5e-6
    assert replace(sft, learning_rate=3e-4).learning_rate == 3e-4
