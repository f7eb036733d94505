"""The HTTP client: knows the wire, never the storage."""

from goldspan.client.http import HttpClient, error_of

__all__ = ["HttpClient", "error_of"]
