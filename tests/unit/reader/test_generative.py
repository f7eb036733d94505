"""The generative reader, on a model that learned four answers by heart."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import GenerationConfig

from goldspan.domain.prompt import TEMPLATE_FILE, PromptTemplate
from goldspan.domain.span import Span
from goldspan.errors import UnusableModel
from goldspan.reader.generation import Generator
from goldspan.reader.generative import GenerativeReader
from goldspan.reader.generative_config import GenerativeReaderConfig, length_limit
from goldspan.reader.load import load_reader
from goldspan.reader.prompting import Prompter
from goldspan.training.preset import build_preset

ROWS = [
    ("Who sat?", "The cat sat on the mat.", "cat"),
    ("Who barked?", "In the yard a big dog barked.", "big dog"),
    ("Where is Ada?", "Ada is in Rome today.", "Rome"),
    ("Where is Bo?", "Ada is in Rome today.", ""),
]
TEMPLATE = PromptTemplate()
CONFIG = GenerativeReaderConfig(
    max_length=128, max_question_length=16, doc_stride=8, max_new_tokens=16
)


@pytest.fixture(scope="module")
def parts() -> tuple[Any, Any]:
    texts = [TEMPLATE.render_prompt(q, c) + TEMPLATE.render_completion(a) for q, c, a in ROWS]
    model, tokenizer = build_preset("tiny-gpt2", texts, seed=1)
    prompter = Prompter(tokenizer, TEMPLATE, CONFIG)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(60):
        for question, context, answer in ROWS:
            window = prompter.windows(context)[0]
            asked = prompter.prompt(question, window)
            said = prompter.completion(question, window, answer)
            labels = torch.tensor([[-100] * len(asked) + said])
            model(input_ids=torch.tensor([asked + said]), labels=labels).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return model, tokenizer


@pytest.fixture
def reader(parts: tuple[Any, Any]) -> GenerativeReader:
    return GenerativeReader(*parts, TEMPLATE, CONFIG)


def test_an_answer_comes_with_its_place_and_a_probability(reader: GenerativeReader) -> None:
    (answer,) = reader.answer("Who barked?", ["In the yard a big dog barked."])
    assert (answer.text, answer.span, answer.context_index) == ("big dog", Span(14, 21), 0)
    assert 0.5 < answer.score <= 1.0


def test_not_answerable_is_the_empty_answer_without_a_place(reader: GenerativeReader) -> None:
    (answer,) = reader.answer("Where is Bo?", ["Ada is in Rome today."])
    assert (answer.text, answer.span, answer.context_index) == ("", None, None)
    assert answer.score > 0.5


def test_many_at_once_answer_as_each_alone(reader: GenerativeReader) -> None:
    questions = [(question, [context]) for question, context, _ in ROWS]
    progress: list[int] = []
    together = reader.answer_many(questions, on_progress=progress.append)
    assert [answers[0].text for answers in together] == [answer for _, _, answer in ROWS]
    assert sum(progress) == len(questions)
    for question, answers in zip(questions, together, strict=True):
        (alone,) = reader.answer(*question)
        assert alone.text == answers[0].text
        assert alone.score == pytest.approx(answers[0].score, abs=1e-4)


def test_the_surest_window_wins_and_its_answer_is_placed_in_the_whole_context(
    reader: GenerativeReader,
) -> None:
    context = "The cat sat on the mat. " * 60 + "In the yard a big dog barked."
    windows = reader._prompter.windows(context)
    alone = [reader.answer("Who barked?", [window.text])[0] for window in windows]
    best = max(range(len(windows)), key=lambda i: (bool(alone[i].text), alone[i].score))
    (answer,) = reader.answer("Who barked?", ["", context])
    assert len(windows) > 2
    assert answer.text == alone[best].text
    assert answer.score == pytest.approx(alone[best].score)
    span = alone[best].span
    if span is not None:
        assert answer.span == span.shifted(windows[best].start)
        assert answer.context_index == 1


def test_a_score_is_the_probability_of_the_answer_and_its_end(
    reader: GenerativeReader, parts: tuple[Any, Any]
) -> None:
    question, context, _ = ROWS[1]
    window = reader._prompter.windows(context)[0]
    asked = reader._prompter.prompt(question, window)
    said = reader._prompter.completion(question, window, "big dog")
    with torch.inference_mode():
        logits = parts[0](torch.tensor([asked + said])).logits[0].log_softmax(-1)
    by_hand = sum(float(logits[len(asked) - 1 + i, token]) for i, token in enumerate(said))
    assert reader.answer(question, [context])[0].score == pytest.approx(math.exp(by_hand), abs=1e-5)
    (scored,) = reader._generator.logps([asked], [said])
    assert scored == pytest.approx(by_hand, abs=1e-4)


def test_log_probabilities_do_not_depend_on_the_batch(reader: GenerativeReader) -> None:
    prompter = reader._prompter
    prompts, completions = [], []
    for question, context, answer in ROWS:
        window = prompter.windows(context)[0]
        prompts.append(prompter.prompt(question, window))
        completions.append(prompter.completion(question, window, answer))
    together = reader._generator.logps(prompts, completions)
    alone = [
        reader._generator.logps([p], [c])[0] for p, c in zip(prompts, completions, strict=True)
    ]
    assert together == pytest.approx(alone, abs=1e-4)


@pytest.mark.parametrize("name", ["tiny-gpt2", "tiny-llama", "tiny-qwen3"])
def test_padding_changes_no_completion_of_any_architecture(name: str) -> None:
    model, tokenizer = build_preset(name, ["some text to read"], seed=2)
    # Sharper than fresh weights, so that no two tokens are equally likely.
    with torch.no_grad():
        model.get_input_embeddings().weight.mul_(20)
    generator = Generator(model, tokenizer, max_new_tokens=6, batch_size=4)
    prompts = [tokenizer(text)["input_ids"] for text in ("a", "some text", "to read or not " * 9)]
    together = generator.greedy(prompts)
    alone = [generator.greedy([prompt])[0] for prompt in prompts]
    assert [one.ids for one in together] == [one.ids for one in alone]
    assert [one.logp for one in together] == pytest.approx([one.logp for one in alone], abs=1e-3)


def test_the_first_answers_are_the_same_however_many_are_asked_for(
    reader: GenerativeReader,
) -> None:
    question = ("Where is Ada?", ["Ada is in Rome today.", "The cat sat on the mat."])
    four = reader.answer(*question, top_k=4)
    assert len({answer.text.lower() for answer in four}) == len(four) > 2
    assert reader.answer(*question, top_k=2) == four[:2]
    assert reader.answer(*question) == four[:1]


def test_a_question_without_any_text_to_read_gets_an_empty_answer(
    reader: GenerativeReader,
) -> None:
    progress: list[int] = []
    answers = reader.answer_many([("Who?", [""]), ("Who?", [])], on_progress=progress.append)
    assert [(a.text, a.span, a.score) for (a,) in answers] == [("", None, 0.0)] * 2
    assert sum(progress) == 2


def test_candidates_are_distinct_seeded_and_begin_with_the_answer(
    reader: GenerativeReader,
) -> None:
    question = (ROWS[0][0], [ROWS[0][1]])
    torch.manual_seed(9)
    before = torch.random.get_rng_state()
    (one,) = reader.propose([question], 3, seed=4)
    assert torch.equal(torch.random.get_rng_state(), before)
    (again,) = reader.propose([question], 3, seed=4)
    assert one == again
    assert one[0].text == "cat"
    assert len({answer.text.lower() for answer in one}) == len(one) == 3


def test_a_models_own_generation_defaults_are_set_aside(parts: tuple[Any, Any]) -> None:
    model, tokenizer = parts
    model.generation_config = GenerationConfig(min_new_tokens=12, do_sample=True, temperature=5.0)
    reader = GenerativeReader(model, tokenizer, TEMPLATE, CONFIG)
    assert reader.answer(*(ROWS[0][0], [ROWS[0][1]]))[0].text == "cat"


def test_every_end_token_of_a_model_ends_an_answer(parts: tuple[Any, Any]) -> None:
    model, tokenizer = parts
    (dog,) = tokenizer(" dog")["input_ids"][-1:]
    model.generation_config = GenerationConfig(eos_token_id=[dog])
    generator = Generator(model, tokenizer, max_new_tokens=16, batch_size=4)
    prompt = Prompter(tokenizer, TEMPLATE, CONFIG)
    window = prompt.windows(ROWS[1][1])[0]
    (completion,) = generator.greedy([prompt.prompt(ROWS[1][0], window)])
    assert completion.stopped
    assert dog not in completion.ids


def test_an_answer_that_does_not_end_is_cut_at_the_limit(parts: tuple[Any, Any]) -> None:
    generator = Generator(*parts, max_new_tokens=1, batch_size=4)
    prompter = Prompter(parts[1], TEMPLATE, CONFIG)
    (completion,) = generator.greedy([prompter.prompt("Who?", prompter.windows("A cat.")[0])])
    assert (len(completion.ids), completion.stopped) == (1, False)


@pytest.fixture
def folder(tmp_path: Path, parts: tuple[Any, Any]) -> Path:
    for part in parts:
        part.save_pretrained(tmp_path)
    CONFIG.save(tmp_path)
    (tmp_path / TEMPLATE_FILE).write_text(TEMPLATE.to_json(), encoding="utf-8")
    return tmp_path


def test_a_saved_reader_answers_as_before(folder: Path, reader: GenerativeReader) -> None:
    loaded = load_reader(folder)
    assert isinstance(loaded, GenerativeReader)
    assert (loaded.name, loaded.template, loaded.config) == (str(folder), TEMPLATE, CONFIG)
    question = (ROWS[2][0], [ROWS[2][1]])
    assert loaded.answer(*question)[0].text == reader.answer(*question)[0].text == "Rome"


def test_a_checkpoint_without_template_says_what_to_do(folder: Path) -> None:
    (folder / TEMPLATE_FILE).unlink()
    with pytest.raises(UnusableModel, match=r"no goldspan_template.json.*pass template="):
        GenerativeReader.from_pretrained(folder)
    reader = GenerativeReader.from_pretrained(folder, template=TEMPLATE)
    assert reader.answer(ROWS[0][0], [ROWS[0][1]])[0].text == "cat"


def test_lengths_are_lowered_to_what_the_model_takes(parts: tuple[Any, Any]) -> None:
    assert length_limit(*parts) == 1024
    reader = GenerativeReader(*parts, TEMPLATE, GenerativeReaderConfig(max_length=5000))
    assert reader.config.max_length == 1024


@pytest.mark.parametrize("content", ["{", '{"max_length": "x"}', '{"other": 3}'])
def test_a_spoilt_reader_config_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "goldspan_reader.json").write_text(content)
    with pytest.raises(UnusableModel, match=r"goldspan_reader.json"):
        GenerativeReaderConfig.load(tmp_path)
