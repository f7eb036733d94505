"""The score that needs no reading: always the answer that was most frequent in training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.normalise import normalise_answer
from goldspan.errors import InvalidInput


def most_frequent_answer(demonstrations: Iterable[Demonstration]) -> str:
    """Return the text that most questions have as a gold answer.

    Texts count together when they are equal after normalisation; the one seen first stands for
    them, and wins a tie. "" is returned where "not answerable" is the most frequent.

    Args:
        demonstrations: the training questions, never those that are evaluated on.

    Raises:
        InvalidInput: if there are none.
    """
    counts: Counter[str] = Counter()
    spelling: dict[str, str] = {}
    for demonstration in demonstrations:
        of_question: dict[str, str] = {}
        for text in demonstration.gold_texts:
            of_question.setdefault(normalise_answer(text), text)
        counts.update(of_question.keys())
        spelling = of_question | spelling
    if not counts:
        raise InvalidInput("the most frequent answer needs at least one training question")
    return spelling[counts.most_common(1)[0][0]]
