"""ETags: so that nobody overwrites what somebody else has changed in the meantime.

What the wire shows with a time of its last change has that time as its ETag. A request that names
it in ``If-Match`` is carried out only if the thing has not been changed since; that is looked up
in the transaction of the change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from litestar import Response

from goldspan.errors import PreconditionFailed
from goldspan.storage.store import Unit

# What a route's path names, and how its row is found.
FIND: dict[str, Callable[[Unit, str], Any]] = {
    "dataset_id": lambda unit, key: unit.datasets.get(key),
    "record_id": lambda unit, key: unit.records.get(key),
    "response_id": lambda unit, key: unit.responses.get(key),
    "field_id": lambda unit, key: unit.datasets.fields.get(key),
    "question_id": lambda unit, key: unit.datasets.questions.get(key),
    "property_id": lambda unit, key: unit.datasets.metadata_properties.get(key),
    "settings_id": lambda unit, key: unit.datasets.vectors_settings.get(key),
    "suggestion_id": lambda unit, key: unit.suggestions.get(key),
    "webhook_id": lambda unit, key: unit.webhooks.get(key),
    "workspace_id": lambda unit, key: unit.workspaces.get(key),
    "user_id": lambda unit, key: unit.users.get(key),
}


def etag(updated_at: datetime) -> str:
    """Return the ETag of what was last changed then (naive UTC), quoted as the header has it."""
    return f'"{updated_at:%Y%m%d%H%M%S%f}"'


def find_stale(unit: Unit, if_match: str, path: Mapping[str, str]) -> PreconditionFailed | None:
    """Check a request's ``If-Match`` against the one thing that its path names.

    Returns:
        The error if the thing has changed or gone, else None.
    """
    for name, key in path.items():
        if name in FIND:
            row = FIND[name](unit, key)
            found = None if row is None else etag(row.updated_at)
            wanted = [one.strip().removeprefix("W/") for one in if_match.split(",")]
            if found is None or (found not in wanted and "*" not in wanted):
                return PreconditionFailed(
                    f"{name.removesuffix('_id')} {key!r} is not as If-Match {if_match} says: its "
                    f"ETag is {found}. Nothing was changed; read it again and repeat the change",
                    etag=found,
                )
    return None


async def add_etag(response: Response[Any]) -> Response[Any]:
    """Give an answer that is one thing with a time of its last change its ETag.

    It waits for nothing; a plain function would be run on another thread for each answer.
    """
    updated_at = getattr(response.content, "updated_at", None)
    if isinstance(updated_at, datetime):
        response.headers["ETag"] = etag(updated_at)
    return response
