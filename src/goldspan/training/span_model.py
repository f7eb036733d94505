"""The model and tokenizer that a span reader's training starts from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForQuestionAnswering

from goldspan.errors import UnusableModel
from goldspan.reader.model_folder import (
    SAFE_LOADING,
    check_model_folder,
    load_tokenizer,
    loading,
    quiet,
    resolve_model,
)
from goldspan.reader.span_config import SpanReaderConfig
from goldspan.run.folder import RunFolder
from goldspan.training.runs import start_dir, start_of


@dataclass(frozen=True, slots=True)
class SpanStart:
    """What a training starts from.

    Args:
        model: with a question-answering head, trained or fresh.
        tokenizer: a fast one.
        config: how the model read passages before; the defaults if it never did.
        parent: the folder or hub id; for a model object, what it calls itself.
        fresh: names of the weights that are drawn at random, the head's for a plain encoder.
        is_object: whether a model object was handed over rather than named.
    """

    model: Any
    tokenizer: Any
    config: SpanReaderConfig
    parent: str
    fresh: tuple[str, ...]
    is_object: bool


def load_start(model: Any, tokenizer: Any | None, seed: int) -> SpanStart:
    """Load what to train, or take the objects given.

    Args:
        model: a run's folder, a Hugging Face folder, a hub id, or a model object.
        tokenizer: an object, a folder or hub id; None takes the model's own.
        seed: of fresh weights; the global random state is left alone.

    Raises:
        UnusableModel: if the model may not be loaded, has no question-answering head where one
            is needed, or no fast tokenizer is found.
    """
    if isinstance(model, str | Path):
        return _load(model, tokenizer, seed)
    name = str(getattr(model.config, "_name_or_path", "") or type(model).__name__)
    if "ForQuestionAnswering" not in type(model).__name__:
        raise UnusableModel(
            f"expected a model with a question-answering head, found {type(model).__name__}; "
            "hand over its folder or hub id, and a fresh head is put on it",
            model=name,
        )
    if tokenizer is None and name == type(model).__name__:
        raise UnusableModel(
            f"the {name} was not loaded from anywhere, so its tokenizer is not known; pass "
            "tokenizer=",
            model=name,
        )
    return SpanStart(
        model=model,
        tokenizer=_tokenizer(tokenizer, name),
        config=SpanReaderConfig.load(Path(name)),
        parent=name,
        fresh=(),
        is_object=True,
    )


def _load(model: str | Path, tokenizer: Any | None, seed: int) -> SpanStart:
    source = resolve_model(model)
    if Path(source).is_dir():
        check_model_folder(Path(source), tokenizer=tokenizer is None)
    with loading(source), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        loaded, info = AutoModelForQuestionAnswering.from_pretrained(
            source, output_loading_info=True, **SAFE_LOADING
        )
    return SpanStart(
        model=loaded,
        tokenizer=_tokenizer(tokenizer, source),
        config=SpanReaderConfig.load(Path(source)),
        # A run is resumed from any working directory.
        parent=str(Path(model).resolve()) if Path(model).is_dir() else str(model),
        fresh=tuple(sorted(info["missing_keys"])),
        is_object=False,
    )


def _tokenizer(tokenizer: Any | None, model: str) -> Any:
    if tokenizer is None or isinstance(tokenizer, str | Path):
        return load_tokenizer(str(tokenizer or model))
    if not getattr(tokenizer, "is_fast", False):
        raise UnusableModel(
            f"a span reader needs a fast tokenizer, found {type(tokenizer).__name__}"
        )
    return tokenizer


def keep_start(folder: RunFolder, start: SpanStart, *, tokenizer_given: bool) -> None:
    """Write what a resume needs of the start: its config, and objects that lie nowhere else."""
    if start.is_object or tokenizer_given:
        save_span_model(start.model, start.tokenizer, start.config, start_dir(folder))
    start.config.save(folder.root)
    folder.event("loaded", parent=start.parent, fresh_weights=start.fresh)


def reload_start(folder: RunFolder) -> SpanStart:
    """Return what a run started from, with the weights of its last checkpoint if it has one.

    Raises:
        UnusableModel: if there is no checkpoint yet and the start can no longer be loaded.
    """
    source = folder.last_checkpoint() or start_of(folder)
    return replace(
        load_start(source, None, folder.spec.seed), config=SpanReaderConfig.load(folder.root)
    )


def fresh_weights(folder: RunFolder) -> list[str]:
    """Return the names of the weights that were drawn at random when the run began."""
    loaded = next(event for event in folder.events() if event["kind"] == "loaded")
    names: list[str] = loaded["fresh_weights"]
    return names


def save_span_model(model: Any, tokenizer: Any, config: SpanReaderConfig, folder: Path) -> None:
    """Write a folder that ``load_reader`` and plain ``from_pretrained`` load."""
    with quiet():
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    config.save(folder)
