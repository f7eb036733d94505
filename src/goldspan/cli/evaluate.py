"""``goldspan evaluate``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from goldspan.cli.output import require_writable
from goldspan.domain.squad_version import SquadVersion
from goldspan.formats.fault import OnFault

if TYPE_CHECKING:
    from goldspan.domain.demonstration import Demonstration
    from goldspan.evaluation.detail import Prediction, ProbeResult
    from goldspan.reader.base import Reader


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
    left_out: int

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
        on_fault: Annotated[
            OnFault,
            typer.Option(help="Whether a file with faulty rows is refused, or those are skipped."),
        ] = "refuse",
        device: Annotated[
            str | None, typer.Option(help="A torch device; by default CUDA where there is one.")
        ] = None,
    ) -> None:
        """Measure readers on questions with known answers."""
        from goldspan.domain.split import sample
        from goldspan.domain.squad_version import version_for
        from goldspan.evaluation.baseline import most_frequent_answer
        from goldspan.evaluation.detail import Prediction
        from goldspan.evaluation.names import reader_names
        from goldspan.formats.read import read_rows
        from goldspan.reader.load import load_reader

        require_writable(output)
        require_writable(html)
        read = read_rows(data, on_fault=on_fault)
        everything = read.demonstrations
        held_out = _beside(tune, on_fault) if tune else []
        options = _Options(
            _VERSIONS.get(version) or version_for(everything),
            output,
            html,
            detail,
            probes,
            read.left_out,
        )
        questions = sample(everything, limit, seed)
        predictions: dict[str, dict[str, Prediction]] = {}
        asked: dict[str, list[ProbeResult]] = {}
        if baseline is not None:
            answer = most_frequent_answer(_beside(baseline, on_fault))
            predictions[f"always {answer!r}"] = {
                d.id: Prediction(answer, 1.0, best_text=answer) for d in questions
            }
        names = reader_names(models)
        for model, name in names.items():
            reader = load_reader(model, device=device)
            if held_out:
                reader = _tuned(reader, model, held_out)
            predictions[name] = _predictions(reader, name, questions)
            asked[name] = _probes(reader, name, questions, options) if probes else []
        _report(questions, predictions, asked, options, names)


def _beside(path: Path, on_fault: OnFault) -> list[Demonstration]:
    """Return the sound rows of a file that nothing is scored on."""
    from goldspan.formats.read import read_rows

    read = read_rows(path, on_fault=on_fault)
    if read.left_out:
        print(f"{path}: {read.left_out} faulty rows skipped")
    return read.demonstrations


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
    silence = ""
    if tuning.f1_at_threshold is not None:
        learnt += f", threshold {tuning.config.no_answer_threshold:.3f}"
        silence = f", of silence {tuning.silence_ece_before:.3f}, {tuning.silence_ece_after:.3f}"
    print(
        f"{model}: {learnt}, learnt from {tuning.questions} questions (calibration error there "
        f"{tuning.ece_before:.3f} before, {tuning.ece_after:.3f} after{silence}); "
        "saved with the model"
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
    names: Mapping[str, str],
) -> None:
    """Print the report, and write it where asked to."""
    from goldspan.evaluation.detail_text import detail_as_text
    from goldspan.evaluation.document import evaluation_document
    from goldspan.evaluation.text import as_text

    document = evaluation_document(
        questions,
        predictions,
        version=options.version,
        detailed=asked if options.takes_apart else {},
        models={name: model for model, name in names.items()},
        left_out=options.left_out,
    )
    print(as_text(document["reports"], document["comparisons"], document["left_out"]))
    if options.detail or options.probes:
        for one in document["details"]:
            print(f"\n{detail_as_text(one)}")
    _write(document, options)


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
