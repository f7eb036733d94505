"""When two people said the same, and how far apart they are where they did not."""

from typing import Any

import pytest

from goldspan.domain.agreement import Vote, disagreement, likeness, majority, units
from goldspan.domain.question import (
    LabelQuestion,
    MultiLabelQuestion,
    Question,
    RankingQuestion,
    RatingQuestion,
    SpanQuestion,
    TextQuestion,
)

TEXT = TextQuestion("answer")
LABEL = LabelQuestion("kind", ["a", "b"])
MULTI = MultiLabelQuestion("kinds", ["a", "b", "c"])
RATING = RatingQuestion("strength", values=(1, 2, 3))
RANKING = RankingQuestion("preference", ["r1", "r2", "r3"])
SPAN = SpanQuestion("answer", "context", ["answer"], allow_overlapping=True)


TIED = [{"value": "r1", "rank": 1}, {"value": "r2", "rank": 1}]


def ranked(*names: str) -> list[dict[str, Any]]:
    return [{"value": name, "rank": place} for place, name in enumerate(names, 1)]


def marked(*spans: tuple[int, int]) -> list[dict[str, Any]]:
    return [{"label": "answer", "start": start, "end": end} for start, end in spans]


@pytest.mark.parametrize(
    ("question", "one", "other", "alike"),
    [
        (TEXT, "The Broncos!", "broncos", 1.0),
        (TEXT, "Denver", "Carolina", 0.0),
        (LABEL, "a", "b", 0.0),
        (MULTI, ["a", "b"], ["b", "c"], 1 / 3),
        (RATING, 1, 2, 0.5),
        (RANKING, ranked("r1", "r2", "r3"), ranked("r2", "r1", "r3"), 2 / 3),
        (
            RANKING,
            ranked("r1", "r2"),
            [{"value": "r1", "rank": 1}, {"value": "r2", "rank": 1}],
            0.5,
        ),
        (SPAN, marked((0, 6)), marked((0, 6)), 1.0),
        (SPAN, marked(), marked(), 1.0),
        (SPAN, marked((0, 4), (2, 6)), marked((0, 6)), 1.0),
        (SPAN, marked((0, 4)), marked(), 0.0),
    ],
)
def test_likeness_by_kind(question: Question, one: Any, other: Any, alike: float) -> None:
    assert likeness(question, one, other) == pytest.approx(alike)
    assert likeness(question, other, one) == pytest.approx(alike)


def test_a_ranking_makes_one_unit_of_each_pair() -> None:
    votes = [Vote("r", "ana", ranked("r1", "r2", "r3")), Vote("r", "ben", ranked("r2", "r1", "r3"))]
    found = units(RANKING, votes)
    assert [one.values for one in found] == [
        {"ana": -1, "ben": 1},
        {"ana": -1, "ben": -1},
        {"ana": -1, "ben": -1},
    ]


def test_only_required_questions_make_a_disagreement() -> None:
    questions: dict[str, Question] = {"kind": LABEL, "why": TextQuestion("why", required=False)}
    same = [{"kind": "a", "why": "x"}, {"kind": "a", "why": "y"}]
    assert disagreement(questions, same) == 0.0
    two_against_one = [{"kind": "a"}, {"kind": "a"}, {"kind": "b"}]
    assert disagreement(questions, two_against_one) == pytest.approx(2 / 3)
    assert disagreement(questions, [{"kind": "a"}]) == 0.0


def test_the_majority_is_more_than_any_other_value() -> None:
    assert majority(TEXT, ["Denver", "denver.", "Carolina"]) == "denver"
    assert majority(TEXT, ["Denver", "Carolina"]) is None
    assert majority(TEXT, []) is None
