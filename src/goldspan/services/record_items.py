"""Records as clients send them, checked against their dataset and made ready to be stored.

The shapes are Protocols, so that a bulk of thousands is checked as it was decoded, without an
object of our own for each record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from goldspan.domain.metadata import check_metadata
from goldspan.domain.permission import Actor
from goldspan.domain.record import ResponseStatus
from goldspan.domain.schema import check_fields
from goldspan.errors import InvalidInput, InvalidRecord
from goldspan.services.lookup import Schema
from goldspan.services.values import GivenValue, kept_response, kept_value
from goldspan.storage.rows import NewResponse, NewSuggestion
from goldspan.storage.store import Unit

MOST_ITEMS = 1000
SHOWN_FAULTS = 20


class SuggestionItem(Protocol):
    """A proposed value."""

    @property
    def value(self) -> Any:
        """The plain value."""

    @property
    def question_id(self) -> str | None:
        """The question's id, or None if it is named."""

    @property
    def question_name(self) -> str | None:
        """The question's name, or None if its id is given."""

    @property
    def type(self) -> str | None:
        """``model`` or ``human``."""

    @property
    def score(self) -> float | list[float] | None:
        """Confidence from 0 to 1."""

    @property
    def agent(self) -> str | None:
        """What proposed it."""


class ResponseItem(Protocol):
    """Someone's answers."""

    @property
    def values(self) -> Mapping[str, GivenValue] | None:
        """Question name to answer."""

    @property
    def status(self) -> ResponseStatus:
        """How far it has come."""

    @property
    def user_id(self) -> str | None:
        """Whose answers; None for the caller's."""


class RecordItem(Protocol):
    """A record to add or to bring up to date."""

    @property
    def id(self) -> str | None:
        """The record's id, if it exists."""

    @property
    def external_id(self) -> str | None:
        """The client's own name of it."""

    @property
    def fields(self) -> Mapping[str, Any]:
        """Its texts."""

    @property
    def metadata(self) -> Mapping[str, Any] | None:
        """What else is known of it."""

    @property
    def vectors(self) -> Mapping[str, Sequence[float]] | None:
        """Its vectors."""

    @property
    def suggestions(self) -> Sequence[SuggestionItem] | None:
        """Proposed values."""

    @property
    def responses(self) -> Sequence[ResponseItem] | None:
        """Answers that are there already."""


@dataclass(frozen=True, slots=True)
class CheckedRecord:
    """A record that fits its dataset; JSON is encoded, None stands for "not given".

    Args:
        id: of the record to update, if it was given.
        external_id: the client's own name of it.
        fields_json: its texts.
        metadata_json: what else is known of it.
        vectors_json: its vectors.
        suggestions: as (question id, value JSON, score JSON, agent, type).
        responses: as (user id, values JSON, status).
    """

    id: str | None
    external_id: str | None
    fields_json: str
    metadata_json: str | None
    vectors_json: str | None
    suggestions: list[tuple[str, str, str | None, str | None, str | None]]
    responses: list[tuple[str, str | None, ResponseStatus]]

    def new_suggestions(self, record_id: str) -> list[NewSuggestion]:
        """Return its suggestions as rows of the record."""
        return [
            NewSuggestion(
                record_id=record_id,
                question_id=question_id,
                value_json=value,
                score_json=score,
                agent=agent,
                type=type_,
            )
            for question_id, value, score, agent, type_ in self.suggestions
        ]

    def new_responses(self, record_id: str, dataset_id: str) -> list[NewResponse]:
        """Return its responses as rows of the dataset's record."""
        return [
            NewResponse(
                record_id=record_id,
                user_id=user_id,
                values_json=values,
                status=status,
                dataset_id=dataset_id,
            )
            for user_id, values, status in self.responses
        ]


def check_items(
    unit: Unit,
    actor: Actor,
    schema: Schema,
    items: Sequence[RecordItem],
    *,
    allow_extra_metadata: bool,
) -> list[CheckedRecord]:
    """Check every item.

    Raises:
        InvalidInput: if there are none or too many.
        InvalidRecord: if any does not fit; names the faulty ones, each with its place. Where all
            faults are of another class, such as InvalidResponse, the error is of that class.
    """
    if not 1 <= len(items) <= MOST_ITEMS:
        raise InvalidInput(f"a bulk takes 1 to {MOST_ITEMS} records, found {len(items)}")
    checked: list[CheckedRecord] = []
    faults: list[tuple[int, InvalidInput]] = []
    twice = _given_twice(items)
    for place, item in enumerate(items):
        try:
            if item.external_id in twice:
                raise InvalidRecord(
                    f"external id {item.external_id!r} stands twice in this request"
                )
            checked.append(check_item(actor, schema, item, allow_extra_metadata))
        except InvalidInput as error:
            faults.append((place, error))
    if faults:
        raise _all_faults(faults, len(items))
    _check_users(unit, checked)
    return checked


