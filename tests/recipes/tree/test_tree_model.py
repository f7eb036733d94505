"""A forest gives the log-probs and gradients of the separate rows, for every architecture."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from tests.recipes.tree.models import CONFIGS, EOS, PAD, examples, pairs, tiny
from torch import Tensor
from torch.nn.attention.flex_attention import BlockMask
from torch.nn.functional import logsigmoid
from torch.utils._python_dispatch import TorchDispatchMode
from transformers import MambaConfig, PreTrainedModel
from trl.trainer.dpo_trainer import DataCollatorForPreference
from trl.trainer.sft_trainer import DataCollatorForLanguageModeling
from trl.trainer.utils import add_fused_lm_head

from goldspan.errors import InvalidInput
from goldspan.reader.tree_attention import PROVEN, ancestor_masks, why_not_shared
from goldspan.training.tree_batch import Collator, TreeCollator
from goldspan.training.tree_model import share_prefixes

OUTPUTS = ("log_probs", "entropy", "log_sum_sq_probs", "mean_logits", "is_top1")
Batch = dict[str, Tensor]
Loss = Callable[[Tensor], Tensor]

SFT = DataCollatorForLanguageModeling(pad_token_id=PAD)
PREFERENCE = DataCollatorForPreference(pad_token_id=PAD)


def dpo_loss(logps: Tensor) -> Tensor:
    chosen, rejected = logps.chunk(2)
    return -logsigmoid(0.1 * (chosen - rejected)).mean()


def nll(logps: Tensor) -> Tensor:
    return -logps.mean()


def fused(model: PreTrainedModel, *, shared: bool) -> PreTrainedModel:
    """Give a copy of the model TRL's fused head, and our forward if it is to share."""
    model = copy.deepcopy(model)
    add_fused_lm_head(model, outputs=OUTPUTS)
    if shared:
        share_prefixes(model)
    return model


def forward(model: Any, batch: Batch) -> Any:
    """Call a model as TRL's trainers do."""
    batch = dict(batch)
    mask = batch.pop("completion_mask", None)
    if mask is not None:
        batch["labels"] = batch["input_ids"].masked_fill(mask == 0, -100)
    return model(**batch, fused_lm_head=True, use_cache=False)


def learnt(
    model: Any, batches: list[Batch], loss: Loss
) -> tuple[list[Tensor], dict[str, Tensor | None]]:
    """Return each batch's log-probs, summed over answers, and the gradients of all together."""
    logps = []
    for batch in batches:
        summed = forward(model, batch).log_probs.sum(dim=1)
        loss(summed).backward()  # type: ignore[no-untyped-call]
        logps.append(summed.detach())
    return logps, {name: each.grad for name, each in model.named_parameters()}


def assert_equal_learning(
    plain: Any, shared: Any, collator: Collator, rows: Any, loss: Loss
) -> None:
    tree = TreeCollator(collator, PAD)
    forests = [tree(some) for some in rows]
    assert all("tree_ids" in batch for batch in forests)
    logps, gradients = learnt(plain, [collator(some) for some in rows], loss)
    tree_logps, tree_gradients = learnt(shared, forests, loss)
    for one, other in zip(logps, tree_logps, strict=True):
        assert (one - other).abs().max() < 1e-4
    for name, gradient in gradients.items():
        if gradient is not None:
            found = tree_gradients[name]
            assert found is not None, name
            assert (gradient - found).abs().max() < 1e-5, name


@pytest.mark.parametrize("name", CONFIGS)
def test_dpo_learns_from_a_forest_what_it_learns_from_rows(name: str) -> None:
    model = tiny(name)
    rows = [pairs(seed=1), pairs(seed=2)]  # two batches: their gradients add up
    assert_equal_learning(
        fused(model, shared=False), fused(model, shared=True), PREFERENCE, rows, dpo_loss
    )


