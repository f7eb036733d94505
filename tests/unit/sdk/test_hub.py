"""A dataset goes to a folder of the hub's form and comes back as it was."""

from pathlib import Path

import pytest

import goldspan as rg
from goldspan.errors import InvalidInput

pytest.importorskip("datasets")


def everything() -> rg.FeedbackDataset:
    dataset = rg.FeedbackDataset(
        fields=[rg.TextField("question"), rg.TextField("context", use_markdown=True)],
        questions=[
            rg.TextQuestion("answer", description="In the text."),
            rg.RatingQuestion("rating", (1, 2, 3), required=False),
            rg.LabelQuestion("label", {"yes": "Yes", "no": "No"}, required=False),
            rg.MultiLabelQuestion("labels", ["a", "b"], required=False),
            rg.RankingQuestion("ranking", ["x", "y"], required=False),
            rg.SpanQuestion("span", "context", ["answer"], required=False),
        ],
        guidelines="Read: then answer.",
        metadata_properties=[rg.TermsMetadataProperty("split", values=["train"])],
        vectors_settings=[rg.VectorSettings("meaning", 2)],
        allow_extra_metadata=False,
    )
    values = {
        "answer": "She",
        "rating": 2,
        "label": "no",
        "labels": ["a"],
        "ranking": [{"value": "y", "rank": 1}, {"value": "x", "rank": 2}],
        "span": [{"label": "answer", "start": 0, "end": 3}],
    }
    dataset.add_records(
        [
            rg.FeedbackRecord(
                {"question": "Who?", "context": "She did."},
                responses=[
                    {"user_id": "ann", "values": values},
                    {"user_id": "bob", "values": {"answer": "He"}, "status": "draft"},
                ],
                suggestions=[
                    {"question_name": "answer", "value": "She", "score": 0.5, "agent": "m"},
                    {"question_name": "span", "value": values["span"]},
                ],
                metadata={"split": "train"},
                vectors={"meaning": [0.5, 1.0]},
                external_id="one",
            ),
            rg.FeedbackRecord({"question": "What?", "context": "It."}),
        ]
    )
    return dataset


def test_a_dataset_comes_back_from_a_folder_as_it_was(tmp_path: Path) -> None:
    sent = everything()
    sent.push_to_huggingface(tmp_path / "folder")
    found = rg.FeedbackDataset.from_huggingface(tmp_path / "folder")
    assert found.settings == sent.settings
    assert found.records == sent.records
    assert "`answer` (text)" in (tmp_path / "folder" / "README.md").read_text()


def test_fields_that_are_no_texts_come_back_as_they_were(tmp_path: Path) -> None:
    sent = rg.FeedbackDataset(
        fields=[
            rg.TextField("text"),
            rg.ChatField("chat", required=False),
            rg.CustomField("plot", template="<p>{{n}}</p>", required=False),
        ],
        questions=[rg.TextQuestion("answer")],
    )
    chat = [{"role": "user", "content": "Where?"}, {"role": "assistant", "content": "In Rome."}]
    sent.add_records(
        [
            rg.FeedbackRecord({"text": "a", "chat": chat, "plot": {"n": 1, "of": [{"é": None}]}}),
            rg.FeedbackRecord({"text": "b", "chat": []}),
            rg.FeedbackRecord({"text": "c", "plot": {}}),
        ]
    )
    sent.push_to_huggingface(tmp_path / "hub")
    back = rg.FeedbackDataset.from_huggingface(tmp_path / "hub")
    assert [one.fields for one in back] == [one.fields for one in sent]


def test_a_card_is_left_out_and_nothing_is_not_pushed(tmp_path: Path) -> None:
    everything().push_to_huggingface(tmp_path / "folder", generate_card=False)
    assert not (tmp_path / "folder" / "README.md").exists()
    empty = rg.FeedbackDataset.for_summarization()
    with pytest.raises(InvalidInput, match="without records"):
        empty.push_to_huggingface(tmp_path / "empty")


def test_what_is_no_such_dataset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"holds no argilla\.yaml"):
        rg.FeedbackDataset.from_huggingface(tmp_path)
