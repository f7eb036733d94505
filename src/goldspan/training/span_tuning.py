"""What a trained span reader learns from questions held out: when to be silent, how sure to be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.squad_version import SquadVersion, version_for
from goldspan.errors import InvalidInput
from goldspan.evaluation.calibration import calibration
from goldspan.evaluation.logistic import fit_logistic, sigmoid
from goldspan.evaluation.report import evaluate
from goldspan.evaluation.squad import exact_match, token_f1
from goldspan.evaluation.threshold import f1_at, promising_threshold
from goldspan.reader.base import OnProgress
from goldspan.reader.span import SpanReader
from goldspan.reader.span_config import SpanReaderConfig
from goldspan.run.folder import RunFolder
from goldspan.training.held_out import read_held_out, score_held_out

TEMPERATURES = (1.0, *(float(t) for t in np.geomspace(0.2, 8.0, 61)))

ENOUGH = 50
"""Questions of a kind that a training wants before it learns from them unasked."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What a reader thinks of one question, beside what is right.

    Args:
        demonstration: the question with its gold answers.
        text: the reader's best span.
        silence: what its model gives "not answerable" above all spans, in nats; inf where the
            context has no span.
        sure: probability of that span among all spans, at each of ``TEMPERATURES``.
        exact: whether the span is exactly right, 0 or 1.
        f1: token F1 of the span, 0 to 1.
    """

    demonstration: Demonstration
    text: str
    silence: float
    sure: tuple[float, ...]
    exact: float
    f1: float


@dataclass(frozen=True, slots=True)
class Tuning:
    """What was learnt; its figures are measured on the questions that it was learnt from.

    Args:
        config: the reader's, with all that was learnt.
        questions: how many it was learnt from.
        ece_before: expected calibration error of the best spans' scores before, 0 to 1.
        ece_after: the same at the new temperature.
        silence_ece_before: expected calibration error of the probability of "not answerable" as
            the model gives it, 0 to 1; None where no threshold was learnt.
        silence_ece_after: the same with the new scale and offset.
        f1_at_threshold: F1 in percent at the new threshold; None where none was learnt.
    """

    config: SpanReaderConfig
    questions: int
    ece_before: float
    ece_after: float
    silence_ece_before: float | None = None
    silence_ece_after: float | None = None
    f1_at_threshold: float | None = None


def tune_reader(
    reader: SpanReader,
    demonstrations: Sequence[Demonstration],
    on_progress: OnProgress | None = None,
) -> Tuning:
    """Learn a temperature, and when to be silent where some questions are not answerable.

    Args:
        reader: a trained one; it is left as it is.
        demonstrations: held-out questions with gold answers.
        on_progress: called as questions are read.

    Raises:
        InvalidInput: if no question is answerable.
    """
    return learn(observe(reader, demonstrations, on_progress), reader.config)


def observe(
    reader: SpanReader,
    demonstrations: Sequence[Demonstration],
    on_progress: OnProgress | None = None,
) -> list[Observed]:
    """Read questions, and keep what can be learnt from them."""
    version: SquadVersion = version_for(demonstrations)
    asked = [(d.question_text, [d.context]) for d in demonstrations]
    found = []
    for d, (contexts, search) in zip(
        demonstrations, reader.searches(asked, on_progress), strict=True
    ):
        text = reader.assess(contexts, search).best.text
        found.append(
            Observed(
                demonstration=d,
                text=text,
                silence=search.no_answer_raw_logit,
                sure=tuple(search.best_probability(each) for each in TEMPERATURES),
                exact=exact_match(text, d.gold_texts, version),
                f1=token_f1(text, d.gold_texts, version),
            )
        )
    return found


def learn(
    observed: Sequence[Observed], config: SpanReaderConfig, *, threshold: bool = True
) -> Tuning:
    """Choose a temperature, and the scale, offset and threshold of silence.

    The temperature is the one at which the best spans' mean probability is the share of them that
    is exactly right, among the answerable questions; on held-out questions that is at least as
    good as the highest likelihood (docs/experiments.md). Scale and offset make the probability of
    "not answerable" foretell best whether it is so (``fit_logistic``), and the threshold is the one
    that promises the highest F1 (``promising_threshold``). None of them changes which span is best.

    Args:
        observed: held-out questions.
        config: the reader's.
        threshold: whether silence is learnt, if some questions are not answerable.

    Raises:
        InvalidInput: if no question is answerable.
    """
    answerable = [each for each in observed if each.demonstration.answerable]
    if not answerable:
        raise InvalidInput(
            f"tuning needs questions that have an answer, found none among {len(observed)}"
        )
    scores = np.array([each.sure for each in answerable])
    right = [each.exact for each in answerable]
    best = int(np.argmin(np.abs(scores.mean(0) - np.mean(right))))
    tuning = Tuning(
        config=replace(config, temperature=TEMPERATURES[best]),
        questions=len(observed),
        ece_before=calibration(scores[:, 0].tolist(), right).ece,
        ece_after=calibration(scores[:, best].tolist(), right).ece,
    )
    if threshold and len(answerable) < len(observed):
        return _with_silence(tuning, observed)
    return tuning


def _with_silence(tuning: Tuning, observed: Sequence[Observed]) -> Tuning:
    """Add what questions of both kinds teach about silence."""
    answerable = [each.demonstration.answerable for each in observed]
    empty = [float(not has) for has in answerable]
    logits = [each.silence for each in observed]
    # A context without a span has infinite log-odds, and nothing to teach.
    finite = [place for place, logit in enumerate(logits) if math.isfinite(logit)]
    scale, offset = fit_logistic([logits[at] for at in finite], [empty[at] for at in finite])
    config = replace(tuning.config, no_answer_scale=scale, no_answer_offset=offset)
    f1 = [each.f1 for each in observed]
    none = silence_probabilities(observed, config)
    chosen = promising_threshold(f1, answerable, none)
    before = sigmoid(np.array(logits)).tolist()
    return replace(
        tuning,
        config=replace(config, no_answer_threshold=chosen),
        silence_ece_before=calibration(before, empty).ece,
        silence_ece_after=calibration(none, empty).ece,
        f1_at_threshold=f1_at(chosen, f1, answerable, none),
    )


def silence_probabilities(observed: Sequence[Observed], config: SpanReaderConfig) -> list[float]:
    """Return how likely each question is not answerable, by what a configuration has learnt."""
    logits = np.array([each.silence for each in observed])
    probabilities = sigmoid(config.no_answer_scale * logits + config.no_answer_offset)
    return [float(each) for each in probabilities]


def measure_run(
    folder: RunFolder, reader: SpanReader, *, tune: bool
) -> tuple[SpanReaderConfig, Mapping[str, Any]]:
    """Score a run's trained reader on its held-out questions, and save what they teach it.

    Args:
        folder: of the run, with the trained model in it.
        reader: the trained one.
        tune: whether it learns from them.

    Returns:
        What ``tune_after_training`` returns; no figures where no questions were held out.
    """
    held_out = read_held_out(folder)
    if not held_out or not tune:
        return reader.config, score_held_out(folder, reader)
    config, figures = tune_after_training(reader, held_out)
    config.save(folder.model_dir)
    return config, figures


def tune_after_training(
    reader: SpanReader, held_out: Sequence[Demonstration]
) -> tuple[SpanReaderConfig, dict[str, Any]]:
    """Learn from held-out questions what there are enough of, and score the reader on them.

    A temperature changes no answer. Where a threshold is learnt, each half of the passages is
    scored with the threshold that the other half teaches, so that the score is not flattered; the
    reader gets the one that all teach.

    Returns:
        The reader's configuration from now on, and the figures for its report: those of
        ``evaluate``, and under ``tuning`` what was learnt, if anything was.
    """
    observed = observe(reader, held_out)
    answerable = sum(d.answerable for d in held_out)
    if answerable < ENOUGH:
        return reader.config, _scores(reader, observed, reader.config)
    threshold = len(held_out) - answerable >= ENOUGH
    tuning = learn(observed, reader.config, threshold=threshold)
    if threshold:
        halves = _halves(observed)
        said: dict[str, str] = {}
        for teaching, scored in (halves, halves[::-1]):
            said |= _said(scored, _taught(teaching, tuning.config))
        figures = asdict(evaluate(held_out, said, name=reader.name))
    else:
        figures = _scores(reader, observed, tuning.config)
    learnt = {name: value for name, value in asdict(tuning).items() if name != "config"}
    learnt["temperature"] = tuning.config.temperature
    for name in ("no_answer_scale", "no_answer_offset", "no_answer_threshold"):
        learnt[name] = getattr(tuning.config, name)
    return tuning.config, {**figures, "tuning": learnt}


def _taught(teaching: Sequence[Observed], otherwise: SpanReaderConfig) -> SpanReaderConfig:
    """Learn from one half, if it has questions of both kinds."""
    kinds = {each.demonstration.answerable for each in teaching}
    return learn(teaching, otherwise).config if len(kinds) == 2 else otherwise


def _halves(observed: Sequence[Observed]) -> tuple[list[Observed], list[Observed]]:
    """Cut by passage, every second one into the other half."""
    number = {d: place % 2 for place, d in enumerate(_contexts(observed))}
    parts: tuple[list[Observed], list[Observed]] = ([], [])
    for each in observed:
        parts[number[each.demonstration.context]].append(each)
    return parts


def _contexts(observed: Iterable[Observed]) -> Iterable[str]:
    return dict.fromkeys(each.demonstration.context for each in observed)


def _said(observed: Sequence[Observed], config: SpanReaderConfig) -> Mapping[str, str]:
    """What a reader of this configuration answers, by the question's id."""
    limit = 1.0 if config.no_answer_threshold is None else config.no_answer_threshold
    none = silence_probabilities(observed, config)
    return {
        each.demonstration.id: "" if probability > limit else each.text
        for each, probability in zip(observed, none, strict=True)
    }


def _scores(
    reader: SpanReader, observed: Sequence[Observed], config: SpanReaderConfig
) -> dict[str, Any]:
    questions = [each.demonstration for each in observed]
    return asdict(evaluate(questions, _said(observed, config), name=reader.name))
