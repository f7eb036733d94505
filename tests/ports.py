"""A port that stays one's own while nobody listens on it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def kept_port() -> Iterator[int]:
    """Give a free port of loopback, for a server that stops and starts again.

    A socket is bound to it all the while, and does not listen: no other program is given the port,
    whoever connects is refused, and a server that allows addresses to be reused can listen on it.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as keeper:
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind(("127.0.0.1", 0))
        yield keeper.getsockname()[1]
