"""A reward model: scores answers as people would, by TRL's own reward trainer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import fmean
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig, PeftModel
from torch.utils.data import DataLoader
from transformers import AutoModelForSequenceClassification
from trl import RewardConfig

from goldspan.domain.preference import PreferencePair
from goldspan.domain.prompt import PromptTemplate
from goldspan.evaluation.intervals import bootstrap_mean
from goldspan.reader.model_folder import SAFE_LOADING, loading
from goldspan.run.folder import RunFolder
from goldspan.run.rows import RowCounts, read_rows, write_rows
from goldspan.training.annotators import annotators_of
from goldspan.training.arguments import trainer_arguments
from goldspan.training.generative_model import (
    GenerativeStart,
    load_generative_start,
    lora_config,
    save_reading,
    settled,
)
from goldspan.training.generative_prompt import prompter_of
from goldspan.training.generative_rows import Row, pair_rows
from goldspan.training.generative_run import (
    GenerativeRun,
    create_generative_run,
    reading_facts,
    reopen_generative_run,
)
from goldspan.training.generative_settings import RewardSettings
from goldspan.training.processes import first_process
from goldspan.training.result import OnEvent, TrainingResult
from goldspan.training.runs import carry_out, require_rows, start_dir
from goldspan.training.score_trainer import ScoreTrainer

HELD_OUT = "held_out_pairs.jsonl"


def train_reward_model(
    model: Any,
    pairs: Sequence[PreferencePair],
    output: Path,
    settings: RewardSettings | None = None,
    *,
    tokenizer: Any | None = None,
    template: PromptTemplate | None = None,
    held_out: Sequence[PreferencePair] = (),
    model_at_root: bool = False,
    on_event: OnEvent | None = None,
) -> TrainingResult:
    """Train a model that gives the preferred answer of a pair the higher score.

    The body is the start's; its language model head is replaced by one number. The saved folder
    is one for ``AutoModelForSequenceClassification``.

    Args:
        model: a run's folder, a Hugging Face folder, an adapter's folder, a hub id, a preset, or
            a model object, which is left as it is.
        pairs: what people preferred; ties are left out.
        output: the run's folder, made here.
        settings: of the training; None takes the defaults.
        tokenizer: an object, folder or hub id; None takes the model's own.
        template: how questions are put; None takes the model's own, else the default.
        held_out: pairs on which its accuracy is measured; they are not trained on.
        model_at_root: whether the model goes into ``output`` itself instead of ``model/``.
        on_event: gets every event; None shows a progress bar.

    Raises:
        UnusableModel: if the model may not be loaded.
        NothingToTrain: if no pair is usable.
        Conflict: if ``output`` holds a run already.
    """
    settings = settings or RewardSettings()
    start = load_generative_start(
        model,
        tokenizer,
        settings.seed,
        (pair.context for pair in pairs),
        four_bit=settings.load_in_4bit,
    )
    template = template or start.template or PromptTemplate()
    settings = settled(settings, start)
    rows, kept, counts = pair_rows(pairs, prompter_of(settings, start, template))
    require_rows(counts)
    run = create_generative_run(
        output,
        pairs,
        "reward",
        start,
        settings,
        template,
        tokenizer=tokenizer,
        model_at_root=model_at_root,
    )
    if held_out:
        write_rows(run.folder.root / HELD_OUT, held_out)
    return _train(run, rows, kept, counts, on_event)


def resume_reward_model(folder: RunFolder, on_event: OnEvent | None = None) -> TrainingResult:
    """Go on with an interrupted run, from its folder alone."""
    run = reopen_generative_run(folder, RewardSettings)
    pairs = read_rows(folder.data_path, PreferencePair)
    return _train(run, *pair_rows(pairs, run.prompter), on_event)


def _train(
    run: GenerativeRun[RewardSettings],
    rows: Sequence[Row],
    kept: Sequence[PreferencePair],
    counts: RowCounts,
    on_event: OnEvent | None,
) -> TrainingResult:
    folder, start, settings, prompter = run.folder, run.start, run.settings, run.prompter
    parts = {
        "model": _scoring_body(folder, start, settings.seed),
        "peft_config": _adapters(settings, start),
    }
    trainer = ScoreTrainer(
        args=RewardConfig(
            max_length=None,
            center_rewards_coefficient=settings.center_rewards or None,
            **trainer_arguments(settings, folder.checkpoints_dir),
        ),
        train_dataset=Dataset.from_list(list(rows)),
        **{**run.trainer_parts(), **parts},
    )

    def save(where: Path) -> None:
        if not first_process():
            return
        model = trainer.model
        if isinstance(model, PeftModel):
            model.save_pretrained(folder.root / "adapter")
            model = model.merge_and_unload()
        model.save_pretrained(where)
        start.tokenizer.save_pretrained(where)
        save_reading(run.template, prompter.config, where)

    def after() -> Mapping[str, Any]:
        path = folder.root / HELD_OUT
        if not path.is_file():
            return {}
        asked = read_rows(path, PreferencePair)
        made, usable, unused = pair_rows(asked, prompter)
        return _accuracy(trainer, made, usable, unused)

    return carry_out(
        folder,
        trainer,
        counts,
        save_model=save,
        on_event=on_event,
        facts={"annotators": annotators_of(kept), **reading_facts(run, trainer)},
        after=after,
    )


def _scoring_body(folder: RunFolder, start: GenerativeStart, seed: int) -> Any:
    """Load the start's body under a fresh head of one number, drawn from the seed."""
    body = start.model.merge_and_unload() if start.adapter else start.model
    where = start_dir(folder) / "body"
    if not where.is_dir() and first_process():
        body.save_pretrained(where)
    torch.manual_seed(seed)
    with loading(str(where)):
        return AutoModelForSequenceClassification.from_pretrained(
            where, num_labels=1, dtype=torch.float32, **SAFE_LOADING
        )


def _adapters(settings: RewardSettings, start: GenerativeStart) -> LoraConfig | None:
    if not settings.use_peft:
        return None
    config = lora_config(settings, start)
    if config is not None:
        config.task_type = "SEQ_CLS"  # its fresh head is trained whole
    return config


@torch.inference_mode()
def _accuracy(
    trainer: Any, rows: Sequence[Row], pairs: Sequence[PreferencePair], unused: RowCounts
) -> dict[str, Any]:
    """Return how often the preferred answer scores higher, with a 95 % interval."""
    if not rows:
        return {"warnings": [f"no held-out pair was usable: {unused.describe()}"]}
    model = trainer.model.eval()
    margins: list[float] = []
    loader: DataLoader[Row] = DataLoader(
        Dataset.from_list(list(rows)),
        batch_size=trainer.args.per_device_train_batch_size,
        collate_fn=trainer.data_collator,
    )
    for batch in loader:
        inputs = {name: value.to(model.device) for name, value in batch.items()}
        chosen, rejected = model(**inputs, use_cache=False).logits.squeeze(-1).float().chunk(2)
        margins += (chosen - rejected).tolist()
    right = [float(margin > 0) for margin in margins]
    clusters = [pair.article or pair.passage or pair.context for pair in pairs]
    return {
        "held_out_pairs": len(right),
        "accuracy": asdict(bootstrap_mean(right, clusters)),
        "mean_margin": fmean(margins),
    }
