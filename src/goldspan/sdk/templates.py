"""Settings for the tasks of question answering: what annotators see and are asked.

Every template is made of plain fields and questions, so that any client can read it.
"""

from __future__ import annotations

from goldspan.domain.collect import ACCEPTABLE, CORRECTION, NO_ANSWER, NONE_ACCEPTABLE
from goldspan.domain.field import TextField
from goldspan.domain.question import (
    LabelQuestion,
    Question,
    RankingQuestion,
    RatingQuestion,
    SpanQuestion,
    TextQuestion,
)
from goldspan.errors import InvalidSettings

ANSWER = "answer"
PREFERENCE = "preference"
STRENGTH = "strength"
RATIONALE = "rationale"
SPAN_LABEL = "answer"

Parts = tuple[list[TextField], list[Question], str]


def question_answering(use_markdown: bool, extractive: bool) -> Parts:
    """Return fields, questions and guidelines for answering questions about passages.

    In the extractive form one span is the answer, several are alternative ones, and an empty
    list says that the passage holds none.
    """
    fields = [
        TextField("question", use_markdown=use_markdown),
        TextField("context", use_markdown=use_markdown),
    ]
    if extractive:
        return (
            fields,
            [span_question(ANSWER, "Mark the answer, or say that the passage has none.")],
            "Mark the shortest piece of the context that answers the question. If several pieces "
            'do, mark each. If none does, choose "Not answerable".',
        )
    description = "Answer the question with words that stand in the context, exactly as there."
    return (
        fields,
        [TextQuestion(ANSWER, description=description, use_markdown=use_markdown)],
        "Answer the question from the context alone, with the shortest piece of it that answers. "
        f"If the context does not hold the answer, write {NO_ANSWER!r}.",
    )


def supervised_fine_tuning(context: bool, use_markdown: bool) -> Parts:
    """Return fields, questions and guidelines for writing responses to prompts."""
    description = "Write the response that the prompt deserves."
    return (
        prompt_fields(context, use_markdown),
        [TextQuestion("response", description=description, use_markdown=use_markdown)],
        "Write a correct, complete and short response to the prompt"
        + (", using the context where there is one." if context else "."),
    )


def direct_preference_optimization(
    number_of_responses: int,
    context: bool,
    use_markdown: bool,
    judgement: bool,
    extractive: bool,
) -> Parts:
    """Return fields, questions and guidelines for ranking candidates.

    Args:
        number_of_responses: candidates of a record, at least 2; only the first is required.
        context: whether records show the passage.
        use_markdown: whether the page renders the texts.
        judgement: whether to ask the companion questions too, none of them required:
            whether any candidate is acceptable, a correction, how strong the preference is, why.
        extractive: whether the correction is marked in the context instead of written.

    Raises:
        InvalidSettings: for fewer than two candidates, or a marked correction without context.
    """
    candidates = candidate_fields(number_of_responses, use_markdown)
    if extractive and not (judgement and context):
        raise InvalidSettings(
            "extractive=True asks for a correction marked in the context: "
            "it needs judgement=True and context=True"
        )
    titles = {one.name: one.title for one in candidates}
    description = "Rank the responses, 1 for the best. Equal ranks are allowed."
    questions: list[Question] = [RankingQuestion(PREFERENCE, titles, description=description)]
    if judgement:
        questions += _companions(extractive, use_markdown)
    return (
        [*prompt_fields(context, use_markdown), *candidates],
        questions,
        "Compare the responses to the prompt and rank them; give equal ranks to equally good "
        "ones. Judge what they say, not how long they are.",
    )


def prompt_fields(context: bool, use_markdown: bool) -> list[TextField]:
    """Return the field ``prompt``, and ``context`` if it may be shown."""
    fields = [TextField("prompt", use_markdown=use_markdown)]
    if context:
        fields.append(TextField("context", required=False, use_markdown=use_markdown))
    return fields


def candidate_fields(number: int, use_markdown: bool) -> list[TextField]:
    """Return the fields ``response1`` to ``responseN``, of which only the first is required.

    Raises:
        InvalidSettings: for fewer than two.
    """
    if number < 2:
        raise InvalidSettings(f"a preference needs number_of_responses >= 2, found {number!r}")
    return [
        TextField(f"response{n}", title=f"Response {n}", required=n == 1, use_markdown=use_markdown)
        for n in range(1, number + 1)
    ]


def _companions(extractive: bool, use_markdown: bool) -> list[Question]:
    options = {"some": "At least one is acceptable", NONE_ACCEPTABLE: "None is acceptable"}
    marked = "Mark a better answer than all of the responses, if there is one."
    written = "Write a better answer than all of the responses, if there is one."
    correction: Question
    if extractive:
        correction = span_question(CORRECTION, marked, required=False)
    else:
        correction = TextQuestion(
            CORRECTION, description=written, required=False, use_markdown=use_markdown
        )
    return [
        LabelQuestion(ACCEPTABLE, options, required=False),
        correction,
        RatingQuestion(
            STRENGTH,
            values=(1, 2, 3),
            description="How clear is the difference? 1: hardly, 3: plain.",
            required=False,
        ),
        TextQuestion(RATIONALE, description="Why?", required=False),
    ]


def span_question(name: str, description: str, required: bool = True) -> SpanQuestion:
    """Return a question that marks answers in the field ``context``."""
    return SpanQuestion(
        name,
        field="context",
        labels={SPAN_LABEL: "Answer"},
        description=description,
        required=required,
        allow_overlapping=True,
    )
