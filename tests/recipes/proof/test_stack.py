"""The proof trains many readers in one stack: each must be what it would be alone."""

import numpy as np
import pytest
import torch
from benchmarks.proof_parts.lower_layers import LowerLayers
from benchmarks.proof_parts.stack import Stack, Steps, weights_of
from benchmarks.proof_parts.tokens import DeviceTokens, Ints, Tokens
from benchmarks.proof_parts.training import (
    Pairs,
    Recipe,
    Targets,
    dpo,
    reference_logps,
    schedule,
    sft,
)
from transformers import BertConfig, BertForQuestionAnswering

CONFIG = BertConfig(
    vocab_size=50,
    hidden_size=16,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=32,
    max_position_embeddings=40,
)
CPU = torch.device("cpu")


def one_set() -> DeviceTokens:
    """Six made-up windows of 12 tokens: a question of 4, then a passage of 8."""
    six = np.arange(6)
    ids = torch.randint(5, 50, (72,), generator=torch.Generator().manual_seed(1)).numpy()
    characters = np.tile(np.arange(8), 6)
    host = Tokens(
        ids=ids,
        begin=12 * six,
        length=np.full(6, 12),
        first=np.full(6, 4),
        count=np.full(6, 8),
        question=six,
        char_begin=8 * six,
        char_start=characters,
        char_end=characters + 1,
        home=six,
        start=np.full(6, 5),
        end=np.full(6, 7),
        windows=np.ones(6, dtype=np.int64),
    )
    return DeviceTokens(host, CPU)


def reader(seed: int) -> BertForQuestionAnswering:
    torch.manual_seed(seed)
    return BertForQuestionAnswering(CONFIG).eval()


def stack_of(*models: BertForQuestionAnswering) -> Stack:
    return Stack([weights_of(m) for m in models], 2, CONFIG.layer_norm_eps, torch.float32, CPU)


@pytest.fixture
def windows() -> DeviceTokens:
    return one_set()


def plain_sft(
    model: BertForQuestionAnswering, data: DeviceTokens, batches: list[Ints], lr: float
) -> None:
    optimiser = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0.0)
    warm = 1
    for step, rows in enumerate(batches):
        factor = min(1.0, (step + 1) / warm, (len(batches) - step) / max(1, len(batches) - warm))
        for group in optimiser.param_groups:
            group["lr"] = lr * factor
        inputs = data.inputs(rows)
        out = model(
            input_ids=inputs["ids"],
            attention_mask=inputs["mask"].long(),
            token_type_ids=inputs["second"].long(),
        )
        loss = torch.zeros(())
        for logits, target in ((out.start_logits, 5), (out.end_logits, 7)):
            seen = inputs["answer"].clone()
            seen[:, 0] = True
            logps = logits.masked_fill(~seen, -torch.inf).log_softmax(-1)
            loss = loss - logps[:, target].mean()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()


def test_a_stacked_reader_learns_what_it_would_learn_alone(windows: DeviceTokens) -> None:
    stack = stack_of(reader(1), reader(2))
    rows = np.arange(6)
    same = Targets(rows, np.full(6, 5), np.full(6, 7))
    recipes = [Recipe(1e-2), Recipe(3e-2)]
    common = {"size": 6, "passes": 2, "batch": 2}
    sft(stack, windows, [same, same], recipes, seeds=[7, 8], on_step=lambda: None, **common)
    for number, (_seed, recipe) in enumerate(zip((7, 8), recipes, strict=True)):
        alone = reader(number + 1)
        lengths = [windows.host.length, windows.host.length]
        batches = [each[number] for each in schedule(lengths, 6, 2, 2, [7, 8])]
        plain_sft(alone, windows, batches, recipe.lr)
        inputs = windows.inputs(rows[None])
        start, _ = stack.logits(inputs)
        expected = alone(
            input_ids=inputs["ids"][0],
            attention_mask=inputs["mask"][0].long(),
            token_type_ids=inputs["second"][0].long(),
        ).start_logits
        # What a softmax does not see has no gradient, and Adam makes steps of its noise.
        torch.testing.assert_close(
            start[number, :, :12].log_softmax(-1),
            expected[:, :12].log_softmax(-1),
            atol=2e-4,
            rtol=1e-3,
        )


def test_kept_lower_layers_change_no_logit(windows: DeviceTokens) -> None:
    weights = weights_of(reader(1))
    whole = stack_of(reader(1))
    upper = Stack([weights], 2, CONFIG.layer_norm_eps, torch.float32, CPU, frozen=1)
    kept = LowerLayers(windows, whole, layers=1)
    for rows in (np.array([[4, 0, 2]]), np.array([[2, 5, 4]])):  # some are there already
        with torch.no_grad():
            expected = torch.stack(whole.logits(windows.inputs(rows)))
            found = torch.stack(upper.logits(kept.inputs(rows)))
        torch.testing.assert_close(found[..., :12], expected[..., :12])


def test_frozen_layers_are_not_trained_and_the_others_as_they_would_be(
    windows: DeviceTokens,
) -> None:
    weights = weights_of(reader(1))
    upper = Stack([weights], 2, CONFIG.layer_norm_eps, torch.float32, CPU, frozen=1)
    kept = LowerLayers(windows, stack_of(reader(1)), layers=1)
    model = reader(1)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_("layer.1." in name or "qa_outputs" in name)
    same = Targets(np.arange(6), np.full(6, 5), np.full(6, 7))
    common = {"size": 6, "passes": 2, "batch": 2}
    sft(upper, kept, [same], [Recipe(1e-2)], seeds=[7], on_step=lambda: None, **common)
    batches = [each[0] for each in schedule([windows.host.length], 6, 2, 2, [7])]
    plain_sft(model, windows, batches, 1e-2)
    torch.testing.assert_close(
        upper.member(0)["1.up.weight"],
        weights_of(model)["1.up.weight"],
        atol=2e-4,
        rtol=1e-3,
    )
    assert "0.up.weight" not in upper.member(0)


def test_members_do_not_touch_each_other(windows: DeviceTokens) -> None:
    def trained(*models: BertForQuestionAnswering) -> torch.Tensor:
        stack = stack_of(*models)
        steps = Steps(stack, [1e-2] * len(models), 3)
        for _ in range(3):
            start, _ = stack.logits(windows.inputs(np.arange(6)[None]))
            steps.step(start[..., 5].square().mean(1))
        return stack.member(0)["0.up.weight"]

    torch.testing.assert_close(trained(reader(1)), trained(reader(1), reader(2)))


def test_preference_training_lifts_the_chosen_over_the_rejected(windows: DeviceTokens) -> None:
    stack = stack_of(reader(1))
    actions = np.full((6, 2, 2, 2), -1)
    actions[:, 0] = [[5, 6], [8, 9]]
    actions[:, 1] = [[5, 6], [-1, -1]]
    share = np.array([[0.5, 0.5]] * 6, dtype=np.float32)
    rows = np.arange(6)
    before = reference_logps(stack, windows, rows[None], actions[None], batch=4)
    pairs = Pairs(rows, actions, np.zeros((6, 2), np.float32), share, before[0])
    dpo(
        stack,
        windows,
        [pairs],
        [Recipe(1e-2, 0.5, 0.1)],
        size=6,
        passes=5,
        batch=3,
        seeds=[0],
        on_step=lambda: None,
    )
    after = reference_logps(stack, windows, rows[None], actions[None], batch=4)
    margins = (after - before)[0, ..., 0] - (after - before)[0, ..., 1]
    assert (margins > 0).all()
