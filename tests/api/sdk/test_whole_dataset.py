"""A whole dataset goes out as one file, and is made anew of it."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from goldspan.domain.field import ChatField, CustomField, ImageField, TextField
from goldspan.domain.metadata import (
    FloatMetadataProperty,
    IntegerMetadataProperty,
    TermsMetadataProperty,
)
from goldspan.domain.question import (
    LabelQuestion,
    MultiLabelQuestion,
    Question,
    RankingQuestion,
    RatingQuestion,
    SpanQuestion,
    TextQuestion,
)
from goldspan.domain.schema import VectorSettings
from goldspan.errors import InvalidFile, InvalidInput
from goldspan.formats.archive import unpack
from goldspan.sdk.dataset import FeedbackDataset
from goldspan.sdk.exporting import export
from goldspan.sdk.importing import check_file, import_file
from goldspan.sdk.records import FeedbackRecord
from goldspan.sdk.remote import RemoteFeedbackDataset
from goldspan.sdk.saved_settings import Rules
from goldspan.sdk.session import Session
from goldspan.sdk.upload import create_dataset
from goldspan.sdk.user import User
from goldspan.sdk.workspace import Workspace
from goldspan.wire.dataset import Assignment, Distribution

LABELS = {"good": "It is good", "bad": "It is bad", "odd": "Odd"}
QUESTIONS: list[Question] = [
    TextQuestion("answer", title="The answer", description="In words.", use_markdown=True),
    SpanQuestion("where", field="context", labels={"a": "Answer"}, allow_overlapping=True),
    LabelQuestion("label", labels=LABELS, visible_labels=3, required=False),
    MultiLabelQuestion("labels", labels=LABELS, labels_order="suggestion", required=False),
    RankingQuestion("order", values=["first", "second"], required=False),
    RatingQuestion("stars", values=[1, 2, 5], required=False),
]
RULES = Rules(
    Distribution(min_submitted=3),
    Assignment(order="random", lease_minutes=40, accept_late=False, suggestions_on_request=25),
    {"origin": ["harbour", 1894]},
)


def rich() -> FeedbackDataset:
    """A dataset that asks for everything that there is to ask."""
    return FeedbackDataset(
        fields=[
            TextField("question", title="What is asked", use_markdown=True),
            TextField("context"),
            ImageField("picture", required=False),
            ChatField("talk", required=False, use_markdown=False),
            CustomField("card", required=False, template="<b>{{x}}</b>"),
        ],
        questions=QUESTIONS,
        guidelines="# Read\n\nMark 🙂 with care.",
        metadata_properties=[
            TermsMetadataProperty("split", values=["train", "dev"]),
            IntegerMetadataProperty("n", min=0, max=9, visible_for_annotators=False),
            FloatMetadataProperty("x"),
        ],
        vectors_settings=[VectorSettings("meaning", 2)],
        allow_extra_metadata=False,
    )


def records(ann: str, ben: str) -> list[FeedbackRecord]:
    marked = [{"label": "a", "start": 2, "end": 5}]
    full = {
        "answer": "It **is** 🙂",
        "where": marked,
        "label": "odd",
        "labels": ["good", "odd"],
        "order": [{"value": "second", "rank": 1}, {"value": "first", "rank": 2}],
        "stars": 5,
    }

    def response(user: str, status: str, values: dict[str, Any]) -> dict[str, Any]:
        given = {name: {"value": value} for name, value in values.items()}
        return {"user_id": user, "status": status, "values": given}

    return [
        FeedbackRecord(
            {
                "question": "=What?",
                "context": "🙂 One\r\ntwo",
                "picture": "https://example.org/a.png",
                "talk": [{"role": "user", "content": "Hi"}],
                "card": {"x": [1, {"y": None}]},
            },
            responses=[
                response(ann, "submitted", full),
                response(ben, "draft", {"stars": 1}),
            ],
            suggestions=[
                {"question_name": "where", "value": marked, "score": [0.25], "agent": "reader"},
                {"question_name": "stars", "value": 2, "score": 0.5, "type": "human"},
            ],
            metadata={"split": ["train", "dev"], "n": 3, "x": 0.125},
            vectors={"meaning": [0.5, -1.0]},
            external_id="ä/1",
        ),
        FeedbackRecord(
            {"question": "None?", "context": "Nothing."},
            responses=[response(ann, "discarded", {})],
            suggestions=[{"question_name": "where", "value": [], "score": 0.75, "agent": "reader"}],
            external_id="2",
        ),
        FeedbackRecord({"question": "Third?", "context": "Without an id."}),
    ]


@pytest.fixture
def whole(owner: Session) -> RemoteFeedbackDataset:
    workspace = owner.workspace().name
    people = [
        User.create(f"{name}.{workspace}", workspaces=[workspace], session=owner)
        for name in ("ann", "ben")
    ]
    given = records(*(str(one.id) for one in people))
    local = rich()
    local.add_records(given)
    body = create_dataset(owner, "d", None, local.settings, given, show_progress=False, rules=RULES)
    return RemoteFeedbackDataset.open(owner, body)


@pytest.fixture
def elsewhere(owner: Session) -> Session:
    """The owner, in another workspace, where there is no dataset."""
    name = f"{owner.workspace().name}-other"
    Workspace.create(name, session=owner)
    return Session(owner.client, name)


def lines(path: Path, folder: Path) -> list[dict[str, Any]]:
    """An archive's records without the ids that differ from dataset to dataset."""
    folder.mkdir()
    unpack(path, folder, path.name)
    text = (folder / "records.jsonl").read_text(encoding="utf-8")
    read = [json.loads(line) for line in text.split("\n") if line]
    return [{**record, "id": None} for record in read]


