"""Fields of a dataset, to and from the domain."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from msgspec import UNSET, UnsetType

from goldspan.domain import field as domain
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


def field_body(field: domain.Field) -> FieldCreate:
    """Return what creates the field."""
    return FieldCreate(
        name=field.name,
        title=field.title,
        required=field.required,
        settings=field_settings(field),
    )


def field_settings(field: domain.Field) -> FieldSettings:
    """Return the settings of a field."""
    match field:
        case domain.TextField():
            return TextFieldSettings(use_markdown=field.use_markdown)
        case domain.ImageField():
            return ImageFieldSettings()
        case domain.ChatField():
            return ChatFieldSettings(use_markdown=field.use_markdown)
        case domain.CustomField():
            return CustomFieldSettings(template=field.template, advanced_mode=field.advanced_mode)
        case _:
            assert_never(field)


def field_of(body: FieldCreate | Field) -> domain.Field:
    """Return the domain's field. Raises InvalidSettings."""
    name, title, required = body.name, body.title or "", bool(body.required)
    match body.settings:
        case TextFieldSettings(use_markdown=use_markdown):
            return domain.TextField(name, title, required, bool(use_markdown))
        case ImageFieldSettings():
            return domain.ImageField(name, title, required)
        case ChatFieldSettings(use_markdown=use_markdown):
            return domain.ChatField(name, title, required, use_markdown is not False)
        case CustomFieldSettings(template=template, advanced_mode=advanced_mode):
            return domain.CustomField(name, title, required, template, bool(advanced_mode))
        case _:
            assert_never(body.settings)
