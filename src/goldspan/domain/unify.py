"""One value out of several people's: by majority, by mean, by the extremes, or all of them kept.

Nothing is drawn at random: of values that are equally frequent, the one that the question lists
first is taken, so that the same responses always give the same value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from goldspan.domain.question import (
    LabelQuestion,
    MultiLabelQuestion,
    Question,
    RankingQuestion,
    RatingQuestion,
)
from goldspan.errors import InvalidInput

DISAGREEMENT = "disagreement"
MAJORITY = "majority"
Values = Sequence[Any]


def strategies_for(question: Question) -> tuple[str, ...]:
    """Return what ``unify`` can do for a question; every kind keeps all by ``disagreement``."""
    return (*_STRATEGIES.get(type(question), {}), DISAGREEMENT)


def unify(question: Question, values: Values, strategy: str) -> list[Any]:
    """Return the value that stands for all; all of them by ``disagreement``; none if none is given.

    Raises:
        InvalidInput: if the strategy is none of the question's.
    """
    if strategy not in strategies_for(question):
        raise InvalidInput(
            f"answers to question {question.name!r} are unified by one of "
            f"{', '.join(strategies_for(question))}, found {strategy!r}"
        )
    if strategy == DISAGREEMENT or not values:
        return list(values)
    return [_STRATEGIES[type(question)][strategy](question, values)]


def _most_frequent(question: Any, values: Values) -> Any:
    listed = _options(question)
    counts = Counter(values)
    return max(listed, key=lambda option: (counts[option], -listed.index(option)))


def _options(question: Any) -> list[Any]:
    if isinstance(question, RatingQuestion):
        return sorted(question.values)
    return [option.value for option in question.labels]


def _labels_of_most(question: MultiLabelQuestion, values: Values) -> list[str]:
    """Return the labels that more than half chose; where there are none, the most frequent."""
    counts = Counter(label for labels in values for label in labels)
    listed = [label for label in _options(question) if counts[label]]
    chosen = [label for label in listed if 2 * counts[label] > len(values)]
    most = max(counts.values(), default=0)
    return chosen or [label for label in listed if counts[label] == most]


def _nearest_to_mean(question: RatingQuestion, values: Values) -> int:
    mean = sum(values) / len(values)
    return min(sorted(question.values), key=lambda value: abs(value - mean))


def _greatest(_question: Any, values: Values) -> Any:
    return max(values)


def _least(_question: Any, values: Values) -> Any:
    return min(values)


def _ranking_by(
    choose: Callable[[Sequence[int]], float],
) -> Callable[[RankingQuestion, Values], list[dict[str, Any]]]:
    """Return what ranks options by a figure of the ranks that they were given; 1 is the best."""

    def ranked(question: RankingQuestion, values: Values) -> list[dict[str, Any]]:
        given: dict[str, list[int]] = {option.value: [] for option in question.values}
        for ranking in values:
            for item in ranking:
                given[item["value"]].append(item["rank"])
        return _placed({name: choose(ranks) for name, ranks in given.items() if ranks})

    return ranked


def _placed(figures: Mapping[str, float]) -> list[dict[str, Any]]:
    """Rank by the figures, the least first; equal figures share a rank."""
    order = sorted(figures, key=lambda name: figures[name])
    return [
        {"value": name, "rank": 1 + sum(other < figures[name] for other in figures.values())}
        for name in order
    ]


def _most_frequent_ranking(question: RankingQuestion, values: Values) -> list[dict[str, Any]]:
    forms = [
        tuple(sorted((_place(question, item["value"]), item["rank"]) for item in ranking))
        for ranking in values
    ]
    counts = Counter(forms)
    best = min(counts, key=lambda form: (-counts[form], form))
    names = [option.value for option in question.values]
    return sorted(
        ({"value": names[place], "rank": rank} for place, rank in best),
        key=lambda item: item["rank"],
    )


def _place(question: RankingQuestion, name: str) -> int:
    return [option.value for option in question.values].index(name)


_STRATEGIES: dict[type[Any], dict[str, Callable[[Any, Values], Any]]] = {
    RatingQuestion: {
        "mean": _nearest_to_mean,
        MAJORITY: _most_frequent,
        "max": _greatest,
        "min": _least,
    },
    LabelQuestion: {MAJORITY: _most_frequent},
    MultiLabelQuestion: {MAJORITY: _labels_of_most},
    RankingQuestion: {
        "mean": _ranking_by(lambda ranks: sum(ranks) / len(ranks)),
        MAJORITY: _most_frequent_ranking,
        "max": _ranking_by(max),
        "min": _ranking_by(min),
    },
}
