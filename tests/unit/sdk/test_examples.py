"""Training examples worked by hand from small local datasets."""

from typing import Any

import pytest

from goldspan.domain.demonstration import Answer
from goldspan.domain.question import Question, RankingQuestion, TextQuestion
from goldspan.domain.span import Span
from goldspan.errors import InvalidInput
from goldspan.sdk.examples import read_examples
from goldspan.sdk.records import FeedbackRecord
from goldspan.sdk.training_data import TrainingData
from goldspan.sdk.training_task import TrainingTask

CONTEXT = "The mill was built in 1790."
ANSWER: list[Question] = [TextQuestion("answer")]
PREFERENCE: list[Question] = [RankingQuestion("preference", values=["response1", "response2"])]
SEEDS_TEMPLATE = "### Question: {question}\n\n### Context: {context}\n\n### Answer: {answer}"


def answered(text: str, **more: Any) -> FeedbackRecord:
    response = {"user_id": "u1", "values": {"answer": {"value": text}}}
    return FeedbackRecord({"question": "When?", "context": CONTEXT}, [response], **more)


def with_answer_field(text: str, question: str = "When?") -> FeedbackRecord:
    return FeedbackRecord({"question": question, "context": CONTEXT, "answer": text})


def judged(*order: str, **fields: str) -> FeedbackRecord:
    value = [{"value": name, "rank": rank} for rank, name in enumerate(order, start=1)]
    responses = [{"user_id": "u1", "values": {"preference": {"value": value}}}] if order else []
    texts = {"response1": "1790", "response2": "1791", **fields}
    return FeedbackRecord({"prompt": "When?", "context": CONTEXT, **texts}, responses)


def fine_tuned(function: Any, *records: FeedbackRecord) -> TrainingData:
    return read_examples(records, ANSWER, TrainingTask.for_supervised_fine_tuning(function))


def preferred(function: Any, *records: FeedbackRecord) -> TrainingData:
    task = TrainingTask.for_direct_preference_optimization(function)
    return read_examples(records, PREFERENCE, task)


def test_submitted_responses_are_the_gold_answers() -> None:
    records = [answered("1790", external_id="q1"), FeedbackRecord(answered("").fields)]
    data = read_examples(records, ANSWER, TrainingTask.for_question_answering())
    (demonstration,) = data.demonstrations
    assert demonstration.id == "q1"
    assert demonstration.answers == (Answer("1790", Span(22, 26)),)
    assert data.dropped == {"records without a submitted answer": 1}


def test_an_answer_in_a_field_of_that_name_is_used() -> None:
    data = read_examples([with_answer_field("1790")], ANSWER, TrainingTask.for_question_answering())
    assert data.demonstrations[0].gold_texts == ("1790",)


def test_triplets_of_a_formatting_function_are_located() -> None:
    task = TrainingTask.for_question_answering(
        lambda row: [("When?", row["context"], "1790"), ("Who?", row["context"], "")]
    )
    data = read_examples([answered("x", external_id="q1")], ANSWER, task)
    assert [one.id for one in data.demonstrations] == ["q1#1", "q1#2"]
    assert [one.answerable for one in data.demonstrations] == [True, False]


def test_a_column_that_the_task_names_must_exist() -> None:
    task = TrainingTask.for_question_answering(question="ask")
    with pytest.raises(InvalidInput, match="reads column 'ask', found the columns"):
        read_examples([answered("1790")], ANSWER, task)


def test_a_fixed_template_over_answer_fields_is_recognised() -> None:
    data = fine_tuned(
        lambda row: SEEDS_TEMPLATE.format(**{k: row[k] for k in ("question", "context", "answer")}),
        with_answer_field("1790"),
        with_answer_field("a mill", question="What was built?"),
    )
    assert data.template is not None
    assert (
        data.template.prompt == "### Question: {question}\n\n### Context: {context}\n\n### Answer:"
    )
    assert data.template.completion == " {answer}"
    assert [one.gold_texts for one in data.demonstrations] == [("1790",), ("a mill",)]
    assert data.texts == ()


def test_a_fixed_template_over_responses_is_recognised() -> None:
    data = fine_tuned(
        lambda row: f"{row['context']}\n{row['question']} {row['answer'][0]['value']}",
        answered("1790"),
    )
    assert data.template is not None
    assert data.template.prompt == "{context}\n{question}"
    assert data.demonstrations[0].gold_texts == ("1790",)


def test_a_function_with_logic_gives_whole_texts_and_says_so() -> None:
    data = fine_tuned(
        lambda row: f"{row['question'].upper()} {row['context']} {row['answer']}",
        with_answer_field("1790"),
    )
    assert data.template is None
    assert [row.text for row in data.texts] == [f"WHEN? {CONTEXT} 1790"]
    assert data.notes[0].startswith("the loss covers every token, not the answer alone: column")


def test_logic_that_shows_in_a_later_row_alone_is_found() -> None:
    data = fine_tuned(
        lambda row: (
            f"{row['question']} {row['context']} {row['answer']}"
            + ("!" if row["question"] == "Who?" else "")
        ),
        with_answer_field("1790"),
        with_answer_field("Ann", question="Who?"),
    )
    assert data.template is None
    assert len(data.texts) == 2


