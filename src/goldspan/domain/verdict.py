"""A thumb up or down: whether one answer is good, without another one beside it."""

from __future__ import annotations

from dataclasses import dataclass

from goldspan.domain.demonstration import Answer


@dataclass(frozen=True, slots=True)
class Verdict:
    """What somebody said of one answer.

    Args:
        record_id: the record, or whatever names the question.
        question_text: what a user asks.
        context: the passage.
        answer: what was judged; the empty text stands for "not answerable".
        good: whether the thumb points up.
        annotator: id of who judged, "" if unknown.
        article: what the passage was taken from, "" if unknown.
        passage: names the passage, "" if unknown.
    """

    record_id: str
    question_text: str
    context: str
    answer: Answer
    good: bool
    annotator: str = ""
    article: str = ""
    passage: str = ""
