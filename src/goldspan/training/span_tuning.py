"""What a trained span reader learns from questions held out: when to be silent, how sure to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.squad_version import version_for
from goldspan.errors import InvalidInput
from goldspan.evaluation.calibration import calibration
from goldspan.evaluation.squad import exact_match, token_f1
from goldspan.evaluation.threshold import threshold_curve
from goldspan.reader.base import OnProgress
from goldspan.reader.span import SpanReader
from goldspan.reader.span_config import SpanReaderConfig

TEMPERATURES = tuple(float(t) for t in np.geomspace(0.2, 8.0, 61))


@dataclass(frozen=True, slots=True)
class Tuning:
    """What was learnt; both figures are measured on the questions that it was learnt from.

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

    The temperature is the one at which the best span's probability best foretells whether it is
    exactly right, by log loss over the answerable questions. The threshold is the one with the
    highest F1 (see ``threshold_curve``). Neither changes which span is best.

    Args:
        reader: a trained one; it is left as it is.
        demonstrations: held-out questions with gold answers.
        on_progress: called as questions are read.

    Raises:
        InvalidInput: if no question is answerable.
    """
    answerable = [d.answerable for d in demonstrations]
    if not any(answerable):
        raise InvalidInput(
            f"tuning needs questions that have an answer, found none among {len(demonstrations)}"
        )
    sure: list[list[float]] = []
    right: list[float] = []
    f1: list[float] = []
    none: list[float] = []
    version = version_for(demonstrations)
    asked = [(d.question_text, [d.context]) for d in demonstrations]
    read = reader.searches(asked, on_progress)
    for demonstration, (contexts, search) in zip(demonstrations, read, strict=True):
        found = reader.assess(contexts, search)
        none.append(search.no_answer_probability)
        f1.append(token_f1(found.best.text, demonstration.gold_texts, version))
        if demonstration.answerable:
            right.append(exact_match(found.best.text, demonstration.gold_texts, version))
            sure.append([search.best_probability(each) for each in (1.0, *TEMPERATURES)])
    scores = np.clip(np.array(sure), 1e-9, 1 - 1e-9)
    truth = np.array(right)[:, None]
    losses = -(truth * np.log(scores) + (1 - truth) * np.log(1 - scores)).mean(0)
    best = int(np.argmin(losses))
    temperature = (1.0, *TEMPERATURES)[best]
    config = replace(reader.config, temperature=temperature)
    f1_at_threshold = None
    if not all(answerable):
        point = threshold_curve(f1, answerable, none).best
        config = replace(config, no_answer_threshold=min(1.0, max(0.0, point.threshold)))
        f1_at_threshold = point.f1
    return Tuning(
        config=config,
        questions=len(demonstrations),
        ece_before=calibration(scores[:, 0].tolist(), right).ece,
        ece_after=calibration(scores[:, best].tolist(), right).ece,
        f1_at_threshold=f1_at_threshold,
    )
