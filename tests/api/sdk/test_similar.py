"""The SDK finds similar records and unifies what is on the server."""

import pytest

import goldspan as rg
from goldspan.sdk.session import Session

ROWS = (("a", [1.0, 0.0], "yes"), ("b", [1.0, 1.0], "no"), ("c", [0.0, 1.0], "no"))


@pytest.fixture
def labelled(owner: Session) -> rg.RemoteFeedbackDataset:
    made = rg.FeedbackDataset.for_text_classification(
        labels=["yes", "no"], vectors_settings=[rg.VectorSettings("meaning", 2)]
    )
    for name, vector, label in ROWS:
        made.add_records(
            rg.FeedbackRecord(
                {"text": name},
                responses=[{"values": {"label": label}}],
                vectors={"meaning": vector},
                external_id=name,
            )
        )
    return made.push("similar", show_progress=False, session=owner)


def test_similar_records_come_with_their_cosine(labelled: rg.RemoteFeedbackDataset) -> None:
    found = labelled.find_similar_records("meaning", value=[2.0, 0.0], max_results=2)
    assert [(one.external_id, round(score, 3)) for one, score in found] == [
        ("a", 1.0),
        ("b", 0.707),
    ]
    nearest = labelled.find_similar_records("meaning", record=found[0][0])
    assert [one.external_id for one, _ in nearest] == ["b", "c"]
    farthest = labelled.find_similar_records("meaning", value=[1.0, 0.0], most_similar=False)
    assert [one.external_id for one, _ in farthest] == ["c", "b", "a"]


def test_what_is_on_the_server_is_unified_in_a_copy(labelled: rg.RemoteFeedbackDataset) -> None:
    local = labelled.compute_unified_responses("label", "majority")
    assert [one.unified_responses["label"][0].value for one in local] == ["yes", "no", "no"]
