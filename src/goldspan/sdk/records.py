"""Records as the SDK's callers hold them: before upload, and as rows of a local dataset.

Responses and suggestions may be given as mappings in the form that the wire uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from goldspan.domain.collect import AnnotatedRecord
from goldspan.domain.record import Response, ResponseStatus, Suggestion
from goldspan.errors import GoldspanError, InvalidRecord, InvalidResponse

SuggestionSchema = Suggestion


@dataclass(frozen=True, slots=True)
class SpanValueSchema:
    """A marked piece of a field, in code points, end exclusive."""

    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class RankingValueSchema:
    """One option of a ranking; 1 is the best rank, equal ranks are a tie."""

    value: str
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class UnifiedValueSchema:
    """A value that stands for several responses, and how it came about."""

    value: Any
    strategy: str


@dataclass(frozen=True, slots=True)
class ValueSchema:
    """The answer to one question, as plain JSON: a text, a number, or a list."""

    value: Any


def plain_value(value: Any) -> Any:
    """Return a question's answer as plain JSON, taking the schema classes apart."""
    if isinstance(value, SpanValueSchema | RankingValueSchema):
        parts = {part.name: getattr(value, part.name) for part in fields(value)}
        return {name: part for name, part in parts.items() if part is not None}
    if isinstance(value, list | tuple):
        return [plain_value(item) for item in value]
    return value


