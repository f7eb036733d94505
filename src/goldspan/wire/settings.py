"""Fields, questions, metadata properties and vectors of a dataset, to and from the domain."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, assert_never

from msgspec import UNSET, UnsetType

from goldspan.domain import field as domain_field
from goldspan.domain import metadata as domain_metadata
from goldspan.domain import question as domain_question
from goldspan.domain import schema
from goldspan.wire.base import Wire


class TextFieldSettings(Wire, tag_field="type", tag="text"):
    """A text."""

    use_markdown: bool | None = False


class ImageFieldSettings(Wire, tag_field="type", tag="image"):
    """A picture, by its URL or as a data URI."""


class ChatFieldSettings(Wire, tag_field="type", tag="chat"):
    """A conversation."""

    use_markdown: bool | None = True


class CustomFieldSettings(Wire, tag_field="type", tag="custom"):
    """An object with a template of its own."""

    template: str
    advanced_mode: bool | None = False


FieldSettings = TextFieldSettings | ImageFieldSettings | ChatFieldSettings | CustomFieldSettings


class FieldCreate(Wire):
    """A new field."""

    name: str
    settings: FieldSettings
    title: str | None = None
    required: bool | None = None


class FieldUpdate(Wire):
    """Changes to a field; what is left out stays as it is."""

    title: str | UnsetType | None = UNSET
    settings: FieldSettings | UnsetType | None = UNSET


class Field(Wire):
    """A field."""

    id: str
    name: str
    title: str
    required: bool
    settings: FieldSettings
    dataset_id: str
    inserted_at: datetime
    updated_at: datetime


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


class TermsSettings(Wire, tag_field="type", tag="terms"):
    """Texts, numbers or truth values, out of ``values`` if they are given."""

    values: list[str | int | float | bool] | None = None


class IntegerSettings(Wire, tag_field="type", tag="integer"):
    """Whole numbers within [min, max]."""

    min: int | None = None
    max: int | None = None


class FloatSettings(Wire, tag_field="type", tag="float"):
    """Numbers within [min, max]."""

    min: float | None = None
    max: float | None = None


MetadataSettings = TermsSettings | IntegerSettings | FloatSettings


class MetadataPropertyCreate(Wire):
    """A new metadata property."""

    name: str
    settings: MetadataSettings
    title: str | None = None
    visible_for_annotators: bool | None = None


class MetadataPropertyUpdate(Wire):
    """Changes to a metadata property; what is left out stays as it is."""

    title: str | UnsetType | None = UNSET
    visible_for_annotators: bool | UnsetType | None = UNSET


class MetadataProperty(Wire):
    """A metadata property."""

    id: str
    name: str
    title: str
    visible_for_annotators: bool
    settings: MetadataSettings
    dataset_id: str
    inserted_at: datetime
    updated_at: datetime


class VectorSettingsCreate(Wire):
    """A new kind of vector."""

    name: str
    dimensions: int
    title: str | None = None


class VectorSettingsUpdate(Wire):
    """Changes to a kind of vector; what is left out stays as it is."""

    title: str | UnsetType | None = UNSET


class VectorSettings(Wire):
    """A kind of vector."""

    id: str
    name: str
    title: str
    dimensions: int
    dataset_id: str
    inserted_at: datetime
    updated_at: datetime


def field_body(field: domain_field.Field) -> FieldCreate:
    """Return what creates the field."""
    return FieldCreate(
        name=field.name,
        title=field.title,
        required=field.required,
        settings=field_settings(field),
    )


def field_settings(field: domain_field.Field) -> FieldSettings:
    """Return the settings of a field."""
    match field:
        case domain_field.TextField():
            return TextFieldSettings(use_markdown=field.use_markdown)
        case domain_field.ImageField():
            return ImageFieldSettings()
        case domain_field.ChatField():
            return ChatFieldSettings(use_markdown=field.use_markdown)
        case domain_field.CustomField():
            return CustomFieldSettings(template=field.template, advanced_mode=field.advanced_mode)
        case _:
            assert_never(field)


def field_of(body: FieldCreate | Field) -> domain_field.Field:
    """Return the domain's field. Raises InvalidSettings."""
    name, title, required = body.name, body.title or "", bool(body.required)
    match body.settings:
        case TextFieldSettings(use_markdown=use_markdown):
            return domain_field.TextField(name, title, required, bool(use_markdown))
        case ImageFieldSettings():
            return domain_field.ImageField(name, title, required)
        case ChatFieldSettings(use_markdown=use_markdown):
            return domain_field.ChatField(name, title, required, use_markdown is not False)
        case CustomFieldSettings(template=template, advanced_mode=advanced_mode):
            return domain_field.CustomField(name, title, required, template, bool(advanced_mode))
        case _:
            assert_never(body.settings)


def question_body(question: domain_question.Question) -> QuestionCreate:
    """Return what creates the question."""
    return QuestionCreate(
        name=question.name,
        title=question.title,
        description=question.description,
        required=question.required,
        settings=question_settings(question),
    )


