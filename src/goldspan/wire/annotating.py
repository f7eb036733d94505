"""What annotators are given and give back. Times are in UTC, with their zone."""

from __future__ import annotations

from datetime import datetime

import msgspec

from goldspan.domain.record import ResponseStatus
from goldspan.wire.base import Own, Wire
from goldspan.wire.record import Record, Response, ResponseValue


class Lease(Wire):
    """Until when a record is the caller's."""

    expires_at: datetime


class VersionedResponse(Response):
    """A response; ``version`` counts its states, ``extra`` says that it fills no place."""

    version: int
    extra: bool


class Task(Wire):
    """A record to work on, as an annotator may see it.

    ``response`` is the caller's own, if there is one; ``lease`` is null where the record has no
    place left; ``shown_order`` names the candidates in the order to show them in; suggestions are
    shown at once, or only to whoever asks for them.
    """

    record: Record
    response: VersionedResponse | None
    lease: Lease | None
    shown_order: list[str] | None
    suggestions_on_request: bool
    etag: str


class MyProgress(Wire):
    """The caller's part in a dataset, and how far the dataset is.

    ``today`` counts responses submitted on this day (UTC), ``remaining`` records that the caller
    could still be given, ``waiting`` those that only become free if others hand them back.
    """

    submitted: int
    discarded: int
    draft: int
    today: int
    remaining: int
    waiting: int
    total: int
    completed: int


class Tasks(Wire):
    """Records to work on; none means that nothing is left for the caller now."""

    items: list[Task]
    progress: MyProgress


class RecordIds(Own):
    """Records by their ids."""

    record_ids: list[str]


class RecordLease(Wire):
    """A lease that goes on."""

    record_id: str
    expires_at: datetime


class Heartbeat(Wire):
    """The leases that go on, and the records on which the caller has none any more."""

    items: list[RecordLease]
    lost: list[str]


class JudgementBody(Own):
    """How a response came about: the candidates as they were shown, when, for how long."""

    shown_order: list[str] | None = None
    shown_at: datetime | None = None
    elapsed_ms: int | None = None
    suggestion_shown: dict[str, bool] = msgspec.field(default_factory=dict)


class ResponsePut(Own):
    """The caller's response, in place of an earlier one."""

    status: ResponseStatus
    values: dict[str, ResponseValue] | None = None
    judgement: JudgementBody | None = None


class JudgedResponse(Wire):
    """A response as it stands now, null where it was taken back."""

    response: VersionedResponse | None
    record_status: str
    progress: MyProgress


class OwnResponse(Wire):
    """One of the caller's responses, to find its record again."""

    record_id: str
    status: ResponseStatus
    updated_at: datetime
    excerpt: str


class OwnResponses(Wire):
    """Responses, last changed first; ``next`` is the ``before`` of the part that follows."""

    items: list[OwnResponse]
    next: str | None
