"""Scores of a reader on questions that it is not trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from goldspan.domain.demonstration import Demonstration
from goldspan.errors import GoldspanError, UnusableModel
from goldspan.sdk.recipes import Start
from goldspan.sdk.training_data import TrainingData
from goldspan.training.held_out import score_reader

if TYPE_CHECKING:
    from goldspan.reader.base import Reader


def score_before(
    framework: str, start: Start, data: TrainingData, gold: Sequence[Demonstration]
) -> tuple[dict[str, Any], str]:
    """Score what a training starts from, where it can answer at all.

    Returns:
        The figures, and "" or why there are none.
    """
    try:
        reader = _start_reader(framework, start, data)
    except GoldspanError as error:
        return {}, str(error)
    return score_reader(reader, gold), ""


def _start_reader(framework: str, start: Start, data: TrainingData) -> Reader:
    """Return a reader of the model to be trained.

    Raises:
        UnusableModel: if it cannot answer before it was trained.
    """
    if framework == "transformers":
        from goldspan.reader.span import SpanReader
        from goldspan.training.span_model import load_start

        loaded = load_start(start.model, start.tokenizer, seed=0)
        if loaded.fresh:
            raise UnusableModel("its question-answering head is new and knows nothing yet")
        return SpanReader(loaded.model, loaded.tokenizer, loaded.config, name="before")
    from goldspan.domain.prompt import PromptTemplate
    from goldspan.reader.generative import GenerativeReader
    from goldspan.training.generative_model import load_generative_start

    begun = load_generative_start(start.model, start.tokenizer, seed=0)
    if begun.fresh:
        raise UnusableModel("its weights are new and know nothing yet")
    template = data.template or begun.template or PromptTemplate()
    return GenerativeReader(begun.model, begun.tokenizer, template, begun.config, name="before")


def table(before: Mapping[str, Any], after: Mapping[str, Any], why_not: str) -> list[str]:
    """Return the lines that show both scores in percent, and what they taught."""
    lines = [
        f"held out: {after['questions']} questions, on no passage that was trained on "
        f"(95 % intervals by {after['clusters_by']})"
    ]
    for title, figures in (("before", before), ("after", after)):
        if figures:
            shown = ", ".join(
                f"{name} {_interval(figures[key])}"
                for name, key in (("EM", "exact_match"), ("F1", "f1"))
            )
            lines.append(f"  {title:<7}{shown}")
        else:
            lines.append(f"  {title:<7}not measured: {why_not}")
    if tuning := after.get("tuning"):
        silence = (
            f", silent where no answer is likelier than {tuning['no_answer_threshold']:.2f}"
            if tuning["f1_at_threshold"] is not None
            else ""
        )
        lines.append(f"  learnt temperature {tuning['temperature']:.2f}{silence}")
    return lines


def _interval(value: Mapping[str, float]) -> str:
    return f"{value['mean']:.1f} [{value['low']:.1f}, {value['high']:.1f}]"