def question_settings(question: domain_question.Question) -> QuestionSettings:
    """Return the settings of a question."""
    match question:
        case domain_question.TextQuestion():
            return TextSettings(use_markdown=question.use_markdown)
        case domain_question.RatingQuestion():
            return RatingSettings(options=[RatingOption(value=v) for v in question.values])
        case domain_question.LabelQuestion():
            return LabelSettings(
                options=_options(question.labels), visible_options=question.visible_labels
            )
        case domain_question.MultiLabelQuestion():
            return MultiLabelSettings(
                options=_options(question.labels),
                visible_options=question.visible_labels,
                options_order="suggestion" if question.labels_order == "suggestion" else "natural",
            )
        case domain_question.RankingQuestion():
            return RankingSettings(options=_options(question.values))
        case domain_question.SpanQuestion():
            return SpanSettings(
                field=question.field,
                options=_options(question.labels),
                visible_options=question.visible_labels,
                allow_overlapping=question.allow_overlapping,
                allow_character_annotation=question.allow_character_annotation,
            )
        case _:
            assert_never(question)


def _options(options: tuple[domain_question.Option, ...]) -> list[Option]:
    return [Option(value=o.value, text=o.text, description=o.description) for o in options]


def _domain_options(options: list[Option]) -> tuple[domain_question.Option, ...]:
    return tuple(domain_question.Option(o.value, o.text or o.value, o.description) for o in options)


def question_of(body: QuestionCreate | Question) -> domain_question.Question:
    """Return the domain's question. Raises InvalidSettings."""
    name, settings = body.name, body.settings
    title, description, required = body.title or "", body.description, bool(body.required)
    match settings:
        case TextSettings():
            return domain_question.TextQuestion(
                name,
                title=title,
                description=description,
                required=required,
                use_markdown=settings.use_markdown,
            )
        case RatingSettings():
            return domain_question.RatingQuestion(
                name,
                tuple(option.value for option in settings.options),
                title=title,
                description=description,
                required=required,
            )
        case LabelSettings():
            return domain_question.LabelQuestion(
                name,
                _domain_options(settings.options),
                title=title,
                description=description,
                required=required,
                visible_labels=settings.visible_options,
            )
        case MultiLabelSettings():
            return domain_question.MultiLabelQuestion(
                name,
                _domain_options(settings.options),
                title=title,
                description=description,
                required=required,
                visible_labels=settings.visible_options,
                labels_order=settings.options_order,
            )
        case RankingSettings():
            return domain_question.RankingQuestion(
                name,
                _domain_options(settings.options),
                title=title,
                description=description,
                required=required,
            )
        case SpanSettings():
            return domain_question.SpanQuestion(
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


def metadata_property_body(prop: domain_metadata.MetadataProperty) -> MetadataPropertyCreate:
    """Return what creates the metadata property."""
    return MetadataPropertyCreate(
        name=prop.name,
        title=prop.title,
        visible_for_annotators=prop.visible_for_annotators,
        settings=metadata_settings(prop),
    )


def metadata_settings(prop: domain_metadata.MetadataProperty) -> MetadataSettings:
    """Return the settings of a metadata property."""
    match prop:
        case domain_metadata.TermsMetadataProperty():
            return TermsSettings(values=None if prop.values is None else list(prop.values))
        case domain_metadata.IntegerMetadataProperty():
            return IntegerSettings(min=prop.min, max=prop.max)
        case domain_metadata.FloatMetadataProperty():
            return FloatSettings(min=prop.min, max=prop.max)
        case _:
            assert_never(prop)


def metadata_property_of(
    body: MetadataPropertyCreate | MetadataProperty,
) -> domain_metadata.MetadataProperty:
    """Return the domain's metadata property. Raises InvalidSettings."""
    visible = body.visible_for_annotators is not False
    title, settings = body.title or "", body.settings
    match settings:
        case TermsSettings():
            values = None if settings.values is None else tuple(settings.values)
            return domain_metadata.TermsMetadataProperty(body.name, title, visible, values)
        case IntegerSettings():
            return domain_metadata.IntegerMetadataProperty(
                body.name, title, visible, settings.min, settings.max
            )
        case FloatSettings():
            return domain_metadata.FloatMetadataProperty(
                body.name, title, visible, settings.min, settings.max
            )
        case _:
            assert_never(settings)


def vector_settings_body(vector: schema.VectorSettings) -> VectorSettingsCreate:
    """Return what creates the kind of vector."""
    return VectorSettingsCreate(name=vector.name, title=vector.title, dimensions=vector.dimensions)


def vector_settings_of(body: VectorSettingsCreate | VectorSettings) -> schema.VectorSettings:
    """Return the domain's kind of vector. Raises InvalidSettings."""
    return schema.VectorSettings(body.name, body.dimensions, body.title or "")
