"""Questions of a dataset, to and from the domain."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, assert_never

from msgspec import UNSET, UnsetType

from goldspan.domain import question as domain
from goldspan.wire.base import Wire


class Option(Wire):
    """One choice."""

    value: str
    text: str | None = None
    description: str | None = None


class RatingOption(Wire):
    """One rating."""

    value: int


class TextSettings(Wire, tag_field="type", tag="text"):
    """Asks for a text."""

    use_markdown: bool = False


class RatingSettings(Wire, tag_field="type", tag="rating"):
    """Asks for one of the ratings."""

    options: list[RatingOption]


class LabelSettings(Wire, tag_field="type", tag="label_selection"):
    """Asks for one label."""

    options: list[Option]
    visible_options: int | None = None


class MultiLabelSettings(Wire, tag_field="type", tag="multi_label_selection"):
    """Asks for one or more labels."""

    options: list[Option]
    visible_options: int | None = None
    options_order: Literal["natural", "suggestion"] = "natural"


class RankingSettings(Wire, tag_field="type", tag="ranking"):
    """Asks to order the options."""

    options: list[Option]


class SpanSettings(Wire, tag_field="type", tag="span"):
    """Asks to mark pieces of a field."""

    field: str
    options: list[Option]
    visible_options: int | None = None
    allow_overlapping: bool = False
    allow_character_annotation: bool = True


QuestionSettings = (
    TextSettings
    | RatingSettings
    | LabelSettings
    | MultiLabelSettings
    | RankingSettings
    | SpanSettings
)


class QuestionCreate(Wire):
    """A new question."""

    name: str
    settings: QuestionSettings
    title: str | None = None
    description: str | None = None
    required: bool | None = None


class QuestionUpdate(Wire):
    """Changes to a question; what is left out stays as it is."""

    title: str | UnsetType | None = UNSET
    description: str | UnsetType | None = UNSET
    settings: QuestionSettings | UnsetType | None = UNSET


class Question(Wire):
    """A question."""

    id: str
    name: str
    title: str
    description: str | None
    required: bool
    settings: QuestionSettings
    dataset_id: str
    inserted_at: datetime
    updated_at: datetime


def question_body(question: domain.Question) -> QuestionCreate:
    """Return what creates the question."""
    return QuestionCreate(
        name=question.name,
        title=question.title,
        description=question.description,
        required=question.required,
        settings=question_settings(question),
    )


def question_settings(question: domain.Question) -> QuestionSettings:
    """Return the settings of a question."""
    match question:
        case domain.TextQuestion():
            return TextSettings(use_markdown=question.use_markdown)
        case domain.RatingQuestion():
            return RatingSettings(options=[RatingOption(value=v) for v in question.values])
        case domain.LabelQuestion():
            return LabelSettings(
                options=_options(question.labels), visible_options=question.visible_labels
            )
        case domain.MultiLabelQuestion():
            return MultiLabelSettings(
                options=_options(question.labels),
                visible_options=question.visible_labels,
                options_order="suggestion" if question.labels_order == "suggestion" else "natural",
            )
        case domain.RankingQuestion():
            return RankingSettings(options=_options(question.values))
        case domain.SpanQuestion():
            return SpanSettings(
                field=question.field,
                options=_options(question.labels),
                visible_options=question.visible_labels,
                allow_overlapping=question.allow_overlapping,
                allow_character_annotation=question.allow_character_annotation,
            )
        case _:
            assert_never(question)


def _options(options: tuple[domain.Option, ...]) -> list[Option]:
    return [Option(value=o.value, text=o.text, description=o.description) for o in options]


def _domain_options(options: list[Option]) -> tuple[domain.Option, ...]:
    return tuple(domain.Option(o.value, o.text or o.value, o.description) for o in options)


def question_of(body: QuestionCreate | Question) -> domain.Question:
    """Return the domain's question. Raises InvalidSettings."""
    name, settings = body.name, body.settings
    title, description, required = body.title or "", body.description, bool(body.required)
    match settings:
        case TextSettings():
            return domain.TextQuestion(
                name,
                title=title,
                description=description,
                required=required,
                use_markdown=settings.use_markdown,
            )
        case RatingSettings():
            return domain.RatingQuestion(
                name,
                tuple(option.value for option in settings.options),
                title=title,
                description=description,
                required=required,
            )
        case LabelSettings():
            return domain.LabelQuestion(
                name,
                _domain_options(settings.options),
                title=title,
                description=description,
                required=required,
                visible_labels=settings.visible_options,
            )
        case MultiLabelSettings():
            return domain.MultiLabelQuestion(
                name,
                _domain_options(settings.options),
                title=title,
                description=description,
                required=required,
                visible_labels=settings.visible_options,
                labels_order=settings.options_order,
            )
        case RankingSettings():
            return domain.RankingQuestion(
                name,
                _domain_options(settings.options),
                title=title,
                description=description,
                required=required,
            )
        case SpanSettings():
            return domain.SpanQuestion(
                name,
                settings.field,
                _domain_options(settings.options),
                title=title,
                description=description,
                required=required,
                visible_labels=settings.visible_options,
                allow_overlapping=settings.allow_overlapping,
                allow_character_annotation=settings.allow_character_annotation,
            )
        case _:
            assert_never(settings)
