import pytest

from goldspan.errors import InvalidSettings
from goldspan.sdk.config_names import ELSEWHERE, configured, too_fast
from goldspan.training.settings import SpanDPOSettings, SpanSFTSettings


def test_a_setting_is_changed_and_the_others_stay() -> None:
    settings = configured(SpanSFTSettings(), {"num_train_epochs": 5})
    assert settings.num_train_epochs == 5.0
    assert settings.max_length == SpanSFTSettings().max_length


@pytest.mark.parametrize("name", sorted(ELSEWHERE))
def test_a_name_of_another_tool_is_refused_with_its_new_place(name: str) -> None:
    with pytest.raises(InvalidSettings) as caught:
        configured(SpanSFTSettings(), {name: 1})
    assert f"  {name}: {ELSEWHERE[name]}" in str(caught.value)
    assert "learning_rate" in str(caught.value)


def test_a_text_stands_for_a_number() -> None:
    assert configured(SpanSFTSettings(), {"max_steps": "7"}).max_steps == 7


def test_a_value_of_another_type_is_refused() -> None:
    with pytest.raises(InvalidSettings, match=r"'loss_type'.*found 'simpo'"):
        configured(SpanDPOSettings(), {"loss_type": "simpo"})


def test_the_seeds_learning_rate_is_warned_about_with_the_reason() -> None:
    warning = too_fast(SpanDPOSettings(learning_rate=2e-2))
    assert warning is not None
    assert "learning_rate=0.02 is 400 times the default of this training, 5e-05" in warning
    assert "the chosen answers themselves become less likely" in warning


def test_a_usual_learning_rate_is_not_warned_about() -> None:
    assert too_fast(SpanDPOSettings(learning_rate=1e-4)) is None