@pytest.mark.parametrize("name", CONFIGS)
def test_sft_learns_from_a_forest_what_it_learns_from_rows(name: str) -> None:
    model = tiny(name)
    rows = [examples(seed=1), examples(seed=2)]
    assert_equal_learning(fused(model, shared=False), fused(model, shared=True), SFT, rows, nll)


@pytest.mark.parametrize("name", CONFIGS)
def test_an_adapter_learns_from_a_forest_what_it_learns_from_rows(name: str) -> None:
    model = tiny(name)
    plain, shared = (
        get_peft_model(fused(model, shared=each), LoraConfig(target_modules="all-linear", r=4))
        for each in (False, True)
    )
    for parameter in plain.parameters():
        if parameter.requires_grad:  # an adapter's second factor starts at 0
            parameter.data.normal_(std=0.1)
    shared.load_state_dict(plain.state_dict())
    assert_equal_learning(plain, shared, PREFERENCE, [pairs(seed=1), pairs(seed=2)], dpo_loss)
    assert_equal_learning(plain, shared, SFT, [examples(seed=1), examples(seed=2)], nll)


@pytest.mark.parametrize("name", [name for name in CONFIGS if name != "gemma2"])
def test_eager_attention_gets_a_mask_that_it_can_add(name: str) -> None:
    model = tiny(name, "eager")
    rows = [pairs(seed=1)]
    assert_equal_learning(
        fused(model, shared=False), fused(model, shared=True), PREFERENCE, rows, dpo_loss
    )


@pytest.mark.parametrize("name", CONFIGS)
def test_the_comparison_would_notice_a_mask_that_shows_too_much(name: str) -> None:
    batch = TreeCollator(PREFERENCE, PAD)(pairs())
    shared = fused(tiny(name), shared=True)
    right = forward(shared, batch).log_probs.sum(dim=1)
    batch["tree_end"] = torch.full_like(batch["tree_end"], 10**6)
    assert (forward(shared, batch).log_probs.sum(dim=1) - right).abs().max() > 1e-2


def test_all_that_trl_reports_of_a_token_is_the_same() -> None:
    model = tiny("llama")
    tree = TreeCollator(PREFERENCE, PAD)
    plain = forward(fused(model, shared=False), PREFERENCE(pairs()))
    shared = forward(fused(model, shared=True), tree(pairs()))
    assert torch.equal(plain.label_mask.sum(dim=1), shared.label_mask.sum(dim=1))
    assert plain.loss.item() == pytest.approx(shared.loss.item(), abs=1e-5)
    for name in OUTPUTS:
        one = plain[name][plain.label_mask].float()
        other = shared[name][shared.label_mask].float()
        assert (one - other).abs().max() < 1e-4, name


