"""Fields, questions, metadata properties and kinds of vectors."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from litestar import delete, get, patch, post
from litestar.params import JSONBody
from msgspec import UNSET

from goldspan.domain.field import Field
from goldspan.domain.metadata import MetadataProperty as DomainProperty
from goldspan.domain.question import Question as DomainQuestion
from goldspan.errors import InvalidInput
from goldspan.server import present
from goldspan.server.deps import Caller, Database, Id
from goldspan.services.declarations import (
    Kind,
    change_declared,
    declare,
    get_declared,
    list_declared,
    remove_declared,
)
from goldspan.storage.rows import Declared
from goldspan.storage.store import Unit
from goldspan.wire import field as field_wire
from goldspan.wire import metadata as metadata_wire
from goldspan.wire import question as question_wire
from goldspan.wire import vectors as vectors_wire
from goldspan.wire.base import Items


def _given(**changes: Any) -> dict[str, Any]:
    """Return the changes that are neither left out nor null."""
    return {name: value for name, value in changes.items() if isinstance(value, str | bool)}


# Fields


@get("/api/v1/datasets/{dataset_id:str}/fields", sync_to_thread=False)
def fields(db: Database, actor: Caller, dataset_id: Id) -> Items[field_wire.Field]:
    """Return a dataset's fields."""
    found = db.peek(list_declared, actor, dataset_id, "fields")
    return Items(items=[present.field(row) for row in found])


@post("/api/v1/datasets/{dataset_id:str}/fields")
async def add_field(
    db: Database, actor: Caller, dataset_id: Id, data: JSONBody[field_wire.FieldCreate]
) -> field_wire.Field:
    """Add a field to a draft."""
    row = await db.write(declare, actor, dataset_id, "fields", field_wire.field_of(data))
    return present.field(row)


@patch("/api/v1/fields/{field_id:str}")
async def update_field(
    db: Database, actor: Caller, field_id: Id, data: JSONBody[field_wire.FieldUpdate]
) -> field_wire.Field:
    """Change how a field looks."""

    def change(unit: Unit) -> Declared[Field]:
        old: Field = get_declared(unit, actor, "fields", field_id).definition
        new = _changed_field(old, data)
        return change_declared(unit, actor, "fields", field_id, new)

    return present.field(await db.write(change))


def _changed_field(old: Field, data: field_wire.FieldUpdate) -> Field:
    body = field_wire.field_body(old)
    if isinstance(data.title, str):
        body.title = data.title
    settings = data.settings
    if settings is not None and settings is not UNSET:
        if type(settings) is not type(body.settings):
            raise InvalidInput(f"field {old.name!r} stays of the kind {old.kind!r}")
        body.settings = settings
    return field_wire.field_of(body)


@delete("/api/v1/fields/{field_id:str}", status_code=200)
async def delete_field(db: Database, actor: Caller, field_id: Id) -> field_wire.Field:
    """Take a field out of a draft."""
    return present.field(await db.write(remove_declared, actor, "fields", field_id))


# Questions


@get("/api/v1/datasets/{dataset_id:str}/questions", sync_to_thread=False)
def questions(db: Database, actor: Caller, dataset_id: Id) -> Items[question_wire.Question]:
    """Return a dataset's questions."""
    found = db.peek(list_declared, actor, dataset_id, "questions")
    return Items(items=[present.question(row) for row in found])


@post("/api/v1/datasets/{dataset_id:str}/questions")
async def add_question(
    db: Database, actor: Caller, dataset_id: Id, data: JSONBody[question_wire.QuestionCreate]
) -> question_wire.Question:
    """Add a question to a draft."""
    row = await db.write(declare, actor, dataset_id, "questions", question_wire.question_of(data))
    return present.question(row)


@patch("/api/v1/questions/{question_id:str}")
async def update_question(
    db: Database, actor: Caller, question_id: Id, data: JSONBody[question_wire.QuestionUpdate]
) -> question_wire.Question:
    """Change a question; of a published dataset only how it looks."""

    def change(unit: Unit) -> Declared[DomainQuestion]:
        old: DomainQuestion = get_declared(unit, actor, "questions", question_id).definition
        new = _changed_question(old, data)
        return change_declared(unit, actor, "questions", question_id, new)

    return present.question(await db.write(change))


def _changed_question(
    old: DomainQuestion, data: JSONBody[question_wire.QuestionUpdate]
) -> DomainQuestion:
    body = question_wire.question_body(old)
    if isinstance(data.title, str):
        body.title = data.title
    if data.description is None or isinstance(data.description, str):
        body.description = data.description
    settings = data.settings
    if settings is not None and settings is not UNSET:
        if type(settings) is not type(body.settings):
            raise InvalidInput(f"question {old.name!r} stays of the kind {old.kind!r}")
        body.settings = settings
    return question_wire.question_of(body)


