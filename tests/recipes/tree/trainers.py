"""TRL's trainers on token rows, as they are and sharing prefixes."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from datasets import Dataset
from peft import LoraConfig
from tests.recipes.tree.models import EOS, PAD
from transformers import PreTrainedModel
from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer

from goldspan.training.preset import train_tokenizer
from goldspan.training.tree_trainer import SharesPrefixes

ON_CPU = {
    "use_cpu": True,
    "bf16": False,
    "gradient_checkpointing": False,
    "dataloader_pin_memory": False,
    "report_to": "none",
    "disable_tqdm": True,
    "logging_steps": 1,
    "learning_rate": 1e-3,
    "save_strategy": "no",
    "max_length": None,
}


class _Tokenised:
    """Rows that are tokens already."""

    def _prepare_dataset(self, dataset: Dataset, *_: Any) -> Dataset:
        return dataset

    def _send_telemetry(self) -> None:
        pass

    def create_model_card(self, *_: Any, **__: Any) -> None:
        pass


class PlainSFT(_Tokenised, SFTTrainer):
    pass


class PlainDPO(_Tokenised, DPOTrainer):
    pass


class TreeSFT(SharesPrefixes, _Tokenised, SFTTrainer):
    pass


class TreeDPO(SharesPrefixes, _Tokenised, DPOTrainer):
    pass


def trainer_of(
    kind: type[Any],
    model: PreTrainedModel,
    rows: Sequence[dict[str, Any]],
    output: Path,
    *,
    lora: bool = False,
    tokens_per_batch: int = 0,
    **settings: Any,
) -> Any:
    """Build a trainer on a copy of the model; a DPO trainer gets another as its reference."""
    tokenizer = train_tokenizer([], 300)
    assert (tokenizer.pad_token_id, tokenizer.eos_token_id) == (PAD, EOS)
    arguments: dict[str, Any] = {
        "model": copy.deepcopy(model),
        "train_dataset": Dataset.from_list(list(rows)),
        "processing_class": tokenizer,
    }
    if lora:
        arguments["peft_config"] = LoraConfig(target_modules="all-linear", r=4)
    if tokens_per_batch:
        arguments["tokens_per_batch"] = tokens_per_batch
    settings = {**ON_CPU, "output_dir": str(output), **settings}
    if issubclass(kind, SFTTrainer):
        return kind(args=SFTConfig(**settings), **arguments)
    if not lora and not settings.get("precompute_ref_log_probs"):
        arguments["ref_model"] = copy.deepcopy(model)
    return kind(args=DPOConfig(**settings), **arguments)


def curve(trainer: Any, *names: str) -> list[tuple[float, ...]]:
    """Return these figures of every logged step."""
    steps = [entry for entry in trainer.state.log_history if "loss" in entry]
    return [tuple(entry[name] for name in names) for entry in steps]