def test_a_dataset_comes_back_as_it_was(
    whole: RemoteFeedbackDataset, elsewhere: Session, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    assert export(whole, first, "goldspan").written == 3
    done = import_file("again", first, session=elsewhere, show_progress=False)
    assert (done.added, done.updated, done.skipped) == (3, 0, 0)
    assert done.new == f"with the settings of {first}"
    assert done.dataset.settings == whole.settings
    body = elsewhere.client.dataset(done.dataset.id)
    assert Rules(body.distribution, body.assignment, body.metadata) == RULES
    export(done.dataset, second, "goldspan")
    again = lines(second, tmp_path / "second")
    assert again == lines(first, tmp_path / "first")
    assert again[0]["responses"][0]["values"]["where"] == [{"label": "a", "start": 2, "end": 5}]
    assert [one["score"] for one in again[1]["suggestions"]] == [0.75]


def test_importing_again_updates_and_an_unpacked_archive_is_read_too(
    whole: RemoteFeedbackDataset, elsewhere: Session, tmp_path: Path
) -> None:
    path, folder = tmp_path / "d.zip", tmp_path / "unpacked"
    export(whole, path, "goldspan")
    lines(path, folder)
    assert check_file("again", folder, session=elsewhere).accepted == 3
    done = import_file("again", folder, session=elsewhere, show_progress=False)
    assert (done.added, done.dataset.settings) == (3, whole.settings)
    done = import_file("again", path, session=elsewhere, show_progress=False)
    assert (done.added, done.updated, done.new, len(done.dataset)) == (0, 3, "", 3)


def test_a_dataset_without_records_and_a_local_one_come_back(
    owner: Session, tmp_path: Path
) -> None:
    path = tmp_path / "empty.zip"
    assert export(rich(), path, "goldspan").written == 0
    done = import_file("empty", path, session=owner, show_progress=False)
    assert (len(done.dataset), done.dataset.settings) == (0, rich().settings)


def test_records_that_do_not_fit_leave_no_dataset_behind(owner: Session, tmp_path: Path) -> None:
    path = tmp_path / "wrong.zip"
    export(rich(), path, "goldspan")
    with zipfile.ZipFile(path) as opened:
        settings = opened.read("settings.json")
    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr("settings.json", settings)
        opened.writestr("records.jsonl", '{"fields": {}, "responses": [], "suggestions": []}\n')
    with pytest.raises(InvalidFile, match=r"line 1: .*question"):
        import_file("wrong", path, session=owner, show_progress=False)
    assert owner.client.datasets(owner.workspace().id) == []


def test_settings_that_are_none_are_named(owner: Session, tmp_path: Path) -> None:
    path = tmp_path / "wrong.zip"
    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr("settings.json", '{"fields": 1}')
        opened.writestr("records.jsonl", "")
    with pytest.raises(InvalidFile, match=r"wrong\.zip does not hold a dataset's settings: Exp"):
        import_file("wrong", path, session=owner, show_progress=False)


def test_an_archive_with_damaged_settings_is_told_and_makes_nothing(
    whole: RemoteFeedbackDataset, elsewhere: Session, tmp_path: Path
) -> None:
    path = tmp_path / "d.zip"
    export(whole, path, "goldspan")
    with zipfile.ZipFile(path) as opened:
        member = opened.getinfo("settings.json")
    data = bytearray(path.read_bytes())
    # In the middle of what is packed, after the member's own header and name.
    data[member.header_offset + 30 + len(member.filename) + member.compress_size // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(InvalidFile, match=r"d\.zip is a damaged zip archive"):
        import_file("again", path, session=elsewhere, show_progress=False)
    assert elsewhere.client.datasets(elsewhere.workspace().id) == []


def test_records_alone_say_what_brings_their_settings(
    whole: RemoteFeedbackDataset, elsewhere: Session, tmp_path: Path
) -> None:
    path = tmp_path / "d.jsonl"
    export(whole, path, "jsonl")
    with pytest.raises(InvalidInput, match="An export of format goldspan brings the settings"):
        import_file("again", path, session=elsewhere, show_progress=False)
