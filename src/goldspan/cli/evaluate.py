"""``goldspan evaluate``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from goldspan.domain.squad_version import SquadVersion

if TYPE_CHECKING:
    from goldspan.domain.demonstration import Demonstration
    from goldspan.evaluation.detail import DetailReport, Prediction, ProbeResult
    from goldspan.reader.base import Reader

CHANGED = 50
"""Questions on which two readers differ that are shown side by side."""


class Rules(StrEnum):
    """Whose rules score."""

    AUTO = "auto"
    V1 = "v1.1"
    V2 = "v2.0"


_VERSIONS: dict[Rules, SquadVersion] = {Rules.V1: "v1.1", Rules.V2: "v2.0"}


@dataclass(frozen=True)
class _Options:
    """What is written and asked beside the scores."""

    version: SquadVersion
    output: Path | None
    html: Path | None
    detail: bool
    probes: bool

    @property
    def takes_apart(self) -> bool:
        return self.detail or self.probes or bool(self.output or self.html)


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
        detail: Annotated[
            bool,
            typer.Option(
                "--detail", help="Also by question word and answer length, calibration, examples."
            ),
        ] = False,
        probes: Annotated[
            bool,
            typer.Option(
                "--probes",
                help="Also ask changed questions: typos, paraphrase, distractor, negation, names.",
            ),
        ] = False,
        tune: Annotated[
            Path | None,
            typer.Option(
                metavar="FILE",
                help="First learn each span reader's temperature and, with unanswerable "
                "questions, its threshold from this file, and save them with the model.",
            ),
        ] = None,
        output: Annotated[
            Path | None, typer.Option(help="Write the figures and every answer as JSON.")
        ] = None,
        html: Annotated[
            Path | None, typer.Option(help="Write the whole report as one page that stands alone.")
        ] = None,
        device: Annotated[
            str | None, typer.Option(help="A torch device; by default CUDA where there is one.")
        ] = None,
    ) -> None:
        """Measure readers on questions with known answers."""
        from goldspan.domain.split import sample
        from goldspan.domain.squad_version import version_for
        from goldspan.evaluation.baseline import most_frequent_answer
        from goldspan.evaluation.detail import Prediction
        from goldspan.formats.read import read_demonstrations
        from goldspan.reader.load import load_reader

        everything = read_demonstrations(data)
        held_out = read_demonstrations(tune) if tune else []
        options = _Options(
            _VERSIONS.get(version) or version_for(everything), output, html, detail, probes
        )
        questions = sample(everything, limit, seed)
        predictions: dict[str, dict[str, Prediction]] = {}
        asked: dict[str, list[ProbeResult]] = {}
        if baseline is not None:
            answer = most_frequent_answer(read_demonstrations(baseline))
            predictions[f"always {answer!r}"] = {
                d.id: Prediction(answer, 1.0, best_text=answer) for d in questions
            }
        for model in models:
            reader = load_reader(model, device=device)
            if held_out:
                reader = _tuned(reader, model, held_out)
            predictions[model] = _predictions(reader, model, questions)
            asked[model] = _probes(reader, model, questions, options) if probes else []
        _report(questions, predictions, asked, options)


def _tuned(reader: Reader, model: str, held_out: Sequence[Demonstration]) -> Reader:
    """Tune a span reader, save what it learnt with its model, and return it as it is now."""
    from goldspan.errors import UnusableModel
    from goldspan.reader.model_folder import resolve_model
    from goldspan.reader.span import SpanReader
    from goldspan.sdk.progress import progress
    from goldspan.training.span_tuning import tune_reader

    folder = Path(resolve_model(model))
    if not isinstance(reader, SpanReader) or not folder.is_dir():
        raise UnusableModel(
            f"--tune needs span readers in folders of this machine, found {model!r}", model=model
        )
    with progress(f"{model} is tuned", len(held_out)) as on_progress:
        tuning = tune_reader(reader, held_out, on_progress)
    tuning.config.save(folder)
    learnt = f"temperature {tuning.config.temperature:.2f}"
    if tuning.f1_at_threshold is not None:
        learnt += f", threshold {tuning.config.no_answer_threshold:.3f}"
    print(
        f"{model}: {learnt}, learnt from {tuning.questions} questions (calibration error there "
        f"{tuning.ece_before:.3f} before, {tuning.ece_after:.3f} after); saved with the model"
    )
    return SpanReader(reader.model, reader.tokenizer, tuning.config, reader.name)


def _predictions(
    reader: Reader, model: str, questions: Sequence[Demonstration]
) -> dict[str, Prediction]:
    """Let a reader answer every question; a span reader also says what else it thinks."""
    from goldspan.evaluation.detail import Prediction
    from goldspan.reader.span import SpanReader
    from goldspan.sdk.progress import progress

    asked = [(d.question_text, [d.context]) for d in questions]
    found: dict[str, Prediction] = {}
    with progress(f"{model} answers", len(questions)) as on_progress:
        if isinstance(reader, SpanReader):
            abstains = reader.config.no_answer_threshold is not None
            for d, each in zip(questions, reader.assess_many(asked, on_progress), strict=True):
                found[d.id] = Prediction(
                    each.answer.text,
                    each.answer.score,
                    span=each.answer.span,
                    best_text=each.best.text,
                    no_answer=each.no_answer if abstains else None,
                    raw_score=each.raw_score,
                )
        else:
            for d, (best, *_) in zip(
                questions, reader.answer_many(asked, on_progress=on_progress), strict=True
            ):
                found[d.id] = Prediction(best.text, best.score, best.span, best.text)
    return found


def _probes(
    reader: Reader, model: str, questions: Sequence[Demonstration], options: _Options
) -> list[ProbeResult]:
    from goldspan.evaluation.detail import probe_result
    from goldspan.evaluation.probes import make_probes
    from goldspan.sdk.progress import progress

    results = []
    for made in make_probes(questions):
        both = [*made.before, *made.after]
        with progress(f"{model}, {made.probe.name}", len(both)) as on_progress:
            answers = reader.answer_many(
                [(d.question_text, [d.context]) for d in both], on_progress=on_progress
            )
        texts = [found[0].text for found in answers]
        count = len(made.before)
        results.append(probe_result(made, texts[:count], texts[count:], options.version))
    return results


def _report(
    questions: Sequence[Demonstration],
    predictions: dict[str, dict[str, Prediction]],
    asked: dict[str, list[ProbeResult]],
    options: _Options,
) -> None:
    """Print the report, and write it where asked to."""
    from goldspan.evaluation.detail import take_apart
    from goldspan.evaluation.detail_text import detail_as_text
    from goldspan.evaluation.report import compare, summarise
    from goldspan.evaluation.squad import score
    from goldspan.evaluation.text import as_text

    version = options.version
    texts = {name: {id: p.text for id, p in of.items()} for name, of in predictions.items()}
    scores = {name: score(questions, said, version) for name, said in texts.items()}
    reports = [summarise(of, version=version, name=name) for name, of in scores.items()]
    comparisons = [
        compare(scores[first], scores[second], names=(first, second))
        for first, second in combinations(scores, 2)
    ]
    print(as_text(reports, comparisons))
    details: list[DetailReport] = []
    if options.takes_apart:
        details = [
            take_apart(questions, predictions[name], version=version, name=name, probes=asked[name])
            for name in asked
        ]
    if options.detail or options.probes:
        for one in details:
            print(f"\n{detail_as_text(one)}")
    document = {
        "reports": reports,
        "comparisons": comparisons,
        "details": details,
        "predictions": texts,
        "side_by_side": _side_by_side(questions, texts),
    }
    _write(document, options)


def _side_by_side(
    questions: Sequence[Demonstration], texts: dict[str, dict[str, str]]
) -> list[dict[str, Any]]:
    """Return the first questions that the readers answer differently."""
    from goldspan.domain.normalise import normalise_answer

    rows = []
    for d in questions:
        answers = {name: said[d.id] for name, said in texts.items()}
        if len({normalise_answer(text) for text in answers.values()}) > 1:
            golds = [answer.text for answer in d.answers]
            rows.append({"question_text": d.question_text, "golds": golds, "answers": answers})
    return rows[:CHANGED]


def _write(document: dict[str, Any], options: _Options) -> None:
    import msgspec

    from goldspan.run.evaluation_page import evaluation_page
    from goldspan.run.folder import write_json

    if options.output is not None:
        write_json(options.output, document)
    if options.html is not None:
        plain = msgspec.to_builtins(document)
        options.html.write_text(evaluation_page(plain), encoding="utf-8")
        print(f"\nThe whole report: {options.html}")
