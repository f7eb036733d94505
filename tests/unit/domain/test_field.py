"""Which values the kinds of fields take."""

from typing import Any

import pytest

from goldspan.domain.field import (
    ChatField,
    CustomField,
    Field,
    ImageField,
    TextField,
    searchable_texts,
)
from goldspan.errors import InvalidRecord, InvalidSettings

CUSTOM = CustomField("graph", template="<b>{{record.fields.graph.title}}</b>")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (TextField("text"), ""),
        (ImageField("image"), "https://example.org/cat.png"),
        (ImageField("image"), "data:image/png;base64,iVBORw0KGgo="),
        (ChatField("chat"), [{"role": "user", "content": "Who?"}]),
        (ChatField("chat"), []),
        (CUSTOM, {"title": "T", "points": [1, 2]}),
    ],
)
def test_a_value_of_the_kind_is_taken(field: Field, value: Any) -> None:
    field.check(value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (TextField("text"), 1),
        (ImageField("image"), "cat.png"),
        (ImageField("image"), "javascript:alert(1)"),
        (ImageField("image"), "file:///etc/passwd"),
        (ImageField("image"), "data:text/html;base64,PGI+"),
        (ImageField("image"), "https://example.org/" + "a" * 2038),
        (ChatField("chat"), "Who?"),
        (ChatField("chat"), [{"role": "user"}]),
        (ChatField("chat"), [{"role": "a b", "content": ""}]),
        (ChatField("chat"), [{"role": "user", "content": "", "name": "x"}]),
        (CUSTOM, "T"),
    ],
)
def test_a_value_of_another_kind_is_refused(field: Field, value: Any) -> None:
    with pytest.raises(InvalidRecord, match=f"field '{field.name}' is"):
        field.check(value)


def test_a_custom_field_needs_a_template() -> None:
    with pytest.raises(InvalidSettings, match="needs a template"):
        CustomField("graph", template=" ")


def test_a_search_looks_into_every_text_but_data_uris() -> None:
    value = [{"role": "user", "content": "Who?"}, {"image": "data:image/png;base64,AA=="}]
    assert [*searchable_texts(value)] == ["user", "Who?"]
