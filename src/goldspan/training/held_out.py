"""Held-out questions: kept with the run, and what the trained reader scores on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from goldspan.domain.demonstration import Demonstration
from goldspan.evaluation.report import evaluate
from goldspan.reader.base import Reader
from goldspan.run.folder import RunFolder
from goldspan.run.rows import read_rows, write_rows

FILE_NAME = "held_out.jsonl"


def freeze_held_out(folder: RunFolder, held_out: Sequence[Demonstration]) -> None:
    """Keep the questions in the run's folder, so that a resumed run is scored on them, too."""
    if held_out:
        write_rows(folder.root / FILE_NAME, held_out)


def read_held_out(folder: RunFolder) -> list[Demonstration]:
    """Return the questions that were held out; none where none were."""
    path = folder.root / FILE_NAME
    return read_rows(path, Demonstration) if path.is_file() else []


def score_held_out(folder: RunFolder, reader: Reader) -> dict[str, Any]:
    """Return the figures of ``evaluation.report``; nothing where no questions were held out."""
    held_out = read_held_out(folder)
    return score_reader(reader, held_out) if held_out else {}


def score_reader(reader: Reader, questions: Sequence[Demonstration]) -> dict[str, Any]:
    """Ask a reader questions; return the figures of ``evaluation.report`` as a mapping.

    Args:
        reader: answers them.
        questions: at least one, with gold answers.
    """
    answers = reader.answer_many([(each.question_text, [each.context]) for each in questions])
    predictions = {
        each.id: found[0].text for each, found in zip(questions, answers, strict=True) if found
    }
    return asdict(evaluate(questions, predictions, name=reader.name))
