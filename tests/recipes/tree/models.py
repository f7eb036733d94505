"""Tiny models of every architecture that shares prefixes, and token rows that do."""

import random
from typing import Any

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    Gemma2Config,
    Gemma3TextConfig,
    GemmaConfig,
    GPT2Config,
    LlamaConfig,
    MistralConfig,
    PreTrainedModel,
    Qwen2Config,
    Qwen3Config,
)

VOCABULARY = 96
PAD, EOS = 0, 1

_SHAPE = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 128,
    "pad_token_id": PAD,
    "bos_token_id": EOS,
    "eos_token_id": EOS,
}
_LLAMA3 = {
    "rope_type": "llama3",
    "rope_theta": 10_000.0,
    "factor": 4.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}
_ALTERNATING = {"layer_types": ["sliding_attention", "full_attention"], "sliding_window": 6}

CONFIGS: dict[str, Any] = {
    "gpt2": lambda: GPT2Config(
        vocab_size=VOCABULARY,
        n_embd=32,
        n_layer=2,
        n_head=4,
        n_positions=128,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        pad_token_id=PAD,
        bos_token_id=EOS,
        eos_token_id=EOS,
    ),
    "llama": lambda: LlamaConfig(**_SHAPE),
    "llama3": lambda: LlamaConfig(**_SHAPE, rope_parameters=_LLAMA3),
    # SmolLM is a Llama whose head is its embedding.
    "smollm": lambda: LlamaConfig(**_SHAPE, tie_word_embeddings=True),
    "qwen2": lambda: Qwen2Config(**_SHAPE),
    "qwen2-sliding": lambda: Qwen2Config(**_SHAPE, use_sliding_window=True, **_ALTERNATING),
    "qwen3": lambda: Qwen3Config(**_SHAPE),
    "mistral": lambda: MistralConfig(**_SHAPE, sliding_window=None),
    "mistral-sliding": lambda: MistralConfig(**_SHAPE, sliding_window=6),
    "gemma": lambda: GemmaConfig(**_SHAPE),
    "gemma2": lambda: Gemma2Config(**_SHAPE, **_ALTERNATING),
    "gemma3": lambda: Gemma3TextConfig(**_SHAPE, **_ALTERNATING),
}


def tiny(name: str, attention: str | None = None) -> PreTrainedModel:
    """Build a tiny model in float32; ``attention`` is transformers' own choice if not given."""
    torch.manual_seed(0)
    config = CONFIGS[name]()
    model = AutoModelForCausalLM.from_config(config, attn_implementation=attention)
    # Far from uniform predictions: what is wrong then shows in the log-probs.
    for parameter in model.parameters():
        parameter.data.mul_(3.0 if parameter.dim() > 1 else 1.0)
    return model.float().eval()


def pairs(passages: int = 2, questions: int = 3, seed: int = 0) -> list[dict[str, list[int]]]:
    """Make preference pairs about passages of some 16 tokens, as TRL's trainer prepares them."""
    draw = random.Random(seed)

    def some(least: int, most: int) -> list[int]:
        return [draw.randrange(2, VOCABULARY) for _ in range(draw.randint(least, most))]

    made = []
    for _ in range(passages):
        passage = [5, 6, *some(12, 20)]
        for _ in range(questions):
            prompt = [*passage, *some(2, 5)]
            chosen, rejected = [*some(1, 4), EOS], [*some(1, 4), EOS]
            made.append({"prompt_ids": prompt, "chosen_ids": chosen, "rejected_ids": rejected})
    return made


def examples(passages: int = 2, questions: int = 3, seed: int = 0) -> list[dict[str, list[int]]]:
    """Make demonstrations, as TRL's trainer prepares them."""
    return [
        {
            "input_ids": pair["prompt_ids"] + pair["chosen_ids"],
            "labels": [-100] * len(pair["prompt_ids"]) + pair["chosen_ids"],
        }
        for pair in pairs(passages, questions, seed)
    ]


def with_passages(rows: list[dict[str, Any]], questions: int = 3) -> list[dict[str, Any]]:
    """Number the passages that rows are about."""
    return [{**row, "passage": number // questions} for number, row in enumerate(rows)]


def verdicts(passages: int = 8) -> list[dict[str, Any]]:
    """Make a thumb up and one down for each question, as KTO's trainer takes them."""
    return [
        {"prompt_ids": row["prompt_ids"], "passage": row["passage"], **said}
        for row in with_passages(pairs(passages))
        for said in (
            {"completion_ids": row["chosen_ids"], "label": True},
            {"completion_ids": row["rejected_ids"], "label": False},
        )
    ]


def scorer(name: str) -> PreTrainedModel:
    """Build a tiny reward model in float32."""
    torch.manual_seed(0)
    config = CONFIGS[name]()
    config.num_labels = 1
    return AutoModelForSequenceClassification.from_config(config).float()
