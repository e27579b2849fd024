"""No personal data and no free text on the kept streams: every string says what it may hold."""

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest

from shared.contracts import messaging
from shared.contracts.asyncapi import schema_of
from shared.contracts.catalogue import EVENT_TYPES, KEPT_TOPICS

_FORMATS: Final = {"uuid", "date", "date-time"}

_OFFICIAL_NAMES: Final = {
    "AgencyPublished": {"name", "address"},
    "Account": {"holder"},
    "Payee": {"name", "address"},
    "Context": {"procedure_name", "agency_name"},
    "Line": {"name", "legal_basis"},
    "Money": {"bank_name"},
    "FeeLine": {"name", "declared_basis"},
    "TariffPublished": {"fee_name", "variant_name", "legal_basis"},
}
"""The only places of a schema that hold words, and only those that an act or a register fixes."""

_PERSONAL: Final = ("person", "payer_name", "owner", "email", "id_number", "birth", "mobile")

_PEOPLE: Final = (
    "Nguyễn", "Nguyễn Văn Đức", "Nguyen Van Duc", "duc@example.vn", "Số 1 Trần Phú", "NGUYỄN",
    "1 Tran Phu, Kon Tum", "+84 900 000 001 (chị Lan)",
)  # fmt: skip
"""Names, addresses, e-mails: what no code, id or reference looks like."""

_KEPT: Final = sorted(
    name
    for name, event in EVENT_TYPES.items()
    if event.topic in KEPT_TOPICS or event.__module__ == messaging.__name__
)


def _strings(schema: Any, model: str, field: str) -> Iterator[tuple[str, str, Any]]:  # noqa: ANN401 - JSON
    if isinstance(schema, list):
        for each in schema:
            yield from _strings(each, model, field)
    elif isinstance(schema, dict):
        if schema.get("type") == "string":
            yield model, field, schema
        for name, each in schema.get("$defs", {}).items():
            yield from _strings(each, name, "")
        for name, each in schema.get("properties", {}).items():
            yield from _strings(each, model, name)
        for word in ("items", "prefixItems", "anyOf", "allOf", "oneOf", "additionalProperties"):
            yield from _strings(schema.get(word), model, field)


def _open_maps(schema: Any, path: str = "") -> Iterator[str]:  # noqa: ANN401 - JSON
    """Name every map whose keys may be anything: a key is a place for words too."""
    if isinstance(schema, list):
        for number, each in enumerate(schema):
            yield from _open_maps(each, f"{path}/{number}")
    elif isinstance(schema, dict):
        is_map = isinstance(schema.get("additionalProperties"), dict)
        if is_map and "propertyNames" not in schema:
            yield path
        for name, each in schema.items():
            yield from _open_maps(each, f"{path}/{name}")


def _problem(model: str, field: str, schema: dict[str, Any]) -> str | None:
    closed = "enum" in schema or "const" in schema or schema.get("format") in _FORMATS
    if closed:
        return None
    if "x-official-name" in schema:
        listed = field in _OFFICIAL_NAMES.get(model, set())
        return None if listed and "maxLength" in schema else "is not on the list of official names"
    pattern = schema.get("pattern", "")
    if not (pattern.startswith("^") and pattern.endswith("$")):
        return "is free text"
    return "allows blanks" if " " in pattern and field not in {"phone", "total_in_words"} else None


@pytest.mark.parametrize("event_type", _KEPT)
def test_given_a_kept_fact_when_its_schema_is_walked_then_no_string_is_free_text(
    event_type: str,
) -> None:
    strings = list(_strings(schema_of(event_type), event_type.split(".")[2], ""))

    problems = [
        f"{model}.{field} {problem}"
        for model, field, schema in strings
        if (problem := _problem(model, field, schema)) is not None
    ]

    assert strings
    assert problems == []


@pytest.mark.parametrize("event_type", _KEPT)
def test_given_a_kept_fact_when_a_person_is_put_into_each_string_then_its_pattern_refuses(
    event_type: str,
) -> None:
    patterns = {
        (model, field, schema["pattern"])
        for model, field, schema in _strings(schema_of(event_type), event_type, "")
        if "pattern" in schema and "x-official-name" not in schema
    }

    taken = [
        (model, field, person)
        for model, field, pattern in patterns
        for person in _PEOPLE
        if re.search(pattern, person)
    ]

    assert taken == []
    assert list(_open_maps(schema_of(event_type))) == []


def test_given_a_map_of_anything_when_the_schema_is_walked_then_it_is_seen() -> None:
    counts = {"type": "object", "additionalProperties": {"type": "integer"}}

    assert list(_open_maps({"properties": {"counts": counts}})) == ["/properties/counts"]
    closed = counts | {"propertyNames": {"enum": ["short"]}}
    assert list(_open_maps({"properties": {"counts": closed}})) == []
    assert re.search(r"^\S+$", "Nguyễn")  # A pattern that any word passes would be caught above.


@pytest.mark.parametrize("event_type", _KEPT)
def test_given_a_kept_fact_when_its_fields_are_named_then_none_is_of_a_person(
    event_type: str,
) -> None:
    fields = {field for _, field, _ in _strings(schema_of(event_type), "", "")}

    assert [name for name in fields if any(word in name for word in _PERSONAL)] == []


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"type": "string", "maxLength": 10},
        {"type": "string", "pattern": "abc"},
        {"type": "string", "pattern": "^[a-z ]+$"},
        {"type": "string", "x-official-name": "anything", "maxLength": 10},
    ],
)
def test_given_free_text_when_the_schema_is_walked_then_it_is_seen(
    schema: dict[str, Any],
) -> None:
    nested = {"properties": {"note": {"anyOf": [{"items": schema}, {"type": "null"}]}}}

    ((model, field, found),) = _strings(nested, "Any", "")

    assert _problem(model, field, found) is not None
