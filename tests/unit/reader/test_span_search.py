"""The joint span search, on logits written by hand."""

from collections import Counter
from math import exp

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from goldspan.domain.span import Span
from goldspan.reader.encoding import EncodedWindow
from goldspan.reader.span_search import SpanSearch, WindowLogits, span_scores, tidied

TEXT = "Ada wrote it"
WORDS = ((0, 3), (4, 9), (10, 12))


def window(
    start: list[float],
    end: list[float],
    no_answer: float = 0.0,
    offsets: tuple[tuple[int, int], ...] = WORDS,
    words: tuple[int | None, ...] = (0, 1, 2),
    context_index: int = 0,
) -> WindowLogits:
    encoded = EncodedWindow({"input_ids": [0] * 6}, 2, offsets, words, 0)
    logits = torch.tensor(start), torch.tensor(end)
    return WindowLogits(encoded, context_index, *logits, no_answer)


def test_a_spans_score_is_start_plus_end_and_no_span_runs_backwards() -> None:
    start, end = torch.tensor([[1.0, 2.0]]), torch.tensor([[10.0, 20.0]])
    scores = span_scores(start, end, torch.tensor([[True, True]]), max_answer_length=2)
    # [start 0: to itself, to 1], [start 1: to itself, past the end]
    assert scores.tolist() == [[[11.0, 21.0], [22.0, float("-inf")]]]


def test_the_best_span_is_joint_not_two_separate_argmaxes() -> None:
    # Start prefers word 2, end prefers word 0: separately they would give an empty answer.
    search = SpanSearch([window([0, 0, 3], [3, 0, 1])], 30, False)
    _, span, _ = next(search.ranked())
    assert span == Span(10, 12)


def test_probabilities_cover_all_spans_of_all_contexts_once() -> None:
    windows = [window([1, 0, 2], [0, 1, 0]), window([0, 0, 0], [2, 2, 2], context_index=1)]
    search = SpanSearch(windows, 30, False)
    probabilities = [probability for _, _, probability in search.ranked()]
    assert len(probabilities) == 12
    assert sum(probabilities) == pytest.approx(1.0)
    assert probabilities == sorted(probabilities, reverse=True)


def test_a_span_has_the_sum_of_what_it_has_in_every_window() -> None:
    # "wrote" stands in both windows, neither of which prefers it; "Ada" and "it" in one each.
    one = window([2, 1], [0, 0], offsets=WORDS[:2], words=(0, 1))
    two = window([1, 2], [0, 0], offsets=WORDS[1:], words=(1, 2))
    search = SpanSearch([one, two], 1, False)
    total = 2 * exp(1) + 2 * exp(2)
    ranked = list(search.ranked())
    assert [span for _, span, _ in ranked] == [Span(0, 3), Span(10, 12), Span(4, 9)]
    expected = [exp(2) / total, exp(2) / total, 2 * exp(1) / total]
    assert [p for _, _, p in ranked] == pytest.approx(expected)
    two = window([1.6, 2], [0, 0], offsets=WORDS[1:], words=(1, 2))
    assert next(SpanSearch([one, two], 1, False).ranked())[1] == Span(4, 9)


LOGITS = st.integers(-3, 3)
TOKENS = tuple((3 * place, 3 * place + 2) for place in range(9))


@given(
    windows=st.lists(
        st.tuples(
            st.integers(0, 1),
            st.integers(0, 8),
            st.lists(st.tuples(LOGITS, LOGITS), min_size=1, max_size=5),
        ),
        max_size=5,
    ),
    longest=st.integers(1, 4),
)
def test_every_span_of_any_windows_is_ranked_once_by_its_sum(
    windows: list[tuple[int, int, list[tuple[int, int]]]], longest: int
) -> None:
    read = []
    expected: Counter[tuple[int, Span]] = Counter()
    for context_index, at, logits in windows:
        offsets = TOKENS[at : at + len(logits)]
        start, end = zip(*logits[: len(offsets)], strict=True)
        words = tuple(range(len(offsets)))
        read.append(window([*start], [*end], 0.0, offsets, words, context_index))
        for first in range(len(offsets)):
            for last in range(first, min(first + longest, len(offsets))):
                span = Span(offsets[first][0], offsets[last][1])
                expected[context_index, span] += exp(start[first] + end[last])  # type: ignore[assignment]
    found = list(SpanSearch(read, longest, False).ranked())
    total = sum(expected.values())
    assert len(found) == len(expected)
    assert {(index, span): p for index, span, p in found} == {
        span: pytest.approx(share / total) for span, share in expected.items()
    }
    probabilities = [p for _, _, p in found]
    assert probabilities == sorted(probabilities, reverse=True)


def test_an_answer_is_at_most_max_answer_length_tokens() -> None:
    search = SpanSearch([window([9, 0, 0], [0, 0, 9])], 2, False)
    spans = {TEXT[span.start : span.end] for _, span, _ in search.ranked()}
    assert spans == {"Ada", "wrote", "it", "Ada wrote", "wrote it"}


