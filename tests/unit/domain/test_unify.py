"""One value for several people's."""

from typing import Any

import pytest

from goldspan.domain.question import (
    LabelQuestion,
    MultiLabelQuestion,
    Question,
    RankingQuestion,
    RatingQuestion,
    SpanQuestion,
    TextQuestion,
)
from goldspan.domain.unify import strategies_for, unify
from goldspan.errors import InvalidInput

RATING = RatingQuestion("rating", (1, 2, 3, 5))
LABEL = LabelQuestion("label", ["no", "yes"])
LABELS = MultiLabelQuestion("labels", ["a", "b", "c"])
RANKING = RankingQuestion("ranking", ["x", "y", "z"])
TEXT = TextQuestion("text")


def ranks(**by_name: int) -> list[dict[str, Any]]:
    return [{"value": name, "rank": rank} for name, rank in by_name.items()]


@pytest.mark.parametrize(
    ("question", "strategy", "values", "unified"),
    [
        (RATING, "mean", [1, 2, 5], 3),  # 8 / 3 = 2.67
        (RATING, "mean", [3, 5], 3),  # 4 is as near to 5
        (RATING, "majority", [5, 1, 5], 5),
        (RATING, "majority", [5, 1], 1),
        (RATING, "max", [5, 1, 2], 5),
        (RATING, "min", [5, 1, 2], 1),
        (LABEL, "majority", ["yes", "no", "yes"], "yes"),
        (LABEL, "majority", ["yes", "no"], "no"),
        (LABELS, "majority", [["a"], ["a", "b"], ["c", "b"]], ["a", "b"]),
        (LABELS, "majority", [["c"], ["b"]], ["b", "c"]),
        (
            RANKING,
            "mean",
            [ranks(x=1, y=2, z=3), ranks(x=2, y=1, z=3)],
            ranks(x=1, y=1, z=3),
        ),
        (
            RANKING,
            "majority",
            [ranks(x=1, y=2, z=3), ranks(y=1, x=2, z=3), ranks(z=3, y=1, x=2)],
            ranks(y=1, x=2, z=3),
        ),
        (
            RANKING,
            "max",
            [ranks(x=1, y=2, z=3), ranks(x=3, y=2, z=1)],
            ranks(y=1, x=2, z=2),
        ),
        (
            RANKING,
            "min",
            [ranks(x=1, y=2, z=3), ranks(x=3, y=2, z=1)],
            ranks(x=1, z=1, y=3),
        ),
    ],
)
def test_a_strategy_gives_one_value(
    question: Question, strategy: str, values: list[Any], unified: Any
) -> None:
    assert unify(question, values, strategy) == [unified]


def test_disagreement_keeps_all_and_nothing_gives_nothing() -> None:
    assert unify(TEXT, ["a", "b"], "disagreement") == ["a", "b"]
    assert unify(LABEL, [], "majority") == []


def test_a_strategy_of_another_kind_is_refused() -> None:
    span = SpanQuestion("span", "context", ["answer"])
    assert strategies_for(span) == strategies_for(TEXT) == ("disagreement",)
    with pytest.raises(InvalidInput, match="by one of majority, disagreement, found 'mean'"):
        unify(LABEL, ["yes"], "mean")
