"""From our settings to the arguments of a Hugging Face trainer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import TrainingArguments

from goldspan.training.settings import TrainSettings

# Renamed in the course of transformers 5; TRL's configurations know both names.
CHECKPOINTING = "activation_checkpointing"
if not hasattr(TrainingArguments, CHECKPOINTING):
    CHECKPOINTING = "gradient_checkpointing"


def trainer_arguments(settings: TrainSettings, checkpoints_dir: Path) -> dict[str, Any]:
    """Return keyword arguments for ``TrainingArguments`` and the classes derived from it.

    On CUDA the forward pass runs in bfloat16 where the device can; on a CPU everything stays in
    float32, because bfloat16 is emulated there and many times slower. TRL's configurations turn
    bfloat16 and gradient checkpointing on unless they are told not to.
    """
    cuda = torch.cuda.is_available()
    return {
        "output_dir": str(checkpoints_dir),
        "learning_rate": settings.learning_rate,
        "num_train_epochs": settings.num_train_epochs,
        "max_steps": settings.max_steps,
        "per_device_train_batch_size": settings.per_device_train_batch_size,
        "gradient_accumulation_steps": settings.gradient_accumulation_steps,
        "lr_scheduler_type": settings.lr_scheduler_type,
        # A number below 1 is a share of the run; the argument `warmup_ratio` is gone.
        "warmup_steps": settings.warmup_ratio,
        "weight_decay": settings.weight_decay,
        "max_grad_norm": settings.max_grad_norm,
        "logging_steps": settings.logging_steps,
        "logging_first_step": True,
        "save_strategy": "steps",
        "save_steps": settings.save_steps,
        "save_total_limit": settings.save_total_limit,
        "seed": settings.seed,
        "data_seed": settings.seed,
        "use_cpu": not cuda,
        "bf16": cuda and torch.cuda.is_bf16_supported(),
        CHECKPOINTING: False,
        "dataloader_pin_memory": cuda,
        "report_to": list(settings.report_to) or "none",
        # The data loader's processes build the tries of the next batches while the device works.
        "dataloader_num_workers": 2 if cuda else 0,
        "disable_tqdm": True,
        "eval_strategy": "no",
    }
