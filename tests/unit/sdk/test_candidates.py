"""Candidates to choose between."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from goldspan.errors import InvalidInput
from goldspan.reader.base import Reader
from goldspan.sdk.candidates import Candidates, make_candidates
from goldspan.sdk.dataset import FeedbackDataset
from goldspan.sdk.records import FeedbackRecord

CONTEXT = "From Rome to Paris, then the Rhine."
MakeReader = Callable[..., Reader]


def source(*records: dict[str, Any], extractive: bool = False) -> FeedbackDataset:
    made = FeedbackDataset.for_question_answering(extractive=extractive)
    fields = {"question": "Where?", "context": CONTEXT}
    made.add_records([FeedbackRecord(fields=fields, **record) for record in records])
    return made


def make(dataset: FeedbackDataset, reader: Reader, **options: Any) -> Candidates:
    return make_candidates(dataset, reader, show_progress=False, **options)


def texts(record: FeedbackRecord) -> list[str]:
    return [text for name, text in record.fields.items() if name.startswith("response")]


def test_candidates_carry_prompt_context_place_and_source(given_reader: MakeReader) -> None:
    given = source({"external_id": "q1", "metadata": {"article": "Rivers"}})
    record = make(given, given_reader("Paris", "Rome"), k=2).dataset[0]
    assert (record.fields["prompt"], record.fields["context"]) == ("Where?", CONTEXT)
    assert sorted(texts(record)) == ["Paris", "Rome"]
    assert record.external_id == "q1"
    places = {
        text: record.metadata[f"response{at}_start"] for at, text in enumerate(texts(record), 1)
    }
    assert places == {"Rome": 5, "Paris": 13}
    assert record.metadata["candidate_sources"] == ["given", "given"]
    assert record.metadata["article"] == "Rivers"


def test_candidates_that_the_scorer_takes_for_equal_are_one(given_reader: MakeReader) -> None:
    record = make(source({}), given_reader("the Rhine", "Rhine", "Paris"), k=4).dataset[0]
    assert sorted(texts(record)) == ["Paris", "the Rhine"]


def test_a_question_with_one_candidate_is_skipped_and_counted(given_reader: MakeReader) -> None:
    made = make(source({}), given_reader("Rhine", "the Rhine"))
    assert (len(made.dataset), made.skipped) == (0, 1)


def test_the_submitted_gold_answer_is_among_the_k(given_reader: MakeReader) -> None:
    answered = source({"responses": [{"user_id": "u1", "values": {"answer": "Rhine"}}]})
    record = make(answered, given_reader("Paris", "Rome"), k=2, gold=True).dataset[0]
    assert sorted(texts(record)) == ["Paris", "Rhine"]
    at = texts(record).index("Rhine")
    assert record.metadata["candidate_sources"][at] == "gold"


def test_an_answer_known_at_import_is_gold_where_nobody_answered(given_reader: MakeReader) -> None:
    known = source({"metadata": {"known_answers": []}}, {"metadata": {"known_answers": ["Rome"]}})
    made = make(known, given_reader("Paris"), gold=True)
    assert sorted(texts(made.dataset[0])) == ["(not in the passage)", "Paris"]
    assert sorted(texts(made.dataset[1])) == ["Paris", "Rome"]


def test_gold_is_left_out_unless_asked_for(given_reader: MakeReader) -> None:
    answered = source({"responses": [{"user_id": "u1", "values": {"answer": "Rhine"}}]})
    assert sorted(texts(make(answered, given_reader("Paris", "Rome")).dataset[0])) == [
        "Paris",
        "Rome",
    ]


def test_the_order_is_drawn_for_each_record_and_fixed_by_the_seed(given_reader: MakeReader) -> None:
    many = source(*({"external_id": f"q{at}"} for at in range(100)))
    orders = [texts(record) for record in make(many, given_reader("Paris", "Rome"), k=2).dataset]
    again = [texts(record) for record in make(many, given_reader("Paris", "Rome"), k=2).dataset]
    other = make(many, given_reader("Paris", "Rome"), k=2, seed=1).dataset
    assert orders == again != [texts(record) for record in other]
    # 35 to 65 of 100 fair draws: outside with probability 0.002, and the seed is fixed.
    assert 35 <= Counter(map(tuple, orders))[("Paris", "Rome")] <= 65


def test_where_candidates_come_from_is_hidden_from_annotators(given_reader: MakeReader) -> None:
    made = make(source({}), given_reader("Paris", "Rome"), k=2).dataset
    hidden = {one.name for one in made.metadata_properties if not one.visible_for_annotators}
    assert hidden == {"response1_start", "response2_start", "candidate_sources"}


def test_an_extractive_source_gets_corrections_that_are_marked(given_reader: MakeReader) -> None:
    made = make(source({}, extractive=True), given_reader("Paris", "Rome"), judgement=True)
    correction = made.dataset.question_by_name("correction")
    assert correction is not None
    assert correction.kind == "span"


def test_a_choice_needs_two_candidates(given_reader: MakeReader) -> None:
    with pytest.raises(InvalidInput, match="found k = 1"):
        make(source({}), given_reader("Paris"), k=1)
