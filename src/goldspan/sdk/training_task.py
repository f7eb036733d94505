"""What a training run is to learn, and what a formatting function may return for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, ClassVar, NamedTuple, TypedDict

from goldspan.domain.field import Field
from goldspan.domain.question import Question
from goldspan.errors import InvalidInput
from goldspan.sdk.other_tasks import (
    ChatCompletionTask,
    PromptsTask,
    SentenceSimilarityTask,
    TextClassificationTask,
    sentence_similarity,
    text_classification,
)
from goldspan.sdk.task import FormattingFunc, Task, required_callable, texts_of


class Triplet(NamedTuple):
    """A question about a context and its answer; "" says "not answerable from this context"."""

    question: str
    context: str
    answer: str


class Text(NamedTuple):
    """A whole training text, from the first token to the answer's last."""

    text: str


class PromptCompletion(NamedTuple):
    """A prompt and what should follow it; the loss covers the completion alone."""

    prompt: str
    completion: str


class Preference(NamedTuple):
    """Two completions of one prompt, the preferred one first."""

    prompt: str
    chosen: str
    rejected: str


Example = Triplet | Text | PromptCompletion | Preference


class TripletDict(TypedDict):
    """A ``Triplet`` as a mapping."""

    question: str
    context: str
    answer: str


class PromptCompletionDict(TypedDict):
    """A ``PromptCompletion`` as a mapping."""

    prompt: str
    completion: str


class PreferenceDict(TypedDict):
    """A ``Preference`` as a mapping."""

    prompt: str
    chosen: str
    rejected: str


_Row = dict[str, Any]
_Triplet = tuple[str, str, str] | TripletDict
_Text = str | PromptCompletionDict
_Preference = tuple[str, str, str] | PreferenceDict
QuestionAnsweringFunc = Callable[[_Row], _Triplet | Iterable[_Triplet] | None]
SupervisedFineTuningFunc = Callable[[_Row], _Text | Iterable[_Text] | None]
PreferenceFunc = Callable[[_Row], _Preference | Iterable[_Preference] | None]
RewardFunc = Callable[[_Row], tuple[str, str] | Iterable[tuple[str, str]] | None]


@dataclass(frozen=True, slots=True)
class TrainingTask(Task):
    """What to learn; made by one of the ``for_…`` constructors.

    Args:
        question: the column with what a user asks; found by its usual names if None.
        context: the column with the passage; ``context`` if None.
        answer: the column with the answer or the annotators' responses; found if None.
    """

    question: str | None = None
    context: str | None = None
    answer: str | None = None

    @staticmethod
    def for_question_answering(
        formatting_func: QuestionAnsweringFunc | None = None,
        question: str | None = None,
        context: str | None = None,
        answer: str | None = None,
    ) -> QuestionAnsweringTask:
        """Learn answers to questions about contexts, with either reader.

        Args:
            formatting_func: returns (question, context, answer), or a dict of these; without it
                every submitted response of the annotators is a gold answer.
            question: name of the column with what a user asks.
            context: name of the column with the passage.
            answer: name of the question that the annotators answered, or of the field that
                holds the answer.
        """
        return QuestionAnsweringTask(required_callable(formatting_func), question, context, answer)

    @staticmethod
    def for_supervised_fine_tuning(
        formatting_func: SupervisedFineTuningFunc,
    ) -> SupervisedFineTuningTask:
        """Learn texts, with the generative reader.

        Args:
            formatting_func: returns a text, or ``{"prompt": …, "completion": …}``. A text that
                turns out to be a fixed template over question, context and answer becomes the
                model's template, and the loss then covers the answer only.
        """
        if formatting_func is None:
            raise InvalidInput(
                "for_supervised_fine_tuning needs a formatting_func; to learn from the "
                "annotators' responses without one, use TrainingTask.for_question_answering()"
            )
        return SupervisedFineTuningTask(required_callable(formatting_func))

    @staticmethod
    def for_direct_preference_optimization(
        formatting_func: PreferenceFunc | None = None,
        ties: bool = False,
    ) -> PreferenceTask:
        """Learn which of two answers people prefer, with either reader.

        Args:
            formatting_func: returns (prompt, chosen, rejected), or a dict of these; without it
                the pairs are the annotators' submitted choices.
            ties: whether pairs that people found equally good are made, too. Only a generative
                reader trained with ``ties="davidson"`` or ``"rao_kupper"`` learns from them.
        """
        return PreferenceTask(required_callable(formatting_func), ties=ties)

    @staticmethod
    def for_reward_modeling(formatting_func: RewardFunc | None = None) -> RewardTask:
        """Learn to score answers as people would, with the generative reader's model.

        Args:
            formatting_func: returns (chosen, rejected), two whole texts whose common beginning is
                the prompt; without it the pairs are the annotators' submitted choices.
        """
        given = required_callable(formatting_func)
        return RewardTask(None if given is None else _with_prompts(given))

    # Of other trainers: prepare_for_training makes their rows.

    @staticmethod
    def for_text_classification(
        formatting_func: FormattingFunc | None = None,
        text: Field | str | None = None,
        label: Question | str | None = None,
        label_strategy: str | None = None,
    ) -> TextClassificationTask:
        """Prepare texts and their labels for another trainer.

        Args:
            formatting_func: returns (text, label), the label a text, a number or a list of texts.
            text: the field with the text, where there is no function.
            label: the question that people answered, where there is no function.
            label_strategy: unifies their answers; the majority's if not given.
        """
        return text_classification(formatting_func, text, label, label_strategy)

    @staticmethod
    def for_sentence_similarity(
        texts: Iterable[Field | str] | None = None,
        label: Question | str | None = None,
        formatting_func: FormattingFunc | None = None,
        label_strategy: str | None = None,
    ) -> SentenceSimilarityTask:
        """Prepare pairs or triples of sentences for another trainer.

        Args:
            texts: the two or three fields with the sentences, where there is no function.
            label: the question that people answered; left out, the rows have no label.
            formatting_func: returns a dict of ``sentence-1``, ``sentence-2``, perhaps
                ``sentence-3``, perhaps ``label``.
            label_strategy: unifies their answers; the majority's if not given.
        """
        return sentence_similarity(texts, label, formatting_func, label_strategy)

    @staticmethod
    def for_chat_completion(formatting_func: FormattingFunc) -> ChatCompletionTask:
        """Prepare conversations for another trainer, in the form that OpenAI's and TRL's take.

        Args:
            formatting_func: returns (chat_id, turn_id, role, content) for every turn.
        """
        return ChatCompletionTask(_needed("for_chat_completion", formatting_func))

    @staticmethod
    def for_proximal_policy_optimization(formatting_func: FormattingFunc) -> PromptsTask:
        """Prepare prompts for another trainer.

        Args:
            formatting_func: returns a prompt.
        """
        return PromptsTask(_needed("for_proximal_policy_optimization", formatting_func))


