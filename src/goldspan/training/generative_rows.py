"""From demonstrations and preference pairs to token rows; nothing is ever cut off to fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.preference import PreferencePair
from goldspan.domain.span import Span
from goldspan.domain.verdict import Verdict
from goldspan.reader.prompting import Prompter, Window
from goldspan.run.rows import RowCounter, RowCounts
from goldspan.training.tree_trainer import PASSAGE

IGNORED = -100
"""The label of a token that no loss is computed on."""

NO_CONTEXT = "without a context"
LONG_QUESTION = "whose question is longer than max_question_length"
LONG_ANSWER = "whose answer is longer than max_new_tokens"
LONG_REJECTED = "whose rejected answer does not fit into max_length"
NO_WINDOW = "whose answer no window holds wholly"
TIED = "in which people found both answers equally good"
LONG_TEXT = "longer than max_length"

Row = dict[str, Any]


class _Drop(Exception):
    """A row cannot be used; the message says why."""


def demonstration_rows(
    demonstrations: Sequence[Demonstration], prompter: Prompter
) -> tuple[list[Row], RowCounts]:
    """Make rows of ``input_ids`` and ``labels``; the loss covers the answer and its end alone.

    A demonstration gives one row: its best answer that some window holds, in the first such
    window. One that is not answerable gives a row for each window. Where a prompt begins with
    its context, ``passage`` numbers the windows: rows of one number begin alike.
    """
    rows: list[Row] = []
    counter = RowCounter()
    number = _numbering(prompter)
    for demonstration in demonstrations:
        question = demonstration.question_text
        try:
            windows = _windows(prompter, question, demonstration.context)
            if demonstration.answerable:
                places = [_place(demonstration, windows, prompter)]
            else:
                places = [
                    (window, _completion(prompter, question, window, "")) for window in windows
                ]
        except _Drop as reason:
            counter.drop(str(reason))
            continue
        for window, completion in places:
            prompt = prompter.prompt(question, window)
            rows.append(
                {
                    "input_ids": [*prompt, *completion],
                    "labels": [IGNORED] * len(prompt) + completion,
                    **number(window),
                }
            )
        counter.keep(len(places))
    _check_lengths([row["input_ids"] for row in rows], prompter)
    return rows, counter.counts()


def text_rows(texts: Sequence[str], prompter: Prompter) -> tuple[list[Row], RowCounts]:
    """Make rows of ``input_ids`` and ``labels`` in which every token is learnt."""
    rows: list[Row] = []
    counter = RowCounter()
    for text in texts:
        ids = prompter.text(text)
        if len(ids) > prompter.config.max_length:
            counter.drop(LONG_TEXT)
            continue
        rows.append({"input_ids": ids, "labels": list(ids)})
        counter.keep()
    return rows, counter.counts()


def pair_rows(
    pairs: Sequence[PreferencePair], prompter: Prompter, *, ties: bool = False
) -> tuple[list[Row], list[PreferencePair], RowCounts]:
    """Make rows of ``prompt_ids``, ``chosen_ids``, ``rejected_ids`` and, as above, ``passage``.

    Both answers are read in the same window: the first that holds both, else the first that
    holds the chosen one.

    Returns:
        The rows, the pairs that they were made of, in the same order, and the counts.
    """
    rows: list[Row] = []
    kept: list[PreferencePair] = []
    counter = RowCounter()
    number = _numbering(prompter)
    for pair in pairs:
        if pair.tie and not ties:
            counter.drop(TIED)
            continue
        question = pair.question_text
        try:
            windows = _windows(prompter, question, pair.context)
            window = _shared_window(pair, windows)
            chosen = _completion(prompter, question, window, pair.chosen.text)
            prompt = prompter.prompt(question, window)
            # It is never to be written, so that it may be longer than what is.
            rejected = prompter.completion(question, window, pair.rejected.text)
            if len(prompt) + len(rejected) > prompter.config.max_length:
                raise _Drop(LONG_REJECTED)
        except _Drop as reason:
            counter.drop(str(reason))
            continue
        answers = {"chosen_ids": chosen, "rejected_ids": rejected}
        rows.append({"prompt_ids": prompt, **answers, **number(window)})
        kept.append(pair)
        counter.keep()
    for name in ("chosen_ids", "rejected_ids"):
        _check_lengths([[*row["prompt_ids"], *row[name]] for row in rows], prompter)
    return rows, kept, counter.counts()


def verdict_rows(verdicts: Sequence[Verdict], prompter: Prompter) -> tuple[list[Row], RowCounts]:
    """Make rows of ``prompt_ids``, ``completion_ids``, ``label`` and, as above, ``passage``.

    Each stands in the first window that holds the answer, or in the first one where none does.
    """
    rows: list[Row] = []
    counter = RowCounter()
    number = _numbering(prompter)
    for verdict in verdicts:
        question = verdict.question_text
        try:
            windows = _windows(prompter, question, verdict.context)
            window = _first_holding(windows, _span_of(verdict.answer, verdict.context))
            window = window or windows[0]
            completion = _completion(prompter, question, window, verdict.answer.text)
        except _Drop as reason:
            counter.drop(str(reason))
            continue
        row = {"prompt_ids": prompter.prompt(question, window), "completion_ids": completion}
        rows.append({**row, "label": verdict.good, **number(window)})
        counter.keep()
    _check_lengths([[*row["prompt_ids"], *row["completion_ids"]] for row in rows], prompter)
    return rows, counter.counts()


def _numbering(prompter: Prompter) -> Callable[[Window], dict[str, int]]:
    """Return what numbers windows by their texts; nothing where prompts do not begin alike."""
    seen: dict[str, int] = {}

    def number(window: Window) -> dict[str, int]:
        return {PASSAGE: seen.setdefault(window.text, len(seen))} if prompter.context_first else {}

    return number


def _windows(prompter: Prompter, question_text: str, context: str) -> list[Window]:
    if prompter.is_cut(question_text):
        raise _Drop(LONG_QUESTION)
    windows = prompter.windows(context)
    if not windows:
        raise _Drop(NO_CONTEXT)
    return windows


def _place(
    demonstration: Demonstration, windows: Sequence[Window], prompter: Prompter
) -> tuple[Window, list[int]]:
    """Return the first window for the best answer that has one, and its completion."""
    reason = NO_WINDOW
    for answer in demonstration.answers:
        window = _first_holding(windows, _span_of(answer, demonstration.context))
        if window is None:
            continue
        try:
            question = demonstration.question_text
            return window, _completion(prompter, question, window, answer.text)
        except _Drop as drop:
            reason = str(drop)
    raise _Drop(reason)


def _shared_window(pair: PreferencePair, windows: Sequence[Window]) -> Window:
    chosen, rejected = (_span_of(one, pair.context) for one in (pair.chosen, pair.rejected))
    for window in windows:
        if all(span is not None and window.holds(span) for span in (chosen, rejected)):
            return window
    if not pair.chosen.text:
        # "Not answerable" stands nowhere: it is judged where the other answer was found.
        return _first_holding(windows, rejected) or windows[0]
    holding = _first_holding(windows, chosen)
    if holding is None:
        raise _Drop(NO_WINDOW)
    return holding


def _first_holding(windows: Sequence[Window], span: Span | None) -> Window | None:
    """Return the first window that holds the span; one window alone holds everything."""
    if len(windows) == 1:
        return windows[0]
    return next((window for window in windows if span and window.holds(span)), None)


def _span_of(answer: Answer, context: str) -> Span | None:
    """Return an answer's place: its own, or the first where its text stands."""
    start = context.find(answer.text)
    if answer.span is not None or not answer.text or start < 0:
        return answer.span
    return Span(start, start + len(answer.text))


def _completion(
    prompter: Prompter, question_text: str, window: Window, answer_text: str
) -> list[int]:
    completion = prompter.completion(question_text, window, answer_text)
    if len(completion) > prompter.config.max_new_tokens:
        raise _Drop(LONG_ANSWER)
    return completion


def _check_lengths(rows: Sequence[Sequence[int]], prompter: Prompter) -> None:
    longest = max((len(row) for row in rows), default=0)
    # Trainers would cut such a row's end off, which is the answer.
    assert longest <= prompter.config.max_length, f"a row of {longest} tokens"
