"""Prompts: the only place where a question and a context become a model's input.

A template is saved beside the checkpoint that was trained with it, and everything that asks that
checkpoint reads it from there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

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

    Raises:
        InvalidInput: if a text does not hold its places, or the prompt ends in white space.
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
        """Return the prompt for a question, its outer white space removed, about a context."""
        return fill(self.prompt, {"question": question_text.strip(), "context": context})

    def render_completion(self, answer_text: str) -> str:
        """Return the completion for an answer; an empty one gives the no-answer completion."""
        return fill(self.completion, {"answer": answer_text.strip() or self.no_answer})

    def read_completion(self, completion: str) -> str:
        """Return the answer in a generated completion, "" for "not answerable".

        What the template sets before and after the answer is removed where it stands; a
        completion that was cut short keeps the part of the answer that it has.
        """
        head, _, tail = self.completion.partition("{answer}")
        text = completion.strip().removeprefix(head.strip()).removesuffix(tail.strip()).strip()
        return "" if text == self.no_answer.strip() else text

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
            if not all(isinstance(value, str) for value in given.values()):
                raise TypeError("every value is a text")
            return cls(**given)
        except (ValueError, TypeError, AttributeError) as error:
            raise InvalidInput(f"not a prompt template: {error}") from error


def fill(text: str, values: Mapping[str, str]) -> str:
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
