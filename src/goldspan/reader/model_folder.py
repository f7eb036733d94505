"""Which folders and hub ids may be loaded as models: safetensors only, no code, a tokenizer.

A pickle runs whatever its maker wanted as soon as it is read, so weights in that form are refused
before anything opens them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from transformers import AutoConfig, AutoTokenizer
from transformers.utils import logging

from goldspan.errors import UnusableModel

_HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?")
_TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
    "vocab.json",
    "spiece.model",
    "tokenizer.model",
)
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")

SAFE_LOADING: dict[str, Any] = {"use_safetensors": True, "trust_remote_code": False}
"""Keyword arguments that every ``from_pretrained`` of a model gets."""


def resolve_model(model: str | Path) -> str:
    """Return what to hand to ``from_pretrained``: a checked folder, or a hub id.

    Args:
        model: a run's folder (its model is taken), a Hugging Face folder, or a hub id.

    Raises:
        UnusableModel: if it is none of these, or the run has not ended.
    """
    folder = Path(model)
    if folder.is_dir():
        if (folder / "spec.json").is_file() and not (folder / "config.json").is_file():
            if not (folder / "model").is_dir():
                raise UnusableModel(
                    f"the run {str(folder)!r} has no model yet: it was interrupted or is still "
                    "training. Resume it, or wait for its end",
                    model=str(model),
                )
            return str(folder / "model")
        return str(folder)
    if folder.exists() or not _HUB_ID.fullmatch(str(model)):
        raise UnusableModel(
            f"expected a model's folder or a hub id such as 'owner/name', found {str(model)!r}, "
            "which is not a folder",
            model=str(model),
        )
    return str(model)


def check_model_folder(path: Path, *, tokenizer: bool = True) -> None:
    """Check, without loading anything, that a folder holds a model that may be loaded.

    Args:
        path: the folder.
        tokenizer: whether it must hold a tokenizer, too.

    Raises:
        UnusableModel: if there is no config, no weights in safetensors, or no tokenizer; says
            all that is missing.
    """
    faults = []
    if not (path / "config.json").is_file():
        faults.append("it holds no config.json")
    if not any(path.glob("*.safetensors")):
        pickles = sorted(file.name for pattern in _PICKLES for file in path.glob(pattern))
        if pickles:
            faults.append(
                f"its weights are pickles ({', '.join(pickles)}), which can run code and are "
                "never loaded; save them again with `save_pretrained`, which writes safetensors"
            )
        else:
            faults.append("it holds no weights (*.safetensors)")
    if tokenizer and not any((path / name).is_file() for name in _TOKENIZER_FILES):
        faults.append(
            "it holds no tokenizer (tokenizer.json); save the tokenizer into the same folder"
        )
    if faults:
        raise UnusableModel(
            f"{str(path)!r} cannot be loaded as a model: {'; '.join(faults)}",
            model=str(path),
            faults=faults,
        )


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' reports and progress bars off the terminal."""
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()


@contextmanager
def loading(model: str) -> Iterator[None]:
    """Load quietly, and turn what transformers raises into ``UnusableModel``."""
    try:
        with quiet():
            yield
    except (OSError, ValueError, KeyError, ImportError, RuntimeError, SafetensorError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        what = repr(model) if Path(model).is_dir() else f"{model!r}, which is no folder here,"
        raise UnusableModel(f"{what} cannot be loaded: {reason}", model=model) from error


def architecture_of(model: str) -> str:
    """Return the first of a model's architectures, such as ``BertForQuestionAnswering``.

    Args:
        model: as ``resolve_model`` returns it.

    Raises:
        UnusableModel: if there is no readable config; "" is returned if it names none.
    """
    with loading(model):
        config = AutoConfig.from_pretrained(model, trust_remote_code=False)
    names = getattr(config, "architectures", None) or [""]
    return str(names[0])


def load_tokenizer(model: str) -> Any:
    """Load a fast tokenizer, one that tells each token's place in the text.

    Raises:
        UnusableModel: if there is none.
    """
    with loading(model):
        tokenizer = AutoTokenizer.from_pretrained(model, trust_remote_code=False)
    if not tokenizer.is_fast:
        raise UnusableModel(
            f"the tokenizer of {model!r} ({type(tokenizer).__name__}) does not tell where its "
            "tokens stand in the text; a model with a tokenizer.json is needed",
            model=model,
        )
    return tokenizer


def read_json(path: Path) -> dict[str, Any]:
    """Read a small JSON file that lies beside a model.

    Raises:
        UnusableModel: if it is not a JSON object.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UnusableModel(f"{str(path)!r} is not JSON: {error}", path=str(path)) from error
    if not isinstance(value, dict):
        raise UnusableModel(f"{str(path)!r} should hold a JSON object", path=str(path))
    return value
