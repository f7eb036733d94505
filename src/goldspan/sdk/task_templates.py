"""Settings for other tasks than question answering, with the names that the field's notebooks use.

Each template is one class method of ``FeedbackDataset``; guidelines that are given replace the
template's own.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Self

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
from goldspan.sdk.templates import Parts

Properties = Sequence[MetadataProperty] | None
VectorKinds = Sequence[VectorSettings] | None
ENTAILMENT = ("entailment", "neutral", "contradiction")


class TaskTemplates:
    """The templates, for a class that makes a dataset of fields, questions and guidelines."""

    @classmethod
    @abstractmethod
    def _from_parts(
        cls,
        parts: Parts,
        guidelines: str | None,
        metadata_properties: Properties,
        vectors_settings: VectorKinds,
    ) -> Self:
        """Return a dataset."""

    @classmethod
    def for_text_classification(
        cls,
        labels: Sequence[str],
        multi_label: bool = False,
        use_markdown: bool = False,
        guidelines: str | None = None,
        metadata_properties: Properties = None,
        vectors_settings: VectorKinds = None,
    ) -> Self:
        """Return a dataset with the field ``text`` and the question ``label``: one, or several."""
        parts: Parts = (
            [TextField("text", use_markdown=use_markdown)],
            [_label_question(labels, multi_label)],
            f"Classify the texts: give each {_how_many(multi_label)}.",
        )
        return cls._from_parts(parts, guidelines, metadata_properties, vectors_settings)

    @classmethod
    def for_summarization(
        cls,
        use_markdown: bool = False,
        guidelines: str | None = None,
        metadata_properties: Properties = None,
        vectors_settings: VectorKinds = None,
    ) -> Self:
        """Return a dataset with the field ``text`` and the question ``summary``, a text."""
        parts: Parts = (
            [TextField("text", use_markdown=use_markdown)],
            [_text_question("summary", "Write a summary of the text.", use_markdown)],
            "Summarise each text in your own words, without leaving out what matters.",
        )
        return cls._from_parts(parts, guidelines, metadata_properties, vectors_settings)

    @classmethod
    def for_translation(
        cls,
        use_markdown: bool = False,
        guidelines: str | None = None,
        metadata_properties: Properties = None,
        vectors_settings: VectorKinds = None,
    ) -> Self:
        """Return a dataset with the field ``source`` and the question ``target``, a text."""
        parts: Parts = (
            [TextField("source", use_markdown=use_markdown)],
            [_text_question("target", "Translate the text.", use_markdown)],
            "Translate each text faithfully into the target language.",
        )
        return cls._from_parts(parts, guidelines, metadata_properties, vectors_settings)

    @classmethod
    def for_sentence_similarity(
        cls,
        rating_scale: int = 7,
        use_markdown: bool = False,
        guidelines: str | None = None,
        metadata_properties: Properties = None,
        vectors_settings: VectorKinds = None,
    ) -> Self:
        """Return a dataset with ``sentence-1``, ``sentence-2`` and the rating ``similarity``."""
        parts: Parts = (
            [TextField(f"sentence-{n}", use_markdown=use_markdown) for n in (1, 2)],
            [_rating("similarity", rating_scale, "How similar are the two sentences?")],
            "Rate how similar the two sentences are in what they say.",
        )
        return cls._from_parts(parts, guidelines, metadata_properties, vectors_settings)

    @classmethod
    def for_natural_language_inference(
        cls,
        labels: Sequence[str] | None = None,
        use_markdown: bool = False,
        guidelines: str | None = None,
        metadata_properties: Properties = None,
        vectors_settings: VectorKinds = None,
    ) -> Self:
        """Return a dataset with ``premise``, ``hypothesis`` and the question ``label``.

        The labels are entailment, neutral and contradiction unless others are given.
        """
        parts: Parts = (
            [TextField(name, use_markdown=use_markdown) for name in ("premise", "hypothesis")],
            [_label_question(labels or ENTAILMENT, multi_label=False)],
            "Say whether the hypothesis follows from the premise.",
        )
        return cls._from_parts(parts, guidelines, metadata_properties, vectors_settings)

    @classmethod
    def for_preference_modeling(
        cls,
        number_of_responses: int = 2,
        context: bool = False,
        use_markdown: bool = False,
        guidelines: str | None = None,
        metadata_properties: Properties = None,
        vectors_settings: VectorKinds = None,
    ) -> Self:
        """Return a dataset with ``prompt``, ``response1`` to ``responseN`` and a ``preference``.

        Raises:
            InvalidSettings: for fewer than two responses.
        """
        if number_of_responses < 2:
            raise InvalidSettings(
                f"a preference needs number_of_responses >= 2, found {number_of_responses!r}"
            )
        names = [f"response{number}" for number in range(1, number_of_responses + 1)]
        titles = {name: name.replace("response", "Response ") for name in names}
        responses = [
            TextField(name, title=titles[name], required=at == 0, use_markdown=use_markdown)
            for at, name in enumerate(names)
        ]
        description = f"1 = Best, {number_of_responses} = Worst. Ties are allowed."
        parts: Parts = (
            [*_prompt(context, use_markdown), *responses],
            [
                RankingQuestion(
                    "preference",
                    titles,
                    title="Order responses based on your preference",
                    description=description,
                )
            ],
            "Rank the responses to each prompt, the best first.",
        )
        return cls._from_parts(parts, guidelines, metadata_properties, vectors_settings)

    @classmethod
    def for_proximal_policy_optimization(
        cls,
        rating_scale: int = 7,
        context: bool = False,
        use_markdown: bool = False,
        guidelines: str | None = None,
        metadata_properties: Properties = None,
        vectors_settings: VectorKinds = None,
    ) -> Self:
        """Return a dataset with the field ``prompt`` and a rating of the same name."""
        parts: Parts = (
            _prompt(context, use_markdown),
            [_rating("prompt", rating_scale, "How good is the prompt?")],
            "Rate how well each prompt serves to learn from.",
        )
        return cls._from_parts(parts, guidelines, metadata_properties, vectors_settings)

    @classmethod
    def for_retrieval_augmented_generation(
        cls,
        number_of_retrievals: int = 1,
        rating_scale: int = 7,
        use_markdown: bool = False,
        guidelines: str | None = None,
        metadata_properties: Properties = None,
        vectors_settings: VectorKinds = None,
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
        parts: Parts = (
            [TextField("query", use_markdown=use_markdown), *documents],
            [*ratings, response],
            "Rate how much each document helps to answer the query, and write the answer.",
        )
        return cls._from_parts(parts, guidelines, metadata_properties, vectors_settings)

    @classmethod
    def for_multi_modal_classification(
        cls,
        labels: Sequence[str],
        multi_label: bool = False,
        guidelines: str | None = None,
        metadata_properties: Properties = None,
        vectors_settings: VectorKinds = None,
    ) -> Self:
        """Return a dataset with the field ``content``, in markdown, and the question ``label``."""
        parts: Parts = (
            [TextField("content", use_markdown=True)],
            [_label_question(labels, multi_label)],
            f"Classify the images, sounds or films: give each {_how_many(multi_label)}.",
        )
        return cls._from_parts(parts, guidelines, metadata_properties, vectors_settings)

    @classmethod
    def for_multi_modal_transcription(
        cls,
        guidelines: str | None = None,
        metadata_properties: Properties = None,
        vectors_settings: VectorKinds = None,
    ) -> Self:
        """Return a dataset with ``content``, in markdown, and the question ``description``."""
        parts: Parts = (
            [TextField("content", use_markdown=True)],
            [_text_question("description", "Describe what is shown or said.", True)],
            "Describe each image, sound or film, with what can be told apart in it.",
        )
        return cls._from_parts(parts, guidelines, metadata_properties, vectors_settings)


def _how_many(multi_label: bool) -> str:
    return "one or more labels" if multi_label else "one label"


def _label_question(labels: Sequence[str], multi_label: bool) -> Question:
    if multi_label:
        return MultiLabelQuestion("label", list(labels), description="Choose what applies.")
    return LabelQuestion("label", list(labels), description="Choose one of the labels.")


def _text_question(name: str, description: str, use_markdown: bool) -> TextQuestion:
    return TextQuestion(name, description=description, use_markdown=use_markdown)


def _rating(name: str, scale: int, description: str) -> RatingQuestion:
    return RatingQuestion(name, tuple(range(1, scale + 1)), description=description)


def _prompt(context: bool, use_markdown: bool) -> list[TextField]:
    fields = [TextField("prompt", use_markdown=use_markdown)]
    if context:
        fields.append(TextField("context", required=False, use_markdown=use_markdown))
    return fields
