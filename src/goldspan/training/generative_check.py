"""What a saved generative reader is asked before its training counts as done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.preference import PreferencePair
from goldspan.domain.prompt import PromptTemplate
from goldspan.domain.verdict import Verdict
from goldspan.reader.generative import GenerativeReader
from goldspan.run.folder import RunFolder
from goldspan.run.rows import read_rows
from goldspan.training.held_out import score_held_out

QUESTIONS = 5


def check_saved(folder: RunFolder, template: PromptTemplate | None) -> dict[str, Any]:
    """Load what was saved, have it answer, and score it on the held-out questions.

    Saved models have come out silent before, with nothing but padding, and no error anywhere.

    Returns:
        ``samples`` (question and completion), ``warnings`` and the held-out figures; nothing for
        a model without template, which nobody knows how to ask.
    """
    if template is None:
        return {}
    reader = GenerativeReader.from_pretrained(folder.model_dir)
    asked = _questions(folder)
    written = reader.completions([(question, [context]) for question, context in asked])
    samples = []
    warnings = []
    for (question, _), completions in zip(asked, written, strict=True):
        texts = [reader.text_of(completion) for completion in completions]
        samples.append({"question": question, "completions": texts})
        if not all(text.strip() for text in texts):
            warnings.append(f"the saved model writes nothing at all to {question!r}")
        if not all(completion.stopped for completion in completions):
            warnings.append(
                f"the saved model does not end its answer to {question!r} within "
                f"{reader.config.max_new_tokens} tokens"
            )
    return {**score_held_out(folder, reader), "samples": samples, "warnings": warnings}


def _questions(folder: RunFolder) -> list[tuple[str, str]]:
    """Return the first distinct questions that the run was trained on."""
    rows: Sequence[Demonstration] | Sequence[PreferencePair] | Sequence[Verdict]
    if folder.spec.command == "sft":
        rows = read_rows(folder.data_path, Demonstration)
    elif folder.spec.command == "kto":
        rows = read_rows(folder.data_path, Verdict)
    else:
        rows = read_rows(folder.data_path, PreferencePair)
    return list(dict.fromkeys((row.question_text, row.context) for row in rows))[:QUESTIONS]
