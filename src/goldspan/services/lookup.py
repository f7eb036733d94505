"""Finding things on behalf of someone: what they may not see is not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from goldspan.domain.field import Field
from goldspan.domain.metadata import MetadataProperty
from goldspan.domain.permission import Action, Actor
from goldspan.domain.question import Question, RankingQuestion
from goldspan.domain.schema import VectorSettings
from goldspan.errors import NotFound
from goldspan.storage.rows import AllDeclared, DatasetRow, RecordRow
from goldspan.storage.store import Unit


@dataclass(frozen=True, slots=True)
class Schema:
    """What a dataset declares.

    Args:
        fields: in order.
        questions: by name.
        question_ids: name to id.
        metadata: properties by name.
        vectors: by name.
    """

    fields: tuple[Field, ...]
    questions: Mapping[str, Question]
    question_ids: Mapping[str, str]
    metadata: Mapping[str, MetadataProperty]
    vectors: Mapping[str, VectorSettings]

    @property
    def asks_for_preferences(self) -> bool:
        """Whether candidates are compared, so that nobody may know where they come from."""
        return any(isinstance(question, RankingQuestion) for question in self.questions.values())


def schema_of(unit: Unit, dataset_id: str) -> Schema:
    """Return what a dataset declares; others may hold the same object."""
    return _schema(unit.datasets.declared(dataset_id))


@lru_cache(maxsize=256)
def _schema(declared: AllDeclared) -> Schema:
    return Schema(
        fields=tuple(one for _, one in declared.fields),
        questions={one.name: one for _, one in declared.questions},
        question_ids={one.name: question_id for question_id, one in declared.questions},
        metadata={one.name: one for _, one in declared.metadata_properties},
        vectors={one.name: one for _, one in declared.vectors_settings},
    )


def visible_dataset(
    unit: Unit, actor: Actor, dataset_id: str, action: Action = Action.READ_DATASET
) -> DatasetRow:
    """Return a dataset on which the actor may do something.

    Raises:
        NotFound: if it does not exist for the actor.
        Forbidden: if the actor sees it but may not do that.
    """
    dataset = unit.datasets.get(dataset_id)
    if dataset is None or not actor.sees(dataset.workspace_id):
        raise NotFound(f"there is no dataset {dataset_id!r}", dataset_id=dataset_id)
    actor.require(action)
    return dataset


def visible_record(
    unit: Unit, actor: Actor, record_id: str, action: Action = Action.READ_DATASET
) -> tuple[RecordRow, DatasetRow]:
    """Return a record on which the actor may do something, and its dataset.

    Raises:
        NotFound: if it does not exist for the actor.
        Forbidden: if the actor sees it but may not do that.
    """
    record = unit.records.get(record_id)
    dataset = None if record is None else unit.datasets.get(record.dataset_id)
    if record is None or dataset is None or not actor.sees(dataset.workspace_id):
        raise NotFound(f"there is no record {record_id!r}", record_id=record_id)
    actor.require(action)
    return record, dataset
