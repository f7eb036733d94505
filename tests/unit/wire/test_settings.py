"""Settings survive the way to the wire and back, and have the wire's shape."""

import msgspec
import pytest

from goldspan.domain import field as domain_field
from goldspan.domain import metadata as domain_metadata
from goldspan.domain import question as domain_question
from goldspan.errors import InvalidSettings
from goldspan.wire import field as field_wire
from goldspan.wire import metadata as metadata_wire
from goldspan.wire import question as question_wire

QUESTIONS: list[domain_question.Question] = [
    domain_question.TextQuestion("answer", description="What the text says.", use_markdown=True),
    domain_question.RatingQuestion("strength", (1, 2, 3), required=False),
    domain_question.LabelQuestion("acceptable", {"some": "Some", "none": "None of them"}),
    domain_question.MultiLabelQuestion(
        "topics", ["a", "b"], labels_order="suggestion", visible_labels=3
    ),
    domain_question.RankingQuestion("preference", ["response1", "response2"]),
    domain_question.SpanQuestion("marked", "context", ["answer"], allow_overlapping=True),
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.kind)
def test_a_question_comes_back_as_it_was_sent(question: domain_question.Question) -> None:
    sent = msgspec.json.encode(question_wire.question_body(question))
    received = msgspec.json.decode(sent, type=question_wire.QuestionCreate)
    assert question_wire.question_of(received) == question


@pytest.mark.parametrize(
    "prop",
    [
        domain_metadata.TermsMetadataProperty("split", "Split", False, ("train", "dev")),
        domain_metadata.IntegerMetadataProperty("n", min=1, max=9),
        domain_metadata.FloatMetadataProperty("score", max=0.5),
    ],
    ids=lambda p: p.kind,
)
def test_a_metadata_property_comes_back_as_it_was_sent(
    prop: domain_metadata.MetadataProperty,
) -> None:
    sent = msgspec.json.encode(metadata_wire.metadata_property_body(prop))
    received = msgspec.json.decode(sent, type=metadata_wire.MetadataPropertyCreate)
    assert metadata_wire.metadata_property_of(received) == prop


def test_a_field_has_the_shape_that_clients_send() -> None:
    body = field_wire.field_body(domain_field.TextField("question", use_markdown=True))
    assert msgspec.to_builtins(body) == {
        "name": "question",
        "title": "Question",
        "required": True,
        "settings": {"type": "text", "use_markdown": True},
    }


def test_null_and_unknown_keys_of_a_new_question_are_passed_over() -> None:
    body = (
        b'{"id":null,"inserted_at":null,"name":"r","title":null,"required":true,"colour":1,'
        b'"settings":{"type":"ranking","options":[{"value":"a","text":null},{"value":"b"}]}}'
    )
    question = question_wire.question_of(
        msgspec.json.decode(body, type=question_wire.QuestionCreate)
    )
    assert question == domain_question.RankingQuestion("r", ["a", "b"])


def test_settings_that_contradict_themselves_are_refused_by_the_domain() -> None:
    body = question_wire.QuestionCreate(
        name="strength",
        settings=question_wire.RatingSettings(options=[question_wire.RatingOption(value=1)]),
    )
    with pytest.raises(InvalidSettings, match="2 to 11 different whole numbers"):
        question_wire.question_of(body)


@pytest.mark.parametrize(
    "field",
    [
        domain_field.TextField("text", use_markdown=True),
        domain_field.ImageField("image", required=False),
        domain_field.ChatField("chat", use_markdown=False),
        domain_field.CustomField("graph", template="<b></b>", advanced_mode=True),
    ],
    ids=lambda f: f.kind,
)
def test_a_field_comes_back_as_it_was_sent(field: domain_field.Field) -> None:
    sent = msgspec.json.encode(field_wire.field_body(field))
    received = msgspec.json.decode(sent, type=field_wire.FieldCreate)
    assert field_wire.field_of(received) == field