def plain_values(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return question name to plain value from any accepted form of a response's values.

    A value is plain, or ``{"value": plain}``, or a ``ValueSchema``.

    Raises:
        InvalidResponse: if ``given`` is no mapping, or a value is a mapping of another form.
    """
    if not isinstance(given, Mapping):
        raise InvalidResponse(
            "a response's values are a mapping such as {'answer': {'value': 'Paris'}}, "
            f"found {given!r:.200}"
        )
    return {name: plain_value(_opened(name, value)) for name, value in given.items()}


def _opened(name: str, value: Any) -> Any:
    if isinstance(value, ValueSchema):
        return value.value
    if isinstance(value, Mapping):
        if set(value) != {"value"}:
            raise InvalidResponse(
                f"the value of question {name!r} is plain or {{'value': ...}}, "
                f"found {value!r:.200}",
                question=name,
            )
        return value["value"]
    return value


@dataclass(frozen=True, slots=True)
class ResponseSchema:
    """One annotator's answers to one record.

    Args:
        user_id: who answered; None stands for the user who uploads it.
        values: question name to ``ValueSchema``; plain values and ``{"value": ...}`` are taken.
        status: draft, submitted or discarded.

    Raises:
        InvalidResponse: if the values or the status have another form.
    """

    user_id: str | None = None
    values: dict[str, ValueSchema] = field(default_factory=dict)
    status: ResponseStatus = ResponseStatus.SUBMITTED

    def __post_init__(self) -> None:
        if self.user_id is not None:
            object.__setattr__(self, "user_id", str(self.user_id))
        values = {name: ValueSchema(v) for name, v in plain_values(self.values or {}).items()}
        object.__setattr__(self, "values", values)
        try:
            object.__setattr__(self, "status", ResponseStatus(self.status))
        except ValueError:
            raise InvalidResponse(
                f"a response's status is one of {[s.value for s in ResponseStatus]}, "
                f"found {self.status!r}"
            ) from None

    def to_domain(self) -> Response:
        """Return it with plain values."""
        plain = {name: value.value for name, value in self.values.items()}
        return Response(values=plain, status=self.status, user_id=self.user_id)


class FeedbackRecord:
    """A record: the texts shown, and what people and models say about them.

    Args:
        fields: field name to text. A local record may carry fields that its dataset does not
            declare; they stay local and make an upload fail.
        responses: ``ResponseSchema`` or mappings with ``user_id``, ``values``, ``status``.
        suggestions: ``SuggestionSchema`` or mappings with ``question_name``, ``value`` and
            optionally ``score``, ``agent``, ``type``.
        metadata: key to text, number, or list of texts.
        vectors: vector name to numbers.
        external_id: the record's name elsewhere; unique within a dataset.

    ``id`` is the server's name of the record, None before it was uploaded. ``adjudicated`` is what
    a lead has settled the record with: it stands in place of all responses.

    Raises:
        InvalidRecord: if a suggestion or the fields have another form.
        InvalidResponse: if a response has another form, or a user responds twice.
    """

    def __init__(
        self,
        fields: Mapping[str, Any],
        responses: Iterable[ResponseSchema | Mapping[str, Any]] | Mapping[str, Any] = (),
        suggestions: Iterable[Suggestion | Mapping[str, Any]] = (),
        metadata: Mapping[str, Any] | None = None,
        vectors: Mapping[str, list[float]] | None = None,
        external_id: str | None = None,
    ) -> None:
        if not isinstance(fields, Mapping):
            raise InvalidRecord(f"a record's fields are a mapping, found {fields!r:.200}")
        self.id: str | None = None
        self.adjudicated: ResponseSchema | None = None
        self.fields = dict(fields)
        self.responses = responses
        self.suggestions = suggestions
        self.metadata = dict(metadata or {})
        self.vectors = dict(vectors or {})
        self.external_id = None if external_id is None else str(external_id)
        self.unified_responses: dict[str, list[UnifiedValueSchema]] = {}

    @property
    def responses(self) -> list[ResponseSchema]:
        """What people said, at most one response a user."""
        return self._responses

    @responses.setter
    def responses(
        self, given: Iterable[ResponseSchema | Mapping[str, Any]] | Mapping[str, Any]
    ) -> None:
        self._responses = _responses(given)

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """What was proposed, at most one suggestion a question."""
        return self._suggestions

    @suggestions.setter
    def suggestions(self, given: Iterable[Suggestion | Mapping[str, Any]]) -> None:
        made = tuple(to_suggestion(one) for one in given)
        names = [one.question_name for one in made]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InvalidRecord(
                f"a record has at most one suggestion a question, found several for {twice}"
            )
        self._suggestions = made

    def annotated(self, at: int) -> AnnotatedRecord:
        """Return the record as the builders of demonstrations and preference pairs take it.

        Args:
            at: its place in the dataset, which names it where it has no id of any kind.
        """
        return AnnotatedRecord(
            id=self.id or self.external_id or str(at),
            fields=self.fields,
            responses=[response.to_domain() for response in self.responses],
            external_id=self.external_id,
            metadata=self.metadata,
            adjudicated=None if self.adjudicated is None else self.adjudicated.to_domain(),
        )

    def __repr__(self) -> str:
        parts = {
            "fields": self.fields,
            "responses": self.responses,
            "suggestions": list(self.suggestions),
            "metadata": self.metadata,
            "external_id": self.external_id,
        }
        shown = ", ".join(f"{name}={part!r:.300}" for name, part in parts.items() if part)
        return f"{type(self).__name__}({shown})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and vars(other) == vars(self)

    __hash__ = None  # type: ignore[assignment]


def to_suggestion(given: Suggestion | Mapping[str, Any]) -> Suggestion:
    """Return a suggestion with a plain value from any accepted form.

    Raises:
        InvalidRecord: if a key is missing or unknown.
    """
    known = [part.name for part in fields(Suggestion)]
    if isinstance(given, Suggestion):
        given = {name: getattr(given, name) for name in known}
    if not isinstance(given, Mapping) or not {"question_name", "value"} <= set(given) <= set(known):
        raise InvalidRecord(
            f"a suggestion needs question_name and value, and may have {known[2:]}, "
            f"found {given!r:.200}"
        )
    return Suggestion(**{**given, "value": plain_value(given["value"])})


def to_response(given: ResponseSchema | Mapping[str, Any]) -> ResponseSchema:
    """Return a response from any accepted form.

    Raises:
        InvalidResponse: if a key is unknown or a value has another form.
    """
    if isinstance(given, ResponseSchema):
        return given
    known = {part.name for part in fields(ResponseSchema)}
    if not isinstance(given, Mapping) or not set(given) <= known:
        raise InvalidResponse(f"a response may have {sorted(known)}, found {given!r:.200}")
    return ResponseSchema(**given)


def _responses(given: Any) -> list[ResponseSchema]:
    one_alone = isinstance(given, ResponseSchema | Mapping)
    made = [to_response(one) for one in ([given] if one_alone else given)]
    users = [one.user_id for one in made]
    twice = sorted({str(user) for user in users if users.count(user) > 1})
    if twice:
        raise InvalidResponse(
            "a record has at most one response a user (None is the user who uploads it), "
            f"found several of {twice}"
        )
    return made


def prefixed(error: GoldspanError, where: str) -> GoldspanError:
    """Return the same error with its place put before the message."""
    return type(error)(f"{where}: {error.message}", **error.params)
