"""Two ways to read a block of questions, timed alike: this project's reader and its peer."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch

from goldspan.reader.span import SpanReader

SERVE_PEER = Path(__file__).with_name("serve_peer.py")
BATCH_SIZES = (1, 4, 16, 64)

Asked = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Block:
    """What reading some questions gave.

    Args:
        answers: (text, start, end) of each, in code points of its context.
        wall_s: seconds by the clock.
        cpu_s: seconds of processor time, all threads together.
    """

    answers: list[tuple[str, int, int]]
    wall_s: float
    cpu_s: float


class Contestant(Protocol):
    """Somebody who answers blocks of (question_text, context)."""

    name: str

    def read(self, questions: Asked) -> Block:
        """Answer a block, timed."""
        ...


class Ours:
    """This project's span reader."""

    def __init__(self, name: str, reader: SpanReader, threads: int) -> None:
        self.name = name
        self.reader = reader
        self.threads = threads

    def read(self, questions: Asked) -> Block:
        """Answer a block, timed."""
        torch.set_num_threads(self.threads)
        wall, cpu = time.perf_counter(), time.process_time()
        found = self.reader.answer_many([(asked, [context]) for asked, context in questions])
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        answers = [
            (best.text, best.span.start if best.span else 0, best.span.end if best.span else 0)
            for best, *_ in found
        ]
        return Block(answers, wall, cpu)

    def choose(self, questions: Asked, threads: int, rounds: int) -> None:
        """Take the threads that read these questions in the least time."""
        self.read(questions)  # the first pass pays for warming up
        found = []
        for _ in range(rounds):
            for self.threads in sorted({1, threads}):
                found.append((self.read(questions).wall_s, self.threads))
        _, self.threads = min(found)


class Peer:
    """transformers' pipeline in a process of its own.

    Args:
        python: the interpreter of its environment.
        model: folder of the model that both read with.
    """

    name = "transformers 4.57"

    def __init__(self, python: Path, model: Path) -> None:
        self._process = subprocess.Popen(
            [str(python), str(SERVE_PEER), str(model)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.batch_size = 1
        self.threads = 1

    def read(self, questions: Asked) -> Block:
        """Answer a block, timed by the peer itself."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {
            "questions": list(questions),
            "batch_size": self.batch_size,
            "threads": self.threads,
        }
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended with status {self._process.wait()}")
        found = json.loads(line)
        answers = [(text, start, end) for text, start, end in found["answers"]]
        return Block(answers, found["wall_s"], found["cpu_s"])

    def choose(self, questions: Asked, threads: int, rounds: int) -> None:
        """Take the batch size and the threads that read these questions in the least time."""
        self.read(questions)  # the first pass pays for warming up
        found = []
        # In rounds: one moment of a busy machine would else decide about a setting.
        for _ in range(rounds):
            for self.threads in sorted({1, threads}):
                for self.batch_size in BATCH_SIZES:
                    took = self.read(questions).wall_s
                    found.append((took, self.batch_size, self.threads))
        _, self.batch_size, self.threads = min(found)

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