def test_no_answer_is_weighed_against_all_spans_by_the_least_sure_window() -> None:
    # One token a window: logits 1 and 2 for its only span, 0 and 5 for "not answerable".
    one = window([1], [0], 0.0, offsets=((0, 3),), words=(0,))
    two = window([2], [0], 5.0, offsets=((0, 3),), words=(0,))
    search = SpanSearch([one, two], 30, False)
    expected = exp(0) / (exp(0) + exp(1) + exp(2))
    assert search.no_answer_probability == pytest.approx(expected)


def test_the_probability_of_no_answer_is_scaled_and_moved_as_was_learnt() -> None:
    # One token, logit 1 for its only span, 3 for "not answerable": log-odds 2.
    one = window([1], [0], 3.0, offsets=((0, 3),), words=(0,))
    search = SpanSearch([one], 30, False, no_answer_scale=0.5, no_answer_offset=-3.0)
    assert search.no_answer_raw_logit == pytest.approx(2.0)
    assert search.no_answer_logit == pytest.approx(-2.0)
    assert search.no_answer_probability == pytest.approx(1 / (1 + exp(2)))
    (spoken,) = search.ranked()
    assert spoken[2] == pytest.approx(1.0)  # spans among themselves are as they were
    assert SpanSearch([], 30, True, 1.0, 0.5, -3.0).no_answer_probability == 1.0


def test_a_token_without_text_begins_and_ends_no_answer() -> None:
    empty = window([9, 0], [9, 0], offsets=((0, 0), (0, 3)), words=(None, 0))
    assert [span for _, span, _ in SpanSearch([empty], 30, False).ranked()] == [Span(0, 3)]


def test_spans_are_widened_to_whole_words_if_asked() -> None:
    pieces = window([0, 9, 0], [0, 9, 0], offsets=((0, 1), (1, 3), (4, 9)), words=(0, 0, 1))
    assert next(SpanSearch([pieces], 30, True).ranked())[1] == Span(0, 3)
    assert next(SpanSearch([pieces], 30, False).ranked())[1] == Span(1, 3)


def test_no_windows_give_no_spans_and_nothing_but_no_answer() -> None:
    search = SpanSearch([], 30, True)
    assert (list(search.ranked()), search.no_answer_probability) == ([], 1.0)


def test_white_space_is_trimmed_and_marks_are_taken_in() -> None:
    assert tidied(" \r\nAda ", Span(0, 7)) == Span(3, 6)
    assert tidied("   ", Span(0, 3)) is None
    # A combining acute accent belongs to the e before it.
    assert tidied("cafe\u0301 x", Span(0, 4)) == Span(0, 5)
    assert tidied("cafe\u0301 x", Span(4, 5)) == Span(3, 5)


def test_the_lead_is_over_the_best_other_place() -> None:
    one = window([1, 0, 2], [0, 1, 0])
    # Spans by score: "it" 2, "Ada wrote" 2, then "Ada" 1. The same window again adds no place.
    assert SpanSearch([one, one], 30, False).lead() == pytest.approx(0.0)
    clear = window([0, 0, 3], [0, 0, 0])
    assert SpanSearch([clear, clear], 30, False, temperature=2.0).lead() == pytest.approx(3.0)
    assert SpanSearch([], 30, False).lead() == float("inf")


def test_the_windows_that_can_win_hold_a_span_near_the_best_or_little_silence() -> None:
    # Best spans of 5, 4.5 and 1; "not answerable" at 3, 9 and 2.
    windows = [
        window([5, 0, 0], [0, 0, 0], 3.0),
        window([4.5, 0, 0], [0, 0, 0], 9.0, context_index=1),
        window([1, 0, 0], [0, 0, 0], 2.0, context_index=2),
    ]
    search = SpanSearch(windows, 30, False)
    assert search.windows_within(1.0, silence=False) == [0, 1]
    assert search.windows_within(0.4, silence=False) == [0]
    assert search.windows_within(0.4, silence=True) == [0, 2]
    assert SpanSearch([], 30, False).windows_within(1.0, silence=True) == []
    # The first span's score is made in both windows that show it.
    again = SpanSearch([*windows, window([1, 0, 0], [0, 0, 0], 9.0)], 30, False)
    assert again.windows_within(0.4, silence=False) == [0, 3]


def test_sorting_few_first_gives_the_order_of_sorting_all() -> None:
    many = tuple((2 * i, 2 * i + 1) for i in range(40))
    draw = torch.Generator().manual_seed(0)
    logits = [torch.randint(0, 6, (40,), generator=draw).tolist() for _ in range(2)]
    each = window(logits[0], logits[1], offsets=many, words=tuple(range(40)))
    scores = {
        Span(many[i][0], many[j][1]): logits[0][i] + logits[1][j]
        for i in range(40)
        for j in range(i, min(40, i + 30))
    }
    # Equal scores stay in the order of the text.
    expected = sorted(scores, key=lambda span: -scores[span])
    assert [span for _, span, _ in SpanSearch([each], 30, False).ranked()] == expected
