"""Parquet files and the folders of ``datasets``, through pyarrow, a batch of rows at a time.

A folder that ``Dataset.save_to_disk`` writes holds Arrow streams, ``state.json``, which names
them, and ``dataset_info.json`` with the columns' types; one of a ``DatasetDict`` holds a folder a
split, named in ``dataset_dict.json``. Reading and writing them here spares the server the package
``datasets`` and its caches.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from goldspan.errors import InvalidFile, MissingExtra
from goldspan.formats.fault import Fault
from goldspan.formats.lines import FileRow, Table
from goldspan.formats.source import shown

ROWS_A_BATCH = 1000
ROWS_A_GROUP = 10_000
INFO = "dataset_info.json"
STATE = "state.json"
SPLITS = "dataset_dict.json"
ARROW = "data-00000-of-00001.arrow"


def pyarrow() -> Any:
    """Return the package. Raises MissingExtra."""
    try:
        import pyarrow.ipc
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtra("reading and writing Parquet and `datasets` folders", "data") from error
    return pyarrow


@contextmanager
def parquet_table(path: Path, name: str) -> Iterator[Table]:
    """Read a Parquet file.

    Raises:
        MissingExtra: without pyarrow.
        InvalidFile: if it is damaged, at once or while rows are read.
    """
    arrow = pyarrow()
    with _faults_of(arrow, name), arrow.parquet.ParquetFile(path) as file:
        batches = file.iter_batches(batch_size=ROWS_A_BATCH)
        yield Table(file.schema_arrow.names, _rows(batches, "row {}", {}))


@contextmanager
def datasets_table(folder: Path, name: str) -> Iterator[Table]:
    """Read a folder of ``datasets``; where there are splits, ``split`` is a column.

    Raises:
        MissingExtra: without pyarrow.
        InvalidFile: if it is damaged, at once or while rows are read.
    """
    arrow = pyarrow()
    with _faults_of(arrow, name):
        splits = _splits(folder, name)
        columns = list(_features(folder / splits[0], name))
        header = columns if splits == [""] else [*columns, "split"]
        yield Table(header, _numbered(_datasets_rows(arrow, folder, splits, name)))


@contextmanager
def _faults_of(arrow: Any, name: str) -> Iterator[None]:
    try:
        yield
    except arrow.ArrowException as error:
        raise InvalidFile(f"{name} is damaged: {error}") from error


def _splits(folder: Path, name: str) -> list[str]:
    """Return the folder's splits; [""] where it is one dataset."""
    if not (folder / SPLITS).is_file():
        return [""]
    given = _read_json(folder / SPLITS, name)
    splits = given.get("splits")
    if not isinstance(splits, list) or not splits or not all(map(_is_plain, splits)):
        raise InvalidFile(f"{name}: {SPLITS} should name the splits, found {shown(given)}")
    return splits


def _is_plain(name: object) -> bool:
    return isinstance(name, str) and bool(name) and Path(name).name == name and name != ".."


def _read_json(path: Path, name: str) -> dict[str, Any]:
    """Return the object in one of the folder's JSON files. Raises InvalidFile."""
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise InvalidFile(
            f"{name} is damaged: there is no {path.name} where one belongs"
        ) from error
    except (ValueError, RecursionError) as error:
        raise InvalidFile(f"{name} is damaged: {path.name} is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise InvalidFile(f"{name}: {path.name} should be an object, found {shown(found)}")
    return found


def _features(folder: Path, name: str) -> Mapping[str, Any]:
    features = _read_json(folder / INFO, name).get("features")
    return features if isinstance(features, dict) else {}


def _files(folder: Path, name: str) -> list[object]:
    """Return the names of a folder's Arrow streams. Raises InvalidFile."""
    files = _read_json(folder / STATE, name).get("_data_files")
    if not isinstance(files, list) or not all(isinstance(one, dict) for one in files):
        raise InvalidFile(f"{name}: {STATE} should list `_data_files`, found {shown(files)}")
    return [one.get("filename") for one in files]


def _datasets_rows(arrow: Any, folder: Path, splits: Sequence[str], name: str) -> Iterator[FileRow]:
    for split in splits:
        features = _features(folder / split, name)
        files = _files(folder / split, name)
        batches = (batch for file in files for batch in _batches(arrow, folder / split, file, name))
        place = f"{split}[{{}}]" if split else "row {}"
        for row in _rows(batches, place, features):
            yield FileRow(
                row.number, row.place, {**row.columns, "split": split} if split else row.columns
            )


def _batches(arrow: Any, folder: Path, filename: object, name: str) -> Iterator[Any]:
    if not _is_plain(filename) or not (folder / str(filename)).is_file():
        raise InvalidFile(f"{name}: {STATE} names a file {shown(filename)}, which is not there")
    with arrow.memory_map(str(folder / str(filename))) as source:
        yield from arrow.ipc.open_stream(source)


def _rows(batches: Iterable[Any], place: str, features: Mapping[str, Any]) -> Iterator[FileRow]:
    labels = {
        column: feature["names"]
        for column, feature in features.items()
        if isinstance(feature, dict)
        and feature.get("_type") == "ClassLabel"
        and isinstance(feature.get("names"), list)
    }
    number = 0
    for batch in batches:
        for columns in batch.to_pylist():
            number += 1
            for column, names in labels.items():
                if type(columns.get(column)) is int and 0 <= columns[column] < len(names):
                    columns[column] = names[columns[column]]
            yield FileRow(number, place.format(number), columns)


def _numbered(rows: Iterable[FileRow]) -> Iterator[FileRow | Fault]:
    for number, row in enumerate(rows, 1):
        yield FileRow(number, row.place, row.columns)


def write_parquet(
    path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str | None]]
) -> int:
    """Write rows of texts; return how many. Raises MissingExtra."""
    arrow = pyarrow()
    schema = arrow.schema([(column, arrow.string()) for column in columns])
    count = 0
    with arrow.parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for group in _groups(rows):
            writer.write_table(arrow.Table.from_pylist(group, schema=schema))
            count += len(group)
    return count


def write_datasets(
    folder: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str | None]]
) -> int:
    """Write rows of texts as a folder that ``load_from_disk`` reads; return how many.

    Raises:
        MissingExtra: without pyarrow.
    """
    arrow = pyarrow()
    folder.mkdir(parents=True)
    # Arrow's longest texts of the small kind come to 2 GiB a batch.
    schema = arrow.schema([(column, arrow.large_string()) for column in columns])
    count = 0
    with (
        arrow.OSFile(str(folder / ARROW), "wb") as sink,
        arrow.ipc.new_stream(sink, schema) as writer,
    ):
        for group in _groups(rows):
            writer.write_table(arrow.Table.from_pylist(group, schema=schema))
            count += len(group)
    feature = {"dtype": "large_string", "_type": "Value"}
    _write_json(folder / INFO, {"features": dict.fromkeys(columns, feature)})
    state: dict[str, Any] = {
        "_data_files": [{"filename": ARROW}],
        "_fingerprint": f"{count:016x}",
        "_format_columns": None,
        "_format_kwargs": {},
        "_format_type": None,
        "_output_all_columns": False,
        "_split": None,
    }
    _write_json(folder / STATE, state)
    return count


def _groups(rows: Iterable[Mapping[str, str | None]]) -> Iterator[list[Mapping[str, str | None]]]:
    left = iter(rows)
    while group := list(islice(left, ROWS_A_GROUP)):
        yield group


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2), encoding="utf-8")
