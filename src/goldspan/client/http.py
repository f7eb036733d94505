"""The server's routes, one method a use; shapes are those of ``wire``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from goldspan.client.accounts import Accounts
from goldspan.client.transport import Transport, path, rebuild
from goldspan.errors import GoldspanError, UnexpectedAnswer
from goldspan.wire.base import Items
from goldspan.wire.dataset import Dataset, DatasetCreate, DatasetProgress
from goldspan.wire.error import ErrorDetail
from goldspan.wire.exchange import ImportReport, Snapshot, SnapshotCreate
from goldspan.wire.field import Field, FieldCreate
from goldspan.wire.leading import Quality
from goldspan.wire.metadata import MetadataProperty, MetadataPropertyCreate, MetadataPropertyUpdate
from goldspan.wire.question import Question, QuestionCreate
from goldspan.wire.record import (
    BulkResponse,
    BulkResponseResult,
    RecordCreate,
    RecordsBulk,
    RecordsCreate,
    RecordsUpdate,
    RecordUpdate,
    ResponsesBulk,
    ResponsesBulkResult,
)
from goldspan.wire.search import SearchBody, SearchPage
from goldspan.wire.shapes import decoder_of
from goldspan.wire.user import User, UserCreate
from goldspan.wire.vectors import VectorSettings, VectorSettingsCreate, VectorSettingsUpdate
from goldspan.wire.workspace import Workspace, WorkspaceCreate, WorkspaceUserCreate


class HttpClient:
    """Talks to one server as one user. Safe to use from several threads.

    Args:
        api_url: where the server is, such as ``http://127.0.0.1:6900``.
        api_key: the caller's key.
        timeout_s: longest silence of the server that is waited for, seconds.

    Every method raises ``ServerUnreachable``, the server's own error in its class, or
    ``UnexpectedAnswer``.
    """

    def __init__(self, api_url: str, api_key: str, *, timeout_s: float = 60.0) -> None:
        self._transport = Transport(api_url, api_key, timeout_s=timeout_s)
        self.accounts = Accounts(self._transport)

    @property
    def api_url(self) -> str:
        """Where the server is."""
        return self._transport.api_url

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    # Users and workspaces

    def me(self) -> User:
        """Return who the key belongs to."""
        return self._transport.ask("GET", path("me"), User)

    def users(self) -> list[User]:
        """Return every user."""
        return self._transport.ask("GET", path("users"), Items[User]).items

    def create_user(self, user: UserCreate) -> User:
        """Create a user; only this answer holds the new user's key."""
        return self._transport.ask("POST", path("users"), User, body=user)

    def delete_user(self, user_id: str) -> None:
        """Delete a user; the responses stay."""
        self._transport.call("DELETE", path("users", user_id))

    def workspaces(self) -> list[Workspace]:
        """Return the workspaces that the caller may see."""
        return self._transport.ask("GET", path("me", "workspaces"), Items[Workspace]).items

    def workspace(self, workspace_id: str) -> Workspace:
        """Return one workspace."""
        return self._transport.ask("GET", path("workspaces", workspace_id), Workspace)

    def create_workspace(self, name: str) -> Workspace:
        """Create a workspace."""
        body = WorkspaceCreate(name=name)
        return self._transport.ask("POST", path("workspaces"), Workspace, body=body)

    def delete_workspace(self, workspace_id: str) -> None:
        """Delete an empty workspace."""
        self._transport.call("DELETE", path("workspaces", workspace_id))

    def workspace_users(self, workspace_id: str) -> list[User]:
        """Return who is in a workspace."""
        route = path("workspaces", workspace_id, "users")
        return self._transport.ask("GET", route, Items[User]).items

    def add_workspace_user(self, workspace_id: str, user_id: str) -> None:
        """Let a user into a workspace."""
        body = WorkspaceUserCreate(user_id=user_id)
        self._transport.call("POST", path("workspaces", workspace_id, "users"), body=body)

    def remove_workspace_user(self, workspace_id: str, user_id: str) -> None:
        """Take a user out of a workspace."""
        self._transport.call("DELETE", path("workspaces", workspace_id, "users", user_id))

    # Datasets

    def datasets(self, workspace_id: str | None = None) -> list[Dataset]:
        """Return the datasets that the caller may see, of one workspace or of all."""
        params = {"workspace_id": workspace_id} if workspace_id else {}
        route = path("me", "datasets")
        return self._transport.ask("GET", route, Items[Dataset], params=params).items

    def dataset(self, dataset_id: str) -> Dataset:
        """Return one dataset."""
        return self._transport.ask("GET", path("datasets", dataset_id), Dataset)

    def create_dataset(self, dataset: DatasetCreate) -> Dataset:
        """Create a draft, which takes fields and questions but no records yet."""
        return self._transport.ask("POST", path("datasets"), Dataset, body=dataset)

    def publish_dataset(self, dataset_id: str) -> Dataset:
        """Make a draft ready for records; its fields and questions are then fixed."""
        return self._transport.ask("PUT", path("datasets", dataset_id, "publish"), Dataset)

    def delete_dataset(self, dataset_id: str) -> None:
        """Delete a dataset with everything in it."""
        self._transport.call("DELETE", path("datasets", dataset_id))

    def progress(self, dataset_id: str) -> DatasetProgress:
        """Return how many records are completed."""
        return self._transport.ask("GET", path("datasets", dataset_id, "progress"), DatasetProgress)

    def quality(self, dataset_id: str) -> Quality:
        """Return how far people agree, how right, how fast and how swayed they are."""
        return self._transport.ask("GET", path("datasets", dataset_id, "quality"), Quality)

    # Settings of a dataset

    def fields(self, dataset_id: str) -> list[Field]:
        """Return a dataset's fields, in order."""
        return self._transport.ask(
            "GET", path("datasets", dataset_id, "fields"), Items[Field]
        ).items

    def add_field(self, dataset_id: str, field: FieldCreate) -> Field:
        """Add a field to a draft."""
        route = path("datasets", dataset_id, "fields")
        return self._transport.ask("POST", route, Field, body=field)

    def questions(self, dataset_id: str) -> list[Question]:
        """Return a dataset's questions, in order."""
        route = path("datasets", dataset_id, "questions")
        return self._transport.ask("GET", route, Items[Question]).items

    def add_question(self, dataset_id: str, question: QuestionCreate) -> Question:
        """Add a question to a draft."""
        route = path("datasets", dataset_id, "questions")
        return self._transport.ask("POST", route, Question, body=question)

    def metadata_properties(self, dataset_id: str) -> list[MetadataProperty]:
        """Return the metadata properties that the caller may see."""
        route = path("me", "datasets", dataset_id, "metadata-properties")
        return self._transport.ask("GET", route, Items[MetadataProperty]).items

    def add_metadata_property(
        self, dataset_id: str, prop: MetadataPropertyCreate
    ) -> MetadataProperty:
        """Declare a metadata property."""
        route = path("datasets", dataset_id, "metadata-properties")
        return self._transport.ask("POST", route, MetadataProperty, body=prop)

    def update_metadata_property(self, property_id: str, change: MetadataPropertyUpdate) -> None:
        """Change a metadata property's title, and whether annotators see it."""
        self._transport.call("PATCH", path("metadata-properties", property_id), body=change)

    def delete_metadata_property(self, property_id: str) -> None:
        """Take a metadata property away; what records hold under its name stays."""
        self._transport.call("DELETE", path("metadata-properties", property_id))

    def vectors_settings(self, dataset_id: str) -> list[VectorSettings]:
        """Return the vectors that a dataset's records may carry."""
        route = path("datasets", dataset_id, "vectors-settings")
        return self._transport.ask("GET", route, Items[VectorSettings]).items

    def add_vector_settings(self, dataset_id: str, vector: VectorSettingsCreate) -> VectorSettings:
        """Declare a vector."""
        route = path("datasets", dataset_id, "vectors-settings")
        return self._transport.ask("POST", route, VectorSettings, body=vector)

    def update_vector_settings(self, settings_id: str, change: VectorSettingsUpdate) -> None:
        """Change a vector's title."""
        self._transport.call("PATCH", path("vectors-settings", settings_id), body=change)

    def delete_vector_settings(self, settings_id: str) -> None:
        """Take a vector away; what records hold under its name stays."""
        self._transport.call("DELETE", path("vectors-settings", settings_id))

    # Records and responses

    def upsert_records(self, dataset_id: str, records: Sequence[RecordCreate]) -> RecordsBulk:
        """Add records, or update those whose id or external id is known: all or none."""
        named = all(record.id or record.external_id for record in records)
        return self._transport.ask(
            "PUT",
            path("datasets", dataset_id, "records", "bulk"),
            RecordsBulk,
            body=RecordsCreate(items=list(records)),
            idempotent=named,
        )

    def search_records(
        self,
        dataset_id: str,
        body: SearchBody,
        *,
        offset: int,
        limit: int,
        include: Sequence[str] = ("responses", "suggestions"),
        mine: bool = False,
    ) -> SearchPage:
        """Return a part of the records that a search keeps.

        Args:
            dataset_id: of the dataset.
            body: filters and order; by default all records, the oldest first.
            offset: number of records to pass over.
            limit: longest part to return.
            include: ``responses``, ``suggestions``, ``vectors``.
            mine: whether to show and filter by the caller's own responses alone, which is the
                only form that annotators may use.
        """
        owner = ("me",) if mine else ()
        return self._transport.ask(
            "POST",
            path(*owner, "datasets", dataset_id, "records", "search"),
            SearchPage,
            params={"offset": offset, "limit": limit, "include": list(include)},
            body=body,
            idempotent=True,
        )

    # Files

    def import_file(
        self,
        dataset_id: str,
        file: Path,
        params: Mapping[str, str],
        advance: Callable[[int], None] = lambda _: None,
    ) -> ImportReport:
        """Send a file to be imported; the answer comes when all of it is stored.

        Args:
            dataset_id: where to.
            file: sent as it is.
            params: of the route.
            advance: called with the number of bytes sent since its last call.
        """
        route = path("datasets", dataset_id, "import")
        content = self._transport.send_file(route, file, params, advance)
        return decoder_of(ImportReport).decode(content)

    def back_up(self, file: Path) -> int:
        """Receive an archive of all that the server keeps; return the number of rows in it."""
        return int(self.export_file(path("backup"), {}, file)["x-goldspan-written"])

    def check_up(self) -> dict[str, str]:
        """Return check to what is wrong with the server's database, "" where nothing is."""
        return self._transport.ask("GET", path("doctor"), dict[str, str])

    def create_snapshot(self, dataset_id: str, name: str | None = None) -> Snapshot:
        """Keep a dataset as it is now."""
        route = path("datasets", dataset_id, "snapshots")
        body = SnapshotCreate(name=name)
        return self._transport.ask("POST", route, Snapshot, body=body)

    def export_file(self, route: str, params: Mapping[str, str], file: Path) -> dict[str, str]:
        """Receive a file, whole or not at all; return the answer's headers."""
        return self._transport.receive_file(route, params, file)

    def update_records(self, dataset_id: str, changes: Sequence[RecordUpdate]) -> None:
        """Change records named by their ids: all or none."""
        body = RecordsUpdate(items=list(changes))
        route = path("datasets", dataset_id, "records")
        self._transport.call("PATCH", route, body=body, idempotent=True)

    def delete_records(self, dataset_id: str, record_ids: Sequence[str]) -> None:
        """Delete records with their responses; at most 100 at a time."""
        params = {"ids": ",".join(record_ids)}
        self._transport.call("DELETE", path("datasets", dataset_id, "records"), params=params)

    def respond(self, responses: Sequence[BulkResponse]) -> ResponsesBulkResult:
        """Store the caller's own responses, replacing earlier ones; each stands or falls alone."""
        body = ResponsesBulk(items=list(responses))
        route = path("me", "responses", "bulk")
        return self._transport.ask("POST", route, ResponsesBulkResult, body=body, idempotent=True)


def error_of(result: BulkResponseResult) -> GoldspanError:
    """Return the error of a refused item, in its class."""
    fault = {} if result.error is None else result.error.detail
    try:
        made = rebuild(msgspec.convert(fault, ErrorDetail))
    except msgspec.ValidationError:
        made = None
    return made or UnexpectedAnswer(f"one item was answered by {fault!r:.200}")