class HeadRows(TorchDispatchMode):
    """Counts the positions that TRL's head projects on the vocabulary."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.count = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is torch.ops.aten.mm.out:
            self.count += len(args[0])
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("name", ["gpt2", "qwen3"])
def test_a_plain_batch_runs_the_head_where_a_token_is_scored_and_nowhere_else(name: str) -> None:
    model, batch = tiny(name), PREFERENCE(pairs())
    with HeadRows() as trl:
        forward(fused(model, shared=False), batch)
    with HeadRows() as own:
        forward(fused(model, shared=True), batch)
    assert trl.count == batch["input_ids"][:, 1:].numel()
    assert own.count == batch["completion_mask"].sum()


def test_a_plain_batch_teaches_the_same_with_the_shorter_head() -> None:
    model, batch = tiny("qwen3"), PREFERENCE(pairs())
    logps, gradients = learnt(fused(model, shared=False), [batch], dpo_loss)
    own_logps, own_gradients = learnt(fused(model, shared=True), [batch], dpo_loss)
    assert torch.allclose(logps[0], own_logps[0], atol=1e-5)
    for key, gradient in gradients.items():
        found = own_gradients[key]
        assert gradient is not None
        assert found is not None
        assert torch.allclose(gradient, found, atol=1e-6), key


def test_a_batch_without_a_scored_token_gives_zero_and_can_be_learnt_from() -> None:
    model = fused(tiny("gpt2"), shared=True)
    rows = [{"input_ids": row["input_ids"], "labels": [-100] * 25} for row in examples()]
    rows = [{key: (value * 2)[:25] for key, value in row.items()} for row in rows]
    for batch in (SFT(rows), TreeCollator(SFT, PAD)(rows)):
        output = forward(model, batch)
        output.loss.backward()
        assert output.loss.item() == 0.0


def test_whole_texts_can_be_learnt_too() -> None:
    rows = [{"input_ids": row["input_ids"], "labels": row["input_ids"]} for row in examples()]
    model = tiny("gpt2")
    assert_equal_learning(fused(model, shared=False), fused(model, shared=True), SFT, [rows], nll)


def test_rows_with_little_in_common_stay_a_plain_batch() -> None:
    rows = [{"input_ids": [i] * 20, "labels": [-100] * 19 + [EOS]} for i in range(2, 8)]
    assert "tree_ids" not in TreeCollator(SFT, PAD, attention_tokens=100)(rows)


def test_a_compact_row_still_counts_all_its_tokens() -> None:
    rows = examples()
    batch = TreeCollator(SFT, PAD)(rows)
    assert batch["attention_mask"].sum(dim=1).tolist() == [len(row["input_ids"]) for row in rows]
    for row, ids in zip(rows, batch["labels"].tolist(), strict=True):
        assert [i for i in ids if i != -100] == [i for i in row["labels"] if i != -100]


def test_other_columns_of_a_batch_go_through() -> None:
    rows = [{**pair, "ref_chosen_logps": 0.5, "ref_rejected_logps": -0.5} for pair in pairs()]
    batch = TreeCollator(PREFERENCE, PAD)(rows)
    assert batch["ref_chosen_logps"].tolist() == [0.5] * len(rows)


def test_a_forest_has_no_logits_to_give() -> None:
    batch = TreeCollator(SFT, PAD)(examples())
    with pytest.raises(InvalidInput, match="not logits"):
        fused(tiny("gpt2"), shared=True)(**batch)


def test_every_proven_architecture_is_proven_here() -> None:
    assert {tiny(name).config.model_type for name in CONFIGS} == set(PROVEN)
    assert [why_not_shared(tiny(name)) for name in CONFIGS] == [None] * len(CONFIGS)


def test_an_architecture_that_is_not_proven_is_refused_by_name() -> None:
    model = tiny("gpt2")
    model.config = MambaConfig()
    assert "'mamba'" in str(why_not_shared(model))


@pytest.mark.parametrize(
    ("attention", "word"), [("flash_attention_2", "mask"), ("flex_attention", "CUDA")]
)
def test_attention_that_cannot_be_told_ancestors_is_refused(attention: str, word: str) -> None:
    model = tiny("gpt2")
    model.config._attn_implementation = attention
    assert word in str(why_not_shared(model))


def test_positions_that_depend_on_the_input_are_refused() -> None:
    model = tiny("llama")
    model.config.rope_parameters = {"rope_type": "dynamic", "rope_theta": 1e4, "factor": 2.0}
    assert "'dynamic'" in str(why_not_shared(model))


@pytest.mark.parametrize("name", ["gpt2", "mistral-sliding"])
def test_flex_attention_gets_the_same_mask_in_blocks(name: str) -> None:
    batch = TreeCollator(PREFERENCE, PAD)(pairs())
    model = tiny(name)
    where = (batch["tree_depth"], batch["tree_end"], torch.float32)
    dense = ancestor_masks(model.config, *where)
    model.config._attn_implementation = "flex_attention"
    blocks = ancestor_masks(model.config, *where)
    assert isinstance(dense, Tensor)
    assert isinstance(blocks, BlockMask)
    rows, _, width, _ = dense.shape
    places = torch.meshgrid(*map(torch.arange, (rows, width, width)), indexing="ij")
    assert torch.equal(blocks.mask_mod(places[0], torch.tensor(0), *places[1:]), dense[:, 0])
