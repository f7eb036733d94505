"""How a generative reader cuts and reads passages; saved with it as ``goldspan_reader.json``."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from goldspan.errors import InvalidSettings, UnusableModel

FILE_NAME = "goldspan_reader.json"
SMALLEST_WINDOW = 16
NO_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerativeReaderConfig:
    """Lengths of one model input, in tokens.

    Args:
        max_length: prompt, answer and end token together, at most.
        max_question_length: what is kept of a question, from its start.
        doc_stride: what neighbouring windows of a passage share; at most half a window is.
        max_new_tokens: room for the answer and its end token.
    """

    max_length: int = 512
    max_question_length: int = 64
    doc_stride: int = 128
    max_new_tokens: int = 32

    def window_size(self, template_tokens: int) -> int:
        """Return the tokens of a window: the same for every question.

        Args:
            template_tokens: tokens of the prompt around question and context.

        Raises:
            InvalidSettings: if the lengths leave no room for a passage.
        """
        taken = template_tokens + self.max_question_length + self.max_new_tokens
        size = self.max_length - taken
        if size < SMALLEST_WINDOW:
            raise InvalidSettings(
                f"max_length {self.max_length} less {template_tokens} tokens of the template, "
                f"max_question_length {self.max_question_length} and max_new_tokens "
                f"{self.max_new_tokens} leaves {size} tokens for the passage; at least "
                f"{SMALLEST_WINDOW} are needed",
                size=size,
            )
        return size

    def limited_to(self, limit: int) -> GenerativeReaderConfig:
        """Return the same for a model that takes at most ``limit`` tokens."""
        if self.max_length <= limit:
            return self
        return replace(
            self,
            max_length=limit,
            max_question_length=min(self.max_question_length, limit // 4),
            max_new_tokens=min(self.max_new_tokens, limit // 4),
        )

    def save(self, folder: Path) -> None:
        """Write it beside a model."""
        text = json.dumps(asdict(self), indent=2) + "\n"
        (folder / FILE_NAME).write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> GenerativeReaderConfig:
        """Read what ``save`` wrote; a folder without it gets the defaults.

        Raises:
            UnusableModel: if the file is not JSON or holds unknown names.
        """
        path = folder / FILE_NAME
        if not path.is_file():
            return cls()
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise UnusableModel(f"{str(path)!r} is not JSON: {error}", path=str(path)) from error
        unknown = set(values) - {field.name for field in fields(cls)}
        if unknown or not all(type(value) is int for value in values.values()):
            raise UnusableModel(
                f"{str(path)!r} should hold whole numbers named "
                f"{', '.join(field.name for field in fields(cls))}, found {values!r}",
                path=str(path),
            )
        return cls(**values)


def length_limit(model: Any, tokenizer: Any) -> int:
    """Return how many tokens a causal language model takes at once."""
    positions = getattr(model.config, "max_position_embeddings", None)
    limits = [int(limit) for limit in (positions, tokenizer.model_max_length) if limit]
    return min([*limits, NO_LIMIT])
