"""Datasets and what they declare, in SQL."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from functools import lru_cache
from typing import Any, Generic

import msgspec
import sqlalchemy as sa

from goldspan.storage import definitions
from goldspan.storage.ids import new_id
from goldspan.storage.rows import AllDeclared, DatasetRow, Declared, Definition
from goldspan.storage.sql_base import Session, to_text, unique
from goldspan.storage.statement import Hot
from goldspan.storage.tables import (
    datasets,
    fields,
    metadata_properties,
    questions,
    vectors_settings,
)

GET_DATASET = Hot(sa.select(datasets).where(datasets.c.id == sa.bindparam("id")))
TOUCH = Hot(
    datasets.update()
    .where(datasets.c.id == sa.bindparam("dataset_id"))
    .values(last_activity_at=sa.bindparam("now"))
)
DECLARED_OF = {
    table.name: Hot(
        sa.select(table)
        .where(table.c.dataset_id == sa.bindparam("dataset_id"))
        .order_by(table.c.id)
    )
    for table in (fields, questions, metadata_properties, vectors_settings)
}
ALL_DECLARED = Hot(
    sa.union_all(
        *(
            sa.select(sa.literal_column(f"'{table.name}'"), table.c.id, table.c.definition).where(
                table.c.dataset_id == sa.bindparam("dataset_id")
            )
            for table in (fields, questions, metadata_properties, vectors_settings)
        )
    )
)


def _dataset(row: Any) -> DatasetRow:
    (
        dataset_id,
        workspace_id,
        name,
        guidelines,
        allow_extra_metadata,
        status,
        min_submitted,
        metadata_json,
        last_activity_at,
        inserted_at,
        updated_at,
        assignment_order,
        lease_minutes,
        accept_late,
        suggestions_on_request,
    ) = row
    return DatasetRow(
        id=dataset_id,
        workspace_id=workspace_id,
        name=name,
        guidelines=guidelines,
        allow_extra_metadata=bool(allow_extra_metadata),
        status=status,
        min_submitted=min_submitted,
        metadata_json=metadata_json,
        last_activity_at=datetime.fromisoformat(last_activity_at),
        inserted_at=datetime.fromisoformat(inserted_at),
        updated_at=datetime.fromisoformat(updated_at),
        assignment_order=assignment_order,
        lease_minutes=lease_minutes,
        accept_late=bool(accept_late),
        suggestions_on_request=suggestions_on_request,
    )


def _columns(dataset: DatasetRow) -> dict[str, Any]:
    return {
        "id": dataset.id,
        "workspace_id": dataset.workspace_id,
        "name": dataset.name,
        "guidelines": dataset.guidelines,
        "allow_extra_metadata": int(dataset.allow_extra_metadata),
        "status": dataset.status,
        "min_submitted": dataset.min_submitted,
        "metadata": dataset.metadata_json,
        "last_activity_at": to_text(dataset.last_activity_at),
        "inserted_at": to_text(dataset.inserted_at),
        "updated_at": to_text(dataset.updated_at),
        "assignment_order": dataset.assignment_order,
        "lease_minutes": dataset.lease_minutes,
        "accept_late": int(dataset.accept_late),
        "suggestions_on_request": dataset.suggestions_on_request,
    }


@lru_cache(maxsize=256)
def _declared(rows: tuple[tuple[str, str, str], ...]) -> AllDeclared:
    """Return what these rows of (table, id, definition) declare; it seldom changes."""
    in_order = sorted(rows)

    def of(table: sa.Table, decode: Callable[[str], Definition]) -> tuple[Any, ...]:
        return tuple((id_, decode(text)) for name, id_, text in in_order if name == table.name)

    return AllDeclared(
        fields=of(fields, definitions.decode_field),
        questions=of(questions, definitions.decode_question),
        metadata_properties=of(metadata_properties, definitions.decode_metadata_property),
        vectors_settings=of(vectors_settings, definitions.decode_vector_settings),
    )


class SqlDeclarations(Generic[Definition]):
    """``datasets.Declarations`` in SQL."""

    def __init__(
        self, session: Session, table: sa.Table, decode: Callable[[str], Definition]
    ) -> None:
        self._session = session
        self._connection = session.connection
        self._table = table
        self._decode: Callable[[str], Definition] = decode

    def _row(self, row: Any) -> Declared[Definition]:
        declared_id, dataset_id, _, definition, inserted_at, updated_at = row
        return Declared(
            id=declared_id,
            dataset_id=dataset_id,
            definition=self._decode(definition),
            inserted_at=datetime.fromisoformat(inserted_at),
            updated_at=datetime.fromisoformat(updated_at),
        )

    def add(self, dataset_id: str, definition: Definition) -> Declared[Definition]:
        declared = Declared(
            id=new_id(),
            dataset_id=dataset_id,
            definition=definition,
            inserted_at=self._session.now,
            updated_at=self._session.now,
        )
        what, name = self._table.name.replace("_", " "), definition.name
        with unique(f"among the dataset's {what}, {name!r} exists already", name=name):
            self._connection.execute(
                self._table.insert().values(
                    id=declared.id,
                    dataset_id=dataset_id,
                    name=name,
                    definition=definitions.encode(definition),
                    inserted_at=self._session.now_text,
                    updated_at=self._session.now_text,
                )
            )
        return declared

    def get(self, declared_id: str) -> Declared[Definition] | None:
        row = self._connection.execute(
            sa.select(self._table).where(self._table.c.id == declared_id)
        ).first()
        return None if row is None else self._row(row)

    def of(self, dataset_id: str) -> list[Declared[Definition]]:
        rows = DECLARED_OF[self._table.name].rows(self._connection, dataset_id=dataset_id)
        return [self._row(row) for row in rows]

    def update(self, declared_id: str, definition: Definition) -> Declared[Definition]:
        row = self._connection.execute(
            self._table.update()
            .where(self._table.c.id == declared_id)
            .values(definition=definitions.encode(definition), updated_at=self._session.now_text)
            .returning(*self._table.c)
        ).one()
        return self._row(row)

    def delete(self, declared_id: str) -> None:
        self._connection.execute(self._table.delete().where(self._table.c.id == declared_id))


class SqlDatasets:
    """``datasets.Datasets`` in SQL."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._connection = session.connection
        self.fields = SqlDeclarations(session, fields, definitions.decode_field)
        self.questions = SqlDeclarations(session, questions, definitions.decode_question)
        self.metadata_properties = SqlDeclarations(
            session, metadata_properties, definitions.decode_metadata_property
        )
        self.vectors_settings = SqlDeclarations(
            session, vectors_settings, definitions.decode_vector_settings
        )

    def add(
        self,
        workspace_id: str,
        name: str,
        *,
        guidelines: str | None,
        allow_extra_metadata: bool,
        min_submitted: int,
        metadata_json: str | None,
    ) -> DatasetRow:
        dataset = DatasetRow(
            id=new_id(),
            workspace_id=workspace_id,
            name=name,
            guidelines=guidelines,
            allow_extra_metadata=allow_extra_metadata,
            status="draft",
            min_submitted=min_submitted,
            metadata_json=metadata_json,
            last_activity_at=self._session.now,
            inserted_at=self._session.now,
            updated_at=self._session.now,
        )
        with unique(f"the workspace has a dataset named {name!r} already", name=name):
            self._connection.execute(datasets.insert().values(_columns(dataset)))
        return dataset

    def get(self, dataset_id: str) -> DatasetRow | None:
        row = GET_DATASET.row(self._connection, id=dataset_id)
        return None if row is None else _dataset(row)

    def declared(self, dataset_id: str) -> AllDeclared:
        rows = ALL_DECLARED.rows(self._connection, dataset_id=dataset_id)
        return _declared(tuple(map(tuple, rows)))

    def all(self, workspace_ids: Collection[str] | None = None) -> list[DatasetRow]:
        query = sa.select(datasets).order_by(datasets.c.id)
        if workspace_ids is not None:
            query = query.where(datasets.c.workspace_id.in_(workspace_ids))
        return [_dataset(row) for row in self._connection.execute(query)]

    def update(self, dataset: DatasetRow) -> DatasetRow:
        changed = msgspec.structs.replace(dataset, updated_at=self._session.now)
        with unique(
            f"the workspace has a dataset named {dataset.name!r} already", name=dataset.name
        ):
            self._connection.execute(
                datasets.update().where(datasets.c.id == dataset.id).values(_columns(changed))
            )
        return changed

    def touch(self, dataset_id: str) -> None:
        TOUCH.rows(self._connection, dataset_id=dataset_id, now=self._session.now_text)

    def delete(self, dataset_id: str) -> None:
        self._connection.execute(datasets.delete().where(datasets.c.id == dataset_id))
