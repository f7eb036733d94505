"""Cutting passages and pairing them with questions, on any text."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.domain.span import Span
from goldspan.errors import InvalidSettings
from goldspan.reader.encoding import EncodedWindow, SpanEncoder
from goldspan.reader.span_config import SpanReaderConfig

CONFIG = SpanReaderConfig(max_length=40, max_question_length=12, doc_stride=8)
TEXTS = ["the cat sat on the mat and ate unbelievably many fish", "who ate the fish ?"]
# All of Unicode, and often letters the tokenizer knows, accents, emoji, kinds of white space.
ANY_TEXT = st.text(max_size=100) | st.text(
    alphabet=st.sampled_from(
        [*"abcdefghimnostuy ?.,-é日本ü🙂", "\r", "\n", "\t", "\u0301", "\u00a0"]
    ),
    max_size=200,
)


@pytest.fixture(scope="module")
def tokenizer(make_span_parts: Callable[..., tuple[Any, Any]]) -> Any:
    return make_span_parts(TEXTS)[1]


@pytest.fixture(scope="module")
def encoder(tokenizer: Any) -> SpanEncoder:
    return SpanEncoder(tokenizer, CONFIG)


@given(context=ANY_TEXT, question_text=ANY_TEXT)
@settings(max_examples=150, deadline=None)
def test_every_character_is_read_and_no_input_is_too_long(
    encoder: SpanEncoder, context: str, question_text: str
) -> None:
    windows = encoder.windows(context)
    covered = {place for window in windows for place in range(window.start, window.end)}
    assert covered == set(range(len(context)))
    encoded = encoder.encode([(question_text, context, window) for window in windows])
    assert all(each.length <= CONFIG.max_length for each in encoded)


@given(context=ANY_TEXT)
@settings(max_examples=150, deadline=None)
def test_every_token_is_read_in_some_window_at_its_place_in_the_passage(
    tokenizer: Any, encoder: SpanEncoder, context: str
) -> None:
    whole = tokenizer(context, add_special_tokens=False, return_offsets_mapping=True)
    encoded = encoder.encode([("who", context, window) for window in encoder.windows(context)])
    read = {place for each in encoded for a, b in each.offsets for place in range(a, b)}
    for start, end in whole["offset_mapping"]:
        assert set(range(start, end)) <= read


def test_windows_do_not_depend_on_the_question(encoder: SpanEncoder) -> None:
    context = TEXTS[0] * 5
    windows = encoder.windows(context)
    short = encoder.encode([("who", context, window) for window in windows])
    long = encoder.encode([("who ate the fish " * 9, context, window) for window in windows])
    assert len(windows) > 1
    assert [each.offsets for each in short] == [each.offsets for each in long]


def test_a_span_is_found_at_the_tokens_it_touches(encoder: SpanEncoder) -> None:
    context = "the cat sat"
    (window,) = encoder.windows(context)
    (encoded,) = encoder.encode([("who", context, window)])
    first, last = encoded.token_span(Span(4, 11)) or (-1, -1)
    assert (encoded.offsets[first][0], encoded.offsets[last][1]) == (4, 11)
    assert encoded.token_span(Span(3, 4)) is None


def test_a_span_stands_at_all_tokens_that_make_exactly_it() -> None:
    # "a" and a sign of two tokens, then a token without text, then "b".
    offsets = ((0, 1), (1, 2), (1, 2), (2, 2), (2, 3))
    window = EncodedWindow({"input_ids": []}, 0, offsets, (0, 1, 1, None, 2), 0)
    assert window.places_of(Span(0, 2), 30) == [(0, 1), (0, 2)]
    assert window.places_of(Span(1, 2), 30) == [(1, 1), (1, 2), (2, 2)]
    assert window.places_of(Span(1, 2), 1) == [(1, 1), (2, 2)]
    assert window.places_of(Span(2, 3), 30) == [(4, 4)]
    assert window.places_of(Span(2, 4), 30) == []


def test_no_answer_stands_at_the_cls_token(tokenizer: Any, encoder: SpanEncoder) -> None:
    (encoded,) = encoder.encode([("who", "the cat", Span(0, 7))])
    assert encoded.features["input_ids"][encoded.no_answer] == tokenizer.cls_token_id


def test_lengths_that_leave_no_room_are_refused(tokenizer: Any) -> None:
    with pytest.raises(InvalidSettings, match="leaves 5 tokens for the passage"):
        SpanEncoder(tokenizer, SpanReaderConfig(max_length=20, max_question_length=12))
