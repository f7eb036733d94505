"""Why two readers of one model answer differently."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from goldspan.reader.span import SpanReader

ROUNDING = 0.005
"""Nats: a lead below it may turn by the order in which floating-point numbers are added."""

CANDIDATES = 12
"""Spans of a window that the peer merges by text before it takes the best."""


def cause(reader: SpanReader, question_text: str, context: str, theirs: str) -> str:
    """Name why a peer answered ``theirs`` where a contestant of ours answered otherwise.

    Args:
        reader: reads in float32, without a draft; the contestant may have had one.
        question_text: what was asked.
        context: of one window.
        theirs: the peer's answer.
    """
    if reader.answer(question_text, [context])[0].text == theirs:
        return "float32 answers as the peer does: the draft was sure of another span"
    ((_, search),) = reader.searches([(question_text, [context])])
    if search.lead() < ROUNDING:
        return f"the two best spans are level (less than {ROUNDING} nats apart)"
    merged: Counter[str] = Counter()
    for _, span, probability in islice(search.ranked(), CANDIDATES):
        merged[span.of(context).lower()] += probability  # type: ignore[assignment]
    if merged.most_common(1)[0][0] == theirs.lower():
        return "the peer adds up the scores of equal texts"
    return "not explained"
