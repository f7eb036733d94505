"""Rows of a file made to fit a dataset: gold answers in their place, users and ids found."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Literal
from uuid import UUID

from goldspan.domain.answering import KNOWN_ANSWERS, Answering
from goldspan.domain.permission import Actor
from goldspan.domain.record import ResponseStatus
from goldspan.errors import InvalidInput, Remedy
from goldspan.formats.incoming import Incoming
from goldspan.formats.whole import Shape, WholeRecord, WholeResponse, WholeSuggestion
from goldspan.services.lookup import Schema
from goldspan.services.record_items import CheckedRecord, check_item
from goldspan.services.values import kept_response
from goldspan.storage.rows import DatasetRow
from goldspan.storage.store import Unit

Answers = Literal["responses", "suggestions", "controls", "none"]
IMPORT_USER = "import"
"""The user in whose name gold answers are submitted."""


def shape_of(schema: Schema) -> Shape:
    """Return what files need to know of a dataset."""
    return Shape(
        fields={one.name: one.required for one in schema.fields},
        questions=schema.questions,
        metadata=schema.metadata,
    )


@dataclass(frozen=True, slots=True)
class _Value:
    value: Any


@dataclass(frozen=True, slots=True)
class _Suggested:
    value: Any
    question_name: str | None
    score: float | list[float] | None
    agent: str | None
    type: str | None
    question_id: str | None = None


@dataclass(frozen=True, slots=True)
class _Responded:
    values: dict[str, _Value] | None
    status: ResponseStatus
    user_id: str | None


@dataclass(frozen=True, slots=True)
class _Item:
    """A record as the check takes it."""

    id: str | None
    external_id: str | None
    fields: dict[str, Any]
    metadata: dict[str, Any] | None
    vectors: dict[str, list[float]] | None
    suggestions: list[_Suggested]
    responses: list[_Responded]


@dataclass(frozen=True, slots=True)
class Passed:
    """A row that fits its dataset.

    Args:
        record: what it is stored as.
        adjudication_json: values that settle the record.
        control_json: values that are known to be right.
    """

    record: CheckedRecord
    adjudication_json: str | None
    control_json: str | None


class Fitter:
    """Makes rows fit a dataset."""

    def __init__(
        self,
        unit: Unit,
        actor: Actor,
        dataset: DatasetRow,
        schema: Schema,
        answers: Answers,
        import_user: str,
    ) -> None:
        self._actor = actor
        self._dataset = dataset
        self._schema = schema
        self._answers = answers
        self._import_user = import_user
        self._names: Answering | None = shape_of(schema).answering
        self._users = {name: user_id for user_id, name in unit.users.names().items()}

    def record(self, row: Incoming) -> WholeRecord:
        """Return the row's record with its gold answers in their place.

        Raises:
            InvalidInput: if an answer should be marked and does not stand in its context.
        """
        record = row.record
        if self._answers == "none":
            record.responses = []
        gold = dict(row.values or {})
        names = self._names
        if names is not None and row.answers is not None:
            if self._answers == "controls":
                record.metadata[KNOWN_ANSWERS] = [one.text for one in row.answers]
            gold[names.question.name] = self._marked(row, names)
        if self._answers == "suggestions":
            record.suggestions = [
                *record.suggestions,
                *(
                    WholeSuggestion(
                        question_name=name, value=value, agent=IMPORT_USER, type="human"
                    )
                    for name, value in gold.items()
                ),
            ]
        elif self._answers == "responses" and gold:
            given = WholeResponse(user_id=self._import_user, values=gold)
            record.responses = [*record.responses, given]
        elif self._answers == "controls" and gold:
            record.control = gold
        return record

    def _marked(self, row: Incoming, names: Answering) -> Any:
        answers = row.answers or ()
        value = names.value_of(answers, row.record.fields[names.context_field])
        if value is None:
            raise InvalidInput(
                f"the answers {[one.text for one in answers]!r:.200} should be marked and do not "
                "stand in the context; correct them",
                remedies=[
                    Remedy(gain="to import without answers", parameter="answers", value="none")
                ],
            )
        return value

    def checked(self, record: WholeRecord) -> Passed:
        """Check a record against the dataset. Raises InvalidInput."""
        settled = None if record.adjudication is None else record.adjudication.values
        return Passed(
            record=self._checked(record),
            adjudication_json=self._known(record, settled, ResponseStatus.SUBMITTED),
            control_json=self._known(record, record.control, ResponseStatus.DRAFT),
        )

    def _known(
        self, record: WholeRecord, values: dict[str, Any] | None, status: ResponseStatus
    ) -> str | None:
        if values is None:
            return None
        given = {name: _Value(value) for name, value in values.items()}
        return kept_response(self._schema, record.fields, given, status)

    def _checked(self, record: WholeRecord) -> CheckedRecord:
        item = _Item(
            id=self._id(record),
            external_id=record.external_id,
            fields=record.fields,
            metadata=self._metadata(record.metadata),
            vectors=record.vectors or None,
            suggestions=[
                _Suggested(one.value, one.question_name, one.score, one.agent, one.type)
                for one in record.suggestions
            ],
            responses=[
                _Responded(
                    None if one.values is None else {n: _Value(v) for n, v in one.values.items()},
                    one.status,
                    self._user(one),
                )
                for one in record.responses
            ],
        )
        return check_item(self._actor, self._schema, item, self._dataset.allow_extra_metadata)

    def _metadata(self, given: dict[str, Any]) -> dict[str, Any]:
        """Leave out the origins that a strict dataset does not declare."""
        if self._dataset.allow_extra_metadata:
            return given
        strange = {"article", "passage"} - self._schema.metadata.keys()
        return {name: value for name, value in given.items() if name not in strange}

    def _id(self, record: WholeRecord) -> str | None:
        """Return the id that a new record takes: the same at every repetition.

        See ``moved_id``.
        """
        if record.id is None:
            return None
        try:
            return moved_id(UUID(record.id), self._dataset.id)
        except ValueError:
            raise InvalidInput(f"a record's id is a UUID, found {record.id!r:.80}") from None

    def _user(self, response: WholeResponse) -> str:
        """Return whose the response is; somebody unknown here keeps the id from elsewhere."""
        if response.username in self._users:
            return self._users[response.username]
        return response.user_id or former_user(response.username or "")


def moved_id(given: UUID, dataset_id: str) -> str:
    """Return the id that a record takes in another dataset, always the same.

    Two datasets cannot have one id. UUIDs of version 7 are a time, a counter of 42 bits and 32
    random ones (RFC 9562, 5.7 and 6.2): the counter is moved by as much for all records of a
    dataset, so that they keep their order, and the rest is made anew.
    """
    offset = int.from_bytes(blake2b(dataset_id.encode(), digest_size=6).digest())
    counter = (given.int >> 64 & 0xFFF) << 30 | given.int >> 32 & 0x3FFFFFFF
    counter = (counter + offset) % 2**42
    rest = int.from_bytes(blake2b(f"{dataset_id} {given}".encode(), digest_size=4).digest())
    first = given.int >> 80 << 80 | 7 << 76 | counter >> 30 << 64
    return str(UUID(int=first | 0b10 << 62 | (counter & 0x3FFFFFFF) << 32 | rest))


def former_user(name: str) -> str:
    """Return the id of somebody who is known by name only, from another tool."""
    return str(UUID(bytes=blake2b(name.encode(), digest_size=16).digest()))
