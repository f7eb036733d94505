"""Datasets on the server, through the SDK."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from goldspan.domain.metadata import IntegerMetadataProperty, TermsMetadataProperty
from goldspan.domain.schema import VectorSettings
from goldspan.errors import Conflict, Forbidden, InvalidRecord, InvalidResponse, NotFound
from goldspan.sdk import remote as remote_module
from goldspan.sdk.dataset import FeedbackDataset
from goldspan.sdk.filters import IntegerMetadataFilter, SortBy, TermsMetadataFilter
from goldspan.sdk.records import FeedbackRecord
from goldspan.sdk.remote import RemoteFeedbackDataset
from goldspan.sdk.session import Session
from goldspan.sdk.workspace import Workspace

Join = Callable[[str], Session]
FIELDS = {"question": "Where?", "context": "In Paris."}


def names(dataset: RemoteFeedbackDataset) -> list[str | None]:
    return [record.external_id for record in dataset]


def find(session: Session, name: str = "questions") -> RemoteFeedbackDataset:
    return FeedbackDataset.from_argilla(name, session=session)


@pytest.mark.parametrize(
    "local",
    [
        FeedbackDataset.for_question_answering(use_markdown=True),
        FeedbackDataset.for_question_answering(
            extractive=True,
            guidelines="Mark it.",
            metadata_properties=[
                TermsMetadataProperty("split", values=("train", "test")),
                IntegerMetadataProperty("n", visible_for_annotators=False, min=0, max=9),
            ],
            vectors_settings=[VectorSettings("v", 3)],
        ),
        FeedbackDataset.for_supervised_fine_tuning(context=True),
        FeedbackDataset.for_direct_preference_optimization(3, context=True, judgement=True),
    ],
    ids=["qa", "extractive", "sft", "dpo"],
)
def test_settings_come_back_as_they_were_pushed(owner: Session, local: FeedbackDataset) -> None:
    local.push("settings", session=owner, show_progress=False)
    assert find(owner, "settings").settings == local.settings


def test_records_come_back_as_they_were_pushed(owner: Session, join: Join) -> None:
    local = FeedbackDataset.for_question_answering(vectors_settings=[VectorSettings("v", 2)])
    annotator = join("ann").user.id
    local.add_records(
        FeedbackRecord(
            fields=FIELDS,
            responses=[{"user_id": annotator, "values": {"answer": {"value": "Paris"}}}],
            suggestions=[{"question_name": "answer", "value": "P", "score": 0.5, "agent": "m"}],
            metadata={"article": "France"},
            vectors={"v": [0.5, 1.0]},
            external_id="q0",
        )
    )
    local.push("back", session=owner, show_progress=False)
    found = FeedbackDataset.from_argilla("back", session=owner, with_vectors=True)
    copy = found.pull()[0]
    copy.id = None
    assert copy == local[0]


def test_an_undeclared_field_is_refused_at_push_and_nothing_is_uploaded(owner: Session) -> None:
    local = FeedbackDataset.for_question_answering()
    local.add_records([FeedbackRecord({**FIELDS, "answer": "Paris"}) for _ in range(2)])
    with pytest.raises(InvalidRecord, match=r"field 'answer' .*belongs in responses"):
        local.push("refused", session=owner, show_progress=False)
    assert FeedbackDataset.list(session=owner, workspace=owner.workspace().name) == []


def test_a_push_that_fails_on_the_way_leaves_nothing(owner: Session) -> None:
    local = FeedbackDataset.for_question_answering()
    records = [FeedbackRecord(FIELDS, external_id=f"q{at}") for at in range(300)]
    # The last record answers for a user who does not exist, which only the server can know.
    nobody = "00000000-0000-7000-8000-000000000000"
    records[-1].responses = FeedbackRecord(
        FIELDS, [{"user_id": nobody, "values": {"answer": "Paris"}}]
    ).responses
    local.add_records(records)
    with pytest.raises(InvalidRecord, match=nobody):
        local.push("half", session=owner, show_progress=False)
    assert owner.client.datasets(owner.workspace().id) == []


def test_a_name_is_taken_once_in_a_workspace(pushed: RemoteFeedbackDataset) -> None:
    again = FeedbackDataset.of(pushed.settings)
    with pytest.raises(Conflict, match="questions"):
        again.push("questions", session=pushed.session, show_progress=False)
    assert len(find(pushed.session)) == 3


def test_pushing_the_same_dataset_twice_warns(owner: Session) -> None:
    local = FeedbackDataset.for_question_answering()
    local.push("first", session=owner, show_progress=False)
    with pytest.warns(UserWarning, match="already pushed as 'first'"):
        local.push("second", session=owner, show_progress=False)


def test_a_dataset_that_does_not_exist_is_refused_with_those_that_do(
    pushed: RemoteFeedbackDataset,
) -> None:
    with pytest.raises(NotFound, match=r"no dataset 'qestions' .*only \['questions'\]"):
        find(pushed.session, "qestions")


def test_reading_goes_over_pages_in_order(owner: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_module, "PAGE", 4)
    local = FeedbackDataset.for_question_answering()
    local.add_records([FeedbackRecord(FIELDS, external_id=f"q{at}") for at in range(10)])
    found = local.push("pages", session=owner, show_progress=False)
    assert names(found) == [f"q{at}" for at in range(10)]
    assert [found[at].external_id for at in (0, 9, -1)] == ["q0", "q9", "q9"]
    with pytest.raises(IndexError):
        found[10]
    assert len(found.pull(max_records=3)) == 3


def test_reading_neither_skips_nor_repeats_what_is_answered_meanwhile(
    owner: Session, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_module, "PAGE", 4)
    local = FeedbackDataset.for_question_answering()
    fields = [{**FIELDS, "question": f"Where is {at}?"} for at in range(10)]
    local.add_records([FeedbackRecord(one) for one in fields])
    local.push("moving", session=owner, show_progress=False)
    seen = []
    for record in find(join("ann"), "moving").filter_by(response_status="pending"):
        record.submit({"answer": "Paris"})
        seen.append(record.fields["question"])
    assert seen == [f"Where is {at}?" for at in range(10)]


def test_filters_and_order(pushed: RemoteFeedbackDataset) -> None:
    pushed[1].submit({"answer": "Paris"})
    pushed[2].discard()
    assert names(pushed.filter_by(response_status="submitted")) == ["q1"]
    assert names(pushed.filter_by(response_status=["submitted", "discarded"])) == ["q1", "q2"]
    assert names(pushed.filter_by(response_status="pending")) == ["q0"]
    assert names(pushed.sort_by(SortBy("inserted_at", "desc"))) == ["q2", "q1", "q0"]


def test_declared_metadata_are_filtered_and_sorted_by(owner: Session) -> None:
    local = FeedbackDataset.for_question_answering(
        metadata_properties=[TermsMetadataProperty("split"), IntegerMetadataProperty("n")]
    )
    for at, split in enumerate(("train", "test", "train")):
        metadata = {"split": split, "n": at}
        local.add_records(FeedbackRecord(FIELDS, metadata=metadata, external_id=f"q{at}"))
    found = local.push("metadata", session=owner, show_progress=False)
    train = found.filter_by(metadata_filters=TermsMetadataFilter("split", ["train"]))
    assert names(train) == ["q0", "q2"]
    assert names(train.filter_by(metadata_filters=IntegerMetadataFilter("n", ge=1))) == ["q2"]
    assert names(found.sort_by(SortBy("metadata.n", "desc"))) == ["q2", "q1", "q0"]


def test_a_record_is_updated_where_it_lies(pushed: RemoteFeedbackDataset) -> None:
    pushed[0].update(
        suggestions=[{"question_name": "answer", "value": "Paris", "score": 0.9, "agent": "m"}],
        metadata={"n": 7},
    )
    found = pushed[0]
    assert found.metadata == {"n": 7}
    assert [(one.value, one.score, one.agent) for one in found.suggestions] == [("Paris", 0.9, "m")]
    assert found.fields == {"question": "Where is 0?", "context": "Paris 0"}


def test_a_wrong_suggestion_changes_nothing(pushed: RemoteFeedbackDataset) -> None:
    record = pushed[0]
    with pytest.raises(InvalidRecord, match="takes a text, found 7"):
        record.update(suggestions=[{"question_name": "answer", "value": 7}])
    assert pushed[0].suggestions == ()


def test_records_are_deleted_and_added(pushed: RemoteFeedbackDataset) -> None:
    pushed[0].delete()
    pushed.delete_records([pushed[0]])
    assert names(pushed) == ["q2"]
    assert pushed.add_records(FeedbackRecord(FIELDS, external_id="q9"), show_progress=False) == 0
    assert names(pushed) == ["q2", "q9"]


def test_adding_a_known_external_id_updates_and_keeps_responses(
    pushed: RemoteFeedbackDataset,
) -> None:
    pushed[0].submit({"answer": "Paris"})
    changed = FeedbackRecord(pushed[0].fields, metadata={"n": 5}, external_id="q0")
    assert pushed.add_records(changed, show_progress=False) == 1
    record = pushed[0]
    assert record.metadata == {"n": 5}
    assert record.responses[0].values["answer"].value == "Paris"


def test_a_text_does_not_change_under_a_response(pushed: RemoteFeedbackDataset) -> None:
    pushed[0].submit({"answer": "Paris"})
    with pytest.raises(Conflict, match="change under the responses that they have"):
        pushed.add_records(FeedbackRecord(FIELDS, external_id="q0"), show_progress=False)
    assert pushed[0].fields["context"] == "Paris 0"


def test_a_deleted_dataset_is_gone(pushed: RemoteFeedbackDataset) -> None:
    pushed.delete()
    with pytest.raises(NotFound):
        find(pushed.session)


def test_a_response_is_the_callers_own_and_replaces_the_earlier_one(
    pushed: RemoteFeedbackDataset, join: Join
) -> None:
    annotator = join("ann")
    record = find(annotator)[0]
    record.save_draft({"answer": "Par"})
    record.submit({"answer": {"value": "Paris"}})
    (stored,) = pushed[0].responses
    assert (stored.user_id, stored.status) == (annotator.user.id, "submitted")
    assert stored.values["answer"].value == "Paris"
    assert record.responses == [stored]


def test_a_ranking_is_held_as_the_server_keeps_it(owner: Session) -> None:
    local = FeedbackDataset.for_direct_preference_optimization()
    local.add_records(FeedbackRecord({"prompt": "?", "response1": "a", "response2": "b"}))
    record = local.push("ranks", session=owner, show_progress=False)[0]
    record.submit({"preference": [{"value": "response2"}, {"value": "response1"}]})
    ranks = [{"value": "response2", "rank": 1}, {"value": "response1", "rank": 2}]
    assert record.responses[0].values["preference"].value == ranks


def test_responses_of_deleted_users_stay_apart(pushed: RemoteFeedbackDataset, join: Join) -> None:
    for session in (join("ann"), join("bob")):
        find(session)[0].submit({"answer": session.user.username})
        pushed.session.client.delete_user(session.user.id)
    responses = pushed[0].responses
    assert {one.values["answer"].value[:3] for one in responses} == {"ann", "bob"}
    assert len({one.user_id for one in responses}) == 2


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"anwser": "Paris"}, "'anwser' is not one of the dataset's questions"),
        ({"answer": 7}, "'answer' takes a text, found 7"),
        ({}, r"every required question, missing: \['answer'\]"),
    ],
)
def test_a_response_that_does_not_fit_is_refused(
    pushed: RemoteFeedbackDataset, values: dict[str, Any], reason: str
) -> None:
    with pytest.raises(InvalidResponse, match=reason):
        pushed[0].submit(values)
    assert pushed[0].responses == []


def test_a_record_that_was_deleted_meanwhile_is_not_found(pushed: RemoteFeedbackDataset) -> None:
    record = pushed[0]
    record.delete()
    with pytest.raises(NotFound):
        record.submit({"answer": "Paris"})


def test_many_responses_at_once_are_stored_but_for_the_wrong_ones(
    pushed: RemoteFeedbackDataset,
) -> None:
    answers = [(record, {"answer": at or 7}) for at, record in enumerate(pushed)]
    good = [(record, {"answer": "Paris"}) for record, _ in answers[1:]]
    with pytest.raises(
        InvalidResponse, match=r"1 responses were refused, 2 were stored:\n  record q0"
    ):
        pushed.respond([answers[0], *good])
    assert names(pushed.filter_by(response_status="submitted")) == ["q1", "q2"]


def test_two_annotators_answer_one_record_at_once(
    pushed: RemoteFeedbackDataset, join: Join
) -> None:
    sessions = [join("ann"), join("bob")]
    ready = threading.Barrier(2)

    def answer(session: Session) -> None:
        record = find(session)[0]
        for text in ("a", "b", "c", session.user.username):
            ready.wait(timeout=60)
            record.submit({"answer": text})

    threads = [threading.Thread(target=answer, args=[session]) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = {one.user_id: one.values["answer"].value for one in pushed[0].responses}
    assert stored == {session.user.id: session.user.username for session in sessions}


def test_an_annotator_sees_own_responses_and_no_names(
    pushed: RemoteFeedbackDataset, join: Join
) -> None:
    ann, bob = join("ann"), join("bob")
    find(ann)[0].submit({"answer": "Paris"})
    mine = find(bob)
    assert [record.responses for record in mine] == [[], [], []]
    assert {record.external_id for record in mine} == {None}
    assert len(mine.filter_by(response_status="pending")) == 3
    assert len(find(ann).filter_by(response_status="pending")) == 2


def test_an_annotator_adds_no_records(pushed: RemoteFeedbackDataset, join: Join) -> None:
    with pytest.raises(Forbidden):
        find(join("ann")).add_records(FeedbackRecord(FIELDS), show_progress=False)


def test_another_workspace_does_not_see_the_dataset(
    pushed: RemoteFeedbackDataset, owner: Session
) -> None:
    Workspace.create("elsewhere", session=owner)
    with pytest.raises(NotFound):
        find(Session(owner.client, "elsewhere"))


def test_a_remote_dataset_has_the_rows_of_a_local_one(pushed: RemoteFeedbackDataset) -> None:
    pushed[0].submit({"answer": "Paris"})
    remote, local = list(pushed.rows()), list(pushed.pull().rows())
    assert remote == local
    assert [one["value"] for one in remote[0]["answer"]] == ["Paris"]
