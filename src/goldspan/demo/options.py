"""What a demo was asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from goldspan.errors import InvalidInput
from goldspan.run.folder import ReaderKind

LEAST_QUESTIONS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """All that shapes a demo's figures, and where it works.

    Args:
        home: the folder of its server's data and of its runs; a home of its own.
        output: the folder for the report and the texts.
        reader: ``span`` marks answers in the passage, ``generative`` writes them.
        model: what training starts from; "" takes the reader's default.
        data: a file with training questions; None makes up a world.
        evaluate: a file with held-out questions; given exactly if ``data`` is.
        limit: questions for training at most; one half is answered, the other judged.
        evaluate_limit: held-out questions at most.
        noise: probability that a judgement is flipped, 0 to 1.
        annotators: how many simulated annotators, >= 1.
        seed: of the world, the splits, the annotators and the trainings.
        k: candidates of a question at most, 2 to 50.

    Raises:
        InvalidInput: if values are out of range or contradict each other; says all of it.
    """

    home: Path
    output: Path
    reader: ReaderKind = "span"
    model: str = ""
    data: Path | None = None
    evaluate: Path | None = None
    limit: int = 1_000
    evaluate_limit: int = 400
    noise: float = 0.1
    annotators: int = 2
    seed: int = 0
    k: int = 4

    def __post_init__(self) -> None:
        faults = [
            f"{name} {expected}, found {found}"
            for name, expected, found, fine in (
                (
                    "--limit",
                    f"is at least {LEAST_QUESTIONS}",
                    self.limit,
                    self.limit >= LEAST_QUESTIONS,
                ),
                (
                    "--evaluate-limit",
                    "is at least 1",
                    self.evaluate_limit,
                    self.evaluate_limit >= 1,
                ),
                ("--noise", "lies between 0 and 1", self.noise, 0 <= self.noise <= 1),
                ("--annotators", "is at least 1", self.annotators, self.annotators >= 1),
                ("-k", "lies between 2 and 50", self.k, 2 <= self.k <= 50),
            )
            if not fine
        ]
        if (self.data is None) != (self.evaluate is None):
            given, missing = ("--data", "--evaluate") if self.data else ("--evaluate", "--data")
            faults.append(f"{given} is given without {missing}: give both files, or neither")
        if faults:
            raise InvalidInput("\n".join(faults))

    def shaping(self) -> dict[str, Any]:
        """Return the options that shape the figures, as plain JSON."""
        return {
            "reader": self.reader,
            "model": self.model,
            "data": str(self.data) if self.data else None,
            "evaluate": str(self.evaluate) if self.evaluate else None,
            "limit": self.limit,
            "evaluate_limit": self.evaluate_limit,
            "noise": self.noise,
            "annotators": self.annotators,
            "seed": self.seed,
            "k": self.k,
        }
