"""How far people's answers to one question agree: responses to units, and values compared.

A *unit* is what several people judged in the same way: one record, and of a ranking one pair of its
options. What numbers follow from the units is ``evaluation.agreement``'s business.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal, assert_never

from goldspan.domain.normalise import normalise_answer
from goldspan.domain.question import (
    LabelQuestion,
    MultiLabelQuestion,
    Question,
    RankingQuestion,
    RatingQuestion,
    SpanQuestion,
    TextQuestion,
)

Level = Literal["nominal", "ordinal", "interval"]


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's answer to one question on one record.

    Args:
        record_id: the record.
        user_id: who answered.
        value: the plain value.
    """

    record_id: str
    user_id: str
    value: Any


@dataclass(frozen=True, slots=True)
class AgreementUnit:
    """One thing that people judged.

    Args:
        record_id: the record that it belongs to.
        values: user id to what was said, in a form that can be compared: a number where the
            question's level is ordinal or interval.
    """

    record_id: str
    values: Mapping[str, Hashable]


def level_of(question: Question) -> Level:
    """Return how a question's values are measured.

    Ratings are ordinal: their steps need not be of one size. Everything else is nominal; of a
    ranking each pair of options has one of three values (before, after, tied).
    """
    return "ordinal" if isinstance(question, RatingQuestion) else "nominal"


def units(question: Question, votes: Iterable[Vote]) -> list[AgreementUnit]:
    """Return the question's units, in the order of first votes.

    Texts count as equal where SQuAD's normalisation makes them so, lists of labels or spans where
    they hold the same, in whatever order.
    """
    found: dict[tuple[str, str], dict[str, Hashable]] = defaultdict(dict)
    for vote in votes:
        for part, value in _parts(question, vote.value):
            found[vote.record_id, part][vote.user_id] = value
    return [AgreementUnit(record_id, values) for (record_id, _), values in found.items()]


def _parts(question: Question, value: Any) -> list[tuple[str, Hashable]]:
    if not isinstance(question, RankingQuestion):
        return [("", comparable(question, value))]
    ranks = _ranks(value)
    return [
        (f"{one}\n{other}", (ranks[one] > ranks[other]) - (ranks[one] < ranks[other]))
        for one, other in combinations(sorted(ranks), 2)
    ]


def comparable(question: Question, value: Any) -> Hashable:
    """Return a value in a form that is equal where two people said the same."""
    match question:
        case TextQuestion():
            return normalise_answer(value)
        case RatingQuestion() | LabelQuestion():
            plain: Hashable = value
            return plain
        case MultiLabelQuestion():
            return frozenset(value)
        case RankingQuestion():
            ranks = _ranks(value)
            order = sorted(set(ranks.values()))
            return tuple(sorted((name, order.index(rank)) for name, rank in ranks.items()))
        case SpanQuestion():
            return frozenset((item["label"], item["start"], item["end"]) for item in value)
        case _:
            assert_never(question)


def likeness(question: Question, one: Any, other: Any) -> float:
    """Return how alike two plain values are, 0 to 1; 1 where they say the same.

    Texts: F1 of their tokens. Spans: F1 of the characters that they mark. Labels in lists: share of
    the common ones. Ratings: 1 minus the distance over the scale. Rankings: share of pairs in the
    same order, a tie against an order counting half. Labels: equal or not.
    """
    match question:
        case TextQuestion():
            return token_f1(one, other)
        case RatingQuestion():
            return 1 - abs(int(one) - int(other)) / (max(question.values) - min(question.values))
        case LabelQuestion():
            return float(one == other)
        case MultiLabelQuestion():
            return len({*one} & {*other}) / len({*one} | {*other})
        case RankingQuestion():
            return _ranking_likeness(_ranks(one), _ranks(other))
        case SpanQuestion():
            return span_f1(one, other)
        case _:
            assert_never(question)


def token_f1(one: str, other: str) -> float:
    """Return the F1 of two texts' tokens after SQuAD's normalisation; 1 for two empty ones."""
    return _f1(Counter(normalise_answer(one).split()), Counter(normalise_answer(other).split()))


def span_f1(one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]) -> float:
    """Return the F1 of the characters that two lists of spans mark, label by label.

    Two empty lists agree wholly: both say that there is nothing to mark.
    """
    return _f1(_marked(one), _marked(other))


def _marked(spans: Sequence[Mapping[str, Any]]) -> Counter[Hashable]:
    return Counter(
        {(item["label"], at) for item in spans for at in range(item["start"], item["end"])}
    )


def _f1(one: Counter[Any], other: Counter[Any]) -> float:
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 1.0


def _ranks(value: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {
        item["value"]: item.get("rank") or position for position, item in enumerate(value, start=1)
    }


def _ranking_likeness(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    pairs = list(combinations(sorted(one.keys() & other.keys()), 2))
    if not pairs:
        return 1.0
    unlike = sum(abs(_sign(one[a] - one[b]) - _sign(other[a] - other[b])) / 2 for a, b in pairs)
    return 1 - unlike / len(pairs)


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def disagreement(
    questions: Mapping[str, Question], responses: Sequence[Mapping[str, Any]]
) -> float:
    """Return how far a record's submitted responses differ, 0 (not at all) to 1.

    It is 1 minus the mean likeness over all pairs of responses and all required questions: what
    may be left out, such as a rationale, is nobody's to agree on.

    Args:
        questions: the dataset's, by name.
        responses: question name to plain value, one mapping a response.
    """
    required = [question for question in questions.values() if question.required]
    unlike = [
        1 - likeness(question, one[question.name], other[question.name])
        for one, other in combinations(responses, 2)
        for question in required
        if question.name in one and question.name in other
    ]
    return sum(unlike) / len(unlike) if unlike else 0.0


def majority(question: Question, values: Sequence[Any]) -> Hashable | None:
    """Return what more people said than anything else, as ``comparable`` does; None for a tie."""
    counted = Counter(comparable(question, value) for value in values).most_common(2)
    if not counted or (len(counted) == 2 and counted[0][1] == counted[1][1]):
        return None
    return counted[0][0]


def is_right(question: Question, given: Any, known: Any) -> bool:
    """Say whether an answer is the known right one.

    Of spans, several known ones are alternatives: it is right to mark any of them and nothing else.
    """
    said, right = comparable(question, given), comparable(question, known)
    if isinstance(question, SpanQuestion) and isinstance(said, frozenset) and said:
        return isinstance(right, frozenset) and said <= right
    return said == right
