import pytest

from goldspan.domain.span import Span, find_all
from goldspan.errors import InvalidSpan


def test_a_span_counts_code_points_so_an_emoji_is_one() -> None:
    assert Span(2, 5).of("🙂 two") == "two"


def test_a_combining_mark_is_a_code_point_of_its_own() -> None:
    assert Span(0, 2).of("e\u0301t\u00e9") == "e\u0301"


@pytest.mark.parametrize(("start", "end"), [(3, 3), (4, 3), (-1, 2)])
def test_a_span_with_impossible_bounds_is_refused(start: int, end: int) -> None:
    with pytest.raises(InvalidSpan, match=f"found start {start} and end {end}"):
        Span(start, end)


def test_a_span_of_booleans_is_refused() -> None:
    with pytest.raises(InvalidSpan, match="whole numbers"):
        Span(False, True)


def test_a_span_past_the_end_is_refused_with_the_texts_length() -> None:
    with pytest.raises(InvalidSpan, match="2:9 reaches past the text, which has 3 characters"):
        Span(2, 9).of("abc")


def test_spans_that_only_touch_do_not_overlap() -> None:
    assert not Span(0, 2).overlaps(Span(2, 4))
    assert Span(0, 3).overlaps(Span(2, 4))


def test_every_place_is_found_overlapping_ones_too() -> None:
    assert find_all("aaa", "aa") == [Span(0, 2), Span(1, 3)]


def test_a_piece_is_found_as_written_not_as_a_pattern() -> None:
    assert find_all("a.c abc", "a.c") == [Span(0, 3)]
