"""What a dataset declares changes while it holds records; texts are searched on the server."""

from collections.abc import Callable
from dataclasses import replace

import pytest

import goldspan as rg
from goldspan.errors import Conflict, Forbidden, InvalidInput
from goldspan.sdk.session import Session

Remote = rg.RemoteFeedbackDataset


def found_again(dataset: Remote) -> Remote:
    return rg.FeedbackDataset.from_argilla(dataset.name, session=dataset.session)


def names(dataset: Remote) -> list[str | None]:
    return [record.external_id for record in dataset]


def test_a_property_added_later_filters_what_was_there(pushed: Remote) -> None:
    pushed.add_metadata_property(rg.IntegerMetadataProperty("n", min=0))
    assert names(pushed.filter_by(metadata_filters=rg.IntegerMetadataFilter("n", ge=1))) == [
        "q1",
        "q2",
    ]
    assert found_again(pushed).metadata_properties == pushed.metadata_properties


def test_a_property_is_added_once(pushed: Remote) -> None:
    pushed.add_metadata_property(rg.IntegerMetadataProperty("n"))
    with pytest.raises(Conflict, match="'n'"):
        pushed.add_metadata_property(rg.TermsMetadataProperty("n"))


def test_a_property_changes_how_it_looks_and_not_what_it_takes(pushed: Remote) -> None:
    pushed.add_metadata_property(rg.IntegerMetadataProperty("n", min=0))
    old = pushed.metadata_property_by_name("n")
    assert old is not None
    pushed.update_metadata_properties(replace(old, title="Number", visible_for_annotators=False))
    changed = found_again(pushed).metadata_property_by_name("n")
    assert changed == rg.IntegerMetadataProperty("n", "Number", False, min=0)
    with pytest.raises(InvalidInput, match="only title, visible_for_annotators may differ"):
        pushed.update_metadata_properties([rg.IntegerMetadataProperty("n", min=1)])
    with pytest.raises(InvalidInput, match=r"\['m'\] are none of the .* \['n'\]"):
        pushed.update_metadata_properties(rg.IntegerMetadataProperty("m"))


def test_properties_are_deleted_all_or_none(pushed: Remote) -> None:
    pushed.add_metadata_property(rg.IntegerMetadataProperty("n"))
    pushed.add_metadata_property(rg.TermsMetadataProperty("split"))
    with pytest.raises(InvalidInput, match=r"\['m'\] are none"):
        pushed.delete_metadata_properties(["n", "m"])
    assert pushed.delete_metadata_properties("n") == rg.IntegerMetadataProperty("n")
    assert [one.name for one in found_again(pushed).metadata_properties] == ["split"]
    assert pushed[1].metadata == {"n": 1}


def test_a_kind_of_vector_is_added_renamed_and_deleted(pushed: Remote) -> None:
    pushed.add_vector_settings(rg.VectorSettings("v", 2))
    record = pushed[0]
    record.update(vectors={"v": [1.0, 0.0]})
    pushed.update_vectors_settings(rg.VectorSettings("v", 2, "Meaning"))
    assert found_again(pushed).vector_settings_by_name("v") == rg.VectorSettings("v", 2, "Meaning")
    with pytest.raises(InvalidInput, match="only title may differ"):
        pushed.update_vectors_settings(rg.VectorSettings("v", 3))
    assert pushed.delete_vectors_settings(["v"]) == rg.VectorSettings("v", 2, "Meaning")
    assert found_again(pushed).vectors_settings == ()


def test_a_dataset_in_memory_changes_alike() -> None:
    local = rg.FeedbackDataset.for_question_answering()
    local.add_metadata_property(rg.IntegerMetadataProperty("n", min=0))
    local.update_metadata_properties(rg.IntegerMetadataProperty("n", min=5))
    local.add_vector_settings(rg.VectorSettings("v", 2))
    with pytest.raises(Conflict, match="'v' is taken"):
        local.add_vector_settings(rg.VectorSettings("v", 3))
    assert local.metadata_property_by_name("n") == rg.IntegerMetadataProperty("n", min=5)
    assert local.delete_vectors_settings("v") == rg.VectorSettings("v", 2)
    assert local.delete_metadata_properties(["n"]) == rg.IntegerMetadataProperty("n", min=5)
    assert (local.metadata_properties, local.vectors_settings) == ((), ())


def test_an_annotator_declares_nothing(pushed: Remote, join: Callable[[str], Session]) -> None:
    theirs = rg.FeedbackDataset.from_argilla(pushed.name, session=join("ann"))
    with pytest.raises(Forbidden):
        theirs.add_metadata_property(rg.IntegerMetadataProperty("n"))
    assert found_again(pushed).metadata_properties == ()


def test_texts_are_searched_with_filters_and_in_order(pushed: Remote) -> None:
    assert names(pushed.search("paris 1")) == ["q1"]
    assert names(pushed.search("where", field="context")) == []
    pushed[2].submit({"answer": "Paris"})
    pending = pushed.search("PAR").filter_by(response_status="pending")
    assert names(pending.sort_by(rg.SortBy("inserted_at", "desc"))) == ["q1", "q0"]
    assert len(pushed.search('"is 2"')) == 1
    with pytest.raises(InvalidInput, match="field 'title' is not one of"):
        len(pushed.search("Paris", field="title"))


def test_an_annotator_searches(pushed: Remote, join: Callable[[str], Session]) -> None:
    theirs = rg.FeedbackDataset.from_argilla(pushed.name, session=join("ann"))
    assert [one.fields["context"] for one in theirs.search("2")] == ["Paris 2"]
