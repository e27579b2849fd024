"""No personal data and no free text on the kept streams: every string says what it may hold."""

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
