"""Training examples for preferences: the annotators' choices, or a formatting function's pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from goldspan.domain import collect
from goldspan.domain.collect import located
from goldspan.domain.demonstration import Answer
from goldspan.domain.formatting import (
    Probe,
    probe_preference_formatting,
    verify_preference_formatting,
)
from goldspan.domain.preference import PreferencePair
from goldspan.domain.prompt import PromptTemplate
from goldspan.domain.question import RankingQuestion
from goldspan.errors import InvalidInput
from goldspan.sdk.sources import Columns, Source, examples_of
from goldspan.sdk.training_data import TrainingData
from goldspan.sdk.training_task import Example, Preference, PreferenceTask, TrainingTask

NO_PREFERENCE = "records without a decided preference"
NO_TEXT = "pairs with an empty answer"
SAME_TEXT = "pairs whose two answers are the same"


def choices(
    sources: Sequence[Source],
    rankings: Sequence[RankingQuestion],
    columns: Columns,
    question_names: Sequence[str],
    *,
    ties: bool = False,
) -> TrainingData:
    """Return the pairs of the annotators' submitted choices, undecided ones with ``ties``.

    Raises:
        InvalidInput: if there is no ranking question, or no column with what a user asks.
    """
    if not rankings or columns.question is None:
        raise InvalidInput(
            "learning preferences needs a ranking question over candidates, found the questions "
            f"{list(question_names)}; or pass a formatting_func that returns "
            f"{PreferenceTask.expected}"
        )
    dropped: Counter[str] = Counter()
    found: list[PreferencePair] = []
    for source in sources:
        pairs = collect.preference_pairs(
            source.record,
            rankings[0],
            question_field=columns.question,
            context_field=columns.context or "",
            ties=ties,
        )
        if not pairs:
            dropped[NO_PREFERENCE] += 1
        found += pairs
    return TrainingData(pairs=tuple(found), dropped=dropped)


def formatted_pairs(
    sources: Sequence[Source],
    rankings: Sequence[RankingQuestion],
    columns: Columns,
    task: PreferenceTask,
) -> TrainingData:
    """Return the pairs that a function makes, with the prompt's template if there is one.

    Warns where what it returns does not depend on what annotators choose.
    """
    dropped: Counter[str] = Counter()
    made = examples_of(sources, task, dropped)
    probe, columns = _probe_prompt([source.row for source, _ in made], columns, task)
    found: list[PreferencePair] = []
    for source, examples in made:
        for example in examples:
            assert isinstance(example, Preference)
            if not example.chosen.strip() or not example.rejected.strip():
                dropped[NO_TEXT] += 1
            elif example.chosen.strip() == example.rejected.strip():
                dropped[SAME_TEXT] += 1
            else:
                found.append(_pair(source, example, columns if probe.template else None))
    notes = () if probe.template or not made else (f"the prompt is no template: {probe.reason}",)
    unread = [one for one in rankings if made and not _reads(task, made[0][0].row, one)]
    return TrainingData(
        pairs=tuple(found),
        dropped=dropped,
        template=probe.template or PromptTemplate("{question}"),
        notes=notes,
        warnings=tuple(_unread_warning(ranking, sources) for ranking in unread),
    )


def _pair(source: Source, example: Preference, columns: Columns | None) -> PreferencePair:
    """Build a pair; without columns the whole prompt takes the question's place."""
    question = source.text(columns.question) if columns else example.prompt.strip()
    context = source.text(columns.context) if columns else ""

    def answer(text: str) -> Answer:
        text = text.strip()
        return Answer("") if text == collect.NO_ANSWER else located(text, context)

    return PreferencePair(
        record_id=source.record.id,
        question_text=question,
        context=context,
        chosen=answer(example.chosen),
        rejected=answer(example.rejected),
        annotators=(),
        article=source.record.origin("article"),
        passage=source.passage(context),
    )


def _probe_prompt(
    rows: Sequence[Mapping[str, Any]], columns: Columns, task: PreferenceTask
) -> tuple[Probe, Columns]:
    """Find the fixed prompt over question and context, or over the question alone."""
    formatting = task.formatting_func
    assert formatting is not None, "only asked where there is a function"
    if not rows or columns.question is None:
        return Probe(None, "no column is named question or prompt"), columns
    first: Callable[[Any], Any] = formatting
    for tried in (columns, columns._replace(context=None)):
        names = {w: n for w, n in (("question", tried.question), ("context", tried.context)) if n}
        probe = probe_preference_formatting(first, rows[0], names)
        if probe.template is not None:
            probe = verify_preference_formatting(first, rows, names, probe.template)
            return probe, tried
    return probe, columns


def _reads(task: TrainingTask, row: Mapping[str, Any], ranking: RankingQuestion) -> bool:
    """Say whether the function's result depends on what annotators choose.

    It is called with two made-up responses that rank the candidates in opposite orders; a
    function that fails on them reads something of them.
    """
    names = [option.value for option in ranking.values if row.get(option.value)]

    def result(order: Sequence[str]) -> list[Example]:
        ranks = [{"value": name, "rank": rank} for rank, name in enumerate(order, start=1)]
        response = {"user_id": "probe", "value": ranks, "status": "submitted"}
        marked = {name: f"marker of {name}" for name in names}
        return task.examples({**row, **marked, ranking.name: [response]}, "a probe")

    try:
        return result(names) != result(names[::-1])
    except Exception:  # the user's code may do anything with a probe
        return True


def _unread_warning(ranking: RankingQuestion, sources: Sequence[Source]) -> str:
    judged = sum(
        any(ranking.name in response.values for response in source.record.submitted)
        for source in sources
    )
    return (
        f"the formatting function does not read the annotators' choices: whatever they answer to "
        f"{ranking.name!r}, it returns the same chosen and rejected. {judged} of {len(sources)} "
        "records hold a submitted choice. Use TrainingTask.for_direct_preference_optimization() "
        "without a formatting function to train on the choices."
    )
