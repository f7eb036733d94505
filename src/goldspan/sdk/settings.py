"""What a dataset shows and asks, and whether a record fits it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from goldspan.domain.field import Field
from goldspan.domain.metadata import MetadataProperty, check_metadata
from goldspan.domain.question import Question, check_values
from goldspan.domain.record import ResponseStatus
from goldspan.domain.schema import (
    VectorSettings,
    check_fields,
    check_settings,
)
from goldspan.errors import GoldspanError, InvalidRecord, InvalidResponse
from goldspan.sdk.records import FeedbackRecord, prefixed

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Settings:
    """A dataset's fields, questions and the rest of what is declared once.

    Args:
        fields: what is shown; at least one is required.
        questions: what annotators are asked; at least one is required.
        guidelines: markdown for the annotators.
        metadata_properties: the metadata that can be filtered and sorted by.
        vectors_settings: the vectors that records may carry.
        allow_extra_metadata: whether records may carry undeclared metadata.

    Raises:
        InvalidSettings: if fields and questions contradict each other.
    """

    fields: Sequence[Field]
    questions: Sequence[Question]
    guidelines: str | None = None
    metadata_properties: Sequence[MetadataProperty] = field(default_factory=tuple)
    vectors_settings: Sequence[VectorSettings] = field(default_factory=tuple)
    allow_extra_metadata: bool = True

    def __post_init__(self) -> None:
        check_settings(self.fields, self.questions)

    def check_record(self, record: FeedbackRecord, *, extra_fields: bool) -> None:
        """Raise unless the record fits.

        Args:
            record: any record.
            extra_fields: whether undeclared fields are let through (a local record's).

        Raises:
            InvalidRecord: if fields, metadata, vectors or suggestions do not fit.
            InvalidResponse: if a response does not fit.
        """
        declared = {one.name for one in self.fields}
        shown = record.fields
        if extra_fields:
            shown = {name: text for name, text in shown.items() if name in declared}
        check_fields(self.fields, shown)
        properties = {one.name: one for one in self.metadata_properties}
        check_metadata(properties, record.metadata, self.allow_extra_metadata)
        self._check_vectors(record)
        questions = {one.name: one for one in self.questions}
        for suggestion in record.suggestions:
            proposed = {suggestion.question_name: suggestion.value}
            try:
                check_values(questions, proposed, record.fields, complete=False)
            except InvalidResponse as error:
                raise InvalidRecord(f"suggestion: {error.message}", **error.params) from None
        for response in record.responses:
            plain = response.to_domain()
            complete = plain.status is ResponseStatus.SUBMITTED
            check_values(questions, plain.values, record.fields, complete=complete)

    def _check_vectors(self, record: FeedbackRecord) -> None:
        declared = {one.name: one.dimensions for one in self.vectors_settings}
        for name, vector in record.vectors.items():
            if len(vector) != declared.get(name):
                raise InvalidRecord(
                    f"vector {name!r} has {len(vector)} numbers; the dataset declares {declared}",
                    vector=name,
                )

    def check_records(
        self, records: Sequence[FeedbackRecord], *, extra_fields: bool, outcome: str
    ) -> None:
        """Raise one error that lists the records that do not fit.

        Args:
            records: any records.
            extra_fields: whether undeclared fields are let through.
            outcome: what did not happen because of the faults, such as "nothing was added".
        """
        faults: list[GoldspanError] = []
        for at, record in enumerate(records):
            try:
                self.check_record(record, extra_fields=extra_fields)
            except (InvalidRecord, InvalidResponse) as error:
                name = f" ({record.external_id!r})" if record.external_id else ""
                faults.append(prefixed(error, f"record {at}{name}"))
        if len(faults) == 1:
            raise prefixed(faults[0], f"{outcome}, one of {len(records)} records does not fit")
        if faults:
            lines = [f"  {fault.message}" for fault in faults[:_SHOWN]]
            if len(faults) > _SHOWN:
                lines.append(f"  … and {len(faults) - _SHOWN} more")
            head = f"{outcome}, {len(faults)} of {len(records)} records do not fit:"
            raise type(faults[0])("\n".join([head, *lines]), **faults[0].params)
