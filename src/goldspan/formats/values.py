"""Values of other tools' answers, brought to the form that a question takes."""

from __future__ import annotations

from typing import Any

from goldspan.domain.question import Question, RankingQuestion, SpanQuestion


def adapted(question: Question | None, value: Any) -> Any:
    """Return a value as the question takes it; what is no such value stays as it is.

    A ranking may be a list of options from best to worst. Spans keep label, start and end.
    """
    if isinstance(question, RankingQuestion) and _all(value, str):
        return [{"value": one, "rank": rank} for rank, one in enumerate(value, start=1)]
    if isinstance(question, SpanQuestion) and _all(value, dict):
        return [{key: span.get(key) for key in ("label", "start", "end")} for span in value]
    return value


def _all(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(one, kind) for one in value)
