"""Demonstrations from a file become records on the server, their gold answers what is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from goldspan.domain.answering import KNOWN_ANSWERS, Answering
from goldspan.domain.demonstration import Demonstration
from goldspan.domain.metadata import TermsMetadataProperty
from goldspan.domain.record import Suggestion
from goldspan.domain.workspace import Role
from goldspan.errors import GoldspanError, InvalidInput, NotFound
from goldspan.sdk.answering import answering
from goldspan.sdk.dataset import FeedbackDataset
from goldspan.sdk.progress import progress
from goldspan.sdk.records import FeedbackRecord, ResponseSchema, prefixed
from goldspan.sdk.remote import RemoteFeedbackDataset
from goldspan.sdk.session import Session, active
from goldspan.sdk.upload import RECORDS_A_REQUEST, batched
from goldspan.sdk.user import User
from goldspan.wire.settings import metadata_property_body

Answers = Literal["responses", "suggestions", "controls", "none"]
IMPORT_USER = "import"
"""The user in whose name gold answers are submitted."""
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Args:
        dataset: the dataset on the server.
        added: records that are new.
        updated: records that the dataset had already.
    """

    dataset: RemoteFeedbackDataset
    added: int
    updated: int


def import_demonstrations(
    name: str,
    demonstrations: Sequence[Demonstration],
    *,
    answers: Answers = "responses",
    extractive: bool | None = None,
    workspace: str | None = None,
    session: Session | None = None,
    show_progress: bool = True,
) -> Imported:
    """Store demonstrations as records of a dataset, which is made if there is none of that name.

    A record's external id is the demonstration's id: importing again updates, and goes on where
    an earlier import was cut off. A written answer is the first of several gold answers; a
    marked one holds them all.

    Args:
        name: of the dataset.
        demonstrations: with ids that differ.
        answers: what the gold answers become: submitted responses of the user ``import``,
            suggestions, answers known in hidden metadata, or nothing.
        extractive: whether a new dataset asks for marked answers; by default it does if every
            answer has a place in its context.
        workspace: name; by default the session's.
        session: by default that of ``init``.
        show_progress: whether to show a bar.

    Raises:
        InvalidInput: if a dataset of that name asks for something else, or answers that should
            be marked do not stand in their contexts.
        Forbidden: if the user ``import`` is needed and missing, and the caller is not an owner.
    """
    if answers not in get_args(Answers):
        raise InvalidInput(f"answers become one of {get_args(Answers)}, found {answers!r}")
    used = active(session)
    dataset = _find(used, name, workspace)
    if dataset is not None:
        names = _fitting(dataset, extractive)
    else:
        placed = all(one.span for demo in demonstrations for one in demo.answers)
        local = _new(placed if extractive is None else extractive)
        names = answering(local)
    if names.extractive and answers in ("responses", "suggestions"):
        _require_places(names, demonstrations)
    if dataset is None:
        dataset = local.push(name, workspace, show_progress=False, session=used)
    maker = _Maker(names, answers, _import_user(used) if answers == "responses" else "")
    if answers == "controls":
        _hide_known_answers(dataset)
    return _upload(dataset, demonstrations, maker, show_progress)


def _find(session: Session, name: str, workspace: str | None) -> RemoteFeedbackDataset | None:
    place = session.workspace(workspace)
    try:
        return RemoteFeedbackDataset.find(session, name, place.name)
    except NotFound:
        return None


def _new(extractive: bool) -> FeedbackDataset:
    return FeedbackDataset.for_question_answering(
        extractive=extractive,
        metadata_properties=[
            TermsMetadataProperty("article"),
            TermsMetadataProperty("passage"),
            TermsMetadataProperty(KNOWN_ANSWERS, visible_for_annotators=False),
        ],
    )


def _fitting(dataset: RemoteFeedbackDataset, extractive: bool | None) -> Answering:
    names = answering(dataset)
    if extractive not in (None, names.extractive):
        asks, wanted = ("marked", "written") if names.extractive else ("written", "marked")
        raise InvalidInput(
            f"dataset {dataset.name!r} asks for {asks} answers, which cannot be changed, and "
            f"{wanted} ones are to be imported; choose another name for the dataset"
        )
    return names


def _require_places(names: Answering, demonstrations: Sequence[Demonstration]) -> None:
    lost = [one for one in demonstrations if names.value_of(one.answers, one.context) is None]
    if lost:
        shown = "\n".join(f"  {one.id}: {list(one.gold_texts)}" for one in lost[:_SHOWN])
        raise InvalidInput(
            f"{len(lost)} of {len(demonstrations)} answers should be marked and do not stand in "
            f"their contexts; import them as written answers instead, or correct them:\n{shown}"
        )


def _import_user(session: Session) -> str:
    for user in User.list(session=session):
        if user.username == IMPORT_USER:
            return user.id
    return User.create(IMPORT_USER, role=Role.ANNOTATOR, session=session).id


def _hide_known_answers(dataset: RemoteFeedbackDataset) -> None:
    """Declare the metadata of known answers, which keeps them from annotators."""
    declared = {one.name: one for one in dataset.metadata_properties}
    if KNOWN_ANSWERS not in declared:
        hidden = TermsMetadataProperty(KNOWN_ANSWERS, visible_for_annotators=False)
        dataset.session.client.add_metadata_property(dataset.id, metadata_property_body(hidden))
    elif declared[KNOWN_ANSWERS].visible_for_annotators:
        raise InvalidInput(
            f"dataset {dataset.name!r} shows the metadata {KNOWN_ANSWERS!r} to annotators, so it "
            "cannot hold controls; choose another name for the dataset"
        )


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes records of demonstrations."""

    names: Answering
    answers: Answers
    import_user: str

    def record(self, one: Demonstration) -> FeedbackRecord:
        metadata: dict[str, Any] = {
            key: text for key, text in (("article", one.article), ("passage", one.passage)) if text
        }
        record = FeedbackRecord(
            fields={
                self.names.question_field: one.question_text,
                self.names.context_field: one.context,
            },
            metadata=metadata,
            external_id=one.id,
        )
        if self.answers == "controls":
            record.metadata[KNOWN_ANSWERS] = [answer.text for answer in one.answers]
        elif self.answers != "none":
            self._answer(record, self.names.value_of(one.answers, one.context))
        return record

    def _answer(self, record: FeedbackRecord, value: Any) -> None:
        question = self.names.question.name
        if self.answers == "responses":
            record.responses = [ResponseSchema(self.import_user, {question: value})]
        else:
            record.suggestions = [Suggestion(question, value, agent=IMPORT_USER, type="human")]


def _upload(
    dataset: RemoteFeedbackDataset,
    demonstrations: Sequence[Demonstration],
    maker: _Maker,
    show_progress: bool,
) -> Imported:
    done = updated = 0
    with progress("Importing questions", len(demonstrations), show=show_progress) as advance:
        for batch in batched(demonstrations, RECORDS_A_REQUEST):
            try:
                records = [maker.record(one) for one in batch]
                updated += dataset.add_records(records, show_progress=False)
            except GoldspanError as error:
                raise prefixed(
                    error,
                    f"{done} of {len(demonstrations)} questions are stored, the same import goes "
                    "on from there",
                ) from error
            done += len(batch)
            advance(len(batch))
    return Imported(dataset=dataset, added=done - updated, updated=updated)
