"""Many windows through a model: side by side or one after the other, the logits are the same."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from goldspan.reader.encoding import SpanEncoder
from goldspan.reader.forward import TOKENS_AT_ONCE, Forward
from goldspan.reader.span_config import SpanReaderConfig

CONTEXT = "The cat sat on the mat. A dog ate 3 fish, quickly. " * 4


@pytest.fixture
def three_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


def test_batches_side_by_side_give_what_one_after_the_other_gives(
    make_span_parts: Callable[..., tuple[Any, Any]],
    three_threads: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model, tokenizer = make_span_parts([CONTEXT])
    encoder = SpanEncoder(tokenizer, SpanReaderConfig(max_length=40, max_question_length=12))
    windows = encoder.windows(CONTEXT)
    encoded = encoder.encode([("who sat ?", CONTEXT, window) for window in windows])
    forward = Forward(model.eval(), tokenizer)
    together = forward(encoded)
    monkeypatch.setitem(TOKENS_AT_ONCE, "cpu", 40)  # a window is a batch
    apart = forward(encoded)
    assert len(together) == len(apart) == len(windows) > 3
    for window, (start, end), (start_apart, end_apart) in zip(
        encoded, together, apart, strict=True
    ):
        assert torch.allclose(start[: window.length], start_apart[: window.length], atol=1e-5)
        assert torch.allclose(end[: window.length], end_apart[: window.length], atol=1e-5)
    assert torch.get_num_threads() == 3


def test_what_goes_wrong_in_a_batch_is_raised(
    make_span_parts: Callable[..., tuple[Any, Any]],
    three_threads: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model, tokenizer = make_span_parts([CONTEXT], positions=16)
    encoder = SpanEncoder(tokenizer, SpanReaderConfig(max_length=40, max_question_length=12))
    encoded = encoder.encode([("who ?", CONTEXT, window) for window in encoder.windows(CONTEXT)])
    monkeypatch.setitem(TOKENS_AT_ONCE, "cpu", 40)
    with pytest.raises((RuntimeError, IndexError)):
        Forward(model.eval(), tokenizer)(encoded)
