"""SQuAD's exact match and token F1, equal to the official v1.1 and v2.0 scripts.

Where the two scripts part:

- v2.0 drops gold answers that normalise to nothing; where none is left, the gold is "".
- Where an answer normalises to nothing, v1.1's F1 is 0 and v2.0's is 1 if both sides do.
- v1.1 has no rule for a question without a gold answer (its script stops there).
- A question without a prediction is wrong in v1.1 and left out in v2.0. Here it is wrong in both,
  and counted: leaving out a question must not raise the score.

Sources: Rajpurkar et al. 2016 (arXiv 1606.05250) and 2018 (arXiv 1806.03822).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.normalise import normalise_answer
from goldspan.domain.squad_version import SquadVersion, version_for
from goldspan.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class QuestionScore:
    """How well one question was answered.

    Args:
        id: the demonstration's id.
        exact_match: 0 or 1.
        f1: token F1 against the nearest gold answer, 0 to 1.
        answerable: whether the question has a gold answer.
        missing: whether there was no prediction; the score is then 0.
        article: the demonstration's article, "" if unknown.
        passage: the demonstration's passage, or its context where it has no name.
    """

    id: str
    exact_match: float
    f1: float
    answerable: bool
    missing: bool = False
    article: str = ""
    passage: str = ""


def exact_match(prediction: str, golds: Sequence[str], version: SquadVersion = "v2.0") -> float:
    """Return 1 if the prediction equals a gold answer after normalisation, else 0.

    Args:
        prediction: the answer given; "" says "not answerable".
        golds: the gold answers; in v2.0, none says "not answerable".
        version: whose rules.
    """
    given = normalise_answer(prediction)
    return int(any(given == gold for gold in _normalised_golds(golds, version)))


def token_f1(prediction: str, golds: Sequence[str], version: SquadVersion = "v2.0") -> float:
    """Return the best F1, 0 to 1, of the prediction's tokens against a gold answer's.

    Args:
        prediction: the answer given; "" says "not answerable".
        golds: the gold answers; in v2.0, none says "not answerable".
        version: whose rules.
    """
    given = normalise_answer(prediction).split()
    golds = _normalised_golds(golds, version)
    return max((_f1(given, gold.split(), version) for gold in golds), default=0)


def score(
    demonstrations: Sequence[Demonstration],
    predictions: Mapping[str, str],
    version: SquadVersion | None = None,
) -> list[QuestionScore]:
    """Score every question, in the order given.

    Args:
        demonstrations: the questions with their gold answers.
        predictions: id to answer text, "" for "not answerable". Ids of other questions are
            ignored; a question that has no prediction is wrong.
        version: whose rules; None takes v2.0 where a question is not answerable, else v1.1.

    Raises:
        InvalidInput: if two questions share an id, or v1.1 is asked for and a question is not
            answerable.
    """
    repeated = [id for id, n in Counter(d.id for d in demonstrations).items() if n > 1]
    if repeated:
        raise InvalidInput(
            f"each question needs an id of its own, but {len(repeated)} ids occur more than "
            f"once, {repeated[0]!r} among them",
            ids=repeated,
        )
    version = version or version_for(demonstrations)
    if version == "v1.1" and version_for(demonstrations) == "v2.0":
        unanswerable = next(d.id for d in demonstrations if not d.answerable)
        raise InvalidInput(
            "SQuAD v1.1 has no rule for a question without a gold answer, such as "
            f"{unanswerable!r}; score with version='v2.0'",
            id=unanswerable,
        )
    return [_score_one(d, predictions.get(d.id), version) for d in demonstrations]


def percent(values: Sequence[float], version: SquadVersion) -> float:
    """Return 100 x the mean, added up in the official script's way and order.

    The v1.1 script adds one by one, the v2.0 script calls ``sum``, which rounds differently
    since Python 3.12.

    Raises:
        InvalidInput: if there are no values.
    """
    if not values:
        raise InvalidInput("there is no question to score: the mean of nothing is not defined")
    total: float = 0
    if version == "v2.0":
        total = sum(values)
    else:
        for value in values:
            total += value
    return 100.0 * total / len(values)


def _score_one(
    demonstration: Demonstration, prediction: str | None, version: SquadVersion
) -> QuestionScore:
    golds = [answer.text for answer in demonstration.answers]
    missing = prediction is None
    return QuestionScore(
        id=demonstration.id,
        exact_match=0 if prediction is None else exact_match(prediction, golds, version),
        f1=0 if prediction is None else token_f1(prediction, golds, version),
        answerable=demonstration.answerable,
        missing=missing,
        article=demonstration.article,
        passage=demonstration.passage or demonstration.context,
    )


def _normalised_golds(golds: Sequence[str], version: SquadVersion) -> list[str]:
    normalised = [normalise_answer(gold) for gold in golds]
    if version == "v1.1":
        return normalised
    return [gold for gold in normalised if gold] or [""]


def _f1(given: list[str], gold: list[str], version: SquadVersion) -> float:
    if version == "v2.0" and not (given and gold):
        # A whole number on purpose: since Python 3.12 ``sum`` rounds 1 and 1.0 differently
        # among floats, and the official script has 1 here.
        return int(given == gold)
    same = (Counter(given) & Counter(gold)).total()
    if same == 0:
        return 0
    precision = same / len(given)
    recall = same / len(gold)
    return (2 * precision * recall) / (precision + recall)
