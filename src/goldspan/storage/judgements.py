"""What the services need of a store to share work out and judge it; a part of ``store.Unit``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from goldspan.storage.rows import (
    AdjudicationRow,
    AssignmentRow,
    ControlRow,
    CursorRow,
    DayRow,
    JudgementRow,
    NewResponse,
    Version,
)

Day = tuple[str, str, str]
"""A day (``2026-11-27``), a user's id, and ``submitted`` or ``discarded``."""
Place = tuple[int, str]
"""A position in a dataset's order and, among equals, a record's id."""


class Assignments(Protocol):
    """Who has what to do with which record. Lock the records before changing anything here."""

    def of(self, record_ids: Collection[str]) -> list[AssignmentRow]:
        """Return the records' assignments, oldest first."""

    def leases(self, dataset_id: str, user_id: str) -> list[AssignmentRow]:
        """Return a user's leases in a dataset, oldest first."""

    def leases_of_user(self, user_id: str) -> list[AssignmentRow]:
        """Return a user's leases in all datasets."""

    def skipped(self, dataset_id: str, user_id: str, count: int) -> list[str]:
        """Return the open records that a user skipped, the first skipped first."""

    def expired(self, dataset_id: str) -> list[str]:
        """Return some records with a lease that has ended by the transaction's time."""

    def waiting(self, dataset_id: str, user_id: str) -> int:
        """Return how many pending records a user could be given but for leases of others."""

    def replace(self, old: Sequence[AssignmentRow], new: Sequence[AssignmentRow]) -> None:
        """Delete the old ones and insert the new ones."""

    def extend(self, record_ids: Collection[str], user_id: str, until: datetime) -> list[str]:
        """Let a user's leases end at ``until``; return on which records there were any."""

    def first_ahead(self, dataset_id: str, user_id: str, start: Place, end: Place) -> Place | None:
        """Return the first open record in [start, end) with which the user has nothing to do."""

    def last_open(self, dataset_id: str, end: Place) -> Place | None:
        """Return the last open record before ``end``, whoever has to do with it."""

    def claim_ahead(
        self, dataset_id: str, user_id: str, count: int, start: Place, end: Place
    ) -> list[str]:
        """Take a place on up to ``count`` of such records, in order; return their ids.

        Passes over records that others have locked. The leases are for the caller to insert.
        """

    def claim_behind(self, dataset_id: str, user_id: str, count: int, end: Place) -> list[str]:
        """Do the same with records before ``end`` that are marked as returned."""

    def cursor(self, dataset_id: str, user_id: str) -> CursorRow | None:
        """Return a user's cursor and lock it."""

    def move_cursor(self, cursor: CursorRow) -> None:
        """Set a user's cursor."""

    def furthest(self, dataset_id: str) -> int | None:
        """Return the highest position of any cursor; None if there is none."""

    def forget_cursors(self, dataset_id: str) -> None:
        """Let everybody begin at the front again."""


class Judgements(Protocol):
    """How responses came about, at most one row a record and user."""

    def of(self, record_ids: Collection[str]) -> list[JudgementRow]:
        """Return what is known of the responses to the records."""

    def put(self, row: JudgementRow) -> None:
        """Insert one, or replace the one of the same record and user."""

    def delete(self, record_id: str, user_id: str) -> None:
        """Delete one, if it is there."""


class Versions(Protocol):
    """The states that responses were in."""

    def add(self, responses: Sequence[NewResponse]) -> None:
        """Add the states that were just stored."""

    def add_deleted(self, record_id: str, user_id: str) -> None:
        """Add that a response was taken back."""

    def of(self, record_id: str) -> list[Version]:
        """Return all versions of all responses to a record, oldest first."""

    def standing(self, record_id: str, user_id: str) -> list[Version]:
        """Return the last two versions that are not undone, the present one first."""

    def undo(self, version: Version) -> None:
        """Mark a version as undone."""


class Known(Protocol):
    """What is known to be right."""

    def adjudications(self, record_ids: Collection[str]) -> dict[str, AdjudicationRow]:
        """Return record id to what settles it, for those of the records that are settled."""

    def adjudicate(self, row: AdjudicationRow) -> None:
        """Settle a record, anew if it is settled already."""

    def withdraw(self, record_id: str) -> None:
        """Unsettle a record, if it is settled."""

    def controls(self, record_ids: Collection[str]) -> dict[str, ControlRow]:
        """Return record id to its known values, for those of the records that have some."""

    def controls_in(self, dataset_id: str) -> dict[str, ControlRow]:
        """Return record id to known values, for all controls of a dataset."""

    def set_control(self, row: ControlRow) -> None:
        """Set a record's known values."""

    def clear_control(self, record_id: str) -> None:
        """Forget a record's known values, if there are any."""


class Days(Protocol):
    """How many responses became submitted or discarded on which day."""

    def add(self, dataset_id: str, changes: Mapping[Day, int]) -> None:
        """Add to the numbers."""

    def since(self, dataset_id: str, first: str) -> list[DayRow]:
        """Return the numbers from the day ``first`` on, in order."""

    def submitted(self, dataset_id: str, user_id: str, day: str) -> int:
        """Return how many of a user's responses became submitted on a day."""
