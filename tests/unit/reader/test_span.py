"""The span reader on tiny models: places, scores, distinct answers, abstaining."""

import copy
import math
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transformers import (
    GPT2Config,
    GPT2ForQuestionAnswering,
    RobertaConfig,
    RobertaForQuestionAnswering,
)

from goldspan.domain.normalise import normalise_answer
from goldspan.domain.span import Span
from goldspan.errors import InvalidInput
from goldspan.reader import span as span_reader
from goldspan.reader.base import ReaderAnswer
from goldspan.reader.encoding import SpanEncoder
from goldspan.reader.forward import TOKENS_AT_ONCE
from goldspan.reader.packed import PackedLinear, packed_copy
from goldspan.reader.span import SpanReader
from goldspan.reader.span_config import SpanReaderConfig, length_limit
from goldspan.training.preset import train_tokenizer

CONTEXT = "The cat sat on the mat. A dog ate 3 fish, quickly. " * 4
CONFIG = SpanReaderConfig(max_length=40, max_question_length=12, doc_stride=8)


@pytest.fixture(scope="module")
def reader(make_span_parts: Callable[..., tuple[Any, Any]]) -> SpanReader:
    model, tokenizer = make_span_parts([CONTEXT, "who sat where ?"])
    # An untrained head is nearly indifferent; larger weights make it choose.
    torch.nn.init.normal_(model.qa_outputs.weight, std=2.0)
    return SpanReader(model, tokenizer, CONFIG)


