"""Settings as files hold them: in Argilla 2's shape, with what only Goldspan knows beside it.

They stand as ``.argilla/settings.json`` in a folder of Argilla's, and as ``settings.json`` beside
``records.jsonl`` in an archive that ``export`` made of a whole dataset.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from goldspan.errors import InvalidFile
from goldspan.formats import argilla
from goldspan.formats.archive import opened
from goldspan.formats.whole import RECORDS_FILE, SETTINGS_FILE
from goldspan.sdk.settings import Settings
from goldspan.wire import field as field_wire
from goldspan.wire import metadata as metadata_wire
from goldspan.wire import question as question_wire
from goldspan.wire import vectors as vectors_wire
from goldspan.wire.dataset import Assignment, Dataset, Distribution

LONGEST = 16 * 2**20


class _Saved(msgspec.Struct, kw_only=True):
    """The JSON; ``metadata`` are properties, ``dataset_metadata`` is the dataset's own."""

    fields: list[field_wire.FieldCreate]
    questions: list[question_wire.QuestionCreate]
    metadata: list[metadata_wire.MetadataPropertyCreate] = []
    vectors: list[vectors_wire.VectorSettingsCreate] = []
    guidelines: str | None = None
    allow_extra_metadata: bool = True
    distribution: Distribution | None = None
    assignment: Assignment | None = None
    dataset_metadata: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """How a dataset's records are given out and completed, None for the server's defaults.

    Args:
        distribution: how many submitted responses complete a record.
        assignment: how records are given out.
        metadata: of the dataset itself, of any content.
    """

    distribution: Distribution | None = None
    assignment: Assignment | None = None
    metadata: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SavedSettings:
    """What a file says of the dataset that its records are of.

    Args:
        settings: what the dataset shows and asks.
        rules: how its records are given out.
        place: where they were read, for messages.
        has_records: whether records stand beside them.
    """

    settings: Settings
    rules: Rules
    place: str
    has_records: bool = True


def saved_json(settings: Settings, dataset: Dataset | None) -> bytes:
    """Return settings as JSON; ``dataset`` brings the rules of one on a server."""
    saved = _Saved(
        fields=[field_wire.field_body(one) for one in settings.fields],
        questions=[question_wire.question_body(one) for one in settings.questions],
        metadata=[
            metadata_wire.metadata_property_body(one) for one in settings.metadata_properties
        ],
        vectors=[vectors_wire.vector_settings_body(one) for one in settings.vectors_settings],
        guidelines=settings.guidelines,
        allow_extra_metadata=settings.allow_extra_metadata,
    )
    if dataset is not None:
        saved.distribution = dataset.distribution
        saved.assignment = dataset.assignment
        saved.dataset_metadata = dataset.metadata
    return msgspec.json.format(msgspec.json.encode(saved), indent=1)


def settings_beside(path: Path) -> SavedSettings | None:
    """Return the settings that a folder or a zip archive holds, None if it holds none.

    Raises:
        InvalidFile: if they are no such settings, or the archive is damaged.
        InvalidSettings: if they do not make a dataset here.
    """
    if path.is_dir():
        saved = path / argilla.SETTINGS
        if saved.is_file():
            return _read(_bytes(saved), str(saved), has_records=True)
        saved, records = path / SETTINGS_FILE, path / RECORDS_FILE
        if saved.is_file() and records.is_file():
            return _read(_bytes(saved), str(saved), has_records=records.stat().st_size > 0)
        return None
    if not zipfile.is_zipfile(path):
        return None
    with opened(path, str(path)) as archive:
        sizes = {one.filename: one.file_size for one in archive.infolist()}
        if not {SETTINGS_FILE, RECORDS_FILE} <= sizes.keys():
            return None
        with archive.open(SETTINGS_FILE) as file:
            data = file.read(LONGEST)
    return _read(data, str(path), has_records=sizes[RECORDS_FILE] > 0)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidFile(f"{path} cannot be read: {error.strerror}") from error


def _read(data: bytes, place: str, *, has_records: bool) -> SavedSettings:
    try:
        given = msgspec.json.decode(data, type=_Saved)
    except ValueError as error:
        raise InvalidFile(f"{place} does not hold a dataset's settings: {error}") from error
    settings = Settings(
        fields=[field_wire.field_of(one) for one in given.fields],
        questions=[question_wire.question_of(one) for one in given.questions],
        guidelines=given.guidelines,
        metadata_properties=[metadata_wire.metadata_property_of(one) for one in given.metadata],
        vectors_settings=[vectors_wire.vector_settings_of(one) for one in given.vectors],
        allow_extra_metadata=given.allow_extra_metadata,
    )
    rules = Rules(given.distribution, given.assignment, given.dataset_metadata)
    return SavedSettings(settings, rules, place, has_records)
