"""Prompts: the only place where a question and a context become a model's input.

A template is saved beside the checkpoint that was trained with it, and everything that asks that
checkpoint reads it from there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from goldspan.errors import InvalidInput, TemplateMismatch

TEMPLATE_FILE = "goldspan_template.json"


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """How a question and a context become a prompt, and an answer a completion.

    The prompt does not end in white space and the completion starts with it: a tokenizer then
    cuts prompt + completion where the prompt ends, so that training and generation see the same
    tokens.

    Args:
        prompt: holds ``{context}`` and ``{question}`` once each, or ``{question}`` alone.
        completion: holds ``{answer}`` once.
        no_answer: the answer's text for "not answerable from this passage".
    """

    prompt: str = "Context: {context}\nQuestion: {question}\nAnswer:"
    completion: str = " {answer}"
    no_answer: str = "(not in the passage)"

    def __post_init__(self) -> None:
        for text, name, least in (
            (self.prompt, "question", 1),
            (self.prompt, "context", 0),
            (self.completion, "answer", 1),
        ):
            found = text.count("{" + name + "}")
            if not least <= found <= 1:
                raise InvalidInput(
                    f"a template holds {{{name}}} {'at most ' if not least else ''}once, "
                    f"found it {found} times in {text!r}"
                )
        if self.prompt != self.prompt.rstrip():
            raise InvalidInput(
                f"a prompt may not end in white space, found {self.prompt[-20:]!r}; "
                "let the completion start with it"
            )
        if not self.no_answer.strip():
            raise InvalidInput("no_answer needs a text: an empty completion teaches nothing")

    def render_prompt(self, question_text: str, context: str) -> str:
        """Return the prompt for a question about a context."""
        values = {"question": question_text.strip(), "context": context}
        return _fill(self.prompt, values)

    def render_completion(self, answer_text: str) -> str:
        """Return the completion for an answer; the empty text gives the no-answer completion."""
        return _fill(self.completion, {"answer": answer_text or self.no_answer})

    def read_completion(self, completion: str) -> str:
        """Return the answer in a generated completion, "" for "not answerable"."""
        head, _, tail = self.completion.partition("{answer}")
        text = completion.removeprefix(head) if head.strip() else completion
        if tail.strip():
            text = text.partition(tail.strip())[0]
        text = text.strip()
        return "" if text == self.no_answer else text

    @property
    def hash(self) -> str:
        """First 16 hexadecimal digits of the SHA-256 of the template's JSON."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:16]

    def to_json(self) -> str:
        """Return the JSON that ``from_json`` reads back."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> PromptTemplate:
        """Read a template back.

        Raises:
            InvalidInput: if the text is not a template's JSON.
        """
        try:
            given = json.loads(text)
            return cls(**given)
        except (ValueError, TypeError) as error:
            raise InvalidInput(f"not a prompt template: {error}") from error


def _fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in place of ``{name}`` in one pass; braces inside a value stay as they are."""
    out: list[str] = []
    rest = text
    while rest:
        places = [(rest.find("{" + name + "}"), name) for name in values]
        found = [place for place in places if place[0] >= 0]
        if not found:
            break
        at, name = min(found)
        out += [rest[:at], values[name]]
        rest = rest[at + len(name) + 2 :]
    return "".join([*out, rest])


def require_same_prompt(trained: PromptTemplate, other: PromptTemplate, where: str) -> None:
    """Raise TemplateMismatch, showing both, unless two templates make the same prompts."""
    if trained.prompt != other.prompt:
        raise TemplateMismatch(
            f"{where}: the prompt differs from the one that the checkpoint was trained with, "
            "so its reference log-probabilities would be off.\n"
            f"  checkpoint: {trained.prompt!r}\n"
            f"  found:      {other.prompt!r}\n"
            "Use the checkpoint's prompt, or pass allow_other_prompt=True.",
            checkpoint=trained.prompt,
            found=other.prompt,
        )


@dataclass(frozen=True, slots=True)
class Probe:
    """What a formatting function turned out to be.

    Args:
        template: the fixed template behind it, or None if there is logic inside.
        reason: why there is none, for the report.
    """

    template: PromptTemplate | None
    reason: str = ""


def probe_formatting(
    formatting: Callable[[Mapping[str, Any]], str],
    row: Mapping[str, Any],
    columns: Mapping[str, str],
) -> Probe:
    """Find the fixed template behind a formatting function that returns one text.

    The function is called with a copy of ``row`` in which each named column holds a unique
    marker (in the row's own shape: a list of responses keeps its shape, with the marker as the
    value), and again with other markers. It is a fixed template if both results are equal but
    for the markers, each marker occurs once and the answer comes last.

    Args:
        formatting: takes a row, returns the training text.
        row: any real row; its shapes are kept.
        columns: ``question``, ``context`` and ``answer`` mapped to the row's column names;
            ``context`` may be missing.
    """
    texts: list[str] = []
    for salt in ("qxz", "vwk7"):
        markers = {word: f"{salt}{word}{salt}" for word in columns}
        probe_row = dict(row)
        for word, column in columns.items():
            probe_row[column] = _with_marker(row.get(column), markers[word])
        try:
            text = formatting(probe_row)
        except Exception as error:  # the user's code may do anything with a marker
            return Probe(None, f"the formatting function fails on a marker: {error!r}")
        if not isinstance(text, str):
            return Probe(None, f"the formatting function returns {type(text).__name__}, not str")
        for word, marker in markers.items():
            if text.count(marker) != 1:
                return Probe(None, f"column {columns[word]!r} stands {text.count(marker)} times")
            text = text.replace(marker, "\0" + word + "\0")
        texts.append(text)
    if texts[0] != texts[1]:
        return Probe(None, "the text around the columns depends on their values")
    before, _, after = texts[0].partition("\0answer\0")
    if "\0" in after:
        return Probe(None, "a column follows the answer")
    if "{" in before or "{" in after:
        return Probe(None, "the text around the columns holds braces")
    for word in columns:
        before = before.replace("\0" + word + "\0", "{" + word + "}")
    prompt = before.rstrip()
    completion = before[len(prompt) :] + "{answer}" + after
    return Probe(PromptTemplate(prompt=prompt, completion=completion))


def _with_marker(shape: Any, marker: str) -> Any:
    """Return a value of the same shape as ``shape`` with the marker as its text."""
    if isinstance(shape, list) and shape and isinstance(shape[0], Mapping):
        return [{**shape[0], "value": marker}]
    return marker
