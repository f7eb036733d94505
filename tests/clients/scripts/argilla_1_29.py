"""Facts that Argilla's client 1.29 finds about a server."""

import contextlib
import io
import itertools

import argilla as rg
from facts import KEY, URL, fact, state

numbers = itertools.count(1)
LABELS = {"yes": "Yes", "no": "No"}


def start():
    with contextlib.redirect_stdout(io.StringIO()):
        rg.init(api_url=URL, api_key=KEY, workspace="legacy")


def everything():
    """A dataset with every kind of question, of metadata and a vector."""
    return rg.FeedbackDataset(
        fields=[rg.TextField(name="question"), rg.TextField(name="context", use_markdown=True)],
        questions=[
            rg.TextQuestion(name="answer", description="In the text.", use_markdown=True),
            rg.RatingQuestion(name="rating", values=[1, 2, 3], required=False),
            rg.LabelQuestion(name="label", labels=LABELS, required=False),
            rg.MultiLabelQuestion(
                name="labels", labels=["a", "b", "c"], visible_labels=3, required=False
            ),
            rg.RankingQuestion(name="ranking", values=["response1", "response2"], required=False),
            rg.SpanQuestion(name="span", field="context", labels=["answer"], required=False),
        ],
        metadata_properties=[
            rg.TermsMetadataProperty(name="split", values=["train", "dev"]),
            rg.IntegerMetadataProperty(name="length", min=0),
            rg.FloatMetadataProperty(name="score", visible_for_annotators=False),
        ],
        vectors_settings=[rg.VectorSettings(name="meaning", dimensions=3)],
        guidelines="Read, then answer.",
    )


def record(number, **more):
    return rg.FeedbackRecord(
        fields={"question": f"Question {number}?", "context": f"Passage {number}."},
        metadata={"split": "train" if number % 2 else "dev", "length": number, "score": number / 4},
        external_id=f"record-{number}",
        **more,
    )


def pushed(count=4, **more):
    dataset = everything()
    dataset.add_records([record(number, **more) for number in range(1, count + 1)])
    return dataset.push_to_argilla(f"dataset-{next(numbers)}", "legacy", show_progress=False)


def numbers_of(records):
    return [one.metadata["length"] for one in records]


@fact
def a_client_signs_in_after_the_workspace_exists():
    with contextlib.redirect_stdout(io.StringIO()):
        rg.init(api_url=URL, api_key=KEY)
        workspace = rg.Workspace.create("legacy")
        start()
    assert rg.get_workspace() == "legacy"
    assert workspace.name == "legacy"
    assert rg.Workspace.from_name("legacy").id == workspace.id
    assert rg.Workspace.from_id(workspace.id).name == "legacy"
    assert "legacy" in [one.name for one in rg.Workspace.list()]


@fact
def a_user_is_created_with_a_key_that_works_and_deleted():
    user = rg.User.create("ann", "ann-s-password", role="annotator", workspaces=["legacy"])
    assert user.api_key
    assert (user.role.value, [one.name for one in user.workspaces]) == ("annotator", ["legacy"])
    assert "ann" in [one.username for one in rg.User.list()]
    assert rg.User.from_name("ann").id == user.id
    assert rg.User.from_id(user.id).username == "ann"
    assert rg.User.me().username == "owner"
    with contextlib.redirect_stdout(io.StringIO()):
        rg.init(api_url=URL, api_key=user.api_key, workspace="legacy")
    assert rg.User.me().username == "ann"
    start()
    user.delete()
    assert "ann" not in [one.username for one in rg.User.list()]


@fact
def a_list_of_users_holds_the_beginnings_of_keys():
    user = rg.User.create("eve", "eve-s-password")
    (found,) = [one for one in rg.User.list() if one.username == "eve"]
    assert user.api_key.startswith(found.api_key + "_")
    assert found.api_key.startswith("gs_")
    user.delete()


