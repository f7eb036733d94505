"""Files of other tools: told by their content, read with care."""

import json
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from goldspan.domain.demonstration import Answer
from goldspan.domain.metadata import FloatMetadataProperty
from goldspan.domain.question import (
    LabelQuestion,
    RankingQuestion,
    RatingQuestion,
    SpanQuestion,
    TextQuestion,
)
from goldspan.domain.span import Span
from goldspan.errors import InvalidFile, InvalidInput
from goldspan.formats.archive import pack
from goldspan.formats.incoming import Incoming, Target
from goldspan.formats.opening import open_file
from goldspan.formats.whole import Shape, WholeRecord

CONTEXT = "😀 From Rome to Paris."
MARKING = Shape(
    {"question": True, "context": True}, {"answer": SpanQuestion("answer", "context", ["a"])}, {}
)
COMPARING = Shape(
    {"prompt": True, "response1": True, "response2": True},
    {
        "preference": RankingQuestion("preference", ["response1", "response2"]),
        "why": TextQuestion("why", required=False),
        "ok": LabelQuestion("ok", ["yes", "no"], required=False),
        "stars": RatingQuestion("stars", values=[1, 2, 3], required=False),
    },
    {},
)


def rows(path: Path, shape: Shape = MARKING, **mapping: str) -> tuple[str, list[Any]]:
    with open_file(path, "auto", Target(shape, mapping), path.name) as reading:
        return reading.format, list(reading.rows)


def records(path: Path, shape: Shape = MARKING, **mapping: str) -> list[WholeRecord]:
    found = rows(path, shape, **mapping)[1]
    assert all(isinstance(row, Incoming) for row in found), found
    return [row.record for row in found]


