"""Readies shapes for decoding before threads share them.

msgspec works out how to decode a class when it meets it for the first time. A second thread that
meets the class meanwhile finds it half worked out, and the process dies (msgspec 0.22).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

Shape = TypeVar("Shape")
_readying = threading.Lock()
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


def ready_shapes(*more: type) -> None:
    """Ready every struct of this project that is imported by now, and ``more`` classes."""
    ours: list[type] = [shape for shape in _subclasses(msgspec.Struct) if _is_ours(shape)]
    for shape in (*ours, *more):
        decoder_of(shape)


def decoder_of(shape: type[Shape]) -> msgspec.json.Decoder[Shape]:
    """Return the decoder of JSON into a shape."""
    decoder = _decoders.get(shape)
    if decoder is None:
        with _readying:
            decoder = _decoders[shape] = msgspec.json.Decoder(shape)
    return decoder


def _subclasses(base: type) -> Iterator[Any]:
    children: list[Any] = base.__subclasses__()
    for shape in children:
        yield shape
        yield from _subclasses(shape)


def _is_ours(shape: Any) -> bool:
    is_open = bool(getattr(shape, "__parameters__", ()))  # of a type yet to be filled in
    return shape.__module__.startswith("goldspan.") and not is_open