@fact
def users_come_into_a_workspace_and_leave_it():
    workspace = rg.Workspace.create("team")
    user = rg.User.create("bob", "bob-s-password")
    workspace.add_user(user.id)
    assert [one.username for one in workspace.users] == ["bob"]
    workspace.delete_user(user.id)
    assert list(workspace.users) == []
    workspace.delete()
    user.delete()
    assert "team" not in [one.name for one in rg.Workspace.list()]


@fact
def every_kind_of_question_field_and_property_comes_back():
    remote = pushed(1)
    found = rg.FeedbackDataset.from_argilla(remote.name, workspace="legacy")
    sent = everything()
    assert found.guidelines == sent.guidelines
    for kind in ("fields", "questions"):
        for one, other in zip(getattr(found, kind), getattr(sent, kind), strict=True):
            assert one.to_local() == other, (one, other)
    assert [one.to_local() for one in found.metadata_properties] == sent.metadata_properties
    meaning = found.vector_settings_by_name("meaning")
    assert (meaning.name, meaning.dimensions) == ("meaning", 3)
    assert rg.FeedbackDataset.from_argilla(id=remote.id).name == remote.name


@fact
def datasets_are_listed():
    remote = pushed(1)
    listed = rg.FeedbackDataset.list(workspace="legacy")
    assert remote.name in [one.name for one in listed]
    assert rg.list_datasets(workspace="legacy")


@fact
def templates_of_the_client_can_be_pushed():
    for number, dataset in enumerate(
        (
            rg.FeedbackDataset.for_question_answering(use_markdown=True),
            rg.FeedbackDataset.for_direct_preference_optimization(
                number_of_responses=2, context=True, use_markdown=True
            ),
            rg.FeedbackDataset.for_text_classification(labels=["a", "b"], multi_label=True),
            rg.FeedbackDataset.for_proximal_policy_optimization(),
            rg.FeedbackDataset.for_retrieval_augmented_generation(number_of_retrievals=2),
        )
    ):
        remote = dataset.push_to_argilla(f"template-{number}", "legacy", show_progress=False)
        assert [one.name for one in remote.questions] == [one.name for one in dataset.questions]


@fact
def records_come_back_with_suggestions_responses_metadata_and_vectors():
    user = rg.User.me()
    remote = pushed(
        1,
        vectors={"meaning": [0.5, 1.0, 2.0]},
        suggestions=[
            {"question_name": "answer", "value": "P", "score": 0.5, "agent": "m", "type": "model"},
            {"question_name": "label", "value": "no"},
            {"question_name": "labels", "value": ["a", "b"], "score": [0.5, 0.25]},
            {"question_name": "rating", "value": 2},
            {
                "question_name": "ranking",
                "value": [{"rank": 1, "value": "response2"}, {"rank": 1, "value": "response1"}],
            },
            {"question_name": "span", "value": [{"start": 0, "end": 7, "label": "answer"}]},
        ],
        responses=[
            {
                "user_id": user.id,
                "status": "submitted",
                "values": {
                    "answer": {"value": "Passage"},
                    "rating": {"value": 3},
                    "label": {"value": "yes"},
                    "labels": {"value": ["c"]},
                    "ranking": {
                        "value": [
                            {"rank": 1, "value": "response1"},
                            {"rank": 2, "value": "response2"},
                        ]
                    },
                    "span": {"value": [{"start": 0, "end": 7, "label": "answer"}]},
                },
            }
        ],
    )
    found = rg.FeedbackDataset.from_argilla(remote.name, workspace="legacy", with_vectors="all")
    (one,) = found.records
    assert one.external_id == "record-1"
    assert one.fields == {"question": "Question 1?", "context": "Passage 1."}
    assert one.metadata == {"split": "train", "length": 1, "score": 0.25}
    assert one.vectors == {"meaning": [0.5, 1.0, 2.0]}
    by_question = {suggestion.question_name: suggestion for suggestion in one.suggestions}
    assert len(by_question) == 6
    assert (by_question["answer"].value, by_question["answer"].agent) == ("P", "m")
    assert by_question["labels"].score == [0.5, 0.25]
    assert by_question["span"].value[0].end == 7
    (response,) = one.responses
    assert (response.user_id, response.status.value) == (user.id, "submitted")
    assert response.values["answer"].value == "Passage"
    assert [item.value for item in response.values["ranking"].value] == ["response1", "response2"]
    assert response.values["span"].value[0].label == "answer"
    local = found.pull()
    assert len(local) == 1
    assert isinstance(local, rg.FeedbackDataset)


