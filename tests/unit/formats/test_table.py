"""CSV and JSON lines: what is read, what is refused and how each fault is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.span import Span
from goldspan.errors import InvalidFile
from goldspan.formats.table import read_csv, read_jsonl

CONTEXT = "The bridge opened in 1894, not in 1849."
SPAN = Span(21, 25)


@pytest.fixture
def csv_file(tmp_path: Path) -> Any:
    def write(content: str | bytes) -> Path:
        path = tmp_path / "file.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return write


@pytest.fixture
def jsonl_file(tmp_path: Path) -> Any:
    def write(*rows: Any) -> Path:
        path = tmp_path / "file.jsonl"
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
        return path

    return write


def row(**changes: Any) -> dict[str, Any]:
    return {"question": "When?", "context": CONTEXT, "answer": "1894", **changes}


def faults(path: Path) -> list[str]:
    with pytest.raises(InvalidFile) as caught:
        (read_csv if path.suffix == ".csv" else read_jsonl)(path)
    return list(caught.value.faults) or [caught.value.message]


def test_an_answer_takes_its_first_place_in_the_context(csv_file: Any) -> None:
    [read] = read_csv(csv_file(f'question,context,answer\nWhen?,"{CONTEXT}",1894\n'))
    assert (read.question_text, read.context) == ("When?", CONTEXT)
    assert read.answers == (Answer("1894", SPAN),)


def test_an_answer_in_other_words_has_no_place_and_an_empty_one_is_not_answerable(
    csv_file: Any,
) -> None:
    content = 'question,context,answer\nOne?,It is tea.,"a  drink "\nTwo?,It is tea.,\n'
    one, two = read_csv(csv_file(content))
    assert one.answers == (Answer("a  drink"),)
    assert two.answers == ()


def test_a_column_says_at_which_place_the_answer_stands(csv_file: Any, jsonl_file: Any) -> None:
    twice = "1894 or 1894"
    # A table with empty cells writes whole numbers with a point, and -1 or nothing for silence.
    cells = ["1894,8.0", "1894,", ",-1"]
    csv = "\n".join(f"Q{n},{twice},{cell}" for n, cell in enumerate(cells))
    read = read_csv(csv_file(f"question,context,answer,answer_start\n{csv}\n"))
    first, second = Answer("1894", Span(0, 4)), Answer("1894", Span(8, 12))
    assert [one.answers for one in read] == [(second,), (first,), ()]
    both = {"context": twice, "answer": ["1894", "or"], "answer_start": [8, 5]}
    (one,) = read_jsonl(jsonl_file(row(**both)))
    assert one.answers == (second, Answer("or", Span(5, 7)))


@pytest.mark.parametrize(
    ("start", "fault"),
    [
        ("20", "the answer '1894' should start at character 20, where ' 189' stands; the nearest"),
        ("soon", "expected the character at which the answer begins, counted from 0, one for"),
        ("-1", "expected the character at which the answer begins, counted from 0, one for each"),
    ],
)
def test_a_wrong_place_of_an_answer_is_told(csv_file: Any, start: str, fault: str) -> None:
    header = "question,context,answer,answer_start"
    with pytest.raises(InvalidFile) as caught:
        read_csv(csv_file(f'{header}\nWhen?,"{CONTEXT}",1894,{start}\n'))
    assert f"line 2, column answer_start: {fault}" in str(caught.value)


def test_spaces_around_an_answer_do_not_hide_its_place(csv_file: Any) -> None:
    [read] = read_csv(csv_file("question,context,answer\nWhat?,It is tea.,tea \n"))
    assert read.answers == (Answer("tea", Span(6, 9)),)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_header_names_in_any_order_case_and_delimiter_are_found(
    csv_file: Any, delimiter: str
) -> None:
    lines = [
        ["Answer", " context ", "note", "QUESTION", "id"],
        ["tea", "It is tea.", "", "W?", "7"],
    ]
    content = "\r\n".join(delimiter.join(cells) for cells in lines)
    [read] = read_csv(csv_file("\ufeff" + content))
    assert (read.id, read.question_text, read.gold_texts) == ("7", "W?", ("tea",))


def test_line_ends_inside_a_quoted_text_stay(csv_file: Any) -> None:
    [read] = read_csv(csv_file('question,context,answer\r\nW?,"one\r\ntwo\nthree",two\r\n'))
    assert read.context == "one\r\ntwo\nthree"


def test_a_context_longer_than_pythons_usual_limit_is_read(csv_file: Any) -> None:
    context = "word " * 40_000 + "end"
    [read] = read_csv(csv_file(f"question,context,answer\nW?,{context},end\n"))
    assert read.context == context


def test_names_come_from_the_content_where_none_are_given(jsonl_file: Any) -> None:
    path = jsonl_file(row(), row(question="Where?"), row(id="x", article="Bridges", question="?"))
    first, second, third = read_jsonl(path)
    assert first.passage == second.passage == third.passage
    assert first.context is second.context
    assert first.id != second.id
    assert (third.id, third.article) == ("x", "Bridges")
    assert read_jsonl(path)[0].id == first.id


def test_json_lines_take_several_answers(jsonl_file: Any) -> None:
    [read] = read_jsonl(jsonl_file(row(answer=["1894", "in 1894", ""])))
    assert read.answers == (Answer("1894", SPAN), Answer("in 1894", Span(18, 25)))


@pytest.mark.parametrize("answer", ["", None, []])
def test_json_lines_say_not_answerable_by_an_empty_answer(jsonl_file: Any, answer: Any) -> None:
    [read] = read_jsonl(jsonl_file(row(answer=answer)))
    assert not read.answerable


def test_hugging_faces_form_of_squad_is_read_with_its_places(jsonl_file: Any) -> None:
    hugging_face = row(answers={"text": ["18"], "answer_start": [34]}, id="5", title="Bridges")
    del hugging_face["answer"]
    [read] = read_jsonl(jsonl_file(hugging_face))
    assert read.answers == (Answer("18", Span(34, 36)),)


def test_a_line_separator_inside_a_json_text_ends_no_line(jsonl_file: Any) -> None:
    line = json.dumps(row(context="one\u2028two 1894"), ensure_ascii=False)
    assert read_jsonl(jsonl_file(line))[0].context == "one\u2028two 1894"


def test_answers_may_be_absent_where_they_are_not_required(csv_file: Any) -> None:
    path = csv_file("question,context\nW?,It is tea.\n")
    [read] = read_csv(path, answers_required=False)
    assert read == Demonstration(read.id, "W?", "It is tea.", answers=(), passage=read.passage)


CSV_FAULTS = [
    ("question,text\nW?,tea\n", "line 1: expected a header with the columns question, context, a"),
    ("question,context,answer,answer\n", "has ['answer'] more than once"),
    (b"question,context,answer\nW?,caf\xe9,x\n", "line 2, column 7: byte 0xe9 is not UTF-8"),
    ("question,context,answer\n,tea,tea\n", "line 2, column question: expected a text that is not"),
    ("question,context,answer\nW?,\u00a0,tea\n", "line 2, column context: expected a text that is"),
    (
        "question,context,answer\nW?,a, b,tea\n",
        "line 2: 4 cells, but the header has 3; put texts t",
    ),
    (
        "question,context,answer\nW?,tea\n",
        "line 2: 2 cells, but the header has 3; write ',' for an",
    ),
    ('question,context,answer\nW?,"a\nb",t\nX?,"c\n', "line 4: unexpected end of data"),
    ('question,context,answer\nW?,"a" b,t\n', "line 2: ',' expected after '\"'"),
    ('"question"x,context,answer\n', "line 1: ',' expected after '\"'"),
    ("id,question,context,answer\n1,a,b,c\n\n1,d,e,f\n", "line 4, column id: '1' stands in line 2"),
    (
        "question,context,answer\na,b,c\na,b,d\n",
        "line 3: line 2 asks the same about the same conte",
    ),
    ("question,context,answer\n", "there is no row in it"),
]


@pytest.mark.parametrize(("content", "message"), CSV_FAULTS)
def test_a_fault_in_csv_is_told_with_its_line(
    csv_file: Any, content: str | bytes, message: str
) -> None:
    found = faults(csv_file(content))
    assert len(found) == 1
    assert message in found[0]


JSONL_FAULTS = [
    ('{"question": }', "line 1: not JSON: column 14: Expecting value"),
    ('["a"]', "line 1: expected an object, found ['a']"),
    (row(question=3), "line 1, column question: expected a text that is not empty, found 3"),
    ({"question": "W?", "answer": ""}, "line 1, column context: expected a text that is not empty"),
    ({"question": "W?", "context": "c"}, "line 1, column answer: no such column; an empty one"),
    (row(answer=1894), "line 1, column answer: expected a text or a list of texts, found 1894"),
    (row(answer=0), "line 1, column answer: expected a text or a list of texts, found 0"),
    (row(answer=["a", 1]), "line 1, column answer: expected a text or a list of texts"),
    (row(id=[1]), "line 1, column id: expected a text, found [1]"),
    (row(article=9), "line 1, column article: expected a text, found 9"),
    (
        {"question": "W?", "context": "tea", "answers": {"text": ["tea"], "answer_start": []}},
        "line 1, column answers: expected an object with the equally long lists",
    ),
    (
        {"question": "W?", "context": "tea", "answers": {"text": ["ea"], "answer_start": [0]}},
        "line 1, column answers: the answer 'ea' should start at character 0, where 'te' stands",
    ),
]


@pytest.mark.parametrize(("content", "message"), JSONL_FAULTS)
def test_a_fault_in_json_lines_is_told_with_its_line(
    jsonl_file: Any, content: Any, message: str
) -> None:
    found = faults(jsonl_file(content))
    assert len(found) == 1
    assert found[0].startswith(message)


def test_every_fault_of_a_table_is_listed_at_once(jsonl_file: Any) -> None:
    path = jsonl_file(row(question=""), row(), "nonsense", row(question="?", context=None))
    assert [fault.split(":")[0].split(",")[0] for fault in faults(path)] == [
        "line 1",
        "line 3",
        "line 4",
    ]
