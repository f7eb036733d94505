"""The causal language model that a generative reader's training starts from and ends with."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftConfig, PeftModel
from transformers import (
    AutoModelForCausalLM,
    BitsAndBytesConfig,
    GenerationConfig,
    GenerationMixin,
)
from transformers.pytorch_utils import Conv1D

from goldspan.domain.prompt import TEMPLATE_FILE, PromptTemplate
from goldspan.errors import InvalidSettings, UnusableModel
from goldspan.reader.generative import saved_template
from goldspan.reader.generative_config import FILE_NAME, GenerativeReaderConfig
from goldspan.reader.model_folder import (
    SAFE_LOADING,
    check_model_folder,
    load_tokenizer,
    loading,
    resolve_model,
)
from goldspan.run.folder import RunFolder
from goldspan.training.events import one_bar
from goldspan.training.generative_settings import GenerativeSettings, with_learning_rate
from goldspan.training.preset import PRESETS, build_preset
from goldspan.training.processes import first_process
from goldspan.training.runs import start_dir, start_of
from goldspan.training.settings import Settings

ADAPTER_CONFIG, ADAPTER_WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
PAD = "<|padding|>"


@dataclass(frozen=True, slots=True)
class GenerativeStart:
    """What a training starts from.

    Args:
        model: a causal language model in float32, or one that carries an adapter to train.
        tokenizer: a fast one, with a pad token that is not its end token.
        parent: the folder, hub id or preset; for a model object, what it calls itself.
        template: what the model was trained with before; None if nobody wrote it down.
        config: the lengths it was trained with before; None likewise.
        is_object: whether its weights lie nowhere to be loaded from again.
        fresh: whether the weights were just drawn.
    """

    model: Any
    tokenizer: Any
    parent: str
    template: PromptTemplate | None
    config: GenerativeReaderConfig | None
    is_object: bool = False
    fresh: bool = False

    @property
    def adapter(self) -> bool:
        """Whether only an adapter is trained."""
        return isinstance(self.model, PeftModel)


def load_generative_start(
    model: Any,
    tokenizer: Any | None,
    seed: int,
    texts: Iterable[str] = (),
    *,
    four_bit: bool = False,
) -> GenerativeStart:
    """Load what to train, or take the objects given.

    Args:
        model: a preset's name, a run's folder, a Hugging Face folder, an adapter's folder, a hub
            id, or a model object.
        tokenizer: an object, a folder or hub id; None takes the model's own. A copy of it is
            used; it stays as it is.
        seed: of a preset's weights.
        texts: what a preset's tokenizer is trained on.
        four_bit: whether a folder's or the hub's weights are held in 4 bits.

    Raises:
        InvalidSettings: if weights are to be held in 4 bits where that cannot be.
        UnusableModel: if the model may not be loaded, or no tokenizer is found.
    """
    if four_bit:
        require_four_bit(model)
    if isinstance(model, str) and model in PRESETS:
        built, its_tokenizer = build_preset(model, texts, seed)
        return GenerativeStart(built, its_tokenizer, model, None, None, is_object=True, fresh=True)
    if not isinstance(model, str | Path):
        return _from_object(model, tokenizer)
    source = Path(resolve_model(model))
    if (source / ADAPTER_CONFIG).is_file():
        loaded, its_tokenizer = _load_adapter(source, tokenizer, four_bit)
    else:
        if source.is_dir():
            check_model_folder(source, tokenizer=tokenizer is None)
        loaded = _load(str(source), four_bit)
        its_tokenizer = _tokenizer(tokenizer, str(source))
    return _start(loaded, its_tokenizer, str(model), source, is_object=False)


def _from_object(model: Any, tokenizer: Any | None) -> GenerativeStart:
    base = model.get_base_model() if isinstance(model, PeftModel) else model
    if not isinstance(base, GenerationMixin) or base.get_output_embeddings() is None:
        raise UnusableModel(
            f"expected a causal language model, found {type(base).__name__}; load it with "
            "AutoModelForCausalLM"
        )
    name = str(getattr(base.config, "_name_or_path", ""))
    if tokenizer is None and not name:
        raise UnusableModel(
            f"the {type(model).__name__} was not loaded from anywhere, so its tokenizer is not "
            "known; pass tokenizer=",
        )
    parent = name or type(model).__name__
    return _start(model, _tokenizer(tokenizer, name), parent, Path(name), is_object=True)


def _start(
    model: Any, tokenizer: Any, parent: str, source: Path, *, is_object: bool
) -> GenerativeStart:
    ensure_pad_token(model, tokenizer)
    return GenerativeStart(
        model=model,
        tokenizer=tokenizer,
        parent=parent,
        template=saved_template(source),
        config=GenerativeReaderConfig.load(source) if (source / FILE_NAME).is_file() else None,
        is_object=is_object,
    )


def require_four_bit(model: Any) -> None:
    """Refuse weights of 4 bits where nothing can compute with them.

    Raises:
        InvalidSettings: without CUDA, without bitsandbytes, or for a model that is not loaded.
    """
    if not isinstance(model, str | Path) or model in PRESETS:
        raise InvalidSettings(
            "load_in_4bit=True needs a model folder or hub id; fresh weights and model objects "
            "are not loaded"
        )
    if not torch.cuda.is_available():
        raise InvalidSettings(
            "load_in_4bit=True needs a CUDA device, and none is here; use_peft=True alone trains "
            "adapters on weights of full precision, on a CPU too"
        )
    if find_spec("bitsandbytes") is None:
        raise InvalidSettings("load_in_4bit=True needs bitsandbytes: pip install 'goldspan[qlora]'")


def _load(source: str, four_bit: bool = False) -> Any:
    how: dict[str, Any] = {"dtype": torch.float32}
    if four_bit:
        # As the paper has it: normal floats, quantised twice, computed with in bfloat16.
        how["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
        )
    with loading(source):
        return AutoModelForCausalLM.from_pretrained(source, **how, **SAFE_LOADING)


def _load_adapter(folder: Path, tokenizer: Any | None, four_bit: bool) -> tuple[Any, Any]:
    """Load an adapter, ready to be trained on, with the model that it belongs to."""
    if not (folder / ADAPTER_WEIGHTS).is_file():
        raise UnusableModel(
            f"{str(folder)!r} holds an adapter's config but no {ADAPTER_WEIGHTS}; adapters are "
            "loaded from safetensors only",
            model=str(folder),
        )
    base = PeftConfig.from_pretrained(str(folder)).base_model_name_or_path
    if not base:
        raise UnusableModel(
            f"the adapter in {str(folder)!r} does not say which model it belongs to; set "
            f"base_model_name_or_path in its {ADAPTER_CONFIG}",
            model=str(folder),
        )
    source = resolve_model(base)
    if Path(source).is_dir():
        check_model_folder(Path(source), tokenizer=False)
    has_tokenizer = (folder / "tokenizer_config.json").is_file()
    its_tokenizer = _tokenizer(tokenizer, str(folder) if has_tokenizer else source)
    model = _load(source, four_bit)
    grow_embeddings(model, its_tokenizer)
    with loading(str(folder)):
        return PeftModel.from_pretrained(model, str(folder), is_trainable=True), its_tokenizer


def _tokenizer(tokenizer: Any | None, source: str) -> Any:
    if tokenizer is None or isinstance(tokenizer, str | Path):
        return load_tokenizer(str(tokenizer or source))
    return copy.deepcopy(tokenizer)


def ensure_pad_token(model: Any, tokenizer: Any) -> None:
    """Give a tokenizer a pad token of its own, and the model room for it.

    With the end token in its place, generation configs that are read back take the end for
    padding, and every answer comes out empty.
    """
    if tokenizer.pad_token is None or tokenizer.pad_token_id == tokenizer.eos_token_id:
        tokenizer.add_special_tokens({"pad_token": PAD})
    base = model.get_base_model() if isinstance(model, PeftModel) else model
    grow_embeddings(base, tokenizer)
    base.config.pad_token_id = tokenizer.pad_token_id
    base.generation_config = GenerationConfig(
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )


def grow_embeddings(model: Any, tokenizer: Any) -> None:
    """Make room for tokens past the end of the vocabulary; spare rows are kept, never cut off."""
    if len(tokenizer) > model.get_input_embeddings().num_embeddings:
        model.resize_token_embeddings(len(tokenizer), mean_resizing=False)


def lora_config(settings: GenerativeSettings, start: GenerativeStart) -> LoraConfig | None:
    """Return the adapters to add; None for a full training, or one that brings its adapter."""
    if not settings.use_peft or start.adapter:
        return None
    return LoraConfig(
        task_type="CAUSAL_LM",
        r=settings.lora_r,
        lora_alpha=settings.lora_alpha,
        lora_dropout=settings.lora_dropout,
        target_modules=list(settings.lora_target_modules) or "all-linear",
        # GPT-2's linear layers keep their weights the other way round.
        fan_in_fan_out=any(isinstance(layer, Conv1D) for layer in start.model.modules()),
    )


def settled(settings: Settings, start: GenerativeStart) -> Settings:
    """Return the settings with what depends on the model filled in.

    Raises:
        InvalidSettings: if an adapter is wanted where none can be.
    """
    head = start.model.get_output_embeddings()
    names = [
        name.rpartition(".")[2] for name, layer in start.model.named_modules() if layer is head
    ]
    wanted = set(getattr(settings, "lora_target_modules", ())) & set(names)
    if wanted and not start.adapter:
        raise InvalidSettings(
            f"lora_target_modules names the output layer {wanted.pop()!r}, where an adapter would "
            "never be trained: log-probabilities are computed from the layer's weights directly"
        )
    return with_learning_rate(settings, fresh=start.fresh, adapter=start.adapter)


def save_reading(
    template: PromptTemplate | None, config: GenerativeReaderConfig, folder: Path
) -> None:
    """Write beside a model how it is asked."""
    config.save(folder)
    if template is not None:
        (folder / TEMPLATE_FILE).write_text(template.to_json(), encoding="utf-8")


def keep_start(folder: RunFolder, start: GenerativeStart, tokenizer: Any | None) -> None:
    """Keep a start that lies nowhere as it is, so that its run can begin again.

    Args:
        folder: the run's.
        start: what the run starts from.
        tokenizer: the caller's, if one was given in place of the model's own.
    """
    if not start.is_object and tokenizer is None:
        return
    where = start_dir(folder)
    with one_bar():
        if start.adapter:
            copy.deepcopy(start.model).unload().save_pretrained(where / "base")
            _name_base(start.model, str(where / "base"))
        start.model.save_pretrained(where)
    start.tokenizer.save_pretrained(where)
    save_reading(start.template, start.config or GenerativeReaderConfig(), where)


def save_trained(
    model: Any,
    tokenizer: Any,
    template: PromptTemplate | None,
    config: GenerativeReaderConfig,
    folder: RunFolder,
    start: GenerativeStart,
    weights: Mapping[str, Any] | None = None,
) -> None:
    """Write a model's folder that ``load_reader`` and plain ``from_pretrained`` load.

    An adapter is written by itself into ``adapter/``, and merged into the model that is written;
    the object is changed by that. Of several processes the first one writes.

    Args:
        model: what was trained.
        tokenizer: its tokenizer.
        template: how questions are put; None if nobody knows.
        config: lengths.
        folder: the run's.
        start: what was trained from.
        weights: of the model, where this process holds a part of them.
    """
    if not first_process():
        return
    where = folder.model_dir
    if isinstance(model, PeftModel):
        if not start.adapter:
            _name_base(model, str(Path(resolve_model(start_of(folder))).absolute()))
        adapter = folder.root / "adapter"
        model.save_pretrained(adapter, state_dict=weights)
        tokenizer.save_pretrained(adapter)
        save_reading(template, config, adapter)
        if getattr(model, "is_loaded_in_4bit", False):
            # What is merged into is the base as it was, not what 4 bits have left of it.
            base = _load(str(resolve_model(model.peft_config["default"].base_model_name_or_path)))
            grow_embeddings(base, tokenizer)
            model = PeftModel.from_pretrained(base, str(adapter))
        model = model.merge_and_unload()
        weights = None
    model.save_pretrained(where, state_dict=weights)
    tokenizer.save_pretrained(where)
    save_reading(template, config, where)
    # An object that is handed on to the next training is found again where its weights lie.
    model.config._name_or_path = str(where)


def _name_base(model: Any, base: str) -> None:
    """Have an adapter say which model it belongs to."""
    for config in model.peft_config.values():
        config.base_model_name_or_path = base


def trained_share(model: Any) -> dict[str, int]:
    """Return how many numbers a model has, and how many of them are trained."""
    sizes = [(each.numel(), each.requires_grad) for each in model.parameters()]
    return {
        "parameters": sum(size for size, _ in sizes),
        "trainable": sum(size for size, trainable in sizes if trainable),
    }
