"""How a span reader cuts and reads passages; saved with the model as ``goldspan_reader.json``."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from goldspan.errors import InvalidSettings, UnusableModel
from goldspan.reader.model_folder import read_json

FILE_NAME = "goldspan_reader.json"
SMALLEST_WINDOW = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanReaderConfig:
    """How passages are cut into windows and spans are searched; all lengths in tokens.

    Args:
        max_length: one model input at most: question, window and special tokens.
        max_question_length: what is kept of a question, from its start.
        doc_stride: what neighbouring windows share; at most half a window is.
        max_answer_length: an answer at most.
        align_to_words: whether answers are widened to whole words, as the tokenizer sees them.
        no_answer_threshold: probability of "not answerable" above which it is the answer, 0 to
            1; None for a reader that always answers (trained as on SQuAD v1.1).
        temperature: what span scores are divided by before they become probabilities, > 0; it
            changes how sure the reader says it is, never its answers. Learnt by ``tune_reader``.
        no_answer_scale: what the log-odds of "not answerable" are multiplied by before they become
            a probability, > 0; learnt by ``tune_reader`` too. 1 in readers that never learnt it.
        no_answer_offset: what is then added to them, in nats; 0 in readers that never learnt it.
    """

    max_length: int = 384
    max_question_length: int = 64
    doc_stride: int = 128
    max_answer_length: int = 30
    align_to_words: bool = True
    no_answer_threshold: float | None = None
    temperature: float = 1.0
    no_answer_scale: float = 1.0
    no_answer_offset: float = 0.0

    def __post_init__(self) -> None:
        """Check what scores are divided and multiplied by.

        Raises:
            InvalidSettings: if one of them is not above 0.
        """
        for name in ("temperature", "no_answer_scale"):
            if not getattr(self, name) > 0:
                raise InvalidSettings(f"{name} should be above 0, found {getattr(self, name)!r}")

    def window_size(self, special_tokens: int) -> int:
        """Return the tokens of a window: the same for every question.

        Raises:
            InvalidSettings: if the lengths leave no room for a passage.
        """
        size = self.max_length - self.max_question_length - special_tokens
        if size < SMALLEST_WINDOW:
            raise InvalidSettings(
                f"max_length {self.max_length} less max_question_length "
                f"{self.max_question_length} and {special_tokens} special tokens leaves {size} "
                f"tokens for the passage; at least {SMALLEST_WINDOW} are needed",
                size=size,
            )
        return size

    def window_stride(self, special_tokens: int) -> int:
        """Return the tokens from one window's start to the next one's."""
        size = self.window_size(special_tokens)
        return size - min(self.doc_stride, size // 2)

    def limited_to(self, limit: int) -> SpanReaderConfig:
        """Return the same for a model that takes at most ``limit`` tokens."""
        if self.max_length <= limit:
            return self
        question = min(self.max_question_length, limit // 4)
        return replace(self, max_length=limit, max_question_length=question)

    def save(self, folder: Path) -> None:
        """Write it beside a model."""
        text = json.dumps(asdict(self), indent=2) + "\n"
        (folder / FILE_NAME).write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> SpanReaderConfig:
        """Read what ``save`` wrote; a folder without it gets the defaults.

        Raises:
            UnusableModel: if the file is not JSON or holds unknown names.
        """
        path = folder / FILE_NAME
        if not path.is_file():
            return cls()
        values = read_json(path)
        unknown = values.keys() - {field.name for field in fields(cls)}
        if unknown:
            raise UnusableModel(
                f"{str(path)!r} has unknown entries: {', '.join(sorted(unknown))}", path=str(path)
            )
        return cls(**values)


def length_limit(model: Any, tokenizer: Any) -> int:
    """Return how many tokens a model takes at once, by its tokenizer and its positions."""
    limit = int(min(tokenizer.model_max_length, 1_000_000))
    positions = getattr(model.config, "max_position_embeddings", None)
    if not positions or positions < 1:  # relative positions: no limit of their own
        return limit
    embeddings = getattr(getattr(model, "base_model", None), "embeddings", None)
    padding = getattr(getattr(embeddings, "position_embeddings", None), "padding_idx", None)
    # RoBERTa and its kin count positions from padding_idx + 1.
    return min(limit, int(positions) - (0 if padding is None else padding + 1))
