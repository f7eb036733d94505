from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.domain.span import Span
from goldspan.domain.window import cut_windows, first_holding

WORDS = [(0, 3), (4, 7), (8, 11), (12, 15), (16, 19)]


def test_a_text_that_fits_is_one_window() -> None:
    assert cut_windows(WORDS, 20, size=5, stride=2) == [Span(0, 20)]


def test_windows_overlap_by_size_minus_stride_tokens() -> None:
    # Tokens 0-2, then 2-4; each reaches to the next token's start.
    assert cut_windows(WORDS, 20, size=3, stride=2) == [Span(0, 12), Span(8, 20)]


def test_an_empty_text_has_no_window_and_one_without_tokens_has_one() -> None:
    assert cut_windows([], 0, size=3, stride=2) == []
    assert cut_windows([], 4, size=3, stride=2) == [Span(0, 4)]


def test_a_stride_longer_than_a_window_would_lose_text_and_is_refused() -> None:
    with pytest.raises(ValueError, match="1 <= stride <= size"):
        cut_windows(WORDS, 20, size=2, stride=3)


def test_the_first_window_that_wholly_holds_a_span_is_taken() -> None:
    windows = [Span(0, 12), Span(8, 20)]
    assert first_holding(windows, Span(8, 11)) == 0
    assert first_holding(windows, Span(8, 15)) == 1
    assert first_holding(windows, Span(4, 15)) is None


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(1, 12), st.data())
def test_every_character_lies_in_a_window(
    marks: list[bool], size: int, data: st.DataObject
) -> None:
    # Each True is a one-character token, each False a character that no token covers.
    stride = data.draw(st.integers(1, size))
    tokens = [(i, i + 1) for i, is_token in enumerate(marks) if is_token]
    windows = cut_windows(tokens, len(marks), size, stride)
    assert windows[0].start == 0
    assert windows[-1].end == len(marks)
    assert all(other.start <= one.end for one, other in pairwise(windows))
    for window in windows:
        assert sum(window.start <= start < window.end for start, _ in tokens) <= size
