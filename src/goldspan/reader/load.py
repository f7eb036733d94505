"""Loads whatever reader a folder or hub id holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from goldspan.errors import UnusableModel
from goldspan.reader.base import Reader
from goldspan.reader.generative import GenerativeReader
from goldspan.reader.model_folder import architecture_of, check_model_folder, resolve_model
from goldspan.reader.span import SpanReader

__all__ = ["check_model_folder", "load_reader"]

# What an architecture's name contains, and who reads such models.
LOADERS: dict[str, Callable[..., Reader]] = {
    "ForQuestionAnswering": SpanReader.load,
    "ForCausalLM": GenerativeReader.from_pretrained,
    "LMHeadModel": GenerativeReader.from_pretrained,  # GPT-2 and its kin
}


def load_reader(model: str | Path, *, device: str | None = None) -> Reader:
    """Load a reader; which kind is read from the model's config.

    Args:
        model: a run's folder, a Hugging Face folder, or a hub id.
        device: a torch device such as ``cpu`` or ``cuda:1``; None takes CUDA where there is one.

    Raises:
        UnusableModel: if it may not be loaded, or is not a reader.
    """
    source = resolve_model(model)
    if Path(source).is_dir():
        check_model_folder(Path(source))
    architecture = architecture_of(source)
    for part, load in LOADERS.items():
        if part in architecture:
            return load(model, device=device)
    raise UnusableModel(
        f"{source!r} is a {architecture or 'model of no named architecture'}, which does not "
        f"answer questions; expected one of *{', *'.join(LOADERS)}. Train it first",
        model=source,
        architecture=architecture,
    )
