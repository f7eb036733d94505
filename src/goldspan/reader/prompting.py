"""From a question, a passage and an answer to token ids, the same in training and in reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from goldspan.domain.prompt import PromptTemplate
from goldspan.domain.span import Span
from goldspan.domain.window import cut_windows
from goldspan.errors import UnusableModel
from goldspan.reader.generative_config import GenerativeReaderConfig

SEAM_TOKENS = 8
"""Tokens kept free in a window: a piece of a text can have a few more at its ends than inside."""

RECENT = 16
"""Texts whose tokens are remembered."""


@dataclass(frozen=True, slots=True)
class Window:
    """One piece of a passage; ``start`` is its place there, in code points."""

    start: int
    text: str

    def holds(self, span: Span) -> bool:
        """Say whether a span of the passage lies wholly inside."""
        return self.start <= span.start and span.end <= self.start + len(self.text)


class Prompter:
    """Makes prompts and completions of token ids.

    Args:
        tokenizer: a fast tokenizer with an end token.
        template: the checkpoint's.
        config: lengths; ``max_length`` within the model's limit.

    Raises:
        UnusableModel: if the tokenizer cannot place its tokens, or has no end token.
        InvalidSettings: if the lengths leave no room for a passage.
    """

    def __init__(
        self, tokenizer: Any, template: PromptTemplate, config: GenerativeReaderConfig
    ) -> None:
        if not getattr(tokenizer, "is_fast", False):
            raise UnusableModel(
                f"a generative reader needs a fast tokenizer, found {type(tokenizer).__name__}"
            )
        if tokenizer.eos_token_id is None:
            raise UnusableModel(
                "the tokenizer has no end token (eos_token), so that no answer could ever end; "
                "set tokenizer.eos_token"
            )
        self.tokenizer = tokenizer
        self.template = template
        # Questions about one passage come one after the other, and each text is needed twice.
        self._ids = lru_cache(maxsize=RECENT)(self._encoded)
        self._places = lru_cache(maxsize=RECENT)(self._placed)
        self.config = config
        self.reads_context = "{context}" in template.prompt
        context, question = (template.prompt.find("{" + x + "}") for x in ("context", "question"))
        self.context_first = self.reads_context and context < question
        around = len(self._ids(template.render_prompt("", "")))
        if self.reads_context:
            self.window_size = config.window_size(around + SEAM_TOKENS)
            self.question_room = config.max_question_length
        else:
            self.window_size = 0
            whole = replace(config, max_question_length=0)
            self.question_room = whole.window_size(around + SEAM_TOKENS)

    def windows(self, context: str) -> list[Window]:
        """Cut a passage; the cuts depend on nothing but the passage.

        A template without a context reads one empty window, whatever the passage is; an empty
        passage has none.
        """
        if not self.reads_context:
            return [Window(0, "")]
        size = self.window_size
        stride = size - min(self.config.doc_stride, size // 2)
        cuts = cut_windows(self._places(context), len(context), size, stride)
        return [Window(cut.start, cut.of(context)) for cut in cuts]

    def prompt(self, question_text: str, window: Window) -> list[int]:
        """Return a prompt's ids; of a question, what is over its room is left out."""
        return list(self._ids(self._prompt_text(question_text, window)))

    def completion(self, question_text: str, window: Window, answer_text: str) -> list[int]:
        """Return the ids of an answer, with the end token, that follow the prompt's ids.

        Prompt and completion are cut into tokens together if the prompt's own tokens come out
        of that unchanged, else apart: what the model is trained on begins with exactly the ids
        that it is asked with.
        """
        prompt = self._prompt_text(question_text, window)
        completion = self.template.render_completion(answer_text)
        asked, whole = self._ids(prompt), self._ids(prompt + completion)
        if whole[: len(asked)] == asked:
            tail = whole[len(asked) :]
        else:
            tail = self.tokenizer(completion, add_special_tokens=False)["input_ids"]
        return [*tail, self.tokenizer.eos_token_id]

    def text(self, text: str) -> list[int]:
        """Return the ids of a whole training text, with the end token."""
        return [*self._ids(text), self.tokenizer.eos_token_id]

    def read(self, completion_ids: Sequence[int]) -> str:
        """Return the answer in a generated completion, "" for "not answerable"."""
        return self.template.read_completion(self.decode(completion_ids))

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of token ids."""
        text: str = self.tokenizer.decode(ids, skip_special_tokens=True)
        return text

    def is_cut(self, question_text: str) -> bool:
        """Say whether a question is longer than its room."""
        return len(self._places(question_text.strip())) > self.question_room

    def _prompt_text(self, question_text: str, window: Window) -> str:
        question_text = question_text.strip()
        places = self._places(question_text)
        if len(places) > self.question_room:
            question_text = question_text[: places[self.question_room - 1][1]]
        return self.template.render_prompt(question_text, window.text)

    def _encoded(self, text: str) -> tuple[int, ...]:
        ids = tuple(self.tokenizer(text, verbose=False)["input_ids"])
        # Some tokenizers close every text; a closed prompt would ask for nothing.
        return ids[:-1] if ids and ids[-1] == self.tokenizer.eos_token_id else ids

    def _placed(self, text: str) -> tuple[tuple[int, int], ...]:
        encoded = self.tokenizer(
            text, add_special_tokens=False, return_offsets_mapping=True, verbose=False
        )
        return tuple(encoded["offset_mapping"])