@given(
    contexts=st.lists(
        st.text(st.sampled_from([*"catsdogmfi ,.3é日🙂", "\r", "\n", "\u0301"]), max_size=120),
        max_size=3,
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_answer_is_the_text_at_its_span(reader: SpanReader, contexts: list[str]) -> None:
    for answer in reader.answer("who sat where ?", contexts, top_k=6):
        if answer.span is None or answer.context_index is None:
            assert answer.text == ""
            continue
        assert answer.span.of(contexts[answer.context_index]) == answer.text
        assert answer.text.strip() == answer.text
        assert 0.0 <= answer.score <= 1.0


def test_answers_and_scores_do_not_depend_on_top_k(reader: SpanReader) -> None:
    seven = reader.answer("who sat where ?", [CONTEXT], top_k=7)
    assert len(seven) == 7
    assert reader.answer("who sat where ?", [CONTEXT], top_k=3) == seven[:3]
    assert [answer.score for answer in seven] == sorted((a.score for a in seven), reverse=True)


def test_proposals_are_distinct_after_normalisation(reader: SpanReader) -> None:
    (proposals,) = reader.propose([("who sat where ?", [CONTEXT])], 12)
    # Of "the" and "." normalisation leaves nothing, and they are two answers all the same.
    assert len({normalise_answer(answer.text) or answer.text for answer in proposals}) == 12


def test_a_question_is_answered_the_same_alone_and_among_others(reader: SpanReader) -> None:
    questions = [("who sat ?", [CONTEXT]), ("who ate fish ?", ["The dog."]), ("where ?", ["A mat"])]
    together = reader.answer_many(questions, top_k=2)
    for (question_text, contexts), answers in zip(questions, together, strict=True):
        alone = reader.answer(question_text, contexts, top_k=2)
        assert [answer.text for answer in alone] == [answer.text for answer in answers]
        assert [a.score for a in alone] == pytest.approx([a.score for a in answers], abs=1e-5)


def test_an_answer_past_the_first_window_and_context_is_found(reader: SpanReader) -> None:
    contexts = ["", CONTEXT, "zebra"]
    answers = reader.answer("who sat where ?", contexts, top_k=1000)
    assert ("zebra", 2) in {(answer.text, answer.context_index) for answer in answers}
    assert max(a.span.end for a in answers if a.span and a.context_index == 1) > 150


def test_contexts_without_text_have_no_answer(reader: SpanReader) -> None:
    assert reader.answer("who ?", ["", " \n"]) == [ReaderAnswer("", None, None, 0.0)]
    assert reader.answer("who ?", []) == [ReaderAnswer("", None, None, 0.0)]


def test_a_reader_without_threshold_never_abstains(reader: SpanReader) -> None:
    answers = reader.answer("who sat where ?", ["The cat sat."], top_k=100)
    assert "" not in {answer.text for answer in answers}


def test_above_the_threshold_no_answer_comes_first_and_scores_add_up(reader: SpanReader) -> None:
    eager = reader.configured(no_answer_threshold=0.0)
    answers = eager.answer("who ?", ["cat mat"], top_k=10)
    assert (answers[0].text, answers[0].span) == ("", None)
    # "cat", "mat" and "cat mat": all there is.
    assert len(answers) == 4
    assert sum(answer.score for answer in answers) == pytest.approx(1.0)


def test_below_the_threshold_an_answer_comes_first_whatever_the_scores(reader: SpanReader) -> None:
    shy = reader.configured(no_answer_threshold=1.0)
    answers = shy.answer("who ?", ["cat mat"], top_k=10)
    assert answers[0].text != ""
    assert "" in {answer.text for answer in answers}


def test_progress_counts_every_question_once(reader: SpanReader) -> None:
    seen: list[int] = []
    reader.answer_many([("who ?", ["cat"])] * 300, on_progress=seen.append)
    assert sum(seen) == 300


def test_lengths_are_lowered_to_what_the_model_takes(reader: SpanReader) -> None:
    asked = replace(CONFIG, max_length=4096, max_question_length=64)
    lowered = SpanReader(reader.model, reader.tokenizer, asked).config
    assert (lowered.max_length, lowered.max_question_length) == (128, 32)


def test_a_decoder_without_cls_and_pad_token_reads_too() -> None:
    tokenizer = train_tokenizer([CONTEXT], 400)
    tokenizer.pad_token = None
    size = {"n_layer": 1, "n_head": 2, "n_embd": 32, "n_positions": 64}
    model = GPT2ForQuestionAnswering(GPT2Config(vocab_size=len(tokenizer), **size))
    reader = SpanReader(model, tokenizer, CONFIG)
    texts = [CONTEXT, "naïve\r\n🙂🙂 café"]
    for text, answers in zip(
        texts, reader.answer_many([("who ?", [t]) for t in texts], 5), strict=True
    ):
        assert all(answer.span and answer.span.of(text) == answer.text for answer in answers)


def test_positions_counted_past_the_padding_are_not_used() -> None:
    size = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1}
    config = RobertaConfig(vocab_size=50, max_position_embeddings=66, **size)
    model = RobertaForQuestionAnswering(config)
    # Of 66 positions RoBERTa leaves 0 and 1 to padding.
    assert length_limit(model, train_tokenizer([CONTEXT], 300)) == 64


TEXTS = st.text(st.sampled_from([*"catsdogmfi ,.3é日🙂", "\n"]), min_size=1, max_size=90)


@given(
    contexts=st.lists(TEXTS, min_size=1, max_size=5), draw=st.randoms(), at_once=st.integers(1, 200)
)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_scores_hang_on_no_other_question_no_order_and_no_batch(
    reader: SpanReader,
    contexts: list[str],
    draw: random.Random,
    at_once: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    questions = [("who sat where ?", [context]) for context in contexts]
    order = draw.sample(range(len(questions)), len(questions))
    alone = [reader.answer(*question, top_k=2) for question in questions]
    with monkeypatch.context() as patched:
        patched.setitem(TOKENS_AT_ONCE, "cpu", at_once)
        together = reader.answer_many([questions[i] for i in order], top_k=3)
    for place, answers in zip(order, together, strict=True):
        expected = alone[place]
        assert [a.score for a in answers[:2]] == pytest.approx(
            [a.score for a in expected], abs=1e-5
        )


@given(contexts=st.lists(TEXTS, min_size=1, max_size=3), top_k=st.integers(1, 6))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_all_places_of_an_answer_hold_its_text(
    reader: SpanReader, contexts: list[str], top_k: int
) -> None:
    for answer in reader.answer("who sat where ?", contexts, top_k):
        if answer.span is None:
            assert answer.places == ()
            continue
        assert answer.places[0] == (answer.context_index, answer.span)
        assert len(set(answer.places)) == len(answer.places)
        assert all(span.of(contexts[index]) == answer.text for index, span in answer.places)


def test_an_answer_inside_another_word_is_no_place_of_it(reader: SpanReader) -> None:
    answers = reader.configured(max_answer_length=1).answer("who ?", ["cat", "cats, cat"], 10)
    (cat,) = [answer for answer in answers if answer.text == "cat"]
    assert set(cat.places) == {(0, Span(0, 3)), (1, Span(6, 9))}


def test_a_temperature_changes_scores_and_nothing_else(reader: SpanReader) -> None:
    cold = reader.configured(temperature=0.5).answer("who sat where ?", [CONTEXT], top_k=5)
    warm = reader.answer("who sat where ?", [CONTEXT], top_k=5)
    assert cold == [replace(a, score=b.score) for a, b in zip(warm, cold, strict=True)]
    # p(T) of one place is proportional to p(1) ** (1 / T).
    assert cold[0].score / cold[1].score == pytest.approx((warm[0].score / warm[1].score) ** 2)


def test_an_assessment_tells_the_gap_between_the_two_best_answers(reader: SpanReader) -> None:
    first, second = reader.answer("who sat where ?", [CONTEXT], top_k=2)
    (found,) = reader.assess_many([("who sat where ?", [CONTEXT])])
    assert (found.answer, found.best) == (first, first)
    assert found.gap == pytest.approx(first.score - second.score)
    assert found.raw_score == pytest.approx(first.score)


ANYTHING = st.text(max_size=60) | st.text(st.sampled_from("cat dog\r\n\u0301🙂é日"), max_size=60)


@given(contexts=st.lists(ANYTHING, min_size=1, max_size=2), question_text=ANYTHING)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_character_of_unicode_keeps_its_place(
    reader: SpanReader, contexts: list[str], question_text: str
) -> None:
    for answer in reader.answer(question_text, contexts, top_k=4):
        for index, span in answer.places:
            assert contexts[index][span.start : span.end] == answer.text != ""


@given(
    contexts=st.lists(TEXTS, min_size=1, max_size=3),
    few=st.integers(1, 4),
    more=st.integers(0, 200),
    threshold=st.none() | st.floats(0.0, 1.0),
    scale=st.floats(0.05, 3.0),
    offset=st.floats(-9.0, 9.0),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_asking_for_more_answers_changes_none_of_the_first(
    reader: SpanReader,
    contexts: list[str],
    few: int,
    more: int,
    threshold: float | None,
    scale: float,
    offset: float,
) -> None:
    asked = reader.configured(
        no_answer_threshold=threshold, no_answer_scale=scale, no_answer_offset=offset
    )
    long = asked.answer("who sat where ?", contexts, top_k=few + more)
    assert asked.answer("who sat where ?", contexts, top_k=few) == long[:few]
    spoken = [answer.score for answer in long if answer.text]
    assert spoken == sorted(spoken, reverse=True)


def turned_round(reader: SpanReader) -> Any:
    """The model with a head that prefers what the model likes least."""
    model = copy.deepcopy(reader.model)
    model.qa_outputs.weight.data *= -1.0
    return model


def test_what_a_draft_leaves_level_the_model_answers(reader: SpanReader) -> None:
    level = copy.deepcopy(reader.model)
    level.qa_outputs.weight.data *= 0.0
    drafted = SpanReader(reader.model, reader.tokenizer, CONFIG, draft=level)
    asked = ("who sat where ?", [CONTEXT], 3)
    assert drafted.answer(*asked) == reader.answer(*asked)


def test_where_a_draft_is_clear_the_model_does_not_read(reader: SpanReader) -> None:
    model = turned_round(reader)
    drafted = SpanReader(reader.model, reader.tokenizer, CONFIG, draft=model)
    asked = ("who sat where ?", [CONTEXT])
    assert drafted.answer(*asked) == SpanReader(model, reader.tokenizer, CONFIG).answer(*asked)
    assert drafted.answer(*asked) != reader.answer(*asked)


def test_a_draft_near_the_threshold_of_silence_is_read_again(reader: SpanReader) -> None:
    model = turned_round(reader)
    asked = ("who sat where ?", [CONTEXT])
    learnt = replace(CONFIG, no_answer_scale=0.4, no_answer_offset=0.5)
    (found,) = SpanReader(model, reader.tokenizer, learnt).assess_many([asked])
    assert found.no_answer is not None
    config = replace(learnt, no_answer_threshold=found.no_answer)
    drafted = SpanReader(reader.model, reader.tokenizer, config, draft=model)
    assert drafted.answer(*asked) == SpanReader(reader.model, reader.tokenizer, config).answer(
        *asked
    )


def test_of_a_long_text_only_the_windows_that_can_win_are_read_again(
    reader: SpanReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = copy.deepcopy(reader.model)
    drafted = SpanReader(reader.model, reader.tokenizer, CONFIG, draft=draft)
    ((_, search),) = reader.searches([("who sat where ?", [CONTEXT])])
    chance = search.lead() / 2  # less than any other place is behind
    monkeypatch.setattr(span_reader, "CLEAR_LEAD", math.inf)
    monkeypatch.setattr(span_reader, "ANY_CHANCE", chance)
    windows = len(SpanEncoder(reader.tokenizer, CONFIG).windows(CONTEXT))
    read: list[int] = []
    hook = reader.model.register_forward_pre_hook(
        lambda model, given, named: read.append(len(named["input_ids"])), with_kwargs=True
    )
    answers = drafted.answer("who sat where ?", [CONTEXT], 3)
    hook.remove()
    again = sum(read)
    assert 0 < again < windows
    assert again == len(search.windows_within(chance, silence=False))
    # The draft is the model's equal here, so what is mixed is one answer.
    assert answers == reader.answer("who sat where ?", [CONTEXT], 3)


def test_packed_weights_give_the_same_answers(reader: SpanReader) -> None:
    packed = SpanReader(reader.model, reader.tokenizer, CONFIG, packed=True)
    questions = [("who sat where ?", [CONTEXT]), ("who ?", ["cat mat", "dog 🙂"])]
    for ours, theirs in zip(
        packed.answer_many(questions, 5), reader.answer_many(questions, 5), strict=True
    ):
        assert [replace(a, score=0.0) for a in ours] == [replace(a, score=0.0) for a in theirs]
        assert [a.score for a in ours] == pytest.approx([a.score for a in theirs], abs=1e-5)


def test_a_packed_reader_configured_otherwise_is_packed_too(reader: SpanReader) -> None:
    packed = SpanReader(reader.model, reader.tokenizer, CONFIG, packed=True)
    short = packed.configured(max_answer_length=1)
    assert short.config.max_answer_length == 1
    assert packed.config.max_answer_length == CONFIG.max_answer_length
    assert short._forward is packed._forward


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("bias", [True, False])
def test_a_packed_layer_computes_what_the_layer_does(dtype: torch.dtype, bias: bool) -> None:
    layer = torch.nn.Linear(24, 40, bias=bias).to(dtype)
    values = torch.randn(3, 5, 24).to(dtype)
    with torch.inference_mode():
        expected = layer(values)
        found = PackedLinear(layer)(values)
    assert found.dtype == dtype
    assert torch.allclose(
        found.float(), expected.float(), atol=1e-5 if dtype.itemsize == 4 else 0.02
    )


def test_packing_copies_no_weight_that_the_model_has(reader: SpanReader) -> None:
    own = {each.data_ptr() for each in reader.model.parameters()}
    assert {each.data_ptr() for each in packed_copy(reader.model).parameters()} == own


def test_a_model_that_cannot_be_packed_is_refused(reader: SpanReader) -> None:
    with pytest.raises(InvalidInput, match="float16 on cpu"):
        packed_copy(copy.deepcopy(reader.model).half())
