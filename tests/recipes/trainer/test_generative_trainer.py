"""The trainer on the generative reader: templates, whole texts, preferences."""

import json
from pathlib import Path
from typing import Any

import pytest
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
)

from goldspan.domain.prompt import PromptTemplate
from goldspan.errors import InvalidInput, TemplateMismatch
from goldspan.feedback import GoldspanTrainer, TrainingTask
from goldspan.reader.generative import saved_template
from goldspan.run.folder import RunFolder
from goldspan.sdk.dataset import FeedbackDataset

QUICK = {"max_steps": 3, "max_length": 128, "max_new_tokens": 8}
CHOICES = TrainingTask.for_direct_preference_optimization()


def formatted(row: dict[str, Any]) -> str:
    return f"{row['context']}\nAsked: {row['question']}\nSaid: {row['answer'][0]['value']}"


SFT = TrainingTask.for_supervised_fine_tuning(formatted)


def trained(dataset: Any, task: TrainingTask, model: Any, output: Path, **options: Any) -> Path:
    trainer = GoldspanTrainer(dataset, task, "trl", model=model, framework_kwargs=QUICK, **options)
    trainer.train(output)
    return output


@pytest.fixture
def sft(answered: FeedbackDataset, tmp_path: Path) -> Path:
    return trained(answered, SFT, "tiny-gpt2", tmp_path / "sft")


def test_the_functions_template_is_saved_with_a_model_that_plain_from_pretrained_loads(
    sft: Path,
) -> None:
    AutoModelForCausalLM.from_pretrained(sft)
    AutoTokenizer.from_pretrained(sft)
    template = saved_template(sft)
    assert template is not None
    assert template.prompt == "{context}\nAsked: {question}\nSaid:"
    rows = [json.loads(line) for line in (sft / "data.jsonl").read_text("utf-8").splitlines()]
    assert rows[0]["answers"][0]["text"] == "red"


def test_a_model_object_with_its_tokenizer_may_be_trained(
    sft: Path, answered: FeedbackDataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = AutoModelForCausalLM.from_pretrained(sft)
    tokenizer = AutoTokenizer.from_pretrained(sft)
    trained(answered, SFT, model, tmp_path / "more", tokenizer=tokenizer, train_size=0.75)
    printed = capsys.readouterr().out
    assert "held out: 6 questions" in printed
    assert "not measured" not in printed


def test_a_function_with_logic_trains_whole_texts_and_says_so(
    answered: FeedbackDataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    task = TrainingTask.for_supervised_fine_tuning(lambda row: formatted(row).upper())
    output = trained(answered, task, "tiny-gpt2", tmp_path / "texts")
    printed = capsys.readouterr().out
    assert "training on 24 texts" in printed
    assert "the loss covers every token, not the answer alone" in printed
    assert saved_template(output) is None


def test_choices_are_put_as_the_model_was_trained(
    sft: Path, judged: FeedbackDataset, tmp_path: Path
) -> None:
    dpo = RunFolder(trained_on_choices(sft, judged, tmp_path / "dpo"))
    assert dpo.spec.template == RunFolder(sft).spec.template
    assert dpo.report()["start_margins"]["largest"] < 1e-3


def trained_on_choices(sft: Path, judged: FeedbackDataset, output: Path) -> Path:
    trainer = GoldspanTrainer(judged, CHOICES, "trl", model=sft)
    trainer.update_config(max_steps=2)
    trainer.train(output)
    return output


def other_prompt(row: dict[str, Any]) -> tuple[str, str, str]:
    return (f"{row['prompt']} {row['context']}", row["response1"], row["response2"])


@pytest.mark.filterwarnings("ignore:the formatting function does not read")
def test_another_prompt_than_the_models_is_refused_unless_allowed(
    sft: Path, judged: FeedbackDataset, tmp_path: Path
) -> None:
    task = TrainingTask.for_direct_preference_optimization(other_prompt)
    refused = GoldspanTrainer(judged, task, "trl", model=sft)
    with pytest.raises(TemplateMismatch, match="Asked") as caught:
        refused.train(tmp_path / "refused")
    assert "'{question} {context}'" in str(caught.value)
    assert not (tmp_path / "refused").exists()
    allowed = GoldspanTrainer(
        judged,
        task,
        "trl",
        model=sft,
        framework_kwargs={"allow_other_prompt": True, "max_steps": 1},
    )
    allowed.train(tmp_path / "allowed")
    template = RunFolder(tmp_path / "allowed").spec.template
    assert template is not None
    assert template["prompt"] == "{question} {context}"


def test_prompts_and_completions_of_ones_own_are_trained_as_they_are(
    answered: FeedbackDataset, tmp_path: Path
) -> None:
    task = TrainingTask.for_supervised_fine_tuning(
        lambda row: {
            "prompt": f"{row['context'].upper()} {row['question']}",
            "completion": f" {row['answer'][0]['value']}",
        }
    )
    output = trained(answered, task, "tiny-gpt2", tmp_path / "own")
    report = RunFolder(output).report()
    assert (report["rows"]["kept"], report["template"]["prompt"]) == (24, "{question}")


def test_a_saved_reader_brings_its_template_and_a_card_that_shows_it(
    answered: FeedbackDataset, tmp_path: Path
) -> None:
    trainer = GoldspanTrainer(
        answered,
        TrainingTask.for_question_answering(),
        "trl",
        model="tiny-gpt2",
        framework_kwargs=QUICK,
    )
    trainer.train(tmp_path / "run")
    trainer.save(tmp_path / "saved")
    AutoModelForCausalLM.from_pretrained(tmp_path / "saved")
    assert saved_template(tmp_path / "saved") == PromptTemplate()
    card = (tmp_path / "saved" / "README.md").read_text(encoding="utf-8")
    assert "Context: {context}\nQuestion: {question}\nAnswer: {answer}" in card
    assert "pipeline_tag: text-generation" in card
    assert not (tmp_path / "saved" / "data.jsonl").exists()


def test_a_model_learns_to_score_answers_from_choices_and_from_texts(
    judged: FeedbackDataset, sft: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def texts(row: dict[str, Any]) -> tuple[str, str]:
        ranks = {one["value"]: one["rank"] for one in row["preference"][0]["value"]}
        best, worst = sorted(ranks, key=lambda name: ranks[name])
        return f"{row['prompt']} {row[best]}", f"{row['prompt']} {row[worst]}"

    for name, given in (("choices", None), ("texts", texts)):
        task = TrainingTask.for_reward_modeling(given)
        trainer = GoldspanTrainer(
            judged, task, "trl", model=sft, train_size=0.75, framework_kwargs={"max_steps": 3}
        )
        trainer.train(tmp_path / name)
        assert (
            AutoModelForSequenceClassification.from_pretrained(tmp_path / name).config.num_labels
            == 1
        )
        assert "accuracy on 3 held-out pairs" in capsys.readouterr().out
    with pytest.raises(InvalidInput, match="framework='trl', found 'transformers'"):
        GoldspanTrainer(judged, TrainingTask.for_reward_modeling(), "transformers", model=sft)
