"""Completions do not depend on what else is completed, nor on how the prompts are read."""

from typing import Any

import pytest
import torch

from goldspan.reader.generation import Generator, _Sampling
from goldspan.training.preset import build_preset

PASSAGE = "The cat sat on the mat. A dog slept in the yard."
TEXTS = [f"{PASSAGE} Who {verb}?" for verb in ("sat", "slept", "ran")] + ["No passage at all"]


@pytest.fixture(scope="module")
def generators() -> tuple[Generator, Generator, list[list[int]]]:
    """One that reads what the prompts share once, one that reads each prompt, and the prompts."""
    made = []
    for model_type in ("gpt2", "unheard-of"):
        model, tokenizer = build_preset("tiny-gpt2", TEXTS, seed=3)
        for parameter in model.parameters():
            parameter.data.mul_(4.0)  # so that some tokens are much likelier than others
        model.config.model_type = model_type
        made.append(Generator(model, tokenizer, max_new_tokens=6, batch_size=2))
    prompts: list[list[int]] = [tokenizer(text)["input_ids"] for text in TEXTS]
    return made[0], made[1], prompts


Generators = tuple[Generator, Generator, list[list[int]]]


def test_shared_prompts_are_continued_as_separate_ones(generators: Generators) -> None:
    shared, apart, prompts = generators
    for one, other in zip(shared.greedy(prompts), apart.greedy(prompts), strict=True):
        assert (one.ids, one.stopped) == (other.ids, other.stopped)
        assert one.logp == pytest.approx(other.logp, abs=1e-4)


def test_shared_prompts_give_the_log_probabilities_of_separate_ones(
    generators: Generators,
) -> None:
    shared, apart, prompts = generators
    said = [[5, 6, 7], [8], [9, 10], [11, 12, 13, 14]]
    assert shared.logps(prompts, said) == pytest.approx(apart.logps(prompts, said), abs=1e-4)


@pytest.mark.parametrize("which", [0, 1])
def test_samples_depend_on_their_prompt_and_seed_alone(generators: Generators, which: int) -> None:
    generator: Any = generators[which]
    prompts = generators[2]

    def drawn(places: list[int], seeds: list[int]) -> list[list[tuple[int, ...]]]:
        found = generator.samples([prompts[i] for i in places], 4, temperature=1.3, seeds=seeds)
        return [[one.ids for one in some] for some in found]

    together = drawn([0, 1, 2], [7, 8, 9])
    assert drawn([1], [8]) == [together[1]]
    assert drawn([2, 0], [9, 7]) == [together[2], together[0]]
    assert drawn([0], [70]) != [together[0]]


def test_every_prompt_is_reported_done_once(generators: Generators) -> None:
    for generator in generators[:2]:
        done: list[int] = []
        generator.greedy(generators[2], done.extend)
        assert sorted(done) == [0, 1, 2, 3]


def test_tokens_are_drawn_by_their_probability_from_the_likeliest_95_percent() -> None:
    logits = torch.tensor([0.5, 0.3, 0.16, 0.04]).log().expand(6000, 4)
    choose = _Sampling(temperature=1.0, seeds=[0], device=torch.device("cpu"))
    tokens, logps = choose(logits, [0] * 6000)
    shares = torch.bincount(tokens, minlength=4) / 6000
    assert shares.tolist() == pytest.approx([0.5 / 0.96, 0.3 / 0.96, 0.16 / 0.96, 0.0], abs=0.03)
    assert logps[tokens == 0][0].exp().item() == pytest.approx(0.5 / 0.96)
