import json
from pathlib import Path

import pytest

from goldspan.errors import InvalidSettings, UnusableModel
from goldspan.reader.span_config import FILE_NAME, SpanReaderConfig


def test_what_was_learnt_is_saved_with_the_model(tmp_path: Path) -> None:
    config = SpanReaderConfig(
        no_answer_threshold=0.4, temperature=1.5, no_answer_scale=0.3, no_answer_offset=-1.25
    )
    config.save(tmp_path)
    assert SpanReaderConfig.load(tmp_path) == config


def test_a_file_without_scale_and_offset_leaves_silence_as_the_model_gives_it(
    tmp_path: Path,
) -> None:
    old = {"max_length": 256, "no_answer_threshold": 0.5, "temperature": 1.1}
    (tmp_path / FILE_NAME).write_text(json.dumps(old), encoding="utf-8")
    config = SpanReaderConfig.load(tmp_path)
    assert (config.no_answer_scale, config.no_answer_offset) == (1.0, 0.0)
    assert (config.max_length, config.no_answer_threshold) == (256, 0.5)


def test_a_file_with_an_unknown_entry_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"temprature": 2.0}', encoding="utf-8")
    with pytest.raises(UnusableModel, match="temprature"):
        SpanReaderConfig.load(tmp_path)


@pytest.mark.parametrize("name", ["temperature", "no_answer_scale"])
def test_what_scores_are_scaled_by_is_above_zero(name: str) -> None:
    with pytest.raises(InvalidSettings, match=f"{name} should be above 0, found 0.0"):
        SpanReaderConfig(**{name: 0.0})  # type: ignore[arg-type]