class QuestionAnsweringTask(TrainingTask):
    """Answers to questions about contexts."""

    __slots__ = ()
    name = "for_question_answering"
    expected = "(question, context, answer)"

    def _example(self, value: Any, where: str) -> Example:
        texts = texts_of(value, Triplet._fields)
        if texts is None:
            raise self.refusal(value, where)
        return Triplet(*texts)


class SupervisedFineTuningTask(TrainingTask):
    """Texts."""

    __slots__ = ()
    name = "for_supervised_fine_tuning"
    expected = "a str or {'prompt': str, 'completion': str}"

    def _example(self, value: Any, where: str) -> Example:
        if isinstance(value, str):
            return Text(value)
        texts = texts_of(value, PromptCompletion._fields) if isinstance(value, Mapping) else None
        if texts is None:
            raise self.refusal(value, where)
        return PromptCompletion(*texts)


@dataclass(frozen=True, slots=True)
class PreferenceTask(TrainingTask):
    """Pairs of answers, the preferred one first.

    Args:
        ties: whether pairs that people found equally good are made, too.
    """

    ties: bool = False
    name: ClassVar[str] = "for_direct_preference_optimization"
    expected: ClassVar[str] = "(prompt, chosen, rejected)"

    def _example(self, value: Any, where: str) -> Example:
        texts = texts_of(value, Preference._fields)
        if texts is None:
            raise self.refusal(value, where)
        return Preference(*texts)


class RewardTask(PreferenceTask):
    """Pairs of answers, from which a model learns to score one."""

    __slots__ = ()
    name = "for_reward_modeling"
    expected = "(chosen, rejected)"


def _with_prompts(formatting_func: FormattingFunc) -> FormattingFunc:
    """Return a function whose pairs have the prompt apart that their texts begin with alike."""

    def with_prompts(row: _Row) -> Any:
        result = formatting_func(row)
        if isinstance(result, list | Iterator):
            return [_with_prompt(one) for one in result]
        return _with_prompt(result)

    return with_prompts


def _with_prompt(value: Any) -> Any:
    texts = texts_of(value, ("chosen", "rejected"))
    if texts is None:
        return value
    pairs = zip(*texts, strict=False)
    alike = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    # Back to the last space: words are not cut, and an answer that begins the other one stays.
    spaces = [at for at, sign in enumerate(alike) if sign.isspace()]
    prompt = alike[: spaces[-1] if spaces else 0].rstrip()
    return prompt, *(text[len(prompt) :] for text in texts)


def _needed(name: str, formatting_func: FormattingFunc | None) -> FormattingFunc:
    if formatting_func is None:
        raise InvalidInput(f"TrainingTask.{name} needs a formatting_func")
    required_callable(formatting_func)
    return formatting_func
