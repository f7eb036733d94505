"""Agreement in numbers, against figures worked by hand and the published ones."""

import math
from typing import Any

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.domain.agreement import AgreementUnit, Level, Vote
from goldspan.domain.question import SpanQuestion, TextQuestion
from goldspan.errors import InvalidInput
from goldspan.evaluation.agreement import krippendorff_alpha, mean_likeness, wilson

# Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section C: four observers,
# twelve units, missing data; nominal 0.743, ordinal 0.815, interval 0.849.
OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)


def units(rows: Any) -> list[AgreementUnit]:
    return [
        AgreementUnit(f"r{place}", {f"u{i}": v for i, v in enumerate(column) if v is not None})
        for place, column in enumerate(zip(*rows, strict=True))
    ]


@pytest.mark.parametrize(
    ("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_alpha_is_the_published_one(level: Level, published: float) -> None:
    found = krippendorff_alpha(units(OBSERVERS), level)
    assert found is not None
    assert found.value == pytest.approx(published, abs=0.0006)
    assert found.low < found.value < found.high


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=6, max_size=6),
        min_size=2,
        max_size=4,
    ),
    st.sampled_from(["nominal", "ordinal", "interval"]),
)
def test_alpha_is_what_the_library_says(rows: list[list[int | None]], level: Level) -> None:
    data = np.array([[np.nan if v is None else v for v in row] for row in rows], dtype=float)
    found = krippendorff_alpha(units(rows), level, resamples=1)
    if found is None:
        paired = [u for u in units(rows) if len(u.values) > 1]
        assert len({v for u in paired for v in u.values.values()}) <= 1
        return
    expected = krippendorff.alpha(reliability_data=data, level_of_measurement=level)
    assert found.value == pytest.approx(expected, abs=1e-9)


def test_alpha_of_one_value_or_of_lone_voices_is_not_defined() -> None:
    assert krippendorff_alpha(units([[1, 1], [1, 1]])) is None
    assert krippendorff_alpha(units([[1, 2], [None, None]])) is None


def test_one_record_tells_nothing_of_others() -> None:
    found = krippendorff_alpha([AgreementUnit("r", {"a": "x", "b": "y", "c": "x"})])
    assert found is not None
    assert (found.low, found.high) == (-math.inf, math.inf)


def test_a_rate_has_wilsons_interval() -> None:
    found = wilson(8, 10)
    assert found is not None
    # Wilson 1927, by the calculator of epitools: 0.4902 to 0.9433.
    assert (round(found.low, 4), round(found.high, 4)) == (0.4902, 0.9433)
    assert wilson(0, 0) is None
    with pytest.raises(InvalidInput, match="0 <= count <= of"):
        wilson(2, 1)


def test_spans_that_half_overlap_are_half_alike() -> None:
    question = SpanQuestion("answer", "context", ["answer"])

    def vote(record: str, user: str, start: int, end: int) -> Vote:
        return Vote(record, user, [{"label": "answer", "start": start, "end": end}])

    votes = [vote("r1", "a", 0, 4), vote("r1", "b", 2, 6), vote("r2", "a", 0, 4)]
    found, exact = mean_likeness(question, votes), mean_likeness(question, votes, exact=True)
    assert found is not None
    assert exact is not None
    assert found.value == 0.5  # 2 common of 4 and 4 characters
    assert exact.value == 0.0


def test_texts_are_alike_by_their_tokens() -> None:
    votes = [Vote("r", "a", "the Denver Broncos"), Vote("r", "b", "Denver")]
    found = mean_likeness(TextQuestion("answer"), votes)
    assert found is not None
    assert found.value == pytest.approx(2 / 3)  # precision 1, recall 1/2
