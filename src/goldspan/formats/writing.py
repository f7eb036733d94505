"""One way out: records become a file of any format that Goldspan writes, as a stream."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import msgspec

from goldspan.domain.answering import CONTEXT_FIELD, QUESTION_FIELDS, require_answering
from goldspan.domain.collect import preference_pairs
from goldspan.domain.demonstration import Demonstration
from goldspan.domain.preference import PreferencePair
from goldspan.domain.prompt import PromptTemplate
from goldspan.errors import InvalidInput
from goldspan.formats.archive import pack
from goldspan.formats.arrow import write_datasets, write_parquet
from goldspan.formats.native import escape, flat_columns, flat_row
from goldspan.formats.pairs import pair_row
from goldspan.formats.squad import squad_pieces
from goldspan.formats.whole import Shape, WholeRecord

Format = Literal["squad", "sft", "dpo", "jsonl", "csv", "parquet", "datasets"]
SUFFIXES: dict[str, str] = {
    "squad": ".json",
    "sft": ".jsonl",
    "dpo": ".jsonl",
    "jsonl": ".jsonl",
    "csv": ".csv",
    "parquet": ".parquet",
    "datasets": ".zip",
}
NO_ANSWER = "without a submitted answer"
NO_PLACE = "whose answer does not stand in the context"
NO_PREFERENCE = "without a preference"


@dataclass(slots=True)
class Exported:
    """What an export wrote.

    Args:
        written: questions, pairs or records in the file.
        left_out: reason to number of records that gave nothing.
    """

    written: int
    left_out: dict[str, int]


def write_file(
    path: Path,
    format: str,
    shape: Shape,
    records: Iterable[WholeRecord],
    template: PromptTemplate | None = None,
) -> Exported:
    """Write records to a file, whole or not at all.

    Args:
        path: the file; one that is there is replaced.
        format: ``squad``: answered questions as SQuAD v2.0. ``sft``: answered questions as JSON
            lines with prompt and completion. ``dpo``: preference pairs as JSON lines. ``jsonl``:
            whole records, nothing missing. ``csv``, ``parquet``: the same in columns.
            ``datasets``: the same as a folder for ``load_from_disk``, in a zip archive.
        shape: what the dataset declares.
        records: in order; read once.
        template: makes the prompts of ``sft`` and ``dpo``; by default the default one.

    Raises:
        InvalidInput: if the dataset does not ask for what the format needs.
        MissingExtra: if the format needs packages that are not installed.
    """
    if format not in WRITERS:
        raise InvalidInput(f"a dataset is exported as one of {list(WRITERS)}, found {format!r}")
    half = path.with_name(f"{path.name}.tmp")
    try:
        done = WRITERS[format](half, shape, records, template or PromptTemplate())
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
    return done


def _squad(
    path: Path, shape: Shape, records: Iterable[WholeRecord], _template: PromptTemplate
) -> Exported:
    done = Exported(0, {NO_ANSWER: 0, NO_PLACE: 0})

    def placed() -> Iterator[Demonstration]:
        for one in _demonstrations(shape, records, done):
            answers = tuple(answer for answer in one.answers if answer.span)
            if one.answers and not answers:
                done.left_out[NO_PLACE] += 1
                continue
            done.written += 1
            yield replace(one, answers=answers)

    with path.open("wb") as file:
        file.writelines(squad_pieces(placed(), "v2.0"))
    return done


def _sft(
    path: Path, shape: Shape, records: Iterable[WholeRecord], template: PromptTemplate
) -> Exported:
    done = Exported(0, {NO_ANSWER: 0})
    found = _demonstrations(shape, records, done)
    done.written = _write_lines(path, (demonstration_row(one, template) for one in found))
    return done


def _demonstrations(
    shape: Shape, records: Iterable[WholeRecord], done: Exported
) -> Iterator[Demonstration]:
    names = require_answering(list(shape.fields), list(shape.questions.values()))
    for record in records:
        found = names.demonstration(record.annotated())
        if found is None:
            done.left_out[NO_ANSWER] += 1
        else:
            yield found


def demonstration_row(one: Demonstration, template: PromptTemplate) -> dict[str, Any]:
    """Return prompt and completion for the best answer, and the columns that are read back."""
    return {
        "prompt": template.render_prompt(one.question_text, one.context),
        "completion": template.render_completion(one.gold_texts[0]),
        "id": one.id,
        "article": one.article,
        "question": one.question_text,
        "context": one.context,
        "answer": [answer.text for answer in one.answers],
    }


def _dpo(
    path: Path, shape: Shape, records: Iterable[WholeRecord], template: PromptTemplate
) -> Exported:
    ranking = shape.ranking
    asked = next((name for name in QUESTION_FIELDS if name in shape.fields), None)
    if ranking is None or asked is None:
        raise InvalidInput(
            f"preference pairs need a ranking question and a field {' or '.join(QUESTION_FIELDS)}, "
            f"found fields {list(shape.fields)} and questions "
            f"{[(one.name, one.kind) for one in shape.questions.values()]}"
        )
    done = Exported(0, {NO_PREFERENCE: 0})

    def pairs() -> Iterator[PreferencePair]:
        for record in records:
            found = preference_pairs(
                record.annotated(), ranking, question_field=asked, context_field=CONTEXT_FIELD
            )
            done.left_out[NO_PREFERENCE] += not found
            yield from found

    done.written = _write_lines(path, (pair_row(pair, template) for pair in pairs()))
    return done


def _jsonl(
    path: Path, _shape: Shape, records: Iterable[WholeRecord], _template: PromptTemplate
) -> Exported:
    return Exported(_write_lines(path, records), {})


def _write_lines(path: Path, rows: Iterable[Mapping[str, Any] | WholeRecord]) -> int:
    encode = msgspec.json.Encoder().encode
    count = 0
    with path.open("wb") as file:
        for row in rows:
            file.write(encode(row) + b"\n")
            count += 1
    return count


def _csv(
    path: Path, shape: Shape, records: Iterable[WholeRecord], _template: PromptTemplate
) -> Exported:
    fields = list(shape.fields)
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(flat_columns(fields))
        for record in records:
            writer.writerow(map(escape, flat_row(record, fields).values()))
            count += 1
    return Exported(count, {})


def _parquet(
    path: Path, shape: Shape, records: Iterable[WholeRecord], _template: PromptTemplate
) -> Exported:
    fields = list(shape.fields)
    rows = (flat_row(record, fields) for record in records)
    return Exported(write_parquet(path, flat_columns(fields), rows), {})


def _datasets(
    path: Path, shape: Shape, records: Iterable[WholeRecord], _template: PromptTemplate
) -> Exported:
    fields = list(shape.fields)
    rows = (flat_row(record, fields) for record in records)
    with tempfile.TemporaryDirectory(prefix="datasets-", dir=path.parent) as made:
        folder = Path(made) / "dataset"
        count = write_datasets(folder, flat_columns(fields), rows)
        pack(folder, path)
    return Exported(count, {})


Write = Callable[[Path, Shape, Iterable[WholeRecord], PromptTemplate], Exported]
WRITERS: dict[str, Write] = {
    "squad": _squad,
    "sft": _sft,
    "dpo": _dpo,
    "jsonl": _jsonl,
    "csv": _csv,
    "parquet": _parquet,
    "datasets": _datasets,
}
