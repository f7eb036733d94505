"""The HTTP client: knows the wire, never the storage."""
