"""What a record shows: texts, images, conversations and values with a template of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from goldspan.domain.name import check_name
from goldspan.errors import InvalidRecord, InvalidSettings

IMAGE_KINDS = ("png", "jpeg", "gif", "webp", "avif", "svg+xml")
LONGEST_URL = 2_038
LONGEST_DATA_URI = 5_000_000
LONGEST_TEMPLATE = 100_000
MOST_MESSAGES = 1_000
ROLE = re.compile(r"[A-Za-z0-9_-]{1,50}")
MESSAGE_KEYS = {"role", "content"}


@dataclass(frozen=True, slots=True)
class _FieldBase:
    """What every field has.

    Args:
        name: key in a record's ``fields``.
        title: what the page shows; the name, capitalised, if not given.
        required: whether every record must have it.
    """

    name: str
    title: str = ""
    required: bool = True
    kind: ClassVar[str] = ""

    def __post_init__(self) -> None:
        check_name("field", self.name)
        if not self.title:
            object.__setattr__(self, "title", self.name.capitalize())

    def _wrong(self, wanted: str, value: Any) -> InvalidRecord:
        return InvalidRecord(
            f"field {self.name!r} is {wanted}, found {type(value).__name__} {value!r:.80}",
            field=self.name,
        )


@dataclass(frozen=True, slots=True)
class TextField(_FieldBase):
    """A named text of a record.

    Args:
        name: key in a record's ``fields``.
        title: what the page shows; the name, capitalised, if not given.
        required: whether every record must have it.
        use_markdown: whether the page renders it as markdown.
    """

    use_markdown: bool = False
    kind: ClassVar[str] = "text"

    def check(self, value: Any) -> None:
        """Raise InvalidRecord unless ``value`` is a text."""
        if not isinstance(value, str):
            raise self._wrong("a text", value)


@dataclass(frozen=True, slots=True)
class ImageField(_FieldBase):
    """A picture, given by its http(s) URL or as a ``data:image/…`` URI; nothing fetches it."""

    kind: ClassVar[str] = "image"

    def check(self, value: Any) -> None:
        """Raise InvalidRecord unless ``value`` is such a URL, not too long."""
        if not isinstance(value, str):
            raise self._wrong("an image's URL", value)
        scheme, _, rest = value.partition(":")
        match scheme.lower():
            case "http" | "https" if rest.startswith("//") and len(value) <= LONGEST_URL:
                return
            case "data" if rest.startswith(_IMAGE_STARTS) and len(value) <= LONGEST_DATA_URI:
                return
        raise self._wrong(
            f"an http(s) URL of up to {LONGEST_URL} characters or a data URI of an image "
            f"({', '.join(IMAGE_KINDS)}) of up to {LONGEST_DATA_URI}",
            value,
        )


_IMAGE_STARTS = tuple(f"image/{kind}{end}" for kind in IMAGE_KINDS for end in ";,")


@dataclass(frozen=True, slots=True)
class ChatField(_FieldBase):
    """A conversation: a list of ``{"role", "content"}``.

    Args:
        name: key in a record's ``fields``.
        title: what the page shows; the name, capitalised, if not given.
        required: whether every record must have it.
        use_markdown: whether the page renders contents as markdown.
    """

    use_markdown: bool = True
    kind: ClassVar[str] = "chat"

    def check(self, value: Any) -> None:
        """Raise InvalidRecord unless ``value`` is a list of messages."""
        if not isinstance(value, list) or len(value) > MOST_MESSAGES:
            raise self._wrong(f"a list of up to {MOST_MESSAGES} messages", value)
        for message in value:
            if not (
                isinstance(message, Mapping)
                and message.keys() == MESSAGE_KEYS
                and isinstance(message["role"], str)
                and ROLE.fullmatch(message["role"])
                and isinstance(message["content"], str)
            ):
                raise self._wrong(
                    'a list of messages {"role": …, "content": …} with texts, a role of up to 50 '
                    "letters, digits, '_' or '-'",
                    message,
                )


@dataclass(frozen=True, slots=True)
class CustomField(_FieldBase):
    """An object of any keys, with a template that says how it wants to be shown.

    Args:
        name: key in a record's ``fields``.
        title: what the page shows; the name, capitalised, if not given.
        required: whether every record must have it.
        template: HTML; kept and shown as text, never run.
        advanced_mode: whether the template is a whole page with scripts of its own.
    """

    template: str = ""
    advanced_mode: bool = False
    kind: ClassVar[str] = "custom"

    def __post_init__(self) -> None:
        _FieldBase.__post_init__(self)
        if not self.template.strip() or len(self.template) > LONGEST_TEMPLATE:
            raise InvalidSettings(
                f"custom field {self.name!r} needs a template of 1 to {LONGEST_TEMPLATE} "
                f"characters, found {len(self.template)}"
            )

    def check(self, value: Any) -> None:
        """Raise InvalidRecord unless ``value`` is an object."""
        if not isinstance(value, Mapping):
            raise self._wrong("an object", value)


Field = TextField | ImageField | ChatField | CustomField
FIELD_KINDS: dict[str, type[Any]] = {
    cls.kind: cls for cls in (TextField, ImageField, ChatField, CustomField)
}


def searchable_texts(value: Any) -> Iterator[str]:
    """Yield what a text search looks into: every text in a field's value but data URIs."""
    if isinstance(value, str):
        if not value.startswith("data:"):
            yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from searchable_texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from searchable_texts(inner)
