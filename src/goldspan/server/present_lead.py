"""What leads see, as the wire shows it."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from goldspan.evaluation.agreement import Rate
from goldspan.evaluation.quality import AnnotatorQuality
from goldspan.server import present
from goldspan.services import adjudication
from goldspan.services.quality import DatasetQuality
from goldspan.storage.rows import (
    AdjudicationRow,
    ControlRow,
    DayRow,
    JudgementRow,
    ResponseRow,
    Version,
)
from goldspan.wire import leading
from goldspan.wire.base import from_wire_time
from goldspan.wire.record import Adjudication

Shape = TypeVar("Shape")


def full_record(found: adjudication.FullRecord) -> leading.FullRecord:
    """Return everything that is known of a record."""
    read = found.read
    responses = {row.user_id: row.id for row in read.responses}
    return leading.FullRecord(
        record=present.own_record(read, adjudication.INCLUDE),
        responses=[_named(row, found) for row in read.responses],
        judgements=[_judgement(row, responses.get(row.user_id)) for row in found.judgements],
        history=[_past(row) for row in found.history],
        adjudication=None if found.adjudication is None else settled(found.adjudication),
        control=None if found.control is None else control(found.control),
        usernames=dict(found.usernames),
    )


def _named(row: ResponseRow, found: adjudication.FullRecord) -> leading.NamedResponse:
    return leading.NamedResponse(
        id=row.id,
        record_id=row.record_id,
        user_id=row.user_id,
        values=present.encoded(row.values_json),
        status=row.status,
        inserted_at=from_wire_time(row.inserted_at),
        updated_at=from_wire_time(row.updated_at),
        version=found.versions.get(row.user_id, 0),
        extra=row.user_id in found.extra,
        username=found.usernames.get(row.user_id),
    )


def _judgement(row: JudgementRow, response_id: str | None) -> leading.Judgement:
    return leading.Judgement(
        response_id=response_id,
        user_id=row.user_id,
        shown_order=present.encoded(row.shown_order_json),
        shown_at=None if row.shown_at is None else from_wire_time(row.shown_at),
        elapsed_ms=row.elapsed_ms,
        suggestion_shown=present.encoded(row.suggestion_shown_json),
        suggestion_accepted=present.encoded(row.suggestion_accepted_json),
        suggestion_edited=present.encoded(row.suggestion_edited_json),
    )


def _past(row: Version) -> leading.PastResponse:
    return leading.PastResponse(
        version=row.version,
        user_id=row.user_id,
        status=row.status,
        values=present.encoded(row.values_json),
        at=from_wire_time(row.at),
        undone=row.undone,
    )


def settled(row: AdjudicationRow) -> Adjudication:
    """Return what settles a record."""
    return present.adjudication(row, from_wire_time(row.at))


def control(row: ControlRow) -> leading.Control:
    """Return a record's known values."""
    return leading.Control(values=present.encoded(row.values_json))


def disputed(found: adjudication.Dispute) -> leading.DisputedRecord:
    """Return a record on which people differ."""
    shown = present.own_record(found.read, adjudication.INCLUDE)
    return leading.DisputedRecord(
        **{name: getattr(shown, name) for name in shown.__struct_fields__},
        disagreement=found.disagreement,
    )


def quality(found: DatasetQuality) -> leading.Quality:
    """Return a dataset's figures."""
    report = found.report
    return leading.Quality(
        questions=msgspec.convert(
            report.questions, list[leading.QuestionQuality], from_attributes=True
        ),
        annotators=[_annotator(one, found) for one in report.annotators],
        position_bias=_converted(report.position_bias, leading.FirstPosition),
        suggestion_acceptance=_converted(report.suggestion_acceptance, leading.SuggestionUse),
        suggestion_unseen=_converted(report.suggestion_unseen, leading.Rate),
        speed=msgspec.convert(report.speed, leading.Speed, from_attributes=True),
    )


def _annotator(one: AnnotatorQuality, found: DatasetQuality) -> leading.AnnotatorQuality:
    return leading.AnnotatorQuality(
        user_id=one.user_id,
        username=found.usernames.get(one.user_id),
        submitted=one.submitted,
        discarded=found.discarded.get(one.user_id, 0),
        majority_agreement=_converted(one.majority_agreement, leading.Rate),
        controls=_control_rate(one.controls),
        median_s=one.speed.median_s,
        p90_s=one.speed.p90_s,
        first_position=_converted(one.first_position, leading.FirstPosition),
        suggestion_accepted=_converted(one.suggestion_accepted, leading.SuggestionUse),
    )


def _control_rate(given: Rate | None) -> leading.ControlRate | None:
    if given is None:
        return None
    return leading.ControlRate(
        right=given.count, of=given.of, rate=given.rate, low=given.low, high=given.high
    )


def _converted(given: object | None, shape: type[Shape]) -> Shape | None:
    return None if given is None else msgspec.convert(given, shape, from_attributes=True)


def active_day(row: DayRow, usernames: dict[str, str]) -> leading.ActiveDay:
    """Return what somebody did on a day."""
    return leading.ActiveDay(
        date=row.day,
        user_id=row.user_id,
        username=usernames.get(row.user_id),
        submitted=row.submitted,
        discarded=row.discarded,
    )
