"""Formatting functions: finds the fixed template behind a function that a user wrote.

Where there is one, training can tell prompt from answer, and whoever asks the checkpoint later
uses the same prompt. Where a function has logic inside, neither is possible; the reason is kept
for the report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goldspan.domain.prompt import PromptTemplate, fill

Row = Mapping[str, Any]
SALTS = ("qxz", "VwK7")
"""Around the markers; the second one shows functions that change the case of a column."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What a formatting function turned out to be.

    Args:
        template: the fixed template behind it, or None if there is logic inside.
        reason: why there is none.
    """

    template: PromptTemplate | None
    reason: str = ""


class _Logic(Exception):
    """The function is no fixed template; the message says why."""


def probe_formatting(
    formatting: Callable[[Row], str], row: Row, columns: Mapping[str, str]
) -> Probe:
    """Find the fixed template behind a formatting function that returns one text.

    The function is called with a copy of ``row`` in which each named column holds a unique
    marker (in the row's own shape: a list of responses keeps its shape, with the marker as the
    value), and again with other markers. It is a fixed template if both results are equal but
    for the markers, each marker occurs once and the answer comes last. White space between
    prompt and answer goes to the completion.

    Args:
        formatting: takes a row, returns the training text.
        row: any real row; its shapes are kept.
        columns: ``question``, ``context`` and ``answer`` mapped to the row's column names;
            ``context`` may be missing.
    """

    def text_of(result: Any) -> str:
        if not isinstance(result, str):
            raise _Logic(f"the formatting function returns {type(result).__name__}, not str")
        return result

    try:
        before, _, after = _skeleton(formatting, row, columns, text_of).partition("{answer}")
        if any("{" + word + "}" in after for word in columns):
            raise _Logic("a column follows the answer")
    except _Logic as logic:
        return Probe(None, str(logic))
    prompt = before.rstrip()
    return Probe(PromptTemplate(prompt, before[len(prompt) :] + "{answer}" + after))


def probe_preference_formatting(
    formatting: Callable[[Row], Any], row: Row, columns: Mapping[str, str]
) -> Probe:
    """Find the fixed prompt behind a formatting function for preferences.

    The function returns ``(prompt, chosen, rejected)``, a mapping with these keys, or several of
    either. Only the prompt is looked for; the template's completion is the default one.

    Args:
        formatting: takes a row, returns prompt, chosen and rejected.
        row: a real row that the function makes a pair of.
        columns: ``question`` and ``context`` mapped to the row's column names; ``context`` may
            be missing.
    """
    try:
        prompt = _skeleton(
            formatting, row, columns, lambda result: _only(_prompts(result))
        ).rstrip()
    except _Logic as logic:
        return Probe(None, str(logic))
    return Probe(PromptTemplate(prompt))


def verify_formatting(
    formatting: Callable[[Row], str],
    rows: Sequence[Row],
    columns: Mapping[str, str],
    template: PromptTemplate,
) -> Probe:
    """Return the template if it makes the function's own text of every row, else the reason.

    A function whose logic looks at more than the probed columns, or at their length, shows only
    here. White space around a question and an answer may differ.
    """
    return _verify(formatting, rows, columns, template, template.prompt + template.completion)


def verify_preference_formatting(
    formatting: Callable[[Row], Any],
    rows: Sequence[Row],
    columns: Mapping[str, str],
    template: PromptTemplate,
) -> Probe:
    """Return the template if it makes the prompts of every row's pairs, else the reason."""

    def prompt_of(row: Row) -> str | None:
        prompts = _prompts(formatting(row))
        return _only(prompts).rstrip() if prompts else None

    return _verify(prompt_of, rows, columns, template, template.prompt)


def _verify(
    text_of: Callable[[Row], str | None],
    rows: Sequence[Row],
    columns: Mapping[str, str],
    template: PromptTemplate,
    pattern: str,
) -> Probe:
    for number, row in enumerate(rows):
        values = {word: text_in(row.get(column)) for word, column in columns.items()}
        trimmed = {w: v if w == "context" else v.strip() for w, v in values.items()}
        try:
            found = text_of(dict(row))
        except _Logic as logic:
            return Probe(None, f"row {number}: {logic}")
        except Exception as error:  # the user's code may do anything
            return Probe(None, f"the formatting function fails on row {number}: {error!r}")
        expected = fill(pattern, values), fill(pattern, trimmed)
        if found is not None and found.rstrip() not in [text.rstrip() for text in expected]:
            return Probe(None, f"row {number} is not rendered as the template {pattern!r} does it")
    return Probe(template)


def _skeleton(
    formatting: Callable[[Row], Any],
    row: Row,
    columns: Mapping[str, str],
    text_of: Callable[[Any], str],
) -> str:
    """Return the function's text with ``{word}`` in place of each column.

    Raises:
        _Logic: if the text depends on more than that.
    """
    found: list[str] = []
    for salt in SALTS:
        markers = {word: f"{salt}{word}{salt}" for word in columns}
        probe_row = dict(row)
        for word, column in columns.items():
            probe_row[column] = _with_text(row.get(column), markers[word])
        try:
            text = text_of(formatting(probe_row))
        except _Logic:
            raise
        except Exception as error:  # the user's code may do anything with a marker
            raise _Logic(f"the formatting function fails on a marker: {error!r}") from error
        for word, marker in markers.items():
            if text.count(marker) != 1:
                times = "changed or left out" if marker not in text else "used more than once"
                raise _Logic(f"column {columns[word]!r} is {times}")
            if "{" + word + "}" in text:
                raise _Logic(f"the text around the columns holds {{{word}}} itself")
        for word, marker in markers.items():
            text = text.replace(marker, "{" + word + "}")
        found.append(text)
    if found[0] != found[1]:
        raise _Logic("the text around the columns depends on their values")
    return found[0]


def _prompts(result: Any) -> list[str]:
    """Return the prompts in what a formatting function for preferences returned."""
    if result is None:
        return []
    if isinstance(result, Mapping):
        return [result["prompt"]]
    if isinstance(result, tuple) and len(result) == 3 and isinstance(result[0], str):
        return [result[0]]
    if isinstance(result, str) or not isinstance(result, Iterable):
        raise _Logic(
            "the formatting function returns "
            f"{type(result).__name__}, not (prompt, chosen, rejected)"
        )
    return [prompt for one in result for prompt in _prompts(one)]


def _only(prompts: Sequence[str]) -> str:
    if len(set(prompts)) != 1:
        found = len(set(prompts))
        raise _Logic(f"the formatting function makes {found} different prompts of one row")
    return prompts[0]


def _with_text(shape: Any, text: str) -> Any:
    """Return a value of the same shape as ``shape`` that says ``text``."""
    if isinstance(shape, list) and shape and isinstance(shape[0], Mapping):
        return [{**shape[0], "value": text}]
    return text


def text_in(shape: Any) -> str:
    """Return the text of a column: its own, or that of the first response in it, or ""."""
    if isinstance(shape, list) and shape and isinstance(shape[0], Mapping):
        shape = shape[0].get("value")
    return shape if isinstance(shape, str) else ""
