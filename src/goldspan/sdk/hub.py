"""Datasets on the Hugging Face Hub, or in a folder of the same form: rows and ``argilla.yaml``.

The form is that of Argilla 1.x: a ``datasets.Dataset`` of the rows that ``format_as`` makes, with
vectors beside them, and a YAML file with what is declared once. Either reads the other's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields as attributes_of
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from goldspan.domain.field import FIELD_KINDS, Field
from goldspan.domain.metadata import METADATA_KINDS
from goldspan.domain.question import QUESTION_KINDS, Option, Question
from goldspan.domain.schema import VectorSettings
from goldspan.errors import InvalidInput, MissingExtra
from goldspan.sdk.records import FeedbackRecord
from goldspan.sdk.rows import to_datasets
from goldspan.sdk.settings import Settings

if TYPE_CHECKING:
    import datasets

SETTINGS_FILE = "argilla.yaml"
CARD_FILE = "README.md"
# What Argilla 1.x does not know, and refuses to read, is written only where it matters.
NEWER = {"allow_character_annotation"}
PARTS_OF_SPAN = ("label", "start", "end")


def push(
    records: Sequence[FeedbackRecord],
    settings: Settings,
    target: str | Path,
    generate_card: bool,
    **options: Any,
) -> None:
    """Write a dataset to a folder, given as a ``Path``, or to a repository of the hub.

    Args:
        records: at least one.
        settings: what is declared once.
        target: a folder, which is made; or the repository's name, ``owner/name``.
        generate_card: whether to write a ``README.md`` that says what the dataset is.
        options: for ``datasets.Dataset.push_to_hub``, such as ``token`` and ``private``.

    Raises:
        InvalidInput: if there is no record.
        MissingExtra: if the package ``datasets`` is not installed.
    """
    if not records:
        raise InvalidInput("a dataset without records is not pushed; add one first")
    rows = _rows(records, settings)
    if isinstance(target, Path):
        rows.save_to_disk(str(target))
        _write_files(target, settings, len(records), generate_card)
        return
    from huggingface_hub import HfApi

    rows.push_to_hub(target, **options)
    with TemporaryDirectory() as folder:
        _write_files(Path(folder), settings, len(records), generate_card)
        HfApi().upload_folder(
            folder_path=folder,
            repo_id=target,
            repo_type="dataset",
            token=options.get("token"),
        )


def pull(source: str | Path, **options: Any) -> tuple[Settings, list[FeedbackRecord]]:
    """Read a dataset from a folder, given as a ``Path``, or from a repository of the hub.

    Args:
        source: a folder that ``push`` wrote, or the repository's name.
        options: for ``datasets.load_dataset``, such as ``token`` and ``revision``.

    Raises:
        InvalidInput: if there is no such dataset, or its settings are of another form.
        MissingExtra: if the package ``datasets`` is not installed.
    """
    try:
        from datasets import Dataset, concatenate_datasets, load_dataset
    except ImportError:
        raise MissingExtra("from_huggingface", "data") from None
    if isinstance(source, Path):
        if not (source / SETTINGS_FILE).is_file():
            raise InvalidInput(f"{source} holds no {SETTINGS_FILE}, so it is no such dataset")
        text = (source / SETTINGS_FILE).read_text(encoding="utf-8")
        rows = Dataset.load_from_disk(str(source))
    else:
        from huggingface_hub import hf_hub_download

        kept = {name: options[name] for name in ("token", "revision") if name in options}
        path = hf_hub_download(source, SETTINGS_FILE, repo_type="dataset", **kept)
        text = Path(path).read_text(encoding="utf-8")
        loaded = load_dataset(source, **options)
        parts = list(loaded.values()) if isinstance(loaded, dict) else [loaded]
        rows = concatenate_datasets(parts)
    settings = settings_of(text)
    return settings, [_record(row, settings) for row in rows]


def _rows(records: Sequence[FeedbackRecord], settings: Settings) -> datasets.Dataset:
    rows = to_datasets(records, settings.fields, settings.questions)
    names = [vector.name for vector in settings.vectors_settings]
    if not names:
        return rows
    return rows.add_column(
        "vectors", [{name: record.vectors.get(name) for name in names} for record in records]
    )


def _write_files(folder: Path, settings: Settings, count: int, generate_card: bool) -> None:
    (folder / SETTINGS_FILE).write_text(settings_text(settings), encoding="utf-8")
    if generate_card:
        (folder / CARD_FILE).write_text(card_text(settings, count), encoding="utf-8")


def settings_text(settings: Settings) -> str:
    """Return the settings as YAML."""
    import yaml

    plain = {
        "fields": [_plain(one) for one in settings.fields],
        "questions": [_plain(one) for one in settings.questions],
        "guidelines": settings.guidelines,
        "metadata_properties": [_plain(one) for one in settings.metadata_properties] or None,
        "vectors_settings": [_plain(one) for one in settings.vectors_settings] or None,
        "allow_extra_metadata": settings.allow_extra_metadata,
    }
    text: str = yaml.safe_dump(plain, allow_unicode=True, sort_keys=False)
    return text


def _plain(definition: Any) -> dict[str, Any]:
    """Return a definition's attributes, ``type`` first; options as a map of value to text."""
    plain: dict[str, Any] = {}
    if getattr(definition, "kind", None):
        plain["type"] = definition.kind
    for attribute in attributes_of(definition):
        value = getattr(definition, attribute.name)
        if attribute.name in NEWER and value == attribute.default:
            continue
        if isinstance(value, tuple):
            is_options = bool(value) and isinstance(value[0], Option)
            value = {one.value: one.text for one in value} if is_options else list(value)
        plain[attribute.name] = value
    return plain


