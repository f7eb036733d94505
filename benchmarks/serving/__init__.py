"""What the server benchmark drives servers with."""
