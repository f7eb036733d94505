"""Small language models built from scratch, for tests and for the demo without a network.

A preset's name is ``<size>-<architecture>``, such as ``tiny-gpt2`` or ``small-llama``. Its
tokenizer is trained on the texts that it is to read. It starts knowing nothing: a pretrained model
is the better choice wherever there is one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoModelForCausalLM,
    GenerationConfig,
    GPT2Config,
    LlamaConfig,
    PreTrainedTokenizerFast,
    Qwen3Config,
)

PAD, EOS = "<|pad|>", "<|end|>"


@dataclass(frozen=True, slots=True)
class _Size:
    layers: int
    hidden: int
    heads: int
    vocabulary: int


SIZES = {
    "tiny": _Size(layers=2, hidden=64, heads=4, vocabulary=2048),
    "small": _Size(layers=6, hidden=320, heads=8, vocabulary=8192),
}
ARCHITECTURES = ("gpt2", "llama", "qwen3")
PRESETS = tuple(f"{size}-{architecture}" for size in SIZES for architecture in ARCHITECTURES)
POSITIONS = 1024


def build_preset(name: str, texts: Iterable[str], seed: int) -> tuple[Any, Any]:
    """Build a preset's model and tokenizer.

    Args:
        name: one of ``PRESETS``.
        texts: what the tokenizer is trained on; an empty run gives a tokenizer of single bytes.
        seed: of the weights; the global random state is left alone.

    Returns:
        The model (float32, on the CPU) and its tokenizer, with a pad and an end token that are
        not the same.
    """
    size_name, _, architecture = name.partition("-")
    size = SIZES[size_name]
    tokenizer = train_tokenizer(texts, size.vocabulary)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = AutoModelForCausalLM.from_config(_config(architecture, size, tokenizer))
    model.generation_config = GenerationConfig(
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id
    )
    return model.float(), tokenizer


def train_tokenizer(texts: Iterable[str], vocabulary: int) -> Any:
    """Train a byte-level BPE tokenizer: every text has tokens, none is unknown."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[PAD, EOS],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        eos_token=EOS,
        model_max_length=POSITIONS,
        clean_up_tokenization_spaces=False,
    )


def _config(architecture: str, size: _Size, tokenizer: Any) -> Any:
    common = {
        "vocab_size": len(tokenizer),
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": None,
        "tie_word_embeddings": True,
    }
    if architecture == "gpt2":
        return GPT2Config(
            n_layer=size.layers,
            n_embd=size.hidden,
            n_head=size.heads,
            n_positions=POSITIONS,
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            **common,
        )
    config_class = {"llama": LlamaConfig, "qwen3": Qwen3Config}[architecture]
    return config_class(
        num_hidden_layers=size.layers,
        hidden_size=size.hidden,
        intermediate_size=4 * size.hidden,
        num_attention_heads=size.heads,
        num_key_value_heads=size.heads // 2,
        head_dim=size.hidden // size.heads,
        max_position_embeddings=POSITIONS,
        **common,
    )
