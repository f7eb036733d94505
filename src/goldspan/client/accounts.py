"""Users, keys and links, as who manages them asks for them."""

from __future__ import annotations

from datetime import datetime

from goldspan.client.transport import Transport, path
from goldspan.domain.permission import Scope
from goldspan.wire.account import ApiKey, ApiKeyCreate, SignInLink, UserUpdate
from goldspan.wire.base import Items
from goldspan.wire.user import User


class Accounts:
    """The routes of accounts, one method a use; raises what ``HttpClient`` raises.

    Args:
        transport: with the key of an owner.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def set_password(self, user_id: str, password: str) -> User:
        """Set a password; somebody else's must be changed at the next sign-in."""
        body = UserUpdate(password=password)
        return self._transport.ask("PATCH", path("users", user_id), User, body=body)

    def link(self, user_id: str) -> SignInLink:
        """Make a link that signs a user in, once."""
        return self._transport.ask("POST", path("users", user_id, "link"), SignInLink)

    def keys(self, user_id: str) -> list[ApiKey]:
        """Return a user's keys."""
        route = path("users", user_id, "api-keys")
        return self._transport.ask("GET", route, Items[ApiKey]).items

    def create_key(
        self, user_id: str, name: str, scope: Scope, expires_at: datetime | None
    ) -> ApiKey:
        """Give a user a key; only this answer holds it."""
        body = ApiKeyCreate(name=name, scope=scope, expires_at=expires_at)
        return self._transport.ask("POST", path("users", user_id, "api-keys"), ApiKey, body=body)

    def revoke_key(self, key_id: str) -> None:
        """Revoke a key."""
        self._transport.call("DELETE", path("api-keys", key_id))
