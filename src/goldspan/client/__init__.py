"""The HTTP client: knows the wire, never the storage."""

from goldspan.client.http import HttpClient

__all__ = ["HttpClient"]