def save(folder: Path, value: Any, name: str = "file.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def part(kind: str, value: Any, name: str = "x") -> dict[str, Any]:
    return {"from_name": name, "to_name": "text", "type": kind, "value": value}


def span(start: int, end: int, text: str | None) -> dict[str, Any]:
    return part("labels", {"start": start, "end": end, "text": text, "labels": ["Answer"]})


def task(*results: list[Any], **more: Any) -> dict[str, Any]:
    annotations = [
        {"id": at, "completed_by": {"id": at, "email": f"p{at}@x.org"}, "result": result}
        for at, result in enumerate(results)
    ]
    data = {"question": "Where to?", "text": CONTEXT}
    return {"id": 7, "data": data, "annotations": annotations, "predictions": [], **more}


def test_label_studio_spans_become_one_response_an_annotator(tmp_path: Path) -> None:
    file = save(tmp_path, [task([span(15, 20, "Paris"), span(7, 11, "Rome")], [])])
    assert rows(file)[0] == "label-studio"
    (record,) = records(file)
    assert (record.external_id, record.fields["context"]) == ("7", CONTEXT)
    assert [(one.username, one.values) for one in record.responses] == [
        (
            "p0@x.org",
            {
                "answer": [
                    {"label": "a", "start": 15, "end": 20},
                    {"label": "a", "start": 7, "end": 11},
                ]
            },
        ),
        ("p1@x.org", {"answer": []}),
    ]


def test_label_studio_places_in_utf16_units_are_converted(tmp_path: Path) -> None:
    # The emoji before the answer is one code point and two UTF-16 units.
    (record,) = records(save(tmp_path, [task([span(16, 21, "Paris")])]))
    assert record.responses[0].values == {"answer": [{"label": "a", "start": 15, "end": 20}]}


def test_a_label_studio_span_that_is_elsewhere_is_told(tmp_path: Path) -> None:
    _, (fault,) = rows(save(tmp_path, [task([span(0, 5, "Paris")])]))
    assert str(fault).startswith("[0].annotations[0].result[0]: the answer 'Paris' should start")


def test_label_studio_predictions_and_skipped_tasks(tmp_path: Path) -> None:
    prediction = {"model_version": "m1", "score": 0.5, "result": [span(15, 20, "Paris")]}
    skipped = {"completed_by": 3, "was_cancelled": True, "result": []}
    given = task(predictions=[prediction], annotations=[skipped])
    (record,) = records(save(tmp_path, [given]))
    (suggestion,) = record.suggestions
    assert (suggestion.agent, suggestion.score, suggestion.type) == ("m1", 0.5, "model")
    assert [(one.username, one.status, one.values) for one in record.responses] == [
        ("3", "discarded", {})
    ]


def test_a_label_studio_comparison_becomes_a_ranking(tmp_path: Path) -> None:
    result = [
        part("pairwise", {"selected": "right"}),
        part("textarea", {"text": ["better", "indeed"]}),
        part("choices", {"choices": ["no"]}, "ok"),
        part("rating", {"rating": 3}),
    ]
    given = task(result, data={"prompt": "P", "answer1": "A", "b": "B"})
    (record,) = records(save(tmp_path, [given]), COMPARING, response2="b")
    assert record.fields == {"prompt": "P", "response1": "A", "response2": "B"}
    assert record.responses[0].values == {
        "preference": [{"value": "response2", "rank": 1}, {"value": "response1", "rank": 2}],
        "why": "better\nindeed",
        "ok": "no",
        "stars": 3,
    }


def argilla_record(**changes: Any) -> dict[str, Any]:
    """What ``Record.to_dict`` of Argilla 2.8.0 makes."""
    return {
        "id": "q1",
        "fields": {"prompt": "P", "response1": "A", "response2": "B"},
        "metadata": {"n": 3},
        "suggestions": {"stars": {"value": 2, "score": None, "agent": "m"}},
        "responses": {
            "preference": [{"value": ["response2", "response1"], "user_id": "u1"}],
            "why": [{"value": "w", "user_id": "u1"}, {"value": "x", "user_id": "u2"}],
        },
        "vectors": {},
        "status": "completed",
        "_server_id": "s1",
        **changes,
    }


def test_an_argilla_folder_gives_one_response_a_user(tmp_path: Path) -> None:
    save(tmp_path, [argilla_record()], "records.json")
    pack(tmp_path, tmp_path.parent / "a.zip")
    assert rows(tmp_path.parent / "a.zip", COMPARING)[0] == "argilla"
    (record,) = records(tmp_path.parent / "a.zip", COMPARING)
    ranks = [{"value": "response2", "rank": 1}, {"value": "response1", "rank": 2}]
    assert [(one.user_id, one.status, one.values) for one in record.responses] == [
        ("u1", "submitted", {"preference": ranks, "why": "w"}),
        ("u2", "draft", {"why": "x"}),  # the required question is not answered
    ]
    assert [(one.question_name, one.value) for one in record.suggestions] == [("stars", 2)]


def test_faults_in_an_argilla_file_name_their_record(tmp_path: Path) -> None:
    given = [argilla_record(), argilla_record(), argilla_record(id="q2", fields=7), "x"]
    kind, found = rows(save(tmp_path, given), COMPARING)
    assert kind == "argilla"
    assert [str(one) for one in found[1:]] == [
        "[1]: the id 'q1' stands in [0] already",
        "[2]: not a record of Argilla's: Expected `object`, got `int` - at `$.fields`",
        "[3]: expected an object, found 'x'",
    ]


def test_parquet_and_datasets_in_the_form_of_squad(tmp_path: Path) -> None:
    from datasets import ClassLabel, Dataset, DatasetDict, Features, Value

    row = {
        "id": "q1",
        "question": "Where to?",
        "context": CONTEXT,
        "answers": {"text": ["Paris"], "answer_start": [15]},
    }
    Dataset.from_list([row]).to_parquet(tmp_path / "d.parquet")
    kind, (found,) = rows(tmp_path / "d.parquet")
    assert (kind, found.record.external_id) == ("parquet", "q1")
    assert found.answers == (Answer("Paris", Span(15, 20)),)
    features = Features({"prompt": Value("string"), "ok": ClassLabel(names=["yes", "no"])})
    part = Dataset.from_list([{"prompt": "P", "ok": 1}], features=features)
    DatasetDict({"train": part, "test": part}).save_to_disk(tmp_path / "d")
    pack(tmp_path / "d", tmp_path / "d.zip")
    shape = Shape({"prompt": True}, {"ok": COMPARING.questions["ok"]}, {})
    kind, found = rows(tmp_path / "d.zip", shape)
    assert kind == "datasets"
    assert found[0].values == {"ok": "no"}
    # The splits hold equal rows, which have equal names.
    assert str(found[1]).startswith("test[1], column id:")


def archive(path: Path, *members: tuple[str, bytes], mode: int = 0) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members:
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = mode << 16
            made.writestr(member, content)
    return path


@pytest.mark.parametrize("name", ["../out", "/etc/out", "a/../../out", "..\\out", "C:/out"])
def test_an_archive_cannot_write_outside(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidFile, match="leads out of the archive"):
        rows(archive(tmp_path / "a.zip", (name, b"x")))
    assert [one.name for one in tmp_path.iterdir()] == ["a.zip"]


def test_an_archive_has_no_links(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", ("records.json", b"/etc/passwd"), mode=stat.S_IFLNK | 0o777)
    with pytest.raises(InvalidFile, match="leads out of the archive"):
        rows(path)


def test_an_archive_that_unfolds_to_too_much_is_stopped(tmp_path: Path) -> None:
    bomb = archive(tmp_path / "a.zip", ("records.json", bytes(80 * 2**20)))
    assert bomb.stat().st_size < 2**20
    with pytest.raises(InvalidFile, match="unfolds to more than 200 times its size"):
        rows(bomb)


def test_an_archive_whose_bits_were_turned_is_damaged(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", ("records.json", bytes(range(256)) * 40))
    content = bytearray(path.read_bytes())
    content[30 + len("records.json")] = 0x07  # behind the header: a block of no known kind
    path.write_bytes(content)
    with pytest.raises(InvalidFile, match="damaged zip archive"):
        rows(path)


def test_an_archive_in_which_a_file_is_a_folder_too_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="damaged zip archive"):
        rows(archive(tmp_path / "a.zip", ("a", b"x"), ("a/b", b"y")))


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"state.json": b"{}"}, "there is no dataset_info.json where one belongs"),
        ({"state.json": b"{}", "dataset_info.json": b"{"}, "dataset_info.json is not JSON"),
        ({"state.json": b"{}", "dataset_info.json": b"[]"}, "should be an object, found \\[\\]"),
        (
            {"state.json": b"{}", "dataset_info.json": b"{}"},
            "should list `_data_files`, found None",
        ),
        (
            {"state.json": b'{"_data_files":[{"filename":"a"}]}', "dataset_info.json": b"{}"},
            "names a file 'a', which is not there",
        ),
    ],
)
def test_a_datasets_folder_that_is_not_whole_is_told(
    tmp_path: Path, members: dict[str, bytes], message: str
) -> None:
    pytest.importorskip("pyarrow")
    shape = Shape({}, {}, {})
    with pytest.raises(InvalidFile, match=message):
        rows(archive(tmp_path / "d.zip", *members.items()), shape)


