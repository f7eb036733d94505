"""Records and what people and models say about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ResponseStatus(StrEnum):
    """How far a response has come."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A proposed value for one question; at most one per record and question.

    Args:
        question_name: the question it answers.
        value: a plain value, as a response would hold it.
        score: confidence from 0 to 1, or a list of them for values that are lists.
        agent: what proposed it, such as a model's name.
        type: ``model`` or ``human``.
    """

    question_name: str
    value: Any
    score: float | list[float] | None = None
    agent: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """One annotator's answers to one record.

    Args:
        values: question name to plain value; a discarded response may have none.
        status: draft, submitted or discarded.
        user_id: who answered; None until the server fills in the caller.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    status: ResponseStatus = ResponseStatus.SUBMITTED
    user_id: str | None = None
