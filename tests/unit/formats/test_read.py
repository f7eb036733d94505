"""Which format a file is in, told by its content; and files that are none."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from goldspan.errors import InvalidFile
from goldspan.formats.read import read_demonstrations

ROW = {"question": "What?", "context": "It is tea.", "answer": "tea", "id": "q"}
QUESTION = {"id": "q", "question": "What?", "answers": [{"text": "tea", "answer_start": 6}]}
SQUAD = {"data": [{"paragraphs": [{"context": "It is tea.", "qas": [QUESTION]}]}]}


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(SQUAD),
        "\n\n" + json.dumps(SQUAD, indent=1) + "\n",
        json.dumps(ROW),
        json.dumps(ROW) + "\n\n",
        "question,context,answer,id\nWhat?,It is tea.,tea,q\n",
    ],
)
def test_the_content_tells_the_format(tmp_path: Path, content: str) -> None:
    path = tmp_path / "file.txt"
    path.write_text(content, encoding="utf-8")
    [read] = read_demonstrations(path)
    assert (read.id, read.question_text, read.gold_texts) == ("q", "What?", ("tea",))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \n\n", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is not a text file"),
        (b"PK\x03\x04rest", "spreadsheet; save the sheet as CSV UTF-8"),
        (b"PAR1rest", "is a Parquet file; convert it to JSON lines"),
        (gzip.compress(b"{}", mtime=0), "is compressed by gzip; unpack it first"),
        ("question,context".encode("utf-16"), "is UTF-16; save it as UTF-8"),
        (b"[1, 2]", r"expected an object with the list `data`, found \[1, 2\]"),
        (b"hello", "line 1: expected a header with the columns question, context, answer"),
        (b"{", "not JSON: line 1, column 2"),
        (b'{"question": "a"\n{"question": "b"}', "not JSON: line 2, column 1"),
    ],
)
def test_what_is_no_import_file_is_refused_by_what_it_is(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(content)
    with pytest.raises(InvalidFile, match=message) as caught:
        read_demonstrations(path)
    assert "Goldspan reads SQuAD JSON" in str(caught.value) or "JSON lines" in str(caught.value)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="is a folder; name one file in it"):
        read_demonstrations(tmp_path)


def test_answers_may_be_absent_where_they_are_not_required(tmp_path: Path) -> None:
    path = tmp_path / "file.jsonl"
    without: dict[str, Any] = {"question": "What?", "context": "It is tea."}
    path.write_text(json.dumps(without), encoding="utf-8")
    [read] = read_demonstrations(path, answers_required=False)
    assert read.answers == ()