def settings_of(text: str) -> Settings:
    """Return the settings that a YAML text holds, ours or Argilla's.

    Raises:
        InvalidInput: if it is of another form.
    """
    import yaml

    try:
        plain = yaml.safe_load(text)
        return Settings(
            fields=_definitions(FIELD_KINDS, plain["fields"]),
            questions=_definitions(QUESTION_KINDS, plain["questions"]),
            guidelines=plain.get("guidelines"),
            metadata_properties=_definitions(
                METADATA_KINDS, plain.get("metadata_properties") or ()
            ),
            vectors_settings=tuple(
                VectorSettings(one["name"], one["dimensions"], one.get("title") or "")
                for one in plain.get("vectors_settings") or ()
            ),
            allow_extra_metadata=plain.get("allow_extra_metadata", True),
        )
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(
            f"{SETTINGS_FILE} does not hold a dataset's fields and questions: {error!r}"
        ) from error


def _definitions(kinds: Mapping[str, type[Any]], given: Iterable[dict[str, Any]]) -> Any:
    return tuple(_definition(kinds[one["type"]], one) for one in given)


def _definition(kind: type[Any], given: Mapping[str, Any]) -> Any:
    known = {attribute.name for attribute in attributes_of(kind)}
    kept = {name: value for name, value in given.items() if name in known and value is not None}
    if isinstance(kept.get("labels"), list):  # Argilla writes a span's labels as objects
        labels = [one if isinstance(one, dict) else {"value": one} for one in kept["labels"]]
        kept["labels"] = {one["value"]: one.get("text") or one["value"] for one in labels}
    return kind(**kept)


def _record(row: Mapping[str, Any], settings: Settings) -> FeedbackRecord:
    vectors = row.get("vectors") or {}
    return FeedbackRecord(
        fields={
            field.name: _field_value(field, row[field.name])
            for field in settings.fields
            if row.get(field.name) is not None
        },
        responses=_responses(row, settings.questions),
        suggestions=[
            {
                "question_name": question.name,
                "value": _value(question, row[f"{question.name}-suggestion"]),
                **_known(row.get(f"{question.name}-suggestion-metadata") or {}),
            }
            for question in settings.questions
            if row.get(f"{question.name}-suggestion") not in (None, [])
        ],
        metadata=json.loads(row.get("metadata") or "{}"),
        vectors={name: list(vector) for name, vector in vectors.items() if vector is not None},
        external_id=row.get("external_id"),
    )


def _field_value(field: Field, value: Any) -> Any:
    """Return a field's value; the object of a custom one may stand there as JSON text."""
    return json.loads(value) if field.kind == "custom" and isinstance(value, str) else value


def _known(metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in metadata.items() if value not in (None, [])}


def _responses(row: Mapping[str, Any], questions: Sequence[Question]) -> list[dict[str, Any]]:
    """Gather each user's values, which stand with the questions, into one response."""
    by_user: dict[str | None, dict[str, Any]] = {}
    for question in questions:
        for one in row.get(question.name) or ():
            if one["value"] is None:
                continue
            response = by_user.setdefault(
                one["user_id"], {"user_id": one["user_id"], "status": one["status"], "values": {}}
            )
            response["values"][question.name] = _value(question, one["value"])
    return list(by_user.values())


def _value(question: Question, value: Any) -> Any:
    """Return a value as a question takes it; a list of objects may come as an object of lists."""
    if question.kind not in ("ranking", "span"):
        return value
    items = value
    if isinstance(value, dict):
        columns = [value[name] for name in value]
        items = [dict(zip(value, item, strict=True)) for item in zip(*columns, strict=True)]
    if question.kind == "ranking":
        return [{"value": item["value"], "rank": item["rank"]} for item in items]
    return [{name: item[name] for name in PARTS_OF_SPAN} for item in items]


def card_text(settings: Settings, count: int) -> str:
    """Return the ``README.md`` of a dataset."""

    def listed(definitions: Sequence[Field] | Sequence[Question]) -> str:
        return "\n".join(f"- `{one.name}` ({one.kind}): {one.title}" for one in definitions)

    return (
        "---\ntags:\n- human-feedback\n- goldspan\n- argilla\n---\n\n"
        f"# A dataset of {count} records with people's responses\n\n"
        f"## What is shown\n\n{listed(settings.fields)}\n\n"
        f"## What is asked\n\n{listed(settings.questions)}\n\n"
        f"## Guidelines\n\n{settings.guidelines or 'None were given.'}\n\n"
        "Load it with `goldspan.FeedbackDataset.from_huggingface`.\n"
    )
