"""Preference pairs written and read back, and files that are none."""

import json
from pathlib import Path
from typing import Any

import pytest

from goldspan.domain.demonstration import Answer
from goldspan.domain.preference import PreferencePair
from goldspan.domain.span import Span
from goldspan.errors import InvalidFile
from goldspan.formats.pairs import pair_row, read_pairs

CONTEXT = "Built in 1790. Rebuilt in 1790."
PAIR = PreferencePair(
    record_id="r1",
    question_text="When was it rebuilt?",
    context=CONTEXT,
    chosen=Answer("1790", Span(26, 30)),
    rejected=Answer(""),
    annotators=("u1", "u2"),
    label_smoothing=0.375,
    article="Mills",
    passage="Mills/0",
)


def write_lines(path: Path, *rows: Any) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_pairs_come_back_as_they_were_written(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "pairs.jsonl", pair_row(PAIR), pair_row(PAIR))
    assert read_pairs(path) == [PAIR, PAIR]


def test_the_row_holds_what_a_model_reads_and_writes() -> None:
    row = pair_row(PAIR)
    assert row["prompt"] == f"Context: {CONTEXT}\nQuestion: When was it rebuilt?\nAnswer:"
    assert (row["chosen"], row["rejected"]) == (" 1790", " (not in the passage)")


def test_three_columns_from_elsewhere_are_enough(tmp_path: Path) -> None:
    row = {"prompt": "Q: when?\nA:", "chosen": " 1790", "rejected": " 1791"}
    (pair,) = read_pairs(write_lines(tmp_path / "pairs.jsonl", row))
    assert (pair.question_text, pair.context) == ("Q: when?\nA:", "")
    assert (pair.chosen, pair.rejected) == (Answer("1790"), Answer("1791"))


def test_with_a_context_the_answers_are_located(tmp_path: Path) -> None:
    row = {"prompt": "p", "context": CONTEXT, "chosen": " 1790", "rejected": " 1791"}
    (pair,) = read_pairs(write_lines(tmp_path / "pairs.jsonl", row))
    assert pair.chosen == Answer("1790", Span(9, 13))


def test_all_faulty_lines_are_listed(tmp_path: Path) -> None:
    same = {"prompt": "p", "chosen": "a", "rejected": "a"}
    moved = {**pair_row(PAIR), "chosen_start": 3}
    path = write_lines(tmp_path / "pairs.jsonl", {"prompt": "p"}, same, 7, moved)
    with pytest.raises(InvalidFile) as caught:
        read_pairs(path)
    assert caught.value.faults == (
        "line 1: 'chosen' is a text, found None",
        "line 2: chosen and rejected are the same text, 'a'",
        "line 3: expected an object, found 7",
        "line 4: chosen '1790' should stand at 3 of the context, where 'lt i' stands",
    )


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("context", 5, "'context' is a text, found 5"),
        ("chosen_start", "9", "'chosen_start' is a whole number, found '9'"),
        ("annotators", "ana", "'annotators' is a list, found 'ana'"),
        ("label_smoothing", "0.1", "'label_smoothing' is a number, found '0.1'"),
        ("weight", True, "'weight' is a number, found True"),
    ],
)
def test_a_column_of_another_kind_is_told(
    tmp_path: Path, column: str, value: object, said: str
) -> None:
    with pytest.raises(InvalidFile, match=f"line 1: {said}"):
        read_pairs(write_lines(tmp_path / "pairs.jsonl", {**pair_row(PAIR), column: value}))


def test_an_empty_file_is_no_file_of_pairs(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="is empty"):
        read_pairs(write_lines(tmp_path / "pairs.jsonl"))
