"""Training examples of formatting functions that return texts, or prompts and completions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.formatting import Probe, probe_formatting, verify_formatting
from goldspan.domain.prompt import PromptTemplate
from goldspan.sdk.sources import Columns, Source, demonstration_of, examples_of, numbered
from goldspan.sdk.training_data import TextRow, TrainingData
from goldspan.sdk.training_task import Example, PromptCompletion, TrainingTask

NO_TEXT = "empty texts"
_SEAM = "\ue000"
"""Between prompt and completion while a formatting function is probed: a private character."""


def formatted_texts(
    sources: Sequence[Source], columns: Columns, task: TrainingTask
) -> TrainingData:
    """Return what a function makes: demonstrations behind a fixed template, else whole texts."""
    dropped: Counter[str] = Counter()
    made = examples_of(sources, task, dropped)
    probe = _probe_text(made, columns, task)
    if probe.template is not None:
        answers = tuple(demonstration_of(source, columns) for source, _ in made)
        return TrainingData(demonstrations=answers, dropped=dropped, template=probe.template)
    named = [
        (source, name, example)
        for source, examples in made
        for name, example in zip(numbered(source, examples), examples, strict=True)
    ]
    if all(isinstance(example, PromptCompletion) for _, _, example in named):
        return _completions(named, dropped, probe.reason)
    rows = []
    for source, name, example in named:
        text = "".join(example)
        if text.strip():
            rows.append(TextRow(name, text, source.passage(source.text(columns.context))))
        else:
            dropped[NO_TEXT] += 1
    note = f"the loss covers every token, not the answer alone: {probe.reason}"
    return TrainingData(texts=tuple(rows), dropped=dropped, notes=(note,) if rows else ())


def _completions(
    named: Sequence[tuple[Source, str, Example]], dropped: Counter[str], reason: str
) -> TrainingData:
    """Keep prompts and completions as the function made them: the prompt is the question."""
    found: list[Demonstration] = []
    seams: Counter[str] = Counter()
    for source, name, (prompt, completion) in named:  # type: ignore[misc]
        if not prompt.strip() or not completion.strip():
            dropped[NO_TEXT] += 1
            continue
        lead = completion[: len(completion) - len(completion.lstrip())]
        seams[prompt[len(prompt.rstrip()) :] + lead] += 1
        found.append(
            Demonstration(
                id=name,
                question_text=prompt.strip(),
                context="",
                answers=(Answer(completion.strip()),),
                article=source.record.origin("article"),
                passage=source.passage(""),
            )
        )
    seam = seams.most_common(1)[0][0] if seams else " "
    return TrainingData(
        demonstrations=tuple(found),
        dropped=dropped,
        template=PromptTemplate("{question}", seam + "{answer}"),
        notes=(f"the whole prompt stands in the template's place of the question: {reason}",),
    )


def _probe_text(
    made: Sequence[tuple[Source, list[Example]]], columns: Columns, task: TrainingTask
) -> Probe:
    """Find the fixed template behind a function that makes one text of each record."""
    if not made:
        return Probe(None, "no text was made")
    if any(len(examples) > 1 for _, examples in made):
        return Probe(None, "the formatting function makes several texts of one record")
    if columns.question is None or columns.answer is None:
        return Probe(None, "no column is named question or prompt, or none answer or response")

    def text_of(row: Mapping[str, Any]) -> str:
        (example,) = task.examples(row, "a probe")
        return _SEAM.join(example)

    rows = [source.row for source, _ in made]
    names = {word: name for word, name in columns._asdict().items() if name}
    probe = probe_formatting(text_of, rows[0], names)
    if probe.template is not None:
        probe = verify_formatting(text_of, rows, names, probe.template)
    return Probe(_without_seam(probe.template)) if probe.template else probe


def _without_seam(template: PromptTemplate) -> PromptTemplate:
    """Cut prompt from completion where the function did, if it returned the two apart."""
    head, seam, tail = (template.prompt + template.completion).partition(_SEAM)
    if not seam:
        return template
    prompt = head.rstrip()
    return PromptTemplate(prompt, head[len(prompt) :] + tail)