def _given_twice(items: Sequence[RecordItem]) -> set[str]:
    counted = Counter(item.external_id for item in items)
    return {name for name, count in counted.items() if name is not None and count > 1}


def _all_faults(faults: Sequence[tuple[int, InvalidInput]], total: int) -> InvalidInput:
    shown = [f"items[{place}]: {error.message}" for place, error in faults[:SHOWN_FAULTS]]
    if len(faults) > SHOWN_FAULTS:
        shown.append(f"… and {len(faults) - SHOWN_FAULTS} more")
    classes = {type(error) for _, error in faults}
    raised = classes.pop() if len(classes) == 1 else InvalidRecord
    head = f"{len(faults)} of {total} records do not fit the dataset; none was written"
    return raised("\n  ".join([f"{head}:", *shown]), faults=shown)


def check_item(
    actor: Actor, schema: Schema, item: RecordItem, allow_extra_metadata: bool
) -> CheckedRecord:
    """Check one item, but not that its users exist. Raises InvalidInput."""
    check_fields(schema.fields, item.fields)
    responses = [
        (
            response.user_id or actor.user_id,
            kept_response(schema, item.fields, response.values, response.status),
            response.status,
        )
        for response in item.responses or ()
    ]
    users = [user_id for user_id, _, _ in responses]
    if len(set(users)) < len(users):
        raise InvalidRecord(f"a record has one response per user, found the users {users}")
    return CheckedRecord(
        id=item.id,
        external_id=item.external_id,
        fields_json=msgspec.json.encode(item.fields).decode(),
        metadata_json=check_given_metadata(schema, item.metadata, allow_extra_metadata),
        vectors_json=check_given_vectors(schema, item.vectors),
        suggestions=[check_suggestion(schema, item.fields, one) for one in item.suggestions or ()],
        responses=responses,
    )


def check_given_metadata(
    schema: Schema, given: Mapping[str, Any] | None, allow_extra: bool
) -> str | None:
    """Return metadata as JSON, without keys that are null. Raises InvalidRecord."""
    if given is None:
        return None
    check_metadata(schema.metadata, given, allow_extra)
    kept = {name: value for name, value in given.items() if value is not None}
    return msgspec.json.encode(kept).decode()


def check_given_vectors(schema: Schema, given: Mapping[str, Sequence[float]] | None) -> str | None:
    """Return vectors as JSON; None if there are none. Raises InvalidRecord."""
    for name, vector in (given or {}).items():
        settings = schema.vectors.get(name)
        if settings is None:
            raise InvalidRecord(
                f"vector {name!r} is not one of the dataset's {list(schema.vectors)}"
            )
        if len(vector) != settings.dimensions:
            raise InvalidRecord(
                f"vector {name!r} has {settings.dimensions} numbers, found {len(vector)}"
            )
    return msgspec.json.encode(given).decode() if given else None


def merged_vectors(old: str | None, new: str | None) -> str | None:
    """Return a record's vectors (JSON), the new ones in place of those of the same names."""
    if old is None or new is None:
        return old if new is None else new
    return msgspec.json.encode({**msgspec.json.decode(old), **msgspec.json.decode(new)}).decode()


def check_suggestion(
    schema: Schema, fields: Mapping[str, Any], item: SuggestionItem
) -> tuple[str, str, str | None, str | None, str | None]:
    """Return (question id, value JSON, score JSON, agent, type).

    Raises:
        InvalidRecord: if the question is not the dataset's, or the score is out of range.
        InvalidResponse: if the value does not fit the question.
    """
    name = item.question_name or _name_of(schema, item.question_id)
    if name not in schema.questions:
        raise InvalidRecord(
            f"a suggestion is for question {name!r}, "
            f"which is not one of the dataset's {list(schema.questions)}"
        )
    question = schema.questions[name]
    question.check(item.value, fields)
    scores: Collection[float] = item.score if isinstance(item.score, list) else [item.score or 0.0]
    if not all(0.0 <= score <= 1.0 for score in scores):
        raise InvalidRecord(
            f"the score of a suggestion for {name!r} lies in [0, 1], found {item.score!r:.80}"
        )
    return (
        schema.question_ids[name],
        msgspec.json.encode(kept_value(question, item.value)).decode(),
        None if item.score is None else msgspec.json.encode(item.score).decode(),
        item.agent,
        item.type,
    )


def _name_of(schema: Schema, question_id: str | None) -> str:
    for name, known in schema.question_ids.items():
        if known == question_id:
            return name
    raise InvalidRecord(
        f"a suggestion names its question by question_id or question_name; "
        f"{question_id!r} is not one of the dataset's questions {schema.question_ids}"
    )


def _check_users(unit: Unit, checked: Sequence[CheckedRecord]) -> None:
    given = {user_id for record in checked for user_id, _, _ in record.responses}
    unknown = sorted(given - unit.users.names().keys()) if given else []
    if unknown:
        raise InvalidRecord(
            f"a response is by user {unknown[0]!r}, whom there is not; make the user first, or "
            "leave user_id out for a response of your own",
            user_ids=unknown[:20],
        )
