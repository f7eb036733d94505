"""What is written and scored in tries is what separate rows give, for every architecture."""

from collections.abc import Sequence

import pytest
import torch
from tests.recipes.tree.models import CONFIGS, EOS, PAD, pairs, tiny
from torch import Tensor
from transformers import PreTrainedModel

from goldspan.reader.tree_generation import score, shares_reading, write

PROMPTS = [pair["prompt_ids"] for pair in pairs(passages=3)]


def likeliest(logits: Tensor, _: Sequence[int]) -> tuple[Tensor, Tensor]:
    logps, tokens = logits.log_softmax(-1).max(-1)
    return tokens, logps


def alone(model: PreTrainedModel, prompt: list[int], limit: int = 8) -> list[int]:
    """Return what transformers' own greedy search writes after one prompt."""
    ids = torch.tensor([prompt])
    settings = {"max_new_tokens": limit, "eos_token_id": EOS, "pad_token_id": PAD}
    mask = torch.ones_like(ids)
    output = model.generate(ids, attention_mask=mask, do_sample=False, **settings)
    written: list[int] = output[0, len(prompt) :].tolist()
    return written


def logp(model: PreTrainedModel, prompt: list[int], said: list[int]) -> float:
    with torch.no_grad():
        table = model(torch.tensor([prompt + said])).logits[0].log_softmax(-1)
    return sum(float(table[len(prompt) + i - 1, token]) for i, token in enumerate(said))


@pytest.mark.parametrize("name", CONFIGS)
def test_prompts_are_continued_together_as_each_alone(name: str) -> None:
    model = tiny(name)
    written = write(model, PROMPTS, 1, likeliest, max_new_tokens=8, end_ids=[EOS])
    for prompt, (one,) in zip(PROMPTS, written, strict=True):
        assert one.ids == alone(model, prompt)
        assert one.logp == pytest.approx(logp(model, prompt, one.ids), abs=1e-4)


@pytest.mark.parametrize("name", ["gpt2", "mistral-sliding"])
def test_eager_attention_continues_them_alike(name: str) -> None:
    model = tiny(name, "eager")
    written = write(model, PROMPTS, 1, likeliest, max_new_tokens=8, end_ids=[EOS])
    assert [one.ids for (one,) in written] == [alone(model, prompt) for prompt in PROMPTS]


@pytest.mark.parametrize("name", CONFIGS)
def test_completions_are_scored_together_as_each_alone(name: str) -> None:
    model = tiny(name)
    said = [pair["chosen_ids"] for pair in pairs(passages=3)]
    found = score(model, PROMPTS, said)
    expected = [logp(model, prompt, one) for prompt, one in zip(PROMPTS, said, strict=True)]
    assert found == pytest.approx(expected, abs=1e-4)


def test_a_completion_that_has_ended_is_left_alone() -> None:
    # The first token of every second completion ends it; the others go on to the limit.
    calls = []

    def choose(logits: Tensor, prompts: Sequence[int]) -> tuple[Tensor, Tensor]:
        calls.append(len(prompts))
        first = len(calls) == 1
        tokens = [EOS if first and place % 2 else 7 for place in range(len(prompts))]
        return torch.tensor(tokens), torch.zeros(len(prompts))

    written = write(tiny("gpt2"), PROMPTS[:3], 2, choose, max_new_tokens=4, end_ids=[EOS])
    assert [[one.ids for one in some] for some in written] == [[[7, 7, 7, 7], [EOS]]] * 3
    assert calls == [6, 3, 3, 3]


def test_copies_of_a_prompt_may_go_different_ways() -> None:
    model = tiny("llama")
    step = iter(range(99))

    def choose(logits: Tensor, prompts: Sequence[int]) -> tuple[Tensor, Tensor]:
        if next(step) > 0:
            return likeliest(logits, prompts)
        return torch.arange(len(prompts)) + 10, torch.zeros(len(prompts))

    written = write(model, PROMPTS[:2], 3, choose, max_new_tokens=5, end_ids=[])
    for prompt, some in zip(PROMPTS, written, strict=False):
        for one in some:
            begun = [*prompt, one.ids[0]]
            assert one.ids[1:] == alone(model, begun, limit=4)
    assert [one.ids[0] for some in written for one in some] == [10, 11, 12, 13, 14, 15]


def test_only_proven_models_with_masks_of_their_own_share_their_reading() -> None:
    model = tiny("gpt2")
    assert shares_reading(model)
    model.config._attn_implementation = "flex_attention"
    assert not shares_reading(model)
    assert not shares_reading(torch.nn.Linear(2, 2))
