"""Whole records: what goes into a file comes out of it."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goldspan.domain.question import (
    LabelQuestion,
    MultiLabelQuestion,
    RankingQuestion,
    RatingQuestion,
    SpanQuestion,
    TextQuestion,
)
from goldspan.domain.record import ResponseStatus
from goldspan.formats.incoming import Incoming, Target
from goldspan.formats.native import escape
from goldspan.formats.opening import open_file
from goldspan.formats.whole import Shape, WholeRecord, WholeResponse, WholeSuggestion
from goldspan.formats.writing import write_file

SHAPE = Shape(
    fields={"text": True, "chat": False, "note": False},
    questions={
        question.name: question
        for question in (
            TextQuestion("why"),
            LabelQuestion("one", ["a", "b"]),
            MultiLabelQuestion("some", ["a", "b"]),
            RatingQuestion("stars", values=[1, 2]),
            RankingQuestion("order", ["a", "b"]),
            SpanQuestion("where", "text", ["answer"]),
        )
    },
    metadata={},
)
FORMATS = ["jsonl", "csv", "parquet", "datasets"]

# JSON in UTF-8 has no half of a surrogate pair; everything else is allowed, NUL and RTL too.
texts = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ["", "'", "''x", "=1+1", "@", "\0", "\r", "\n", "\r\n", '"', "שלום", "\u202e", "x" * 70_000]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False,
    allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
values = st.one_of(
    st.fixed_dictionaries({"why": texts}),
    st.fixed_dictionaries({"one": st.sampled_from(["a", "b"])}),
    st.just({"some": ["b", "a"], "stars": 2}),
    st.just({"order": [{"value": "b", "rank": 1}, {"value": "a", "rank": 1}]}),
    st.just({"where": [{"label": "answer", "start": 0, "end": 1}]}),
)
scores = st.none() | st.floats(0, 1) | st.lists(st.floats(0, 1), max_size=2)
suggestions = st.builds(
    WholeSuggestion,
    question_name=st.sampled_from(sorted(SHAPE.questions)),
    value=json_values,
    score=scores,
    agent=st.none() | texts,
    type=st.sampled_from([None, "model", "human"]),
)
responses = st.builds(
    WholeResponse,
    user_id=st.none() | texts,
    username=st.none() | texts,
    status=st.sampled_from(list(ResponseStatus)),
    values=st.none() | values,
)
records = st.builds(
    WholeRecord,
    id=st.uuids().map(str),
    external_id=st.none() | st.text(min_size=1, max_size=9).map(lambda text: text.encode(
    "utf-8", "replace").decode()),
    status=st.sampled_from(["pending", "completed"]),
    fields=st.fixed_dictionaries(
        {"text": texts}, optional={"chat": json_values, "note": st.none() | texts}
    ),
    metadata=st.dictionaries(texts, json_values, max_size=3),
    vectors=st.dictionaries(texts, st.lists(st.floats(allow_nan=False,
    allow_infinity=False), max_size=3), max_size=2),
    suggestions=st.lists(suggestions, max_size=2),
    responses=st.lists(responses, max_size=2),
    adjudication=st.none() | responses,
    control=st.none() | values,
)  # fmt: skip


def read(path: Path, format: str = "auto", **mapping: str) -> list[WholeRecord]:
    with open_file(path, format, Target(SHAPE, mapping), path.name) as reading:
        rows = list(reading.rows)
    assert all(isinstance(row, Incoming) for row in rows), rows
    return [row.record for row in rows if isinstance(row, Incoming)]


@pytest.mark.parametrize("format", FORMATS)
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    given=st.lists(records, min_size=1, max_size=3, unique_by=lambda one: one.external_id or one.id)
)
def test_whole_records_come_out_as_they_went_in(
    format: str, given: list[WholeRecord], tmp_path: Path
) -> None:
    path = tmp_path / "file"
    assert write_file(path, format, SHAPE, given).written == len(given)
    assert read(path) == given


def test_values_nested_deeply_come_back(tmp_path: Path) -> None:
    deep: Any = "bottom"
    for _ in range(200):
        deep = [deep]
    record = WholeRecord(id=None, fields={"text": "t"}, metadata={"deep": deep})
    for format in FORMATS:
        write_file(tmp_path / "file", format, SHAPE, [record])
        assert read(tmp_path / "file") == [record]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_no_cell_begins_as_a_formula_does(start: str) -> None:
    assert escape(f"{start}1+1") == f"'{start}1+1"


def test_a_negative_number_and_a_quote_are_told_apart(tmp_path: Path) -> None:
    given = [WholeRecord(fields={"text": text}) for text in ("-1", "'-1", "''-1", "'")]
    write_file(tmp_path / "file.csv", "csv", SHAPE, given)
    assert [one.fields["text"] for one in read(tmp_path / "file.csv")] == ["-1", "'-1", "''-1", "'"]


def test_a_datasets_folder_is_one_for_the_package_datasets(tmp_path: Path) -> None:
    from zipfile import ZipFile

    from datasets import load_from_disk

    write_file(tmp_path / "d.zip", "datasets", SHAPE, [WholeRecord(fields={"text": "t"})])
    ZipFile(tmp_path / "d.zip").extractall(tmp_path / "d")
    (row,) = load_from_disk(tmp_path / "d")
    assert (row["text"], row["note"], row["record.responses"]) == ("t", None, None)


def test_a_broken_whole_record_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "file.jsonl"
    path.write_text('{"fields": {"text": "t"}, "responses": 7, "suggestions": []}\n')
    with open_file(path, "auto", Target(SHAPE, {}), "f") as reading:
        (fault,) = reading.rows
    assert str(fault).startswith("line 1: not a whole record: Expected `array | null`") or str(
        fault
    ).startswith("line 1: not a whole record: Expected `array`, got `int`")