@fact
def a_vector_is_included_only_if_it_is_named():
    remote = pushed(1, vectors={"meaning": [0.5, 1.0, 2.0]})
    named = rg.FeedbackDataset.from_argilla(id=remote.id, with_vectors=["meaning"])
    assert named.records[0].vectors == {"meaning": [0.5, 1.0, 2.0]}
    assert rg.FeedbackDataset.from_argilla(id=remote.id).records[0].vectors == {}


@fact
def more_records_than_a_page_are_iterated():
    remote = pushed(300)
    assert len(remote) == 300
    assert numbers_of(remote.records) == list(range(1, 301))
    assert remote.records[299].metadata["length"] == 300


@fact
def records_are_added_changed_and_deleted():
    remote = pushed(2)
    remote.add_records([record(3)], show_progress=False)
    first, second, third = list(remote.records)
    first.metadata = {"split": "dev", "length": 11, "score": 1.0}
    first.suggestions = [{"question_name": "answer", "value": "new"}]
    second.vectors = {"meaning": [1.0, 0.0, 0.0]}
    remote.update_records([first, second], show_progress=False)
    found = list(rg.FeedbackDataset.from_argilla(id=remote.id, with_vectors="all").records)
    assert numbers_of(found) == [11, 2, 3]
    assert found[0].suggestions[0].value == "new"
    assert found[1].vectors == {"meaning": [1.0, 0.0, 0.0]}
    third.metadata = {"split": "dev", "length": 33, "score": 1.0}
    third.update()
    assert numbers_of(remote.records) == [11, 2, 33]
    remote.delete_records([found[0]])
    assert numbers_of(remote.records) == [2, 33]
    assert next(iter(remote.records)).delete().metadata["length"] == 2
    assert len(remote) == 1


@fact
def suggestions_are_set_and_deleted():
    remote = pushed(1)
    (one,) = remote.records
    one.update(suggestions=[{"question_name": "answer", "value": "proposed"}])
    (one,) = remote.records
    assert one.suggestions[0].value == "proposed"
    one.delete_suggestions(one.suggestions[0])
    assert list(remote.records)[0].suggestions == ()
    one.update(suggestions=[{"question_name": "answer", "value": "again"}])
    (one,) = remote.records
    one.suggestions[0].delete()
    assert list(remote.records)[0].suggestions == ()


@fact
def records_are_filtered_by_metadata_and_by_the_state_of_responses():
    dataset = everything()
    answered = {"values": {"answer": {"value": "P"}}, "status": "submitted"}
    dataset.add_records(
        [record(1, responses=[answered])] + [record(number) for number in range(2, 7)]
    )
    remote = dataset.push_to_argilla(f"dataset-{next(numbers)}", "legacy", show_progress=False)
    assert numbers_of(remote.filter_by(response_status="submitted").records) == [1]
    assert numbers_of(remote.filter_by(response_status=["pending"]).records) == [2, 3, 4, 5, 6]
    odd = rg.TermsMetadataFilter(name="split", values=["train"])
    assert numbers_of(remote.filter_by(metadata_filters=odd).records) == [1, 3, 5]
    middle = [
        rg.IntegerMetadataFilter(name="length", ge=2, le=5),
        rg.FloatMetadataFilter(name="score", ge=0.75),
    ]
    assert numbers_of(remote.filter_by(metadata_filters=middle).records) == [3, 4, 5]
    assert len(remote.filter_by(metadata_filters=middle)) == 3


@fact
def records_are_sorted_though_this_client_spells_the_order_strangely():
    remote = pushed(3)
    order = rg.SortBy(field="inserted_at", order="desc")
    assert numbers_of(remote.sort_by([order]).records) == [3, 2, 1]
    order = rg.SortBy(field="metadata.score", order="desc")
    assert numbers_of(remote.sort_by([order]).records) == [3, 2, 1]
    order = rg.SortBy(field="updated_at", order="asc")
    assert numbers_of(remote.sort_by([order]).records) == [1, 2, 3]


