"""What to send to each route, so that it does what it is for."""

import re
from typing import Any

from tests.api.world import PASSWORD, TERMS, TEXT

from goldspan.server.app import ROUTES

PARAMETER = re.compile(r":\w+}")
RESPONSE = {"status": "submitted", "values": {"answer": {"value": "Denver"}}}
ITEM = {"fields": {"text": "Carolina lost."}}
NEW_USER = {"username": "new", "first_name": "New"}
RANK = {"query": {"text": {"q": "Denver"}}}

# What is sent where an empty object does not do; words in braces are ids of the world.
BODIES: dict[str, Any] = {
    "POST /api/v1/session": {"username": "bo", "password": PASSWORD},
    "POST /api/v1/session/link": {"token": "{link}"},
    "PUT /api/v1/me/password": {"new_password": PASSWORD},
    "POST /api/v1/me/api-keys": {"name": "k", "scope": "read"},
    "POST /api/v1/users/{user_id}/api-keys": {"name": "k", "scope": "read"},
    "POST /api/v1/invitations": {"role": "annotator", "workspace_ids": ["{workspace_id}"]},
    "POST /api/v1/invitations/preview": {"token": "{invitation}"},
    "POST /api/v1/invitations/accept": {**NEW_USER, "token": "{invitation}", "password": PASSWORD},
    "POST /api/v1/users": NEW_USER,
    "POST /api/users": NEW_USER,
    "POST /api/v1/workspaces": {"name": "new"},
    "POST /api/workspaces": {"name": "new"},
    "POST /api/v1/workspaces/{workspace_id}/users": {"user_id": "{guest}"},
    "POST /api/v1/datasets": {"name": "new", "workspace_id": "{workspace_id}"},
    "POST /api/v1/datasets/{dataset_id}/fields": {"name": "new", "title": "n", "settings": TEXT},
    "POST /api/v1/datasets/{dataset_id}/questions": {"name": "n", "title": "n", "settings": TEXT},
    "POST /api/v1/datasets/{dataset_id}/metadata-properties": {"name": "n", "settings": TERMS},
    "POST /api/v1/datasets/{dataset_id}/vectors-settings": {
        "name": "n",
        "title": "n",
        "dimensions": 2,
    },
    "POST /api/v1/datasets/{dataset_id}/records": {"items": [ITEM]},
    "POST /api/v1/datasets/{dataset_id}/records/bulk": {"items": [ITEM]},
    "PUT /api/v1/datasets/{dataset_id}/records/bulk": {"items": [ITEM]},
    "PATCH /api/v1/datasets/{dataset_id}/records": {"items": [{"id": "{record_id}"}]},
    "POST /api/v1/datasets/{dataset_id}/records/search": RANK,
    "POST /api/v1/me/datasets/{dataset_id}/records/search": RANK,
    "PUT /api/v1/records/{record_id}/suggestions": {
        "question_id": "{question_id}",
        "value": "Carolina",
    },
    "POST /api/v1/records/{record_id}/responses": RESPONSE,
    "PUT /api/v1/responses/{response_id}": RESPONSE,
    "POST /api/v1/me/responses/bulk": {"items": [{**RESPONSE, "record_id": "{record_id}"}]},
    "POST /api/v1/me/leases/heartbeat": {"record_ids": ["{record_id}"]},
    "POST /api/v1/me/leases/release": {"record_ids": ["{record_id}"]},
    "PUT /api/v1/records/{record_id}/response": RESPONSE,
    "PUT /api/v1/records/{record_id}/adjudication": {"values": {"answer": {"value": "Denver"}}},
    "PUT /api/v1/records/{record_id}/control": {"values": {"answer": {"value": "Denver"}}},
    "POST /api/v1/webhooks": {"url": "https://example.org/h", "events": ["record.created"]},
}
ALL = {"include": ["responses", "suggestions", "vectors"]}
PARAMS: dict[str, dict[str, Any]] = {
    "GET /api/v1/datasets/{dataset_id}/records": ALL,
    "GET /api/v1/me/datasets/{dataset_id}/records": ALL,
    "POST /api/v1/datasets/{dataset_id}/records/search": ALL,
    "POST /api/v1/me/datasets/{dataset_id}/records/search": ALL,
    "GET /api/v1/records/{record_id}": ALL,
    "DELETE /api/v1/datasets/{dataset_id}/records": {"ids": "{record_id}"},
    "DELETE /api/v1/records/{record_id}/suggestions": {"ids": "{suggestion_id}"},
    "GET /api/v1/datasets/{dataset_id}/export": {"format": "jsonl"},
    "POST /api/v1/datasets/{dataset_id}/import": {"format": "jsonl", "mapping": "{}"},
}
# Ids that differ from those of the rest.
IDS: dict[str, dict[str, str]] = {
    "DELETE /api/v1/workspaces/{workspace_id}": {"workspace_id": "{empty}"},
    "POST /api/workspaces/{workspace_id}/users/{user_id}": {"user_id": "{guest}"},
    "POST /api/v1/records/{record_id}/response/undo": {"record_id": "{answered}"},
}
# What is sent as a form.
FORMS: dict[str, dict[str, str]] = {
    "POST /api/v1/token": {"username": "kim", "password": PASSWORD},
}
CONTENT: dict[str, bytes] = {
    "POST /api/v1/datasets/{dataset_id}/import": b'{"text": "Carolina lost."}\n',
}


def routes() -> list[str]:
    """Return ``METHOD path`` of every route, parameters in braces."""
    found = {
        f"{method} {PARAMETER.sub('}', path)}"
        for module in ROUTES
        for handler in module.HANDLERS
        for path in handler.paths
        for method in handler.http_methods
        if method not in ("HEAD", "OPTIONS")
    }
    return sorted(found, key=lambda route: route.split()[::-1])


def filled(value: Any, ids: dict[str, str]) -> Any:
    """Put ids in place of words in braces, at any depth."""
    if isinstance(value, str):
        return re.sub(r"{(\w+)}", lambda word: ids.get(word[1], word[1]), value)
    if isinstance(value, list):
        return [filled(one, ids) for one in value]
    if isinstance(value, dict):
        return {key: filled(one, ids) for key, one in value.items()}
    return value
