"""A dataset to put records into, and records."""

from dataclasses import dataclass

from goldspan.domain.field import TextField
from goldspan.domain.question import TextQuestion
from goldspan.domain.workspace import Role
from goldspan.storage.ids import new_id
from goldspan.storage.rows import NewRecord, UserRow
from goldspan.storage.store import Unit


@dataclass(frozen=True)
class Sample:
    """A dataset with one field and one question, in a workspace."""

    workspace_id: str
    dataset_id: str
    question_id: str


def make_sample(unit: Unit) -> Sample:
    workspace = unit.workspaces.add("admin")
    dataset = unit.datasets.add(
        workspace.id,
        "squad",
        guidelines=None,
        allow_extra_metadata=True,
        min_submitted=1,
        metadata_json=None,
    )
    unit.datasets.fields.add(dataset.id, TextField("context"))
    question = unit.datasets.questions.add(dataset.id, TextQuestion("answer"))
    return Sample(workspace.id, dataset.id, question.id)


def new_record(
    context: str = "Denver won.", external_id: str | None = None, metadata: str | None = None
) -> NewRecord:
    return NewRecord(
        id=new_id(),
        external_id=external_id,
        fields_json=f'{{"context":"{context}"}}',
        metadata_json=metadata,
        vectors_json=None,
    )


def new_user(unit: Unit, username: str) -> UserRow:
    user = UserRow(
        id=new_id(),
        username=username,
        first_name=username,
        last_name=None,
        role=Role.ANNOTATOR,
        password_hash=None,
        inserted_at=unit.now,
        updated_at=unit.now,
    )
    unit.users.add(user)
    return user
