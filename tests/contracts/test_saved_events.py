"""Every saved event still parses, every class survives its round trip, nothing becomes narrower."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.asyncapi import schema_of
from shared.contracts.catalogue import (
    EVENT_TYPES,
    UnknownEventTypeError,
    UnreadableMessageError,
    parse_envelope,
)
from shared.contracts.envelope import envelope_bytes
from tests.contracts.compatibility import breaks
from tests.contracts.examples import example_of, said
from tests.contracts.save import SAVED

_SAVED_FILES = sorted(SAVED.glob("*.json"))
_SETTLED = SAVED / "vn.lephi.PaymentSettled.v1.json"


def _read(path: Path) -> dict[str, Any]:
    saved: dict[str, Any] = json.loads(path.read_text())
    return saved


def _raw(envelope: dict[str, Any]) -> bytes:
    return json.dumps(envelope).encode()


def test_given_the_catalogue_when_looking_for_saved_events_then_each_type_has_one() -> None:
    saved = {path.stem for path in _SAVED_FILES}

    assert saved >= set(EVENT_TYPES)


@pytest.mark.parametrize("path", _SAVED_FILES, ids=lambda path: path.stem)
def test_given_a_saved_event_when_parsed_then_nothing_of_it_is_lost(path: Path) -> None:
    envelope = _read(path)["envelope"]

    parsed = parse_envelope(_raw(envelope))

    assert json.loads(parsed.model_dump_json(exclude_none=True, exclude_unset=True)) == envelope


@pytest.mark.parametrize("path", _SAVED_FILES, ids=lambda path: path.stem)
def test_given_a_saved_schema_when_compared_with_the_present_one_then_no_reader_breaks(
    path: Path,
) -> None:
    saved = _read(path)

    now = schema_of(saved["envelope"]["type"])

    assert now is not None
    assert breaks(saved["schema"], now) == []


@pytest.mark.parametrize("event_type", sorted(EVENT_TYPES))
@pytest.mark.parametrize("full", [True, False], ids=["full", "least"])
def test_given_a_fact_when_said_and_read_then_it_is_the_same(event_type: str, full: bool) -> None:  # noqa: FBT001 - pytest gives it by name
    fact = example_of(EVENT_TYPES[event_type], full=full)

    read = parse_envelope(envelope_bytes(fact, said(fact)))

    assert read.data == fact
    assert type(read.data) is EVENT_TYPES[event_type]
    assert read.subject == read.partitionkey == fact.subject
    assert len(fact.subject) <= 64


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.pop("amount_vnd"),
        lambda data: data.update(amount_vnd=135000.0),
        lambda data: data.update(amount_vnd="135000"),
        lambda data: data.update(method="TIEN MAT"),
        lambda data: data.update(paid_at="2026-11-22T07:05:09"),
        lambda data: data.update(dossier_code="Nguyễn Văn A"),
        lambda data: data["monies"].clear(),
    ],
    ids=["missing", "float", "text", "unknown word", "naive instant", "free text", "no money"],
)
def test_given_a_body_that_breaks_its_schema_when_parsed_then_it_is_refused(change: Any) -> None:  # noqa: ANN401 - a lambda
    envelope = copy.deepcopy(_read(_SETTLED)["envelope"])
    change(envelope["data"])

    with pytest.raises(UnreadableMessageError) as caught:
        parse_envelope(_raw(envelope))

    assert caught.value.detail.startswith("vn.lephi.PaymentSettled.v1: data.")
    assert "Nguyễn" not in caught.value.detail


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b'{"type": 3}', b"\xff\xfe"])
def test_given_bytes_that_are_no_envelope_when_parsed_then_they_are_refused(raw: bytes) -> None:
    with pytest.raises(UnreadableMessageError):
        parse_envelope(raw)


def test_given_a_version_that_nobody_knows_when_parsed_then_the_type_is_named_unknown() -> None:
    envelope = _read(_SETTLED)["envelope"] | {"type": "vn.lephi.PaymentSettled.v99"}

    with pytest.raises(UnknownEventTypeError):
        parse_envelope(_raw(envelope))


def test_given_a_field_of_a_later_version_when_parsed_then_an_earlier_reader_ignores_it() -> None:
    envelope = _read(_SETTLED)["envelope"]
    later = copy.deepcopy(envelope)
    later["data"]["discount_vnd"] = 0

    assert parse_envelope(_raw(later)).data == parse_envelope(_raw(envelope)).data


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        (lambda now: now["required"].append("paid_by"), "became required"),
        (lambda now: now["properties"].pop("method"), "is gone"),
        (lambda now: now["$defs"]["PaymentChannel"]["enum"].pop(), "left the enum"),
        (lambda now: now["properties"]["amount_vnd"].update(maximum=9), "maximum fell"),
        (lambda now: now["properties"]["paid_at"].pop("format"), "format changed"),
    ],
    ids=["required", "gone", "enum", "maximum", "format"],
)
def test_given_a_change_that_breaks_readers_when_compared_then_it_is_named(
    edit: Any,  # noqa: ANN401 - a lambda
    complaint: str,
) -> None:
    then = _read(_SETTLED)["schema"]
    now = copy.deepcopy(then)
    edit(now)

    assert any(complaint in reason for reason in breaks(then, now))
