"""What people answered and preferred, as files that other tools read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from goldspan.domain.answering import CONTEXT_FIELD, QUESTION_FIELDS
from goldspan.domain.collect import preference_pairs
from goldspan.domain.demonstration import Demonstration
from goldspan.domain.prompt import PromptTemplate
from goldspan.domain.question import RankingQuestion
from goldspan.errors import InvalidInput
from goldspan.formats.pairs import pair_row
from goldspan.formats.squad import write_squad
from goldspan.sdk.answering import answering
from goldspan.sdk.base import DatasetBase
from goldspan.sdk.records import FeedbackRecord

Format = Literal["squad", "sft", "dpo", "jsonl"]


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote.

    Args:
        written: questions, pairs or records in the file.
        left_out: reason to number of records that gave nothing.
    """

    written: int
    left_out: Mapping[str, int]


def export(
    dataset: DatasetBase, path: Path, format: Format, template: PromptTemplate | None = None
) -> Exported:
    """Write a dataset to a file, whole or not at all.

    Args:
        dataset: local or remote, and possibly filtered.
        path: the file; one that is there is replaced.
        format: ``squad``: answered questions as SQuAD JSON. ``sft``: answered questions as JSON
            lines with prompt and completion. ``dpo``: preference pairs as JSON lines. ``jsonl``:
            every record as it is.
        template: makes the prompts of ``sft`` and ``dpo``; by default the default one.

    Raises:
        InvalidInput: if the dataset does not ask for what the format needs.
    """
    if format == "jsonl":
        return Exported(_write_lines(path, map(plain_record, dataset)), {})
    if format == "squad":
        return _squad(dataset, path)
    if format == "sft":
        answered, left_out = _demonstrations(dataset)
        rows = (demonstration_row(one, template or PromptTemplate()) for one in answered)
        return Exported(_write_lines(path, rows), left_out)
    if format == "dpo":
        return _dpo(dataset, path, template)
    raise InvalidInput(f"a dataset is exported as one of {get_args(Format)}, found {format!r}")


def plain_record(record: FeedbackRecord) -> dict[str, Any]:
    """Return a record as JSON has it, with nothing left out but the vectors."""
    responses = [response.to_domain() for response in record.responses]
    return {
        "id": record.id,
        "external_id": record.external_id,
        "fields": record.fields,
        "metadata": record.metadata,
        "responses": [
            {"user_id": one.user_id, "status": one.status.value, "values": one.values}
            for one in responses
        ],
        "suggestions": [
            {
                "question_name": one.question_name,
                "value": one.value,
                "score": one.score,
                "agent": one.agent,
                "type": one.type,
            }
            for one in record.suggestions
        ],
    }


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


def _demonstrations(dataset: DatasetBase) -> tuple[list[Demonstration], dict[str, int]]:
    names = answering(dataset)
    found = [names.demonstration(record) for record in dataset.annotated()]
    answered = [one for one in found if one is not None]
    return answered, {"without a submitted answer": len(found) - len(answered)}


def _squad(dataset: DatasetBase, path: Path) -> Exported:
    answered, left_out = _demonstrations(dataset)
    placed = [
        replace(one, answers=tuple(answer for answer in one.answers if answer.span))
        for one in answered
        if not one.answers or any(answer.span for answer in one.answers)
    ]
    left_out["whose answer does not stand in the context"] = len(answered) - len(placed)
    write_squad(path, placed)
    return Exported(len(placed), left_out)


def _dpo(dataset: DatasetBase, path: Path, template: PromptTemplate | None) -> Exported:
    ranking = next((one for one in dataset.questions if isinstance(one, RankingQuestion)), None)
    asked = next((name for name in QUESTION_FIELDS if dataset.field_by_name(name)), None)
    if ranking is None or asked is None:
        raise InvalidInput(
            f"preference pairs need a ranking question and a field {' or '.join(QUESTION_FIELDS)}, "
            f"found fields {[one.name for one in dataset.fields]} and questions "
            f"{[(one.name, one.kind) for one in dataset.questions]}"
        )
    found = [
        preference_pairs(record, ranking, question_field=asked, context_field=CONTEXT_FIELD)
        for record in dataset.annotated()
    ]
    rows = (pair_row(pair, template) for pairs in found for pair in pairs)
    undecided = sum(not pairs for pairs in found)
    return Exported(_write_lines(path, rows), {"without a preference": undecided})


def _write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> int:
    half = path.with_name(f"{path.name}.tmp")
    count = 0
    with half.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    half.replace(path)
    return count
