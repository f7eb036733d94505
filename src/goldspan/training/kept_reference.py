"""What the reference model says of a training's rows, kept in a file from the first step on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from datasets import Dataset

from goldspan.run.folder import write_json
from goldspan.training.processes import first_process

Columns = Mapping[str, list[float]]
"""Log-probabilities by the name of their column, in the order of the rows, nats."""


def with_reference(dataset: Dataset, path: Path, compute: Callable[[], Columns]) -> Dataset:
    """Return the rows with the reference's columns: a resumed run has the same ones.

    Args:
        dataset: the rows.
        path: where the columns are, or will be, kept.
        compute: says them; all processes call it, the first one writes.
    """
    if path.is_file():
        columns = msgspec.json.decode(path.read_bytes(), type=dict[str, list[float]])
    else:
        columns = dict(compute())
        if first_process():
            write_json(path, columns)
    for name, values in columns.items():
        dataset = dataset.add_column(name, values)
    return dataset
