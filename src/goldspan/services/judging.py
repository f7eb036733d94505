"""Answer a record as an annotator: keep what was said, how it came about, and take it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from goldspan.domain.agreement import comparable, likeness
from goldspan.domain.permission import Action, Actor
from goldspan.domain.question import RankingQuestion
from goldspan.domain.record import ResponseStatus
from goldspan.errors import Conflict, InvalidInput
from goldspan.services import assignment
from goldspan.services.assignment import hold
from goldspan.services.lookup import Schema, schema_of, visible_record
from goldspan.services.own_progress import OwnProgress, progress_of
from goldspan.services.record_state import plain_values, put_responses, remove_response
from goldspan.services.values import GivenValue, kept_response
from goldspan.storage.rows import (
    DatasetRow,
    JudgementRow,
    NewResponse,
    RecordRow,
    RecordStatus,
    ResponseRow,
)
from goldspan.storage.store import Unit

LONGEST_MS = 7 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Judgement:
    """What only the page knows of a response.

    Args:
        shown_order: the candidates in the order in which they were shown; None without candidates.
        shown_at: when the record came up, naive UTC.
        elapsed_ms: how long the annotator was at it, 0 to a week.
        suggestion_shown: question name to whether its suggestion was on screen.
    """

    shown_order: Sequence[str] | None
    shown_at: datetime | None
    elapsed_ms: int | None
    suggestion_shown: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Judged:
    """A response as it stands now.

    Args:
        response: None where it was taken back.
        version: the number of its present state; 0 where there is none.
        extra: whether it fills no place.
        record_status: the record's.
        progress: the user's in the dataset.
        refused: whether it was to be submitted, found no place, and was kept as a draft.
    """

    response: ResponseRow | None
    version: int
    extra: bool
    record_status: RecordStatus
    progress: OwnProgress
    refused: bool = False


def respond(
    unit: Unit,
    actor: Actor,
    record_id: str,
    values: Mapping[str, GivenValue] | None,
    status: ResponseStatus,
    judgement: Judgement | None = None,
) -> Judged:
    """Store the actor's response to a record, in place of an earlier one.

    Raises:
        NotFound, Forbidden: for the record.
        InvalidResponse: if the values do not fit.
        InvalidInput: if the judgement does not.
    """
    record, dataset = visible_record(unit, actor, record_id, Action.RESPOND)
    cursor = assignment.turn(unit, dataset, actor.user_id)
    held = unit.assignments.leases(dataset.id, actor.user_id)
    schema = schema_of(unit, dataset.id)
    fields = msgspec.json.decode(record.fields_json)
    values_json = kept_response(schema, fields, values, status)
    if judgement is not None:
        _check(schema, judgement)
    refused = status is ResponseStatus.SUBMITTED and _comes_too_late(unit, actor, record, dataset)
    new = NewResponse(
        record_id=record_id,
        user_id=actor.user_id,
        values_json=values_json,
        status=ResponseStatus.DRAFT if refused else status,
        dataset_id=dataset.id,
    )
    put_responses(unit, dataset, [new])
    if new.status is ResponseStatus.DRAFT:
        hold(unit, dataset, record_id, actor.user_id)
    else:
        _keep(unit, schema, new, judgement)
        others = [lease for lease in held if lease.record_id != record_id]
        if len(others) < len(held):
            assignment.give_another(unit, dataset, actor.user_id, cursor, others)
    return _judged(unit, dataset, record_id, actor.user_id, refused=refused)


def undo(unit: Unit, actor: Actor, record_id: str) -> Judged:
    """Put the actor's response back to what it was before; each call goes one step further.

    Raises:
        NotFound, Forbidden: for the record.
        Conflict: if there is nothing to undo.
    """
    _, dataset = visible_record(unit, actor, record_id, Action.RESPOND)
    standing = unit.versions.standing(record_id, actor.user_id)
    if not standing:
        raise Conflict(
            f"{actor.username!r} has done nothing to record {record_id!r} that could be undone",
            record_id=record_id,
        )
    unit.versions.undo(standing[0])
    before = standing[1] if len(standing) > 1 else None
    present = unit.responses.by_user(record_id, actor.user_id)
    if before is None or before.status == "deleted":
        if present is not None:
            remove_response(unit, dataset, present)
    else:
        restored = NewResponse(
            record_id=record_id,
            user_id=actor.user_id,
            values_json=before.values_json,
            status=ResponseStatus(before.status),
            dataset_id=dataset.id,
        )
        put_responses(unit, dataset, [restored], new_version=False)
        if restored.status is not ResponseStatus.DRAFT:
            _keep(unit, schema_of(unit, dataset.id), restored, None)
    hold(unit, dataset, record_id, actor.user_id)
    return _judged(unit, dataset, record_id, actor.user_id)


def candidates_of(schema: Schema, fields: Mapping[str, object]) -> list[str]:
    """Return the names of the candidates that a record shows; none where nothing is ranked."""
    return [
        option.value
        for question in schema.questions.values()
        if isinstance(question, RankingQuestion)
        for option in question.values
        if fields.get(option.value)
    ]


def _comes_too_late(unit: Unit, actor: Actor, record: RecordRow, dataset: DatasetRow) -> bool:
    if dataset.accept_late:
        return False
    (state,) = unit.records.lock([record.id])
    holds = any(
        one.user_id == actor.user_id and one.state in ("leased", "submitted")
        for one in unit.assignments.of([record.id])
    )
    return not holds and state.taken >= state.needed


def _check(schema: Schema, judgement: Judgement) -> None:
    options = {
        option.value
        for question in schema.questions.values()
        if isinstance(question, RankingQuestion)
        for option in question.values
    }
    order = judgement.shown_order or ()
    if not set(order) <= options or len(set(order)) < len(order):
        raise InvalidInput(
            f"shown_order lists different candidates out of {sorted(options)}, found {order!r:.200}"
        )
    if judgement.elapsed_ms is not None and not 0 <= judgement.elapsed_ms <= LONGEST_MS:
        raise InvalidInput(
            f"elapsed_ms is 0 to {LONGEST_MS} (a week), found {judgement.elapsed_ms}"
        )
    unknown = sorted(judgement.suggestion_shown.keys() - schema.questions.keys())
    if unknown:
        raise InvalidInput(
            f"suggestion_shown names questions out of {list(schema.questions)}, found {unknown}"
        )


def _keep(unit: Unit, schema: Schema, response: NewResponse, judgement: Judgement | None) -> None:
    """Keep how a response came about; what is not given anew stays as it was kept before."""
    accepted, edited = _suggestions_used(unit, schema, response)
    row = _given(response, judgement) if judgement else _kept(unit, response)
    if row is None:
        if not accepted:
            return
        row = JudgementRow(
            record_id=response.record_id, user_id=response.user_id, dataset_id=response.dataset_id
        )
    unit.judgements.put(
        msgspec.structs.replace(
            row,
            suggestion_accepted_json=_json(accepted),
            suggestion_edited_json=_json(edited),
        )
    )


def _given(response: NewResponse, judgement: Judgement) -> JudgementRow:
    return JudgementRow(
        record_id=response.record_id,
        user_id=response.user_id,
        dataset_id=response.dataset_id,
        shown_order_json=_json(judgement.shown_order),
        shown_at=judgement.shown_at,
        elapsed_ms=judgement.elapsed_ms,
        suggestion_shown_json=_json(judgement.suggestion_shown),
    )


def _kept(unit: Unit, response: NewResponse) -> JudgementRow | None:
    known = unit.judgements.of([response.record_id])
    return next((one for one in known if one.user_id == response.user_id), None)


def _suggestions_used(
    unit: Unit, schema: Schema, response: NewResponse
) -> tuple[dict[str, bool], dict[str, bool]]:
    """Say, by question with a suggestion, whether it was accepted as it is, and whether edited.

    Edited is an answer that differs and still has something of the suggestion.
    """
    names = {question_id: name for name, question_id in schema.question_ids.items()}
    given = plain_values(response.values_json)
    accepted: dict[str, bool] = {}
    edited: dict[str, bool] = {}
    for suggestion in unit.suggestions.of([response.record_id]):
        name = names[suggestion.question_id]
        if name not in given:
            continue
        question, proposed = schema.questions[name], msgspec.json.decode(suggestion.value_json)
        accepted[name] = comparable(question, given[name]) == comparable(question, proposed)
        edited[name] = not accepted[name] and likeness(question, given[name], proposed) > 0
    return accepted, edited


def _judged(
    unit: Unit, dataset: DatasetRow, record_id: str, user_id: str, *, refused: bool = False
) -> Judged:
    (state,) = unit.records.lock([record_id])
    standing = unit.versions.standing(record_id, user_id)
    assignments = unit.assignments.of([record_id])
    return Judged(
        response=unit.responses.by_user(record_id, user_id),
        version=standing[0].version if standing else 0,
        extra=any(one.extra for one in assignments if one.user_id == user_id),
        record_status=state.status,
        progress=progress_of(unit, user_id, dataset.id),
        refused=refused,
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
