from typing import Any

import pytest

from goldspan.domain.field import TextField
from goldspan.domain.metadata import (
    FloatMetadataProperty,
    IntegerMetadataProperty,
    MetadataProperty,
    TermsMetadataProperty,
    check_metadata,
)
from goldspan.domain.question import (
    LabelQuestion,
    MultiLabelQuestion,
    Question,
    RankingQuestion,
    RatingQuestion,
    SpanQuestion,
    TextQuestion,
    check_values,
)
from goldspan.domain.schema import check_fields, check_settings
from goldspan.errors import InvalidRecord, InvalidResponse, InvalidSettings

FIELDS = {"question": "When?", "context": "It sank in May 1907. 🙂"}
SPAN = SpanQuestion("answer", field="context", labels=["answer"], allow_overlapping=True)
RANKING = RankingQuestion("preference", values=["response1", "response2", "response3"])


def spans(*bounds: tuple[int, int]) -> list[dict[str, Any]]:
    return [{"label": "answer", "start": start, "end": end} for start, end in bounds]


def ranks(**by_name: int | None) -> list[dict[str, Any]]:
    return [{"value": name, "rank": rank} for name, rank in by_name.items()]


@pytest.mark.parametrize(
    ("question", "value"),
    [
        (TextQuestion("answer"), "May 1907"),
        (RatingQuestion("strength", [1, 2, 3]), 3),
        (LabelQuestion("acceptable", {"some": "Some", "none": "None"}), "none"),
        (MultiLabelQuestion("faults", ["long", "short", "wrong"]), ["wrong", "long"]),
        (SPAN, spans((11, 19), (15, 19))),
        (SPAN, []),
        (SPAN, spans((21, 22))),
        (SPAN, [{"label": "answer", "start": 11, "end": 14, "text": "May"}]),
        (RANKING, ranks(response1=1, response2=1, response3=3)),
        (RANKING, ranks(response2=None, response1=None, response3=None)),
    ],
)
def test_a_fitting_value_is_taken(question: Question, value: Any) -> None:
    question.check(value, FIELDS)


@pytest.mark.parametrize(
    ("question", "value", "said"),
    [
        (TextQuestion("answer"), 1907, "a text, found 1907"),
        (RatingQuestion("strength", [1, 2, 3]), 4, r"one of \[1, 2, 3\], found 4"),
        (RatingQuestion("strength", [0, 1]), True, "found True"),
        (LabelQuestion("acceptable", ["some", "none"]), "all", "found 'all'"),
        (MultiLabelQuestion("faults", ["long", "short"]), ["long", "long"], "different labels"),
        (MultiLabelQuestion("faults", ["long", "short"]), [], "different labels"),
        (SPAN, spans((11, 99)), r"end <= 22, the length of 'context'"),
        (SPAN, spans((14, 14)), "start < end"),
        (SPAN, spans((11, 14), (11, 14)), "different spans"),
        (SPAN, [{"label": "x", "start": 0, "end": 1}], r"labels out of \['answer'\]"),
        (SPAN, [{"label": "answer", "start": 11, "end": 14, "text": "may"}], "11:14.*'May'"),
        (SPAN, [{"label": ["answer"], "start": 0, "end": 1}], r"labels out of \['answer'\]"),
        (SPAN, "May", "a list of"),
        (RANKING, ranks(response1=1, response2=2), "a rank for each of"),
        (RANKING, ranks(response1=1, response2=2, response4=3), "values out of"),
        (RANKING, [{"value": {}, "rank": 1}], "values out of"),
        (RANKING, ranks(response1=0, response2=2, response3=3), "ranks from 1 to 3"),
        (RANKING, [*ranks(response1=1, response2=2, response3=3), *ranks(response1=1)], "once"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_saying_why(
    question: Question, value: Any, said: str
) -> None:
    with pytest.raises(InvalidResponse, match=f"question '{question.name}' takes .*{said}"):
        question.check(value, FIELDS)


def test_overlapping_spans_need_a_question_that_allows_them() -> None:
    strict = SpanQuestion("answer", field="context", labels=["answer"])
    with pytest.raises(InvalidResponse, match="do not overlap"):
        strict.check(spans((11, 19), (15, 19)), FIELDS)
    strict.check(spans((11, 14), (14, 19)), FIELDS)


def test_a_candidate_that_the_record_leaves_empty_need_not_be_ranked() -> None:
    fields = {"prompt": "When?", "response1": "in May", "response2": "1907"}
    RANKING.check(ranks(response1=1, response2=2), fields)


@pytest.mark.parametrize(
    "make",
    [
        lambda: TextField("has space"),
        lambda: TextField("line\n"),
        lambda: TextQuestion(""),
        lambda: RatingQuestion("r", [1]),
        lambda: RatingQuestion("r", [1, 11]),
        lambda: RatingQuestion("r", [1, 1]),
        lambda: LabelQuestion("l", ["one"]),
        lambda: LabelQuestion("l", ["one", "one"]),
        lambda: RankingQuestion("r", ["a"]),
        lambda: SpanQuestion("s", field="context", labels=[]),
        lambda: check_settings([], [TextQuestion("answer")]),
        lambda: check_settings([TextField("a")], [TextQuestion("q", required=False)]),
        lambda: check_settings([TextField("a"), TextField("a")], [TextQuestion("q")]),
        lambda: check_settings([TextField("question")], [SPAN]),
    ],
)
def test_settings_that_contradict_themselves_are_refused(make: Any) -> None:
    with pytest.raises(InvalidSettings):
        make()


def test_an_undeclared_field_is_refused_and_the_right_place_named() -> None:
    with pytest.raises(InvalidRecord, match=r"'answer' is not one of .*responses or suggestions"):
        check_fields([TextField("question")], {"question": "When?", "answer": "1907"})


def test_a_required_field_may_not_be_missing_an_optional_one_may() -> None:
    declared = [TextField("question"), TextField("context", required=False)]
    check_fields(declared, {"question": "When?"})
    check_fields(declared, {"question": "When?", "context": None})
    with pytest.raises(InvalidRecord, match="'question' is required"):
        check_fields(declared, {"context": "It sank."})


def test_metadata_are_held_to_their_properties() -> None:
    declared: dict[str, MetadataProperty] = {
        "split": TermsMetadataProperty("split", values=("train", "dev")),
        "words": IntegerMetadataProperty("words", min=1),
        "share": FloatMetadataProperty("share", max=1.0),
    }
    check_metadata(declared, {"split": "dev", "words": 4, "share": 1}, allow_extra=False)
    for wrong in ({"split": "test"}, {"words": 0}, {"words": True}, {"share": 1.5}, {"new": 1}):
        with pytest.raises(InvalidRecord):
            check_metadata(declared, wrong, allow_extra=False)


def test_an_unknown_question_and_a_missing_answer_are_refused() -> None:
    questions: dict[str, Question] = {"answer": TextQuestion("answer")}
    with pytest.raises(InvalidResponse, match="'anwser' is not one of"):
        check_values(questions, {"anwser": "1907"}, FIELDS, complete=False)
    with pytest.raises(InvalidResponse, match=r"missing: \['answer'\]"):
        check_values(questions, {}, FIELDS, complete=True)
    check_values(questions, {}, FIELDS, complete=False)
