"""The dataset on the server: read lazily, in pages; changed at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from goldspan.client import error_of
from goldspan.domain.question import Question
from goldspan.domain.record import ResponseStatus
from goldspan.domain.workspace import Role
from goldspan.errors import InvalidInput, InvalidResponse, NotFound
from goldspan.sdk.base import DatasetBase
from goldspan.sdk.filters import EVERYTHING, MetadataFilter, SortBy, View
from goldspan.sdk.records import FeedbackRecord
from goldspan.sdk.remote_declaring import RemoteDeclaring
from goldspan.sdk.remote_record import RemoteFeedbackRecord, Values, change_of, response_to
from goldspan.sdk.session import Session
from goldspan.sdk.settings import Settings
from goldspan.sdk.upload import RECORDS_A_REQUEST, batched, upload_records
from goldspan.wire import record as wire
from goldspan.wire.dataset import Dataset
from goldspan.wire.field import field_of
from goldspan.wire.leading import Quality
from goldspan.wire.metadata import metadata_property_of
from goldspan.wire.question import question_of
from goldspan.wire.search import Query, SearchBody, SearchPage, VectorQuery
from goldspan.wire.vectors import vector_settings_of

if TYPE_CHECKING:
    from goldspan.sdk.dataset import FeedbackDataset

PAGE = 250
IDS_A_DELETE = 100
RESPONSES_A_REQUEST = 100
FAULTS_SHOWN = 5


class RemoteFeedbackDataset(RemoteDeclaring, DatasetBase):
    """A dataset on the server. Made by ``FeedbackDataset.push`` and ``pull_from``.

    Iteration reads pages as it goes; what is deleted or answered meanwhile makes it neither skip
    nor repeat a record.

    An annotator sees their own responses alone, and ``filter_by`` then goes by these.
    """

    def __init__(
        self,
        session: Session,
        body: Dataset,
        settings: Settings,
        question_names: Mapping[str, str],
        *,
        view: View = EVERYTHING,
        with_vectors: bool = False,
    ) -> None:
        super().__init__(settings)
        self.session = session
        self.id = body.id
        self.name = body.name
        self._body = body
        self._question_names = question_names
        self._view = view
        self._with_vectors = with_vectors

    @classmethod
    def open(
        cls, session: Session, body: Dataset, *, with_vectors: bool = False
    ) -> RemoteFeedbackDataset:
        """Return the dataset with its settings read from the server."""
        client = session.client
        questions = client.questions(body.id)
        settings = Settings(
            fields=tuple(field_of(one) for one in client.fields(body.id)),
            questions=tuple(question_of(one) for one in questions),
            guidelines=body.guidelines,
            metadata_properties=tuple(
                metadata_property_of(one) for one in client.metadata_properties(body.id)
            ),
            vectors_settings=tuple(
                vector_settings_of(one) for one in client.vectors_settings(body.id)
            ),
            allow_extra_metadata=body.allow_extra_metadata,
        )
        names = {one.id: one.name for one in questions}
        return cls(session, body, settings, names, with_vectors=with_vectors)

    @classmethod
    def find(
        cls,
        session: Session,
        name: str | None,
        workspace: str | None = None,
        id: str | None = None,
        *,
        with_vectors: bool = False,
    ) -> RemoteFeedbackDataset:
        """Return the dataset of this id, or of this name in the workspace.

        Raises:
            InvalidInput: if neither is given.
            NotFound: if there is none that the user may see.
        """
        if id is not None:
            return cls.open(session, session.client.dataset(str(id)), with_vectors=with_vectors)
        if name is None:
            raise InvalidInput("a dataset is found by its name or its id; give one of them")
        place = session.workspace(workspace)
        bodies = session.client.datasets(place.id)
        for body in bodies:
            if body.name == name:
                return cls.open(session, body, with_vectors=with_vectors)
        raise NotFound(
            f"there is no dataset {name!r} in workspace {place.name!r}, "
            f"only {sorted(body.name for body in bodies)}",
            dataset=name,
        )

    def __repr__(self) -> str:
        fields = [field.name for field in self.fields]
        questions = [question.name for question in self.questions]
        return f"RemoteFeedbackDataset(name={self.name!r}, {fields=}, {questions=}, id={self.id!r})"

    @property
    def is_whole(self) -> bool:
        """Whether nothing is filtered out, and the user sees everybody's responses."""
        return self._view == EVERYTHING and self.session.user.role != Role.ANNOTATOR

    @property
    def records(self) -> RemoteFeedbackDataset:
        """The dataset itself, which is iterated, counted and indexed as its records."""
        return self

    def __len__(self) -> int:
        return self._page(0, 1).total

    def __iter__(self) -> Iterator[RemoteFeedbackRecord]:
        seen: set[str] = set()
        offset, total = 0, -1
        while offset != total:
            page = self._page(offset, PAGE)
            if page.total < total:
                # Records left the view since the last page; later ones moved up into read places.
                offset, total = max(0, offset - (total - page.total)), page.total
                continue
            for record in self._records_of(page):
                if record.id not in seen:
                    seen.add(record.id)
                    yield record
            offset += len(page.items)
            total = page.total if page.items else offset

    def __getitem__(self, at: int) -> RemoteFeedbackRecord:
        offset = at if at >= 0 else len(self) + at
        page = self._page(offset, 1) if offset >= 0 else None
        if page is None or not page.items:
            raise IndexError(f"record {at} of a dataset with {len(self)}")
        return self._records_of(page)[0]

    def _page(self, offset: int, limit: int) -> SearchPage:
        return self._search(self._view.to_search(), offset, limit)

    def _search(self, body: SearchBody, offset: int, limit: int) -> SearchPage:
        vectors = ("vectors",) if self._with_vectors else ()
        return self.session.client.search_records(
            self.id,
            body,
            offset=offset,
            limit=limit,
            include=("responses", "suggestions", *vectors),
            mine=self.session.user.role == Role.ANNOTATOR,
        )

    def _records_of(self, page: SearchPage) -> list[RemoteFeedbackRecord]:
        names = self._question_names
        return [RemoteFeedbackRecord(hit.record, self, names) for hit in page.items]

    def filter_by(
        self,
        response_status: str | Sequence[str] | None = None,
        metadata_filters: MetadataFilter | Sequence[MetadataFilter] | None = None,
    ) -> RemoteFeedbackDataset:
        """Return the part of the dataset that passes; filters of earlier calls stay.

        Args:
            response_status: one or several of pending, draft, submitted, discarded; a record
                passes if a response has one of them, or as pending if it has no response.
            metadata_filters: all must pass.

        Raises:
            InvalidInput: if a status is unknown.
        """
        return self._with_view(self._view.narrowed(response_status, metadata_filters))

    def search(self, text: str, field: str | None = None) -> RemoteFeedbackDataset:
        """Return the part of the dataset that a text is found in; the last search counts.

        Args:
            text: words, and phrases in double quotes, all of which must stand in one field. Case
                and accents do not matter, and the last word may be the beginning of a longer one.
            field: the one field to look into; any if None.

        Raises:
            InvalidInput: when it is read, if the dataset has no such field, or the text has more
                than 1000 characters or 100 words.
        """
        return self._with_view(replace(self._view, text=text, text_field=field))

    def sort_by(self, sort: SortBy | Sequence[SortBy]) -> RemoteFeedbackDataset:
        """Return the dataset in another order; later keys decide between equals."""
        keys = (sort,) if isinstance(sort, SortBy) else tuple(sort)
        return self._with_view(replace(self._view, sort=keys))

    def _with_view(self, view: View) -> RemoteFeedbackDataset:
        return RemoteFeedbackDataset(
            self.session,
            self._body,
            self.settings,
            self._question_names,
            view=view,
            with_vectors=self._with_vectors,
        )

    def add_records(
        self, records: FeedbackRecord | Sequence[FeedbackRecord], show_progress: bool = True
    ) -> int:
        """Add records to the dataset; one whose external id it holds already is updated.

        Every record is checked before the first is uploaded; a batch is stored whole or not at
        all.

        Returns:
            How many records were updated.

        Raises:
            InvalidRecord: if a record does not fit, such as one with an undeclared field.
            InvalidResponse: if a response does not fit.
        """
        given = [records] if isinstance(records, FeedbackRecord) else list(records)
        self.settings.check_records(given, extra_fields=False, outcome="nothing was uploaded")
        return upload_records(self.session.client, self.id, given, show_progress=show_progress)

    def update_records(
        self, records: RemoteFeedbackRecord | Sequence[RemoteFeedbackRecord]
    ) -> None:
        """Store the suggestions, metadata and vectors that the given records hold now.

        Raises:
            InvalidInput: if a value does not fit the dataset.
            NotFound: if a record was deleted meanwhile.
        """
        given = [records] if isinstance(records, RemoteFeedbackRecord) else list(records)
        self.settings.check_records(given, extra_fields=False, outcome="nothing was updated")
        for batch in batched(given, RECORDS_A_REQUEST):
            self.session.client.update_records(self.id, [change_of(one) for one in batch])

    def delete_records(
        self, records: RemoteFeedbackRecord | Sequence[RemoteFeedbackRecord]
    ) -> None:
        """Delete records with their responses."""
        given = [records] if isinstance(records, RemoteFeedbackRecord) else list(records)
        for batch in batched(given, IDS_A_DELETE):
            self.session.client.delete_records(self.id, [one.id for one in batch])

    def respond(
        self,
        answers: Iterable[tuple[RemoteFeedbackRecord, Values]],
        status: ResponseStatus | str = ResponseStatus.SUBMITTED,
    ) -> None:
        """Store the caller's own responses to many records, replacing earlier ones.

        Args:
            answers: records with question name to answer, plain or as ``{"value": answer}``.
            status: of all these responses.

        Raises:
            InvalidResponse: if some do not fit; the others are stored.
        """
        faults: list[str] = []
        total = 0
        for batch in batched(answers, RESPONSES_A_REQUEST):
            results = self.store_responses(batch, ResponseStatus(status))
            pairs = zip(batch, results, strict=True)
            faults += [
                f"record {record.external_id or record.id}: {error_of(result)}"
                for (record, _), result in pairs
                if result.error
            ]
            total += len(batch)
        if faults:
            lines = "\n".join(f"  {fault}" for fault in faults[:FAULTS_SHOWN])
            raise InvalidResponse(
                f"{len(faults)} responses were refused, {total - len(faults)} were stored:\n{lines}"
            )

    def store_responses(
        self, answers: Sequence[tuple[RemoteFeedbackRecord, Values]], status: ResponseStatus
    ) -> list[wire.BulkResponseResult]:
        """Store at most ``RESPONSES_A_REQUEST`` responses and return what became of each."""
        bodies = [response_to(one, values, status) for one, values in answers]
        return self.session.client.respond(bodies).items

    def quality(self) -> Quality:
        """Return how far people agree, how right, how fast and how swayed they are."""
        return self.session.client.quality(self.id)

    def compute_unified_responses(
        self, question: str | Question, strategy: str = "majority"
    ) -> FeedbackDataset:
        """Return a local copy with ``unified_responses``; see ``FeedbackDataset``."""
        return self.pull().compute_unified_responses(question, strategy)

    unify_responses = compute_unified_responses

    def find_similar_records(
        self,
        vector_name: str,
        value: Sequence[float] | None = None,
        record: RemoteFeedbackRecord | None = None,
        max_results: int = 50,
        *,
        most_similar: bool = True,
    ) -> list[tuple[RemoteFeedbackRecord, float]]:
        """Return the records of this view whose vectors are nearest, each with its cosine.

        Args:
            vector_name: the kind of vector.
            value: the vector to compare with; or else
            record: the record whose vector is meant, which is not among the results.
            max_results: 1 to 1000.
            most_similar: False for those that point the other way, the farthest first.

        Raises:
            InvalidInput: if both or neither of value and record are given, the vector is not the
                dataset's or of another length, or the view is sorted.
        """
        body = self._view.to_search()
        body.query = body.query or Query()
        body.query.vector = VectorQuery(
            name=vector_name,
            value=None if value is None else list(value),
            record_id=None if record is None else record.id,
            order="most_similar" if most_similar else "least_similar",
        )
        page = self._search(body, 0, max_results)
        scores = [hit.query_score or 0.0 for hit in page.items]
        return list(zip(self._records_of(page), scores, strict=True))

    def pull(self, max_records: int | None = None) -> FeedbackDataset:
        """Return a local copy with the records, at most ``max_records``, of this view."""
        from goldspan.sdk.dataset import FeedbackDataset

        local = FeedbackDataset.of(self.settings)
        for at, record in enumerate(self):
            if at == max_records:
                break
            local.records.append(record.to_local())
        return local

    def delete(self) -> None:
        """Delete the dataset with everything in it."""
        self.session.client.delete_dataset(self.id)
