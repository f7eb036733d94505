"""The proof goes on where it stopped, and only with what it began with."""

from pathlib import Path

import pytest
from benchmarks.proof_parts.results import Results, check_size, new_row


def test_a_row_that_is_there_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    row = new_row("main", "DPO", 500, 0, "dev", ()) | {"f1": 61.5}
    Results(path).add(row)
    assert Results(path).rows == {row["key"]: row}


def test_a_folder_holds_rows_of_one_size(tmp_path: Path) -> None:
    path = tmp_path / "size.json"
    check_size(path, {"dev_cap": 20, "short": 700})
    check_size(path, {"dev_cap": 20, "short": 700})
    with pytest.raises(SystemExit, match=r"dev_cap was 20 and is 60.* --out"):
        check_size(path, {"dev_cap": 60, "short": 700})
