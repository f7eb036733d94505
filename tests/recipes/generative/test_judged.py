"""Training tiny models on thumbs, and to score answers."""

from dataclasses import replace
from math import log
from pathlib import Path

import pytest
import torch
from tests.recipes.generative.toy import pairs, quiet, steps
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from goldspan.domain.preference import PreferencePair
from goldspan.domain.verdict import Verdict
from goldspan.errors import InvalidInput, InvalidSettings
from goldspan.reader.generative import GenerativeReader
from goldspan.training.generative_kto import train_generative_kto
from goldspan.training.generative_settings import GenerativeKTOSettings, RewardSettings
from goldspan.training.resume import resume_training
from goldspan.training.reward import train_reward_model

KTO = GenerativeKTOSettings(
    learning_rate=1e-3,
    lr_scheduler_type="constant",
    warmup_ratio=0.0,
    per_device_train_batch_size=4,
    num_train_epochs=6,
    logging_steps=1,
)
REWARD = RewardSettings(
    learning_rate=1e-3,
    lr_scheduler_type="constant",
    warmup_ratio=0.0,
    per_device_train_batch_size=4,
    num_train_epochs=12,
    logging_steps=1,
)


def verdicts() -> list[Verdict]:
    """A thumb up for the colour and one down for the thing, of the pairs' questions."""
    return [
        Verdict(pair.record_id, pair.question_text, pair.context, answer, good)
        for pair in pairs()
        for answer, good in ((pair.chosen, True), (pair.rejected, False))
    ]


def test_kto_moves_good_answers_up_and_bad_ones_down(sft_run: Path, tmp_path: Path) -> None:
    settings = replace(KTO, per_device_train_batch_size=16, num_train_epochs=12)
    result = train_generative_kto(sft_run, verdicts(), tmp_path / "run", settings, on_event=quiet)
    # At the start policy and reference are the same: every reward is 0, and σ(0) is 1/2.
    assert steps(result.folder)[1] == pytest.approx(0.5, abs=1e-3)
    margins = steps(result.folder, "rewards/margins")
    assert margins[max(margins)] > 0.1 > abs(margins[1])
    report = result.folder.report()
    assert report["verdicts"] == {"good": 8, "bad": 8}
    assert GenerativeReader.from_pretrained(tmp_path / "run").template is not None


def test_kto_gives_both_kinds_the_same_weight_in_all(sft_run: Path, tmp_path: Path) -> None:
    # 8 good and 2 bad: the good ones weigh 2/8 each.
    some = [one for one in verdicts() if one.good] + [one for one in verdicts() if not one.good][:2]
    settings = replace(KTO, max_steps=1, per_device_train_batch_size=10)
    result = train_generative_kto(sft_run, some, tmp_path / "run", settings, on_event=quiet)
    assert result.final_loss == pytest.approx((8 * 0.25 + 2) * 0.5 / 10, abs=1e-3)


def test_verdicts_of_one_kind_teach_no_difference(sft_run: Path, tmp_path: Path) -> None:
    good = [one for one in verdicts() if one.good]
    with pytest.raises(InvalidInput, match="8 good and 0 bad"):
        train_generative_kto(sft_run, good, tmp_path / "run", KTO)
    with pytest.raises(InvalidSettings, match="2 or more, found 1"):
        replace(KTO, per_device_train_batch_size=1)


def test_kto_goes_on_exactly_after_a_stop(sft_run: Path, tmp_path: Path) -> None:
    settings = replace(KTO, num_train_epochs=2)
    whole = train_generative_kto(sft_run, verdicts(), tmp_path / "a", settings, on_event=quiet)
    cut = train_generative_kto(
        sft_run, verdicts(), tmp_path / "b", replace(settings, save_steps=3), on_event=quiet
    )
    (tmp_path / "b" / "report.json").unlink()
    for checkpoint in (tmp_path / "b" / "checkpoints").glob("checkpoint-*"):
        if checkpoint.name != "checkpoint-6":
            (checkpoint / "trainer_state.json").unlink()
    resumed = resume_training(tmp_path / "b", on_event=quiet)
    assert steps(resumed.folder) == steps(whole.folder) == steps(cut.folder)


@pytest.mark.parametrize("use_peft", [False, True], ids=["full", "lora"])
def test_a_reward_model_scores_as_people_do_and_its_accuracy_is_measured(
    sft_run: Path, tmp_path: Path, use_peft: bool
) -> None:
    rows = pairs()
    # So tiny a model learns by heart: pairs that it has seen, and one said the other way round.
    other_way = replace(rows[3], chosen=rows[3].rejected, rejected=rows[3].chosen)
    asked = [*rows[:3], other_way]
    settings = replace(REWARD, use_peft=use_peft, lora_r=4)
    result = train_reward_model(
        sft_run, rows, tmp_path / "run", settings, held_out=asked, on_event=quiet
    )
    assert steps(result.folder)[1] == pytest.approx(log(2), abs=0.3)
    evaluation = result.folder.report()["evaluation"]
    assert evaluation["held_out_pairs"] == 4
    assert evaluation["accuracy"]["mean"] == 0.75
    # The saved folder is a plain one that says the same.
    model = AutoModelForSequenceClassification.from_pretrained(result.model_dir)
    tokenizer = AutoTokenizer.from_pretrained(result.model_dir)
    assert score(model, tokenizer, rows[5], "chosen") > score(model, tokenizer, rows[5], "rejected")


def score(model: torch.nn.Module, tokenizer: object, pair: PreferencePair, side: str) -> float:
    from goldspan.domain.prompt import PromptTemplate

    template = PromptTemplate()
    text = template.render_prompt(pair.question_text, pair.context)
    text += template.render_completion(getattr(pair, side).text)
    ids = tokenizer(text)["input_ids"] + [tokenizer.eos_token_id]  # type: ignore[operator,attr-defined]
    with torch.no_grad():
        return float(model(torch.tensor([ids])).logits)
