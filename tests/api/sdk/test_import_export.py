"""From files to datasets and back."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.span import Span
from goldspan.errors import InvalidFile, InvalidInput
from goldspan.formats.squad import read_squad
from goldspan.sdk.exporting import export
from goldspan.sdk.importing import check_file, import_demonstrations, import_file
from goldspan.sdk.remote import RemoteFeedbackDataset
from goldspan.sdk.session import Session

CONTEXT = "From Rome to Paris."
ROME = Answer("Rome", Span(5, 9))
PARIS = Answer("Paris", Span(13, 18))
DEMONSTRATIONS = [
    Demonstration("q0", "Where from?", CONTEXT, (ROME,), "Roads", "Roads#0"),
    Demonstration("q1", "Where to?", CONTEXT, (PARIS, ROME), "Roads", "Roads#0"),
    Demonstration("q2", "When?", CONTEXT, (), "Roads", "Roads#0"),
]


def load(owner: Session, name: str = "d", **options: object) -> RemoteFeedbackDataset:
    done = import_demonstrations(
        name,
        DEMONSTRATIONS,
        session=owner,
        show_progress=False,
        **options,  # type: ignore[arg-type]
    )
    assert (done.added, done.updated) == (3, 0)
    return done.dataset


def test_marked_answers_become_submitted_responses_of_the_import_user(owner: Session) -> None:
    dataset = load(owner)
    (user,) = {response.user_id for record in dataset for response in record.responses}
    names = {one.id: one.username for one in owner.client.users()}
    assert names[user or ""] == "import"
    assert [record.responses[0].values["answer"].value for record in dataset] == [
        [{"label": "answer", "start": 5, "end": 9}],
        [
            {"label": "answer", "start": 13, "end": 18},
            {"label": "answer", "start": 5, "end": 9},
        ],
        [],
    ]
    assert dataset[0].metadata == {"article": "Roads", "passage": "Roads#0"}


def test_written_answers_are_the_first_of_the_gold_ones(owner: Session) -> None:
    dataset = load(owner, extractive=False)
    values = [record.responses[0].values["answer"].value for record in dataset]
    assert values == ["Rome", "Paris", "(not in the passage)"]


def test_answers_become_suggestions(owner: Session) -> None:
    dataset = load(owner, answers="suggestions")
    assert [record.responses for record in dataset] == [[], [], []]
    (suggestion,) = dataset[0].suggestions
    assert (suggestion.agent, suggestion.type) == ("import", "human")
    assert suggestion.value == [{"label": "answer", "start": 5, "end": 9}]


def test_controls_are_hidden_from_annotators(
    owner: Session, join: Callable[[str], Session]
) -> None:
    dataset = load(owner, answers="controls")
    known = [record.metadata["known_answers"] for record in dataset]
    assert known == [["Rome"], ["Paris", "Rome"], []]
    seen = RemoteFeedbackDataset.find(join("ann"), "d")[0]
    assert seen.metadata == {"article": "Roads", "passage": "Roads#0"}


def test_none_keeps_no_answer(owner: Session) -> None:
    dataset = load(owner, answers="none")
    assert all(not record.responses and not record.suggestions for record in dataset)
    assert "known_answers" not in dataset[1].metadata


def test_importing_again_updates(owner: Session) -> None:
    load(owner)
    moved = [replace(one, article="Ways") for one in DEMONSTRATIONS]
    done = import_demonstrations("d", moved, session=owner, show_progress=False)
    assert (done.added, done.updated, len(done.dataset)) == (0, 3, 3)
    assert {record.metadata["article"] for record in done.dataset} == {"Ways"}


def test_a_faulty_demonstration_stores_none_of_them(owner: Session) -> None:
    load(owner)
    wrong = [*DEMONSTRATIONS[:2], replace(DEMONSTRATIONS[2], question_text="")]
    with pytest.raises(InvalidFile, match="line 3, column question: expected a text"):
        import_demonstrations("d", wrong, session=owner, show_progress=False)


def test_a_dataset_is_made_for_a_file_and_told_of_faults_first(
    owner: Session, tmp_path: Path
) -> None:
    path = tmp_path / "roads.csv"
    path.write_text(f"q,context,answer\nWhere to?,{CONTEXT},Paris\n,{CONTEXT},\n", encoding="utf-8")
    with pytest.raises(InvalidFile, match="line 3, column question"):
        import_file("d", path, mapping={"question": "q"}, session=owner, show_progress=False)
    assert owner.client.datasets(owner.workspace().id) == []
    path.write_text(f"q,context,answer\nWhere to?,{CONTEXT},Paris\n", encoding="utf-8")
    done = import_file("d", path, mapping={"question": "q"}, session=owner, show_progress=False)
    assert (done.added, done.dataset[0].fields["question"]) == (1, "Where to?")
    assert check_file("d", path, mapping={"question": "q"}, session=owner).accepted == 1


def test_an_argilla_folder_brings_its_settings(owner: Session, tmp_path: Path) -> None:
    def named(name: str, settings: object, **more: object) -> dict[str, object]:
        return {"id": "1", "name": name, "title": name, "settings": settings, **more}

    settings = {
        "guidelines": "Mark it.",
        "fields": [
            named("question", {"type": "text", "use_markdown": False}, required=True),
            named("context", {"type": "text", "use_markdown": False}, required=True),
        ],
        "questions": [
            named(
                "stars", {"type": "rating", "options": [{"value": 1}, {"value": 2}]}, required=True
            )
        ],
        "metadata": [],
        "vectors": [named("v", None, dimensions=2)],
        "allow_extra_metadata": True,
        "distribution": {"strategy": "overlap", "min_submitted": 1},
        "mapping": None,
    }
    record = {
        "id": "q1",
        "fields": {"question": "Where to?", "context": CONTEXT},
        "metadata": {"n": 1},
        "suggestions": {"stars": {"value": 1, "score": 0.5, "agent": "m"}},
        "responses": {"stars": [{"value": 2, "user_id": "0194f6a4-6d3c-7000-8000-000000000001"}]},
        "vectors": {"v": [0.5, 1.0]},
        "status": "completed",
        "_server_id": "0194f6a4-6d3c-7000-8000-000000000002",
    }
    folder = tmp_path / "saved"
    (folder / ".argilla").mkdir(parents=True)
    (folder / ".argilla" / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    (folder / "records.json").write_text(json.dumps([record]), encoding="utf-8")
    done = import_file("saved", folder, session=owner, show_progress=False)
    assert (done.added, done.dataset.guidelines) == (1, "Mark it.")
    (found,) = done.dataset
    assert (found.external_id, found.metadata) == ("q1", {"n": 1})
    assert [(one.user_id, one.status) for one in found.responses] == [
        ("0194f6a4-6d3c-7000-8000-000000000001", "submitted")
    ]


def test_answers_that_cannot_be_marked_are_listed_and_nothing_is_made(owner: Session) -> None:
    lost = [replace(DEMONSTRATIONS[0], answers=(Answer("Berlin"),))]
    with pytest.raises(InvalidInput, match=r"1 of 1 answers .*\n  q0: \['Berlin'\]"):
        import_demonstrations("d", lost, extractive=True, session=owner, show_progress=False)
    assert owner.client.datasets(owner.workspace().id) == []


def test_the_kind_of_answer_of_a_dataset_is_not_changed(owner: Session) -> None:
    load(owner)
    with pytest.raises(InvalidInput, match="asks for marked answers"):
        import_demonstrations("d", [], extractive=False, session=owner, show_progress=False)


def test_squad_goes_in_and_comes_out_the_same(owner: Session, tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    assert export(load(owner), path, "squad").written == 3
    assert read_squad(path).demonstrations == DEMONSTRATIONS


def test_real_squad_goes_in_and_comes_out_the_same(
    owner: Session, tmp_path: Path, squad_dir: Path
) -> None:
    whole = read_squad(squad_dir / "squad-dev-v2.0.json").demonstrations[:600]
    # A dev question may give one answer several times; people's answers are each kept once.
    given = [replace(one, answers=tuple(dict.fromkeys(one.answers))) for one in whole]
    done = import_demonstrations("d", given, session=owner, show_progress=False)
    path = tmp_path / "out.json"
    export(done.dataset, path, "squad")
    assert read_squad(path).demonstrations == given
