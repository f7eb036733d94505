"""Facts that Argilla's SDK 2.8 finds about a server."""

import contextlib
import io
import itertools
import os
import uuid
from datetime import UTC, datetime, timedelta

import argilla as rg
from facts import KEY, URL, fact, state

numbers = itertools.count(1)
client = rg.Argilla(api_url=URL, api_key=KEY)
workspace = rg.Workspace(name="native", client=client)
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)


def quiet(function, *args, **kwargs):
    """Call without the client's notes and progress bars."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return function(*args, **kwargs)


def everything(**more):
    """Settings with every kind of field, question, metadata and a vector."""
    return rg.Settings(
        fields=[
            rg.TextField(name="question"),
            rg.TextField(name="context", use_markdown=True),
            rg.ImageField(name="image", required=False),
            rg.ChatField(name="chat", use_markdown=True, required=False),
            rg.CustomField(
                name="graph", template="<b>{{record.fields.graph.title}}</b>", required=False
            ),
        ],
        questions=[
            rg.TextQuestion(name="answer", description="In the text.", use_markdown=True),
            rg.RatingQuestion(name="rating", values=[1, 2, 3], required=False),
            rg.LabelQuestion(name="label", labels={"yes": "Yes", "no": "No"}, required=False),
            rg.MultiLabelQuestion(
                name="labels", labels=["a", "b", "c"], labels_order="suggestion", required=False
            ),
            rg.RankingQuestion(name="ranking", values=["response1", "response2"], required=False),
            rg.SpanQuestion(
                name="span",
                field="context",
                labels=["answer"],
                allow_overlapping=True,
                required=False,
            ),
        ],
        metadata=[
            rg.TermsMetadataProperty(name="split", options=["train", "dev"]),
            rg.TermsMetadataProperty(name="grade", options=[1, 2, True]),
            rg.IntegerMetadataProperty(name="length", min=0, max=1000),
            rg.FloatMetadataProperty(name="score", visible_for_annotators=False),
        ],
        vectors=[rg.VectorField(name="meaning", dimensions=3)],
        guidelines="Read, then answer.",
        **more,
    )


def known(one):
    """What a setting is, without what the client left to the server."""
    settings = one._model.settings.model_dump(exclude_none=True)
    for option in settings.get("options", ()):
        option.pop("description", None)
    return settings


def exists(dataset):
    return client.api.datasets.exists(dataset.id)


def created(settings=None):
    dataset = rg.Dataset(
        name=f"dataset-{next(numbers)}",
        workspace="native",
        settings=settings or everything(),
        client=client,
    )
    return quiet(dataset.create)


def record(number, **more):
    return rg.Record(
        id=f"record-{number}",
        fields={"question": f"Question {number}?", "context": f"Passage {number}."},
        metadata={"split": "train" if number % 2 else "dev", "length": number, "score": number / 4},
        **more,
    )


def logged(count=4, **more):
    dataset = created()
    quiet(dataset.records.log, [record(number, **more) for number in range(1, count + 1)])
    return dataset


def lengths(records):
    return [one.metadata["length"] for one in records]


def found(dataset, **query):
    return lengths(dataset.records(query=rg.Query(**query)))


@fact
def a_workspace_is_created_and_found():
    quiet(workspace.create)
    assert client.workspaces("native").id == workspace.id
    assert "native" in [one.name for one in client.workspaces]
    assert client.workspaces(id=workspace.id).name == "native"
    assert client.me.username == "owner"


@fact
def a_user_is_created_joins_leaves_and_is_deleted():
    user = rg.User(username="una", first_name="Una", password="una-s-password", client=client)
    quiet(user.create)
    quiet(user.add_to_workspace, workspace)
    assert "una" in [one.username for one in workspace.users]
    quiet(user.remove_from_workspace, workspace)
    assert "una" not in [one.username for one in workspace.users]
    assert "una" in [one.username for one in client.users]
    assert client.users(id=user.id).first_name == "Una"
    quiet(user.delete)
    assert "una" not in [one.username for one in client.users]


@fact
def every_kind_of_setting_comes_back():
    dataset = created()
    again = client.datasets(name=dataset.name, workspace="native")
    again.settings.get()
    sent = everything()
    assert again.guidelines == sent.guidelines
    for kind in ("fields", "questions", "metadata"):
        ours, theirs = getattr(again.settings, kind), getattr(sent, kind)
        assert [one.name for one in ours] == [one.name for one in theirs]
        for one, other in zip(ours, theirs, strict=True):
            assert type(one) is type(other)
            assert known(one) == known(other), (known(one), known(other))
    assert again.settings.vectors["meaning"].dimensions == 3
    assert again.settings.fields["graph"].template.startswith("<b>")
    assert again.distribution.min_submitted == 1
    assert client.datasets(id=dataset.id).name == dataset.name


@fact
def settings_of_the_clients_templates_can_be_created():
    for settings in (
        rg.Settings.for_classification(labels=["a", "b"]),
        rg.Settings.for_ranking(),
        rg.Settings.for_rating(),
    ):
        assert exists(created(settings))


@fact
def records_come_back_with_all_that_belongs_to_them():
    me = client.me
    dataset = created()
    chat = [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "She."}]
    sent = rg.Record(
        id="whole",
        fields={
            "question": "Who?",
            "context": "She did.",
            "image": PIXEL,
            "chat": chat,
            "graph": {"title": "T", "points": [1, 2]},
        },
        metadata={"split": "train", "grade": 2, "length": 5, "score": 0.5},
        vectors={"meaning": [0.5, 1.0, 2.0]},
        suggestions=[
            rg.Suggestion("answer", "She", score=0.5, agent="m", type="model"),
            rg.Suggestion("label", "no"),
            rg.Suggestion("labels", ["a", "b"], score=[0.5, 0.25]),
            rg.Suggestion("rating", 2),
            rg.Suggestion("ranking", ["response2", "response1"]),
            rg.Suggestion("span", [{"start": 0, "end": 3, "label": "answer"}]),
        ],
        responses=[
            rg.Response("answer", "She did", user_id=me.id, status="submitted"),
            rg.Response("rating", 3, user_id=me.id, status="submitted"),
            rg.Response("label", "yes", user_id=me.id, status="submitted"),
            rg.Response("labels", ["c"], user_id=me.id, status="submitted"),
            rg.Response("ranking", ["response1", "response2"], user_id=me.id, status="submitted"),
            rg.Response(
                "span",
                [{"start": 0, "end": 3, "label": "answer"}],
                user_id=me.id,
                status="submitted",
            ),
        ],
    )
    quiet(dataset.records.log, [sent])
    (one,) = dataset.records(with_vectors=True)
    assert one.id == "whole"
    assert one.fields["context"] == "She did."
    assert one.fields["image"].size == (1, 1)
    assert [dict(message) for message in one.fields["chat"]] == chat
    assert one.fields["graph"] == {"title": "T", "points": [1, 2]}
    assert dict(one.metadata) == {"split": "train", "grade": 2, "length": 5, "score": 0.5}
    assert dict(one.vectors) == {"meaning": [0.5, 1.0, 2.0]}
    assert one.suggestions["answer"].value == "She"
    assert (one.suggestions["answer"].score, one.suggestions["answer"].agent) == (0.5, "m")
    assert one.suggestions["labels"].score == [0.5, 0.25]
    assert one.suggestions["ranking"].value == ["response2", "response1"]
    assert one.responses["answer"][0].value == "She did"
    assert one.responses["ranking"][0].value == ["response1", "response2"]
    assert one.responses["span"][0].value == [{"start": 0, "end": 3, "label": "answer"}]
    assert one.status == "completed"


@fact
def logging_again_updates_the_record_of_the_same_id():
    dataset = logged(2)
    changed = rg.Record(
        id="record-2",
        fields={"question": "New?", "context": "Passage 2."},
        metadata={"split": "dev", "length": 22},
    )
    quiet(dataset.records.log, [changed, record(3)])
    assert lengths(dataset.records) == [1, 22, 3]
    assert [one.fields["question"] for one in dataset.records][1] == "New?"


@fact
def mappings_and_plain_rows_are_logged():
    dataset = created()
    rows = [{"q": f"Question {n}?", "context": "C", "label": "yes", "length": n} for n in (1, 2)]
    quiet(dataset.records.log, rows, mapping={"q": "question", "label": "label.suggestion"})
    first, second = dataset.records
    assert (first.fields["question"], second.metadata["length"]) == ("Question 1?", 2)
    assert first.suggestions["label"].value == "yes"


@fact
def more_records_than_a_batch_are_logged_and_iterated():
    dataset = logged(600)
    assert lengths(dataset.records) == list(range(1, 601))
    assert len(list(dataset.records(limit=7))) == 7
    assert lengths(dataset.records(start_offset=598)) == [599, 600]


@fact
def records_are_filtered():
    me = client.me
    dataset = created()
    rows = [record(number) for number in range(1, 7)]
    rows[0].responses.add(rg.Response("answer", "P", user_id=me.id, status="submitted"))
    rows[0].responses.add(rg.Response("rating", 3, user_id=me.id, status="submitted"))
    rows[1].suggestions.add(rg.Suggestion("label", "no", score=0.25, agent="m", type="model"))
    rows[2].suggestions.add(rg.Suggestion("label", "yes", score=0.75, agent="n", type="human"))
    rows[3].metadata["grade"] = 2
    rows[4].metadata["grade"] = True
    quiet(dataset.records.log, rows)
    assert found(dataset, filter=("status", "==", "completed")) == [1]
    assert found(dataset, filter=("response.status", "==", "submitted")) == [1]
    assert found(dataset, filter=("response.status", "in", ["pending"])) == [2, 3, 4, 5, 6]
    assert found(dataset, filter=("rating.response", "==", 3)) == [1]
    assert found(dataset, filter=("answer.response", "==", "P")) == [1]
    assert found(dataset, filter=("label.suggestion", "==", "yes")) == [3]
    assert found(dataset, filter=("label.agent", "in", ["m", "n"])) == [2, 3]
    assert found(dataset, filter=("label.type", "==", "model")) == [2]
    assert found(dataset, filter=("label.score", ">=", 0.5)) == [3]
    assert found(dataset, filter=("metadata.split", "in", ["train"])) == [1, 3, 5]
    assert found(dataset, filter=("metadata.grade", "==", 2)) == [4]
    assert found(dataset, filter=("metadata.grade", "==", True)) == [5]
    both = [("metadata.length", ">=", 2), ("metadata.length", "<=", 4)]
    assert found(dataset, filter=rg.Filter(both)) == [2, 3, 4]
    assert found(dataset, filter=("metadata.score", ">=", 1.25)) == [5, 6]
    assert found(dataset, filter=("id", "==", "record-4")) == [4]
    server_id = next(iter(dataset.records))._server_id
    assert found(dataset, filter=("_server_id", "==", server_id)) == [1]
    now = datetime.now(UTC).replace(tzinfo=None)
    assert found(dataset, filter=("inserted_at", "<=", now - timedelta(hours=1))) == []
    assert len(found(dataset, filter=("updated_at", ">=", now - timedelta(hours=1)))) == 6


@fact
def records_are_found_by_their_texts():
    dataset = logged(12)
    assert found(dataset, query="Passage 7") == [7]
    assert found(dataset, query="passage", filter=("metadata.length", ">=", 11)) == [11, 12]
    assert found(dataset, query="nowhere") == []


@fact
def similar_records_are_found_by_a_vector_and_by_a_record():
    dataset = created()
    vectors = ([1.0, 0.0, 0.0], [0.9, 0.1, 0.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0])
    rows = [record(n, vectors={"meaning": vector}) for n, vector in enumerate(vectors, start=1)]
    quiet(dataset.records.log, [*rows, record(9)])

    def ranked(value, most_similar=True, **query):
        near = rg.Similar(name="meaning", value=value, most_similar=most_similar)
        return list(dataset.records(query=rg.Query(similar=near, **query)))

    hits = ranked([2.0, 0.0, 0.0])
    assert lengths(one for one, _ in hits) == [1, 2, 3, 4]
    assert [round(score, 3) for _, score in hits] == [1.0, 0.994, 0.0, -1.0]
    assert lengths(one for one, _ in ranked([2.0, 0.0, 0.0], most_similar=False)) == [4, 3, 2, 1]
    first = next(iter(dataset.records))
    assert lengths(one for one, _ in ranked(first)) == [2, 3, 4]
    some = ranked([1.0, 0.0, 0.0], filter=("metadata.split", "==", "dev"), query="passage")
    assert lengths(one for one, _ in some) == [2, 4]


@fact
def a_record_is_updated_and_deleted():
    dataset = logged(3)
    first, second, third = dataset.records
    first.metadata["length"] = 11
    quiet(first.update)
    assert lengths(dataset.records) == [11, 2, 3]
    assert first.get().metadata["length"] == 11
    quiet(second.delete)
    assert lengths(dataset.records) == [11, 3]
    quiet(dataset.records.delete, [third])
    assert lengths(dataset.records) == [11]


@fact
def records_are_exported_and_read_back():
    dataset = logged(3, suggestions=[rg.Suggestion("answer", "P")])
    rows = dataset.records.to_list(flatten=True)
    assert [row["id"] for row in rows] == ["record-1", "record-2", "record-3"]
    assert rows[0]["answer.suggestion"] == "P"
    assert dataset.records.to_dict()["metadata"][0]["split"] == "train"
    dataset.records.to_json("records.json")
    other = created()
    quiet(other.records.from_json, "records.json")
    assert lengths(other.records) == [1, 2, 3]
    plain = created(rg.Settings.for_classification(labels=["a", "b"]))
    quiet(plain.records.log, [rg.Record(fields={"text": "T"})])
    assert quiet(plain.records.to_datasets).num_rows == 1


@fact
def a_dataset_goes_to_disk_and_comes_back():
    dataset = logged(2)
    os.mkdir("on-disk")
    path = quiet(dataset.to_disk, "on-disk")
    again = quiet(
        rg.Dataset.from_disk,
        path,
        name=f"dataset-{next(numbers)}",
        workspace="native",
        client=client,
    )
    assert lengths(again.records) == [1, 2]
    assert [one.name for one in again.settings.fields] == [
        one.name for one in dataset.settings.fields
    ]


@fact
def settings_and_dataset_are_updated():
    dataset = created()
    dataset.settings.guidelines = "Read twice."
    dataset.settings.fields["question"].title = "The question"
    dataset.settings.fields["graph"].template = "<i></i>"
    dataset.settings.questions["answer"].title = "The answer"
    dataset.settings.questions["answer"].description = "Short."
    dataset.settings.metadata["split"].title = "Part"
    dataset.settings.vectors["meaning"].title = "Sense"
    dataset.settings.distribution = rg.TaskDistribution(min_submitted=2)
    quiet(dataset.settings.update)
    again = client.datasets(id=dataset.id)
    again.settings.get()
    assert again.settings.guidelines == "Read twice."
    assert again.settings.fields["question"].title == "The question"
    assert again.settings.fields["graph"].template == "<i></i>"
    assert again.settings.questions["answer"].title == "The answer"
    assert again.settings.questions["answer"].description == "Short."
    assert again.settings.metadata["split"].title == "Part"
    assert again.settings.vectors["meaning"].title == "Sense"
    assert again.settings.distribution.min_submitted == 2
    name = f"renamed-{next(numbers)}"
    again.name = name
    quiet(again.update)
    assert client.datasets(name=name, workspace="native").id == dataset.id


@fact
def progress_is_told():
    me = client.me
    dataset = logged(3)
    first = next(iter(dataset.records))
    first.responses.add(rg.Response("answer", "P", user_id=me.id, status="submitted"))
    quiet(dataset.records.log, [first])
    told = dataset.progress(with_users_distribution=True)
    assert (told["total"], told["completed"], told["pending"]) == (3, 1, 2)
    assert told["users"]["owner"]["completed"]["submitted"] == 1


@fact
def webhooks_are_registered_changed_and_deleted():
    webhook = rg.Webhook(
        url="https://hooks.example.org/goldspan",
        events=["response.created", "record.completed"],
        description="for the tests",
        _client=client,
    )
    quiet(webhook.create)
    assert webhook.secret.startswith("whsec_")
    listed = {one.id: one for one in client.webhooks}
    assert listed[webhook.id].description == "for the tests"
    assert [event.value for event in listed[webhook.id].events] == [
        "response.created",
        "record.completed",
    ]
    webhook.enabled = False
    webhook.events = ["dataset.published"]
    quiet(webhook.update)
    (again,) = [one for one in client.webhooks if one.id == webhook.id]
    assert (again.enabled, [event.value for event in again.events]) == (
        False,
        ["dataset.published"],
    )
    assert again.secret == webhook.secret
    quiet(webhook.delete)
    assert webhook.id not in [one.id for one in client.webhooks]


@fact
def refusals_arrive_as_the_clients_own_errors():
    from argilla._exceptions import ArgillaCredentialsError, ConflictError, NotFoundError

    try:
        quiet(rg.Workspace(name="native", client=client).create)
    except ConflictError:
        pass
    else:
        raise AssertionError("a workspace was made twice")
    try:
        client.api.datasets.get(uuid.uuid4())
    except NotFoundError:
        pass
    else:
        raise AssertionError("a dataset was found that there is not")
    try:
        rg.Argilla(api_url=URL, api_key="somebody-s-key")
    except ArgillaCredentialsError:
        pass
    else:
        raise AssertionError("a wrong key was taken")


@fact
def datasets_and_workspaces_are_listed_and_deleted():
    dataset = logged(1)
    assert dataset.name in [one.name for one in client.datasets]
    assert dataset.name in [one.name for one in workspace.datasets]
    quiet(dataset.delete)
    assert not exists(dataset)
    spare = rg.Workspace(name="spare", client=client)
    quiet(spare.create)
    quiet(spare.delete)
    assert "spare" not in [one.name for one in client.workspaces]


if __name__ == "__main__":
    state()
