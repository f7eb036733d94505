"""Settings of a training."""

import pytest

from goldspan.errors import InvalidSettings
from goldspan.training.settings import SpanDPOSettings, SpanSFTSettings, updated


def test_a_setting_is_changed_in_a_copy() -> None:
    before = SpanSFTSettings(learning_rate=1e-4)
    after = updated(before, learning_rate=3e-4, max_steps=5)
    assert (before.learning_rate, after.learning_rate, after.max_steps) == (1e-4, 3e-4, 5)


def test_an_unknown_setting_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(
        InvalidSettings, match=r"'learning_rat'.*mean 'learning_rate'.*It has: beta"
    ):
        updated(SpanDPOSettings(), learning_rat=1e-3)