def test_the_functions_own_cut_between_prompt_and_completion_is_kept() -> None:
    data = fine_tuned(
        lambda row: {
            "prompt": f"{row['context']} {row['question']}",
            "completion": f" It is {row['answer']}.",
        },
        with_answer_field("1790"),
    )
    assert data.template is not None
    assert data.template.prompt == "{context} {question}"
    assert data.template.completion == " It is {answer}."


def test_prompts_with_logic_take_the_place_of_the_question() -> None:
    data = fine_tuned(
        lambda row: {"prompt": row["question"].upper() + " ", "completion": row["answer"]},
        with_answer_field("1790"),
        with_answer_field(" "),
    )
    assert data.template is not None
    assert (data.template.prompt, data.template.completion) == ("{question}", " {answer}")
    assert [one.question_text for one in data.demonstrations] == ["WHEN?"]
    assert data.dropped == {"empty texts": 1}


def test_a_record_may_be_left_out() -> None:
    data = fine_tuned(
        lambda row: None if row["answer"] == "" else f"{row['question']} {row['answer']}",
        with_answer_field("1790"),
        with_answer_field(""),
    )
    assert len(data) == 1
    assert data.dropped == {"records left out by the formatting function": 1}


def test_an_error_in_the_function_names_the_record() -> None:
    with pytest.raises(KeyError) as caught:
        fine_tuned(lambda row: row["titel"], answered("1790", external_id="q1"))
    assert caught.value.__notes__ == ["The formatting function was called with record 'q1'."]


def test_without_a_function_the_pairs_are_the_annotators_choices() -> None:
    data = preferred(None, judged("response2", "response1"), judged())
    assert [(pair.chosen.text, pair.rejected.text) for pair in data.pairs] == [("1791", "1790")]
    assert data.dropped == {"records without a decided preference": 1}
    assert data.warnings == ()


def test_preferences_need_a_ranking_question() -> None:
    task = TrainingTask.for_direct_preference_optimization()
    with pytest.raises(InvalidInput, match=r"ranking question .* found the questions \['answer'\]"):
        read_examples([answered("1790")], ANSWER, task)


def test_a_function_that_ignores_the_choices_is_warned_about() -> None:
    data = preferred(
        lambda row: (f"Q: {row['prompt']} C: {row['context']}", row["response1"], row["response2"]),
        judged("response2", "response1"),
        judged(),
    )
    assert [pair.chosen.text for pair in data.pairs] == ["1790", "1790"]
    (warning,) = data.warnings
    assert "does not read the annotators' choices" in warning
    assert "1 of 2 records hold a submitted choice" in warning


def test_a_function_that_reads_the_choices_is_not_warned_about() -> None:
    def best_first(row: dict[str, Any]) -> tuple[str, str, str] | None:
        if not row["preference"]:
            return None
        order = sorted(row["preference"][0]["value"], key=lambda item: int(item["rank"]))
        return (row["prompt"], row[order[0]["value"]], row[order[1]["value"]])

    data = preferred(best_first, judged("response2", "response1"))
    assert data.pairs[0].chosen.text == "1791"
    assert data.warnings == ()


def test_a_fixed_preference_prompt_becomes_the_template() -> None:
    data = preferred(
        lambda row: (f"Q: {row['prompt']} C: {row['context']}", row["response1"], row["response2"]),
        judged(),
    )
    assert data.template is not None
    assert data.template.prompt == "Q: {question} C: {context}"
    assert data.pairs[0].question_text == "When?"
    assert data.pairs[0].chosen == Answer("1790", Span(22, 26))


def test_a_preference_prompt_with_logic_takes_the_place_of_the_question() -> None:
    data = preferred(
        lambda row: (row["prompt"].upper(), row["response1"], row["response2"]), judged()
    )
    assert data.template is not None
    assert data.template.prompt == "{question}"
    assert (data.pairs[0].question_text, data.pairs[0].context) == ("WHEN?", "")


def test_empty_and_equal_answers_make_no_pair() -> None:
    data = preferred(
        lambda row: (row["prompt"], row["response1"], row["response2"]),
        judged(response2=" "),
        judged(response2="1790"),
        judged(),
    )
    assert len(data.pairs) == 1
    assert data.dropped == {
        "pairs with an empty answer": 1,
        "pairs whose two answers are the same": 1,
    }


def test_what_was_chosen_and_never_rejected_is_gold() -> None:
    data = preferred(
        lambda row: [("p", "1790", "1791"), ("p", "1790", "mill"), ("p", "1791", "mill")], judged()
    )
    (gold,) = data.gold()
    assert gold.gold_texts == ("1790",)


def test_choices_that_go_round_in_a_circle_have_no_gold() -> None:
    data = preferred(
        lambda row: [("p", "1790", "1791"), ("p", "1791", "mill"), ("p", "mill", "1790")], judged()
    )
    assert data.gold() == []
