"""Simulated annotators at work on a real server."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

import goldspan as gs
from goldspan.demo.annotators import (
    AnswerCounts,
    JudgementCounts,
    SimulatedAnnotator,
    gold_by_text,
)
from goldspan.demo.world import make_world
from goldspan.domain.demonstration import Demonstration
from goldspan.sdk.importing import import_demonstrations
from goldspan.server.serve import start_in_thread

WORLD = make_world("train", 2)
GOLD = gold_by_text(WORLD)
Make = Callable[..., SimulatedAnnotator]


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[gs.Session]:
    server = start_in_thread(tmp_path_factory.mktemp("annotators") / "home")
    session = gs.connect(server.url, server.api_key)
    gs.Workspace.create("demo", session=session)
    yield session
    session.close()
    server.stop()


@pytest.fixture
def make(owner: gs.Session, request: pytest.FixtureRequest) -> Iterator[Make]:
    with ExitStack() as opened:

        def annotator(noise: float = 0.0, name: str = "annotator") -> SimulatedAnnotator:
            username = f"{name}-{request.node.name}"
            user = gs.User.create(username, workspaces=["demo"], session=owner)
            session = opened.enter_context(gs.connect(owner.api_url, user.api_key, "demo"))
            return SimulatedAnnotator(session, GOLD, noise, seed=0)

        yield annotator


def questions(owner: gs.Session, name: str) -> gs.RemoteFeedbackDataset:
    imported = import_demonstrations(
        name, WORLD, answers="none", extractive=True, workspace="demo", session=owner
    )
    return imported.dataset


def choices(owner: gs.Session, name: str, candidates: list[str]) -> gs.RemoteFeedbackDataset:
    """One record a question, whose candidates are these texts ({} stands for the gold answer)."""
    dataset = gs.FeedbackDataset.for_direct_preference_optimization(
        len(candidates), context=True, judgement=True, extractive=True
    )
    for one in WORLD:
        texts = [text.format(one.answers[0].text) for text in candidates]
        fields = {f"response{at}": text for at, text in enumerate(texts, 1)}
        fields |= {"prompt": one.question_text, "context": one.context}
        dataset.add_records(gs.FeedbackRecord(fields=fields))
    return dataset.push(name, "demo", session=owner)


def answers_of(dataset: gs.RemoteFeedbackDataset) -> dict[str | None, str]:
    found = {}
    for record in dataset:
        (response,) = record.responses
        (span,) = response.values["answer"].value
        found[record.external_id] = record.fields["context"][span["start"] : span["end"]]
    return found


def gold_texts() -> dict[str | None, str]:
    return {one.id: one.answers[0].text for one in WORLD}


def suggest(record: gs.RemoteFeedbackRecord, demonstration: Demonstration, shift: int) -> None:
    span = demonstration.answers[0].span
    assert span is not None
    value = [{"label": "answer", "start": span.start, "end": span.end + shift}]
    record.update(suggestions=[{"question_name": "answer", "value": value}])


def test_right_suggestions_are_accepted_and_wrong_ones_replaced(
    owner: gs.Session, make: Make
) -> None:
    dataset = questions(owner, "suggested")
    by_id = {one.id: one for one in WORLD}
    for place, record in enumerate(dataset):
        assert record.external_id is not None
        suggest(record, by_id[record.external_id], shift=0 if place < 15 else -1)
    assert make().answer(dataset.id) == AnswerCounts(accepted=15, marked=5)
    assert answers_of(dataset) == gold_texts()


def test_two_annotators_share_the_questions_and_nothing_is_answered_twice(
    owner: gs.Session, make: Make
) -> None:
    dataset = questions(owner, "shared")
    first = make(name="first").answer(dataset.id, share=(0, 2))
    second = make(name="second").answer(dataset.id, share=(1, 2))
    assert first.marked > 0
    assert second.marked > 0
    assert first.marked + second.marked == 20
    assert answers_of(dataset) == gold_texts()


def test_answering_again_counts_everything_and_changes_nothing(
    owner: gs.Session, make: Make
) -> None:
    dataset = questions(owner, "cut off")
    annotator = make()
    first = annotator.answer(dataset.id, share=(0, 2))
    times = {record.id: record.updated_at for record in dataset}
    assert annotator.answer(dataset.id, share=(0, 2)) == first
    assert {record.id: record.updated_at for record in dataset} == times


def test_judging_goes_on_where_it_was_cut_off(owner: gs.Session, make: Make) -> None:
    dataset = choices(owner, "half judged", ["nothing", "{}"])
    annotator = make()
    before = {"preference": [{"value": "response1", "rank": 1}, {"value": "response2", "rank": 1}]}
    mine = gs.FeedbackDataset.pull_from("half judged", workspace="demo", session=annotator.session)
    mine[0].submit(before)
    assert annotator.prefer(dataset.id) == JudgementCounts(judged=20)
    found = [record.responses[0].values["preference"].value for record in dataset]
    assert found.count(before["preference"]) == 1


def test_the_better_candidate_is_preferred_without_noise(owner: gs.Session, make: Make) -> None:
    dataset = choices(owner, "clear", ["nothing", "{}"])
    assert make().prefer(dataset.id) == JudgementCounts(judged=20)
    for record in dataset:
        (response,) = record.responses
        ranks = {one["value"]: one["rank"] for one in response.values["preference"].value}
        assert ranks == {"response1": 2, "response2": 1}
        assert response.values["acceptable"].value == "some"


def test_noise_flips_its_share_of_the_judgements(owner: gs.Session, make: Make) -> None:
    dataset = choices(owner, "noisy", ["nothing", "{}"])
    counts = make(noise=1.0).prefer(dataset.id)
    assert counts == JudgementCounts(judged=20, flipped=20)
    ranks = [r.responses[0].values["preference"].value[0]["rank"] for r in dataset]
    assert ranks == [1] * 20


def test_where_nothing_is_right_the_gold_answer_is_marked_as_a_correction(
    owner: gs.Session, make: Make
) -> None:
    dataset = choices(owner, "wrong", ["nothing", "nobody"])
    assert make().prefer(dataset.id) == JudgementCounts(judged=20, none_acceptable=20)
    for record in dataset:
        (response,) = record.responses
        assert response.values["acceptable"].value == "none"
        (span,) = response.values["correction"].value
        gold = GOLD[record.fields["prompt"], record.fields["context"]]
        marked = record.fields["context"][span["start"] : span["end"]]
        assert marked == gold.answers[0].text