@pytest.mark.parametrize(
    ("part", "place"),
    [
        (part("choices", {"choices": {"yes": 1}}), "result[0].value.choices"),
        (part("textarea", {"text": 7}), "result[0].value.text"),
        (part("textarea", 7), "result[0].value"),
    ],
)
def test_a_label_studio_part_of_another_form_is_told(
    tmp_path: Path, part: dict[str, Any], place: str
) -> None:
    data = {"prompt": "p", "left": "a", "right": "b"}
    given = {"id": 1, "data": data, "annotations": [{"result": [part]}]}
    _, (fault,) = rows(save(tmp_path, [given]), COMPARING)
    assert str(fault).startswith(f"[0].annotations[0].{place}: expected ")


def test_a_label_studio_part_of_no_known_type_is_passed_over(tmp_path: Path) -> None:
    (record,) = records(save(tmp_path, [task([{"type": ["labels"], "value": {}}])]))
    assert record.responses[0].values == {"answer": []}


def test_a_label_studio_task_stands_once(tmp_path: Path) -> None:
    _, (first, fault) = rows(save(tmp_path, [task([]), task([])]))
    assert isinstance(first, Incoming)
    assert str(fault) == "[1]: the id '7' stands in [0] already"


def test_a_column_without_a_name_stands_for_nothing(tmp_path: Path) -> None:
    # As pandas writes a table with its index.
    path = tmp_path / "file.csv"
    path.write_text(",question,context\n0,Where to?,From Rome.\n1,When?,From Rome.\n")
    _, found = rows(path)
    assert [one.answers for one in found] == [None, None]
    for one in found:
        assert one.record.external_id not in ("0", "1")
        assert one.record.metadata.keys() == {"passage"}
    path.write_text(",prompt,response1,response2\n0,p,a,b\n")
    _, (one,) = rows(path, COMPARING)
    assert one.values is None
    assert one.record.external_id != "0"


@pytest.mark.parametrize("cell", ["nan", "inf", "-Infinity"])
def test_a_cell_is_no_number_that_json_has_not(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "file.csv"
    path.write_text(f"text,weight\nt,{cell}\n")
    shape = Shape({"text": True}, {}, {"weight": FloatMetadataProperty("weight")})
    (record,) = records(path, shape)
    assert record.metadata == {"weight": cell}


def test_a_whole_record_stands_once_by_either_id(tmp_path: Path) -> None:
    one = {"fields": {"text": "t"}, "suggestions": [], "responses": [], "external_id": "a"}
    other = {**one, "external_id": "b"}
    lines = [{**one, "id": "i"}, {**other, "id": "i"}, {**one, "id": "j"}]
    path = tmp_path / "file.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    _, (first, *faults) = rows(path, Shape({"text": True}, {}, {}))
    assert isinstance(first, Incoming)
    assert list(map(str, faults)) == [
        "line 2: the id 'i' stands in line 1 already",
        "line 3: the external id 'a' stands in line 1 already",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04 no archive", "damaged zip archive"),
        (b"PAR1 no parquet", "is damaged"),
        (b"\x1f\x8b\x08", "compressed by gzip; unpack it first"),
        (b"\xff\xfeq\0", "UTF-16; save it as UTF-8"),
        (b"[1, ", "is not JSON"),
        (b"", "is empty"),
    ],
)
def test_what_is_no_such_file_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(InvalidFile, match=message):
        rows(path)


def test_a_format_that_there_is_not_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path, [])
    with (
        pytest.raises(InvalidInput, match=r"format is auto or one of \['squad', .* found 'xml'"),
        open_file(path, "xml", Target(MARKING, {}), "f"),
    ):
        pass


def test_an_archive_of_something_else_is_named(tmp_path: Path) -> None:
    path = archive(tmp_path / "sheet.xlsx", ("xl/workbook.xml", b"<x/>"))
    with pytest.raises(InvalidFile, match="save the sheet as CSV"):
        rows(path)
