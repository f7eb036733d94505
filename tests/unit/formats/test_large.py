"""40 MB, sound and broken, are read or refused in bounded time and memory."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

MEGABYTE = 1_000_000
SIZE = 40 * MEGABYTE
# Far above what it takes, and far below what anything quadratic would take.
CPU_SECONDS = 60
ADDRESS_SPACE = 1000 * MEGABYTE

READ = f"""
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_CPU, ({CPU_SECONDS}, {CPU_SECONDS}))
resource.setrlimit(resource.RLIMIT_AS, ({ADDRESS_SPACE}, {ADDRESS_SPACE}))
from goldspan.errors import InvalidFile
from goldspan.formats.read import read_demonstrations
try:
    print(len(read_demonstrations(Path(sys.argv[1]))), "questions")
except InvalidFile as error:
    print(len(error.faults), "faults;", error)
"""


def squad(start: int) -> str:
    """SQuAD of 20,000 contexts of some 2 kB; each answer stands at 6."""
    answers = [{"text": "the answer", "answer_start": start}]
    articles = []
    for number in range(20_000):
        context = f"Here: the answer {number}. " + "And so it goes on, é. " * 80
        questions = [{"id": str(number), "question": "Where?", "answers": answers}]
        articles.append({"paragraphs": [{"context": context, "qas": questions}]})
    return json.dumps({"data": articles})


def rows(question: object) -> str:
    context = "And so it goes on. " * 90
    line = json.dumps({"question": question, "context": context, "answer": "so"})
    return "".join(f'{{"id": {n}, {line[1:]}\n' for n in range(SIZE // len(line)))


FILES: dict[str, tuple[Callable[[], str], str]] = {
    "sound SQuAD": (lambda: squad(6), "20000 questions"),
    "SQuAD with wrong offsets": (lambda: squad(7), "20000 faults"),
    "sound rows": (lambda: rows("Where?"), "questions"),
    "faulty rows": (lambda: rows(0), "faults"),
    "half of a SQuAD file": (lambda: squad(6)[:SIZE], "is not JSON: line 1"),
    "a text without an end": (lambda: '{"data": "' + "x" * SIZE, "is not JSON: line 1"),
    "a quote without an end": (
        lambda: 'question,context,answer\na,"' + "b\n" * (SIZE // 2),
        "line 2: unexpected end of data",
    ),
    "no table at all": (lambda: "word " * (SIZE // 5), "expected a header with the columns"),
}


@pytest.mark.parametrize("name", FILES)
def test_40_megabytes_are_read_or_refused_in_bounded_time_and_memory(
    tmp_path: Path, name: str
) -> None:
    make, expected = FILES[name]
    path = tmp_path / "large"
    path.write_text(make(), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True
    )
    path.unlink()
    assert expected in done.stdout
    assert len(done.stdout) < 5000
