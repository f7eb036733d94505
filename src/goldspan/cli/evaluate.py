"""``goldspan evaluate``."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.domain.squad_version import SquadVersion

if TYPE_CHECKING:
    from goldspan.domain.demonstration import Demonstration


class Rules(StrEnum):
    """Whose rules score."""

    AUTO = "auto"
    V1 = "v1.1"
    V2 = "v2.0"


_VERSIONS: dict[Rules, SquadVersion] = {Rules.V1: "v1.1", Rules.V2: "v2.0"}


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def evaluate(
        models: Annotated[
            list[str],
            typer.Argument(
                metavar="MODEL...",
                help="Runs, model folders or hub ids; each is compared with those before it.",
            ),
        ],
        data: Annotated[
            Path, typer.Option(help="SQuAD JSON, CSV or JSON lines with gold answers.")
        ],
        limit: Annotated[
            int | None, typer.Option(min=1, help="Only so many questions, drawn at random.")
        ] = None,
        seed: Annotated[int, typer.Option(help="Of that draw.")] = 0,
        version: Annotated[
            Rules,
            typer.Option(help="SQuAD's rules; auto takes v2.0 if a question has no answer."),
        ] = Rules.AUTO,
        baseline: Annotated[
            Path | None,
            typer.Option(
                metavar="TRAIN",
                help="Score the most frequent answer of this training file as well, first.",
            ),
        ] = None,
        output: Annotated[
            Path | None, typer.Option(help="Write the figures and every answer as JSON.")
        ] = None,
        device: Annotated[
            str | None, typer.Option(help="A torch device; by default CUDA where there is one.")
        ] = None,
    ) -> None:
        """Measure readers on questions with known answers."""
        from goldspan.domain.split import sample
        from goldspan.domain.squad_version import version_for
        from goldspan.evaluation.baseline import most_frequent_answer
        from goldspan.formats.read import read_demonstrations
        from goldspan.reader.load import load_reader
        from goldspan.sdk.progress import progress

        everything = read_demonstrations(data)
        rules = _VERSIONS.get(version) or version_for(everything)
        questions = sample(everything, limit, seed)
        predictions: dict[str, dict[str, str]] = {}
        if baseline is not None:
            answer = most_frequent_answer(read_demonstrations(baseline))
            predictions[f"always {answer!r}"] = {d.id: answer for d in questions}
        for model in models:
            reader = load_reader(model, device=device)
            with progress(f"{model} answers", len(questions)) as on_progress:
                answers = reader.answer_many(
                    [(d.question_text, [d.context]) for d in questions], on_progress=on_progress
                )
            predictions[model] = {
                d.id: best[0].text for d, best in zip(questions, answers, strict=True)
            }
        _report(questions, predictions, rules, output)


def _report(
    questions: Sequence[Demonstration],
    predictions: dict[str, dict[str, str]],
    version: SquadVersion,
    output: Path | None,
) -> None:
    """Print the table and every comparison, and write them where asked to."""
    from goldspan.evaluation.report import compare, summarise
    from goldspan.evaluation.squad import score
    from goldspan.evaluation.text import as_text
    from goldspan.run.folder import write_json

    scores = {name: score(questions, said, version) for name, said in predictions.items()}
    reports = [summarise(of, version=version, name=name) for name, of in scores.items()]
    comparisons = [
        compare(scores[first], scores[second], names=(first, second))
        for first, second in combinations(scores, 2)
    ]
    print(as_text(reports, comparisons))
    if output is not None:
        write_json(
            output,
            {"reports": reports, "comparisons": comparisons, "predictions": predictions},
        )
