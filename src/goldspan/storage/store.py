"""What the services need of a store, and the unit of work.

A ``Unit`` is one transaction: everything read through it is of one state, everything written
through it is kept or lost together. Methods that look one thing up return None if it is not
there; what is missing or forbidden is for the services to say.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from goldspan.storage.accounts import Invitations, Keys, Links, Sessions, Users, Workspaces
from goldspan.storage.copying import Manifest
from goldspan.storage.datasets import Datasets, Snapshots
from goldspan.storage.journal import Audit, Deliveries, IdempotencyKeys, Webhooks
from goldspan.storage.judgements import Assignments, Days, Judgements, Known, Versions
from goldspan.storage.records import Records, Responses, Suggestions, Tallies
from goldspan.storage.texts import Texts
from goldspan.storage.vectors import Vectors

Result = TypeVar("Result")


class Maintenance(Protocol):
    """The database as a whole."""

    def dump(self, path: Path) -> Manifest:
        """Write all that the transaction sees to an archive; see ``copying``."""

    def checkup(self) -> dict[str, str]:
        """Return check to what is wrong, "" where nothing is."""


class Unit(Protocol):
    """One transaction; ``now`` is its time, naive UTC, and stands in all that it writes."""

    @property
    def now(self) -> datetime:
        """The transaction's time."""

    @property
    def callers_changed(self) -> bool:
        """Whether this transaction changed who may come in, or what they are."""

    @property
    def users(self) -> Users:
        """Users."""

    @property
    def keys(self) -> Keys:
        """API keys."""

    @property
    def sessions(self) -> Sessions:
        """Sessions."""

    @property
    def links(self) -> Links:
        """One-time links."""

    @property
    def invitations(self) -> Invitations:
        """Invitations."""

    @property
    def workspaces(self) -> Workspaces:
        """Workspaces."""

    @property
    def datasets(self) -> Datasets:
        """Datasets."""

    @property
    def records(self) -> Records:
        """Records."""

    @property
    def suggestions(self) -> Suggestions:
        """Suggestions."""

    @property
    def responses(self) -> Responses:
        """Responses."""

    @property
    def tallies(self) -> Tallies:
        """Kept counts."""

    @property
    def texts(self) -> Texts:
        """The full text index."""

    @property
    def vectors(self) -> Vectors:
        """What similarity is computed from."""

    @property
    def webhooks(self) -> Webhooks:
        """Webhooks."""

    @property
    def deliveries(self) -> Deliveries:
        """What webhooks are still to be told."""

    @property
    def audit(self) -> Audit:
        """What was changed, by whom."""

    @property
    def idempotency_keys(self) -> IdempotencyKeys:
        """Requests that may be repeated."""

    @property
    def assignments(self) -> Assignments:
        """Who has what to do with which record."""

    @property
    def judgements(self) -> Judgements:
        """How responses came about."""

    @property
    def versions(self) -> Versions:
        """What responses were before."""

    @property
    def known(self) -> Known:
        """What is known to be right."""

    @property
    def maintenance(self) -> Maintenance:
        """The database as a whole."""

    @property
    def snapshots(self) -> Snapshots:
        """Datasets as they were."""

    @property
    def days(self) -> Days:
        """Kept counts by day."""


class Store(Protocol):
    """Where everything is kept."""

    def read(self) -> AbstractContextManager[Unit]:
        """Begin a transaction that only reads. Raises StorageFailure."""

    def write(self, job: Callable[[Unit], Result], *, bulk: bool = False) -> Future[Result]:
        """Run a job as one transaction.

        The future ends with the job's result when it is on disk, or with its error when nothing
        of it was written. Bulk jobs let small ones pass.
        """

    def close(self) -> None:
        """Finish what is queued and let go of the files."""