@fact
def metadata_properties_are_added_changed_and_deleted():
    remote = pushed(1)
    remote.add_metadata_property(rg.TermsMetadataProperty(name="topic", values=["a"]))
    prop = remote.metadata_property_by_name("topic")
    prop.title, prop.visible_for_annotators = "Topic", False
    remote.update_metadata_properties([prop])
    found = rg.FeedbackDataset.from_argilla(id=remote.id).metadata_property_by_name("topic")
    assert (found.title, found.visible_for_annotators) == ("Topic", False)
    remote.delete_metadata_properties("topic")
    assert rg.FeedbackDataset.from_argilla(id=remote.id).metadata_property_by_name("topic") is None


@fact
def vectors_are_declared_changed_and_deleted():
    remote = pushed(1)
    remote.add_vector_settings(rg.VectorSettings(name="tone", dimensions=2))
    tone = remote.vector_settings_by_name("tone")
    tone.title = "Tone"
    remote.update_vectors_settings([tone])
    found = rg.FeedbackDataset.from_argilla(id=remote.id)
    assert found.vector_settings_by_name("tone").title == "Tone"
    remote.delete_vectors_settings("tone")
    found = rg.FeedbackDataset.from_argilla(id=remote.id)
    assert [one.name for one in found.vectors_settings] == ["meaning"]


@fact
def similar_records_are_found_by_a_vector_and_by_a_record():
    dataset = everything()
    vectors = ([1.0, 0.0, 0.0], [0.9, 0.1, 0.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0])
    dataset.add_records(
        [record(n, vectors={"meaning": vector}) for n, vector in enumerate(vectors, start=1)]
        + [record(9)]
    )
    remote = dataset.push_to_argilla(f"dataset-{next(numbers)}", "legacy", show_progress=False)
    found = remote.find_similar_records("meaning", value=[2.0, 0.0, 0.0], max_results=2)
    assert [one.metadata["length"] for one, _ in found] == [1, 2]
    assert found[0][1] > found[1][1]
    first = list(remote.records)[0]
    found = remote.find_similar_records("meaning", record=first)
    assert [one.metadata["length"] for one, _ in found] == [2, 3, 4]


@fact
def local_answers_are_unified_and_measured():
    remote = pushed(2, responses=[{"values": {"answer": {"value": "P"}, "rating": {"value": 2}}}])
    unified = remote.pull().compute_unified_responses(
        question=rg.RatingQuestion(name="rating", values=[1, 2, 3]), strategy="mean"
    )
    assert int(unified.records[0].unified_responses["rating"][0].value) == 2


@fact
def settings_that_goldspan_writes_for_the_hub_are_read():
    from argilla.client.feedback.config import DatasetConfig

    with open("argilla.yaml", encoding="utf-8") as file:
        found = DatasetConfig.from_yaml(file.read())
    assert [one.name for one in found.fields] == ["prompt", "context", "response1", "response2"]
    assert {one.name: one.type for one in found.questions} == {
        "preference": "ranking",
        "acceptable": "label_selection",
        "correction": "span",
        "strength": "rating",
        "rationale": "text",
    }


@fact
def refusals_arrive_as_the_clients_own_errors():
    from argilla.client.sdk.commons.errors import AlreadyExistsApiError, ValidationApiError

    try:
        rg.Workspace.create("legacy")
    except (AlreadyExistsApiError, ValueError):
        pass
    else:
        raise AssertionError("a workspace was made twice")
    remote = pushed(1)
    try:
        remote.add_records([record(1)], show_progress=False)
    except (AlreadyExistsApiError, ValidationApiError):
        pass
    else:
        raise AssertionError("an external id was taken twice")


@fact
def a_dataset_is_deleted():
    remote = pushed(2)
    name = remote.name
    remote.delete()
    assert name not in [one.name for one in rg.FeedbackDataset.list(workspace="legacy")]


if __name__ == "__main__":
    state()
