"""Files of verdicts."""

import json
from pathlib import Path

import pytest

from goldspan.domain.demonstration import Answer
from goldspan.domain.span import Span
from goldspan.domain.verdict import Verdict
from goldspan.errors import InvalidFile
from goldspan.formats.verdicts import read_verdicts


def test_a_verdict_is_read_by_our_names_and_by_those_of_kto_trainers(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.jsonl"
    ours = {"question": "When?", "context": "In 1790.", "answer": "1790", "good": True}
    theirs = {"prompt": "When?", "completion": " 1790 ", "label": False}
    path.write_text(json.dumps(ours) + "\n\n" + json.dumps(theirs) + "\n", encoding="utf-8")
    assert read_verdicts(path) == [
        Verdict("line-1", "When?", "In 1790.", Answer("1790", Span(3, 7)), True),
        Verdict("line-3", "When?", "", Answer("1790"), False),
    ]


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.jsonl"
    good = '{"question": "q", "answer": "a", "good": true'
    lines = [good.replace("true", '"yes"}'), "[]", f'{good}, "context": ["c"]}}']
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(InvalidFile) as caught:
        read_verdicts(path)
    assert "'good' is true or false" in str(caught.value)
    assert "line 2" in str(caught.value)
    assert "line 3: 'context' is a text, found ['c']" in str(caught.value)
