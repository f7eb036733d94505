"""A training reads a snapshot, whatever people do meanwhile."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from goldspan.client.transport import Transport
from goldspan.client.transport import path as route
from goldspan.run.folder import RunFolder, RunSpec
from goldspan.run.source import coming_from, current_snapshot
from goldspan.sdk.frozen import frozen, read_frozen
from goldspan.sdk.remote import RemoteFeedbackDataset
from goldspan.sdk.session import Session
from goldspan.sdk.training_task import TrainingTask
from goldspan.sdk.user import User


def test_examples_name_the_snapshot_that_they_are_from(
    owner: Session, pushed: RemoteFeedbackDataset
) -> None:
    pushed[0].submit({"answer": "Rome"})
    data = read_frozen(pushed, TrainingTask.for_question_answering())
    assert [one.gold_texts for one in data.demonstrations] == [("Rome",)]
    assert data.snapshot is not None
    assert len(data.snapshot.content_hash) == 64
    again = read_frozen(pushed, TrainingTask.for_question_answering())
    assert again.snapshot is not None
    assert again.snapshot.content_hash == data.snapshot.content_hash


def test_what_a_lead_settled_stands_in_place_of_the_votes(
    owner: Session, pushed: RemoteFeedbackDataset
) -> None:
    record = pushed[0]
    record.submit({"answer": "Rome"})
    name = owner.workspace().name
    lead = User.create(f"lead.{name}", role="admin", workspaces=[name], session=owner)
    with closing(Transport(owner.api_url, str(lead.api_key))) as server:
        settled = {"values": {"answer": {"value": "Milan"}}}
        server.call("PUT", route("records", str(record.id), "adjudication"), body=settled)
    data = read_frozen(pushed, TrainingTask.for_question_answering())
    assert [one.gold_texts for one in data.demonstrations] == [("Milan",)]


def test_a_filtered_view_gives_its_own_records(pushed: RemoteFeedbackDataset) -> None:
    pushed[1].submit({"answer": "Rome"})
    found = frozen(pushed.filter_by(response_status="submitted"))
    assert [one.external_id for one in found.records] == ["q1"]


def test_an_annotator_trains_without_a_snapshot(
    owner: Session, pushed: RemoteFeedbackDataset, join: Callable[[str], Session]
) -> None:
    seen = RemoteFeedbackDataset.find(join("ann"), pushed.name)
    assert frozen(seen).snapshot is None


def test_a_run_made_within_names_the_snapshot(
    pushed: RemoteFeedbackDataset, tmp_path: Path
) -> None:
    snapshot = frozen(pushed).snapshot
    with coming_from(snapshot):
        spec = RunSpec("r", "sft", "span", "m", "0", 1, 1, {}, snapshot=current_snapshot())
    RunFolder.create(tmp_path / "r", spec)
    assert RunFolder(tmp_path / "r").spec.snapshot == snapshot
    assert current_snapshot() is None
