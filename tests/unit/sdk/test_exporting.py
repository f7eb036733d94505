"""Exports: what is written and what is left out."""

import json
from pathlib import Path
from typing import Any

import pytest

from goldspan.errors import InvalidInput
from goldspan.formats.pairs import read_pairs
from goldspan.formats.read import read_demonstrations
from goldspan.formats.squad import read_squad
from goldspan.sdk.dataset import FeedbackDataset
from goldspan.sdk.exporting import export
from goldspan.sdk.records import FeedbackRecord, ResponseSchema, ValueSchema

CONTEXT = "From Rome to Paris."
FIELDS = {"question": "Where to?", "context": CONTEXT}


def answered(*values: Any, extractive: bool = False) -> FeedbackDataset:
    dataset = FeedbackDataset.for_question_answering(extractive=extractive)
    for at, value in enumerate(values):
        given = [] if value is None else [{"user_id": "u1", "values": {"answer": value}}]
        metadata = {"article": "Roads"}
        dataset.add_records(FeedbackRecord(FIELDS, given, metadata=metadata, external_id=f"q{at}"))
    return dataset


def preferred(ranks: tuple[int, int]) -> FeedbackDataset:
    dataset = FeedbackDataset.for_direct_preference_optimization(context=True)
    ranking = [{"value": f"response{at}", "rank": rank} for at, rank in enumerate(ranks, 1)]
    fields = {"prompt": "Where to?", "context": CONTEXT, "response1": "Rome", "response2": "Paris"}
    response = {"user_id": "u1", "values": {"preference": ranking}}
    dataset.add_records(FeedbackRecord(fields, [response], external_id="q0"))
    return dataset


def test_squad_holds_marked_answers_and_says_who_has_none(tmp_path: Path) -> None:
    span = {"label": "answer", "start": 13, "end": 18}
    done = export(answered([span], [], None, extractive=True), tmp_path / "out.json", "squad")
    assert (done.written, done.left_out["without a submitted answer"]) == (2, 1)
    file = read_squad(tmp_path / "out.json")
    assert file.version == "v2.0"
    assert [(one.id, one.article, one.gold_texts) for one in file.demonstrations] == [
        ("q0", "Roads", ("Paris",)),
        ("q1", "Roads", ("",)),
    ]


def test_squad_leaves_out_what_does_not_stand_in_the_context(tmp_path: Path) -> None:
    done = export(answered("Paris", "Berlin"), tmp_path / "out.json", "squad")
    assert done.written == 1
    assert done.left_out["whose answer does not stand in the context"] == 1


def test_sft_has_prompt_and_completion_and_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    assert export(answered("Paris"), path, "sft").written == 1
    row = json.loads(path.read_text(encoding="utf-8"))
    assert row["prompt"] == f"Context: {CONTEXT}\nQuestion: Where to?\nAnswer:"
    assert row["completion"] == " Paris"
    assert [one.gold_texts for one in read_demonstrations(path)] == [("Paris",)]


def test_dpo_writes_the_choice(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    assert export(preferred((2, 1)), path, "dpo").written == 1
    (pair,) = read_pairs(path)
    assert (pair.chosen.text, pair.rejected.text, pair.annotators) == ("Paris", "Rome", ("u1",))


def test_what_a_lead_has_settled_is_written_in_place_of_the_responses(tmp_path: Path) -> None:
    dataset = answered("Rome")
    dataset.records[0].adjudicated = ResponseSchema("lead", {"answer": ValueSchema("Paris")})
    export(dataset, tmp_path / "out.json", "squad")
    (written,) = read_squad(tmp_path / "out.json").demonstrations
    assert written.gold_texts == ("Paris",)
    export(dataset, tmp_path / "out.jsonl", "jsonl")
    row = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    assert row["adjudication"]["values"] == {"answer": "Paris"}


def test_a_tie_makes_no_pair_and_is_counted(tmp_path: Path) -> None:
    done = export(preferred((1, 1)), tmp_path / "out.jsonl", "dpo")
    assert (done.written, done.left_out) == (0, {"without a preference": 1})


def test_jsonl_writes_every_record_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    dataset = answered("Paris")
    dataset[0].suggestions = [{"question_name": "answer", "value": "Rome", "score": 0.25}]
    export(dataset, path, "jsonl")
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "id": None,
        "external_id": "q0",
        "status": None,
        "fields": FIELDS,
        "metadata": {"article": "Roads"},
        "vectors": {},
        "responses": [
            {
                "user_id": "u1",
                "username": None,
                "status": "submitted",
                "values": {"answer": "Paris"},
            }
        ],
        "suggestions": [
            {
                "question_name": "answer",
                "value": "Rome",
                "score": 0.25,
                "agent": None,
                "type": None,
            }
        ],
        "adjudication": None,
        "control": None,
    }


def test_a_failed_export_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(InvalidInput, match="need a ranking question"):
        export(answered("Paris"), path, "dpo")
    assert path.read_text(encoding="utf-8") == "old"
