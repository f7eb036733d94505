"""Records' parts on the wire."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec

from goldspan.domain.record import Response, ResponseStatus, Suggestion
from goldspan.wire import base, record, search


def test_a_response_wraps_each_value() -> None:
    body = record.response_body(Response({"answer": "Denver"}, ResponseStatus.DRAFT, "u1"))
    assert msgspec.to_builtins(body) == {
        "values": {"answer": {"value": "Denver"}},
        "status": "draft",
        "user_id": "u1",
    }


def test_a_suggestion_names_its_question() -> None:
    body = record.suggestion_body(Suggestion("answer", "Denver", 0.5, "reader", "model"))
    assert (body.question_name, body.value, body.score) == ("answer", "Denver", 0.5)


def test_a_suggestion_finds_its_question_by_id() -> None:
    sent = (
        b'{"id":"s","question_id":"q","value":[1],"type":null,"score":[0.5],"agent":null,'
        b'"inserted_at":"2026-11-22T10:50:02.680301","updated_at":"2026-11-22T10:50:02"}'
    )
    body = msgspec.json.decode(sent, type=record.Suggestion)
    assert record.suggestion_of(body, {"q": "answer"}) == Suggestion("answer", [1], [0.5])


def test_what_an_update_leaves_out_is_not_sent() -> None:
    update = record.RecordUpdate(id="r", metadata={"split": "dev"})
    assert msgspec.json.encode(update) == b'{"id":"r","metadata":{"split":"dev"}}'


def test_times_on_the_wire_are_naive_utc() -> None:
    noon_in_paris = datetime(2026, 11, 22, 12, 0, tzinfo=timezone(timedelta(hours=1)))
    on_wire = base.to_wire_time(noon_in_paris)
    assert on_wire.isoformat() == "2026-11-22T11:00:00"
    assert base.to_wire_time(on_wire) == on_wire, "whatever the machine's own zone is"
    assert base.from_wire_time(on_wire) == datetime(2026, 11, 22, 11, 0, tzinfo=UTC)


def test_a_search_with_every_kind_of_filter_is_read() -> None:
    body = (
        b'{"query":{"text":{"q":"x","field":null},"vector":null},"filters":{"type":"and","and":['
        b'{"type":"terms","values":["t"],'
        b'"scope":{"entity":"metadata","metadata_property":"split"}},'
        b'{"type":"range","ge":1,"le":null,"scope":{"entity":"record","property":"inserted_at"}},'
        b'{"type":"terms","values":["submitted"],'
        b'"scope":{"entity":"response","question":null,"property":"status"}}]}}'
    )
    read = msgspec.json.decode(body, type=search.SearchBody)
    assert isinstance(read.filters, search.AndFilter)
    scopes = [type(f.scope).__name__ for f in read.filters.filters]
    assert scopes == ["MetadataScope", "RecordScope", "ResponseScope"]
