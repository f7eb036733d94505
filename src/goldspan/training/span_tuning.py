"""What a trained span reader learns from questions held out: when to be silent, how sure to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.squad_version import SquadVersion, version_for
from goldspan.errors import InvalidInput
from goldspan.evaluation.calibration import calibration
from goldspan.evaluation.report import evaluate
from goldspan.evaluation.squad import exact_match, token_f1
from goldspan.evaluation.threshold import threshold_curve
from goldspan.reader.base import OnProgress
from goldspan.reader.span import SpanReader
from goldspan.reader.span_config import SpanReaderConfig

TEMPERATURES = (1.0, *(float(t) for t in np.geomspace(0.2, 8.0, 61)))

ENOUGH = 50
"""Questions of a kind that a training wants before it learns from them unasked."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What a reader thinks of one question, beside what is right.

    Args:
        demonstration: the question with its gold answers.
        text: the reader's best span.
        none: its probability that there is no answer, 0 to 1.
        sure: probability of that span among all spans, at each of ``TEMPERATURES``.
        exact: whether the span is exactly right, 0 or 1.
        f1: token F1 of the span, 0 to 1.
    """

    demonstration: Demonstration
    text: str
    none: float
    sure: tuple[float, ...]
    exact: float
    f1: float


@dataclass(frozen=True, slots=True)
class Tuning:
    """What was learnt; its figures are measured on the questions that it was learnt from.

    Args:
        config: the reader's, with temperature and threshold.
        questions: how many it was learnt from.
        ece_before: expected calibration error of the best spans' scores before, 0 to 1.
        ece_after: the same at the new temperature.
        f1_at_threshold: F1 in percent at the new threshold; None where none was learnt.
    """

    config: SpanReaderConfig
    questions: int
    ece_before: float
    ece_after: float
    f1_at_threshold: float | None


def tune_reader(
    reader: SpanReader,
    demonstrations: Sequence[Demonstration],
    on_progress: OnProgress | None = None,
) -> Tuning:
    """Learn a temperature, and a threshold where some questions are not answerable.

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
                none=search.no_answer_probability,
                sure=tuple(search.best_probability(each) for each in TEMPERATURES),
                exact=exact_match(text, d.gold_texts, version),
                f1=token_f1(text, d.gold_texts, version),
            )
        )
    return found


def learn(
    observed: Sequence[Observed], config: SpanReaderConfig, *, threshold: bool = True
) -> Tuning:
    """Choose temperature and threshold.

    The temperature is the one at which the best span's probability best foretells whether it is
    exactly right, by log loss over the answerable questions. The threshold is the one with the
    highest F1 (see ``threshold_curve``). Neither changes which span is best.

    Args:
        observed: held-out questions.
        config: the reader's.
        threshold: whether to learn one, if some questions are not answerable.

    Raises:
        InvalidInput: if no question is answerable.
    """
    answerable = [each for each in observed if each.demonstration.answerable]
    if not answerable:
        raise InvalidInput(
            f"tuning needs questions that have an answer, found none among {len(observed)}"
        )
    scores = np.clip(np.array([each.sure for each in answerable]), 1e-9, 1 - 1e-9)
    right = [each.exact for each in answerable]
    best = int(np.argmin(_log_losses(scores, np.array(right)[:, None])))
    config = replace(config, temperature=TEMPERATURES[best])
    f1_at_threshold = None
    if threshold and len(answerable) < len(observed):
        point = threshold_curve(
            [each.f1 for each in observed],
            [each.demonstration.answerable for each in observed],
            [each.none for each in observed],
        ).best
        config = replace(config, no_answer_threshold=min(1.0, max(0.0, point.threshold)))
        f1_at_threshold = point.f1
    return Tuning(
        config=config,
        questions=len(observed),
        ece_before=calibration(scores[:, 0].tolist(), right).ece,
        ece_after=calibration(scores[:, best].tolist(), right).ece,
        f1_at_threshold=f1_at_threshold,
    )


def _log_losses(scores: NDArray[np.float64], truth: NDArray[np.float64]) -> NDArray[np.float64]:
    losses: NDArray[np.float64] = -(truth * np.log(scores) + (1 - truth) * np.log(1 - scores))
    return np.asarray(losses.mean(0))


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
    learnt["no_answer_threshold"] = tuning.config.no_answer_threshold
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


def _said(observed: Iterable[Observed], config: SpanReaderConfig) -> Mapping[str, str]:
    """What a reader of this configuration answers, by the question's id."""
    limit = 1.0 if config.no_answer_threshold is None else config.no_answer_threshold
    return {each.demonstration.id: "" if each.none > limit else each.text for each in observed}


def _scores(
    reader: SpanReader, observed: Sequence[Observed], config: SpanReaderConfig
) -> dict[str, Any]:
    questions = [each.demonstration for each in observed]
    return asdict(evaluate(questions, _said(observed, config), name=reader.name))
