"""Settings for other tasks than question answering, with the names that the field's notebooks use.

Each template is one class method of ``FeedbackDataset``. All take, by name, ``guidelines`` in place
of the template's own, ``metadata_properties`` and ``vectors_settings``.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Self, TypedDict, Unpack

from goldspan.domain.field import TextField
from goldspan.domain.metadata import MetadataProperty
from goldspan.domain.question import (
    LabelQuestion,
    MultiLabelQuestion,
    Question,
    RankingQuestion,
    RatingQuestion,
    TextQuestion,
)
from goldspan.domain.schema import VectorSettings
from goldspan.errors import InvalidSettings
from goldspan.sdk.templates import Parts, candidate_fields, prompt_fields

Properties = Sequence[MetadataProperty] | None
VectorKinds = Sequence[VectorSettings] | None
ENTAILMENT = ("entailment", "neutral", "contradiction")
CLASSIFY = "give each one label."
CLASSIFY_SEVERAL = "give each one or more labels."


class Common(TypedDict, total=False):
    """What every template takes.

    Args:
        guidelines: in place of the template's.
        metadata_properties: the metadata that can be filtered and sorted by.
        vectors_settings: the vectors that records may carry.
    """

    guidelines: str | None
    metadata_properties: Properties
    vectors_settings: VectorKinds


class TaskTemplates:
    """The templates, for a class that makes a dataset of fields, questions and guidelines."""

    @classmethod
    @abstractmethod
    def _from_parts(
        cls,
        parts: Parts,
        guidelines: str | None = None,
        metadata_properties: Properties = None,
        vectors_settings: VectorKinds = None,
    ) -> Self:
        """Return a dataset."""

    @classmethod
    def for_text_classification(
        cls,
        labels: Sequence[str],
        multi_label: bool = False,
        use_markdown: bool = False,
        **common: Unpack[Common],
    ) -> Self:
        """Return a dataset with the field ``text`` and the question ``label``: one, or several."""
        guidelines = f"Classify the texts: {CLASSIFY_SEVERAL if multi_label else CLASSIFY}"
        parts = _texts(use_markdown, "text"), _labels(labels, multi_label), guidelines
        return cls._from_parts(parts, **common)

    @classmethod
    def for_summarization(cls, use_markdown: bool = False, **common: Unpack[Common]) -> Self:
        """Return a dataset with the field ``text`` and the question ``summary``, a text."""
        guidelines = "Summarise each text in your own words, without leaving out what matters."
        asked = _written("summary", "Write a summary of the text.", use_markdown)
        return cls._from_parts((_texts(use_markdown, "text"), asked, guidelines), **common)

    @classmethod
    def for_translation(cls, use_markdown: bool = False, **common: Unpack[Common]) -> Self:
        """Return a dataset with the field ``source`` and the question ``target``, a text."""
        guidelines = "Translate each text faithfully into the target language."
        asked = _written("target", "Translate the text.", use_markdown)
        return cls._from_parts((_texts(use_markdown, "source"), asked, guidelines), **common)

    @classmethod
    def for_sentence_similarity(
        cls, rating_scale: int = 7, use_markdown: bool = False, **common: Unpack[Common]
    ) -> Self:
        """Return a dataset with ``sentence-1``, ``sentence-2`` and the rating ``similarity``."""
        shown = _texts(use_markdown, "sentence-1", "sentence-2")
        asked = _rating("similarity", rating_scale, "How similar are the two sentences?")
        guidelines = "Rate how similar the two sentences are in what they say."
        return cls._from_parts((shown, asked, guidelines), **common)

    @classmethod
    def for_natural_language_inference(
        cls,
        labels: Sequence[str] | None = None,
        use_markdown: bool = False,
        **common: Unpack[Common],
    ) -> Self:
        """Return a dataset with ``premise``, ``hypothesis`` and the question ``label``.

        The labels are entailment, neutral and contradiction unless others are given.
        """
        shown = _texts(use_markdown, "premise", "hypothesis")
        guidelines = "Say whether the hypothesis follows from the premise."
        parts = shown, _labels(labels or ENTAILMENT, multi_label=False), guidelines
        return cls._from_parts(parts, **common)

    @classmethod
    def for_preference_modeling(
        cls,
        number_of_responses: int = 2,
        context: bool = False,
        use_markdown: bool = False,
        **common: Unpack[Common],
    ) -> Self:
        """Return a dataset with ``prompt``, ``response1`` to ``responseN`` and a ``preference``.

        Raises:
            InvalidSettings: for fewer than two responses.
        """
        candidates = candidate_fields(number_of_responses, use_markdown)
        asked = RankingQuestion(
            "preference",
            {one.name: one.title for one in candidates},
            title="Order responses based on your preference",
            description=f"1 = Best, {number_of_responses} = Worst. Ties are allowed.",
        )
        shown = [*prompt_fields(context, use_markdown), *candidates]
        guidelines = "Rank the responses to each prompt, the best first."
        return cls._from_parts((shown, [asked], guidelines), **common)

    @classmethod
    def for_proximal_policy_optimization(
        cls,
        rating_scale: int = 7,
        context: bool = False,
        use_markdown: bool = False,
        **common: Unpack[Common],
    ) -> Self:
        """Return a dataset with the field ``prompt`` and a rating of the same name."""
        asked = _rating("prompt", rating_scale, "How good is the prompt?")
        guidelines = "Rate how well each prompt serves to learn from."
        return cls._from_parts((prompt_fields(context, use_markdown), asked, guidelines), **common)

    @classmethod
    def for_retrieval_augmented_generation(
        cls,
        number_of_retrievals: int = 1,
        rating_scale: int = 7,
        use_markdown: bool = False,
        **common: Unpack[Common],
    ) -> Self:
        """Return a dataset with a query, documents, a rating of each and a response.

        Fields ``query`` and ``retrieved_document_1`` to ``_N``, questions
        ``rating_retrieved_document_1`` to ``_N`` and ``response``; only the first document and
        its rating are required.

        Raises:
            InvalidSettings: for fewer than one document.
        """
        if number_of_retrievals < 1:
            raise InvalidSettings(
                f"a dataset of retrievals needs number_of_retrievals >= 1, "
                f"found {number_of_retrievals!r}"
            )
        numbers = range(1, number_of_retrievals + 1)
        documents = [
            TextField(
                f"retrieved_document_{n}",
                title=f"Retrieved Document {n}",
                required=n == 1,
                use_markdown=use_markdown,
            )
            for n in numbers
        ]
        ratings: list[Question] = [
            RatingQuestion(
                f"rating_retrieved_document_{n}",
                tuple(range(1, rating_scale + 1)),
                title=f"Rate the relevance of the Retrieved Document {n} for the query",
                description="Rate the relevance of the retrieved document.",
                required=n == 1,
            )
            for n in numbers
        ]
        response = TextQuestion(
            "response",
            title="Write a helpful, harmless, accurate response to the query.",
            description="Write the response to the query.",
            required=False,
            use_markdown=use_markdown,
        )
        shown = [*_texts(use_markdown, "query"), *documents]
        guidelines = "Rate how much each document helps to answer the query, and write the answer."
        return cls._from_parts((shown, [*ratings, response], guidelines), **common)

    @classmethod
    def for_multi_modal_classification(
        cls, labels: Sequence[str], multi_label: bool = False, **common: Unpack[Common]
    ) -> Self:
        """Return a dataset with the field ``content``, in markdown, and the question ``label``."""
        how = CLASSIFY_SEVERAL if multi_label else CLASSIFY
        guidelines = f"Classify the images, sounds or films: {how}"
        parts = _texts(True, "content"), _labels(labels, multi_label), guidelines
        return cls._from_parts(parts, **common)

    @classmethod
    def for_multi_modal_transcription(cls, **common: Unpack[Common]) -> Self:
        """Return a dataset with ``content``, in markdown, and the question ``description``."""
        guidelines = "Describe each image, sound or film, with what can be told apart in it."
        asked = _written("description", "Describe what is shown or said.", use_markdown=True)
        return cls._from_parts((_texts(True, "content"), asked, guidelines), **common)


def _texts(use_markdown: bool, *names: str) -> list[TextField]:
    return [TextField(name, use_markdown=use_markdown) for name in names]


def _labels(labels: Sequence[str], multi_label: bool) -> list[Question]:
    if multi_label:
        return [MultiLabelQuestion("label", list(labels), description="Choose what applies.")]
    return [LabelQuestion("label", list(labels), description="Choose one of the labels.")]


def _written(name: str, description: str, use_markdown: bool) -> list[Question]:
    return [TextQuestion(name, description=description, use_markdown=use_markdown)]


def _rating(name: str, scale: int, description: str) -> list[Question]:
    return [RatingQuestion(name, tuple(range(1, scale + 1)), description=description)]
