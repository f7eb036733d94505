from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from goldspan.training.preset import PRESETS, build_preset

TEXTS = ["Ada Lovelace wrote the first program.", "Who wrote the first program?"]


@pytest.mark.parametrize("name", ["tiny-gpt2", "tiny-llama", "tiny-qwen3"])
def test_a_preset_survives_saving_and_loading(name: str, tmp_path: Path) -> None:
    model, tokenizer = build_preset(name, TEXTS, seed=1)
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    again = AutoModelForCausalLM.from_pretrained(tmp_path)
    ids = AutoTokenizer.from_pretrained(tmp_path)(TEXTS[0], return_tensors="pt")["input_ids"]
    assert torch.equal(ids, tokenizer(TEXTS[0], return_tensors="pt")["input_ids"])
    assert torch.allclose(model(ids).logits, again(ids).logits, atol=1e-6)


def test_pad_and_end_are_two_tokens_and_no_others_are_added() -> None:
    model, tokenizer = build_preset("tiny-gpt2", TEXTS, seed=1)
    assert tokenizer.pad_token_id != tokenizer.eos_token_id
    assert tokenizer.decode(tokenizer("Who?")["input_ids"]) == "Who?"
    assert model.generation_config.pad_token_id == tokenizer.pad_token_id


def test_every_text_has_tokens_even_one_never_seen() -> None:
    _, tokenizer = build_preset("tiny-gpt2", [], seed=1)
    text = "Größe: 3 µm 🙂"
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


def test_the_seed_alone_decides_the_weights() -> None:
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    one, _ = build_preset("tiny-qwen3", TEXTS, seed=1)
    assert torch.equal(torch.random.get_rng_state(), before)
    torch.manual_seed(6)
    same, _ = build_preset("tiny-qwen3", TEXTS, seed=1)
    other, _ = build_preset("tiny-qwen3", TEXTS, seed=2)
    weight = "model.embed_tokens.weight"
    assert torch.equal(one.state_dict()[weight], same.state_dict()[weight])
    assert not torch.equal(one.state_dict()[weight], other.state_dict()[weight])


def test_small_presets_exist_for_every_architecture() -> None:
    assert {name for name in PRESETS if name.startswith("small-")} == {
        "small-gpt2",
        "small-llama",
        "small-qwen3",
    }