@delete("/api/v1/questions/{question_id:str}", status_code=200)
async def delete_question(db: Database, actor: Caller, question_id: Id) -> question_wire.Question:
    """Take a question out of a draft."""
    return present.question(await db.write(remove_declared, actor, "questions", question_id))


# Metadata properties

PROPERTIES: Kind = "metadata_properties"


@get(
    [
        "/api/v1/me/datasets/{dataset_id:str}/metadata-properties",
        "/api/v1/datasets/{dataset_id:str}/metadata-properties",
    ],
    sync_to_thread=False,
)
def metadata_properties(
    db: Database, actor: Caller, dataset_id: Id
) -> Items[metadata_wire.MetadataProperty]:
    """Return the metadata properties that the caller may see."""
    found = db.peek(list_declared, actor, dataset_id, PROPERTIES)
    return Items(items=[present.metadata_property(row) for row in found])


@post("/api/v1/datasets/{dataset_id:str}/metadata-properties")
async def add_metadata_property(
    db: Database,
    actor: Caller,
    dataset_id: Id,
    data: JSONBody[metadata_wire.MetadataPropertyCreate],
) -> metadata_wire.MetadataProperty:
    """Declare a metadata property."""
    definition = metadata_wire.metadata_property_of(data)
    row = await db.write(declare, actor, dataset_id, PROPERTIES, definition)
    return present.metadata_property(row)


@patch("/api/v1/metadata-properties/{property_id:str}")
async def update_metadata_property(
    db: Database,
    actor: Caller,
    property_id: Id,
    data: JSONBody[metadata_wire.MetadataPropertyUpdate],
) -> metadata_wire.MetadataProperty:
    """Change a property's title, and whether annotators see it."""

    def change(unit: Unit) -> Declared[DomainProperty]:
        old: DomainProperty = get_declared(unit, actor, PROPERTIES, property_id).definition
        given = _given(title=data.title, visible_for_annotators=data.visible_for_annotators)
        return change_declared(unit, actor, PROPERTIES, property_id, replace(old, **given))

    return present.metadata_property(await db.write(change))


@delete("/api/v1/metadata-properties/{property_id:str}", status_code=200)
async def delete_metadata_property(
    db: Database, actor: Caller, property_id: Id
) -> metadata_wire.MetadataProperty:
    """Take a property away; what records hold under its name stays."""
    row = await db.write(remove_declared, actor, PROPERTIES, property_id)
    return present.metadata_property(row)


# Kinds of vectors


@get("/api/v1/datasets/{dataset_id:str}/vectors-settings", sync_to_thread=False)
def vectors_settings(
    db: Database, actor: Caller, dataset_id: Id
) -> Items[vectors_wire.VectorSettings]:
    """Return the kinds of vectors that records may carry."""
    found = db.peek(list_declared, actor, dataset_id, "vectors_settings")
    return Items(items=[present.vector_settings(row) for row in found])


@post("/api/v1/datasets/{dataset_id:str}/vectors-settings")
async def add_vector_settings(
    db: Database, actor: Caller, dataset_id: Id, data: JSONBody[vectors_wire.VectorSettingsCreate]
) -> vectors_wire.VectorSettings:
    """Declare a kind of vector."""
    definition = vectors_wire.vector_settings_of(data)
    row = await db.write(declare, actor, dataset_id, "vectors_settings", definition)
    return present.vector_settings(row)


@patch("/api/v1/vectors-settings/{settings_id:str}")
async def update_vector_settings(
    db: Database, actor: Caller, settings_id: Id, data: JSONBody[vectors_wire.VectorSettingsUpdate]
) -> vectors_wire.VectorSettings:
    """Change the title of a kind of vector."""

    def change(unit: Unit) -> Declared[Any]:
        old = get_declared(unit, actor, "vectors_settings", settings_id).definition
        new = replace(old, **_given(title=data.title))
        return change_declared(unit, actor, "vectors_settings", settings_id, new)

    return present.vector_settings(await db.write(change))


@delete("/api/v1/vectors-settings/{settings_id:str}", status_code=200)
async def delete_vector_settings(
    db: Database, actor: Caller, settings_id: Id
) -> vectors_wire.VectorSettings:
    """Take a kind of vector away; what records hold under its name stays."""
    row = await db.write(remove_declared, actor, "vectors_settings", settings_id)
    return present.vector_settings(row)


HANDLERS = [
    fields,
    add_field,
    update_field,
    delete_field,
    questions,
    add_question,
    update_question,
    delete_question,
    metadata_properties,
    add_metadata_property,
    update_metadata_property,
    delete_metadata_property,
    vectors_settings,
    add_vector_settings,
    update_vector_settings,
    delete_vector_settings,
]
