"""One full example of every event version, made from its schema; saved once and kept for ever."""

import json
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from shared.contracts.envelope import Cause, Event, Said

FIRST_ID: Final = "0192f3c4-7a10-7c3e-8a55-000000000001"

# What a string with a pattern, or an official name, looks like; by the name of its field.
_WORDS: Final[dict[str, Any]] = {
    "account.number": "7111000123456",
    "address": "Số 492 Trần Phú, phường Kon Tum, tỉnh Quảng Ngãi",
    "agency_code": "H34.10",
    "approved_by": "0b8f2c6e-41f0-4d1c-9a57-3f7f1d2c9e11",
    "agency_name": "Trung tâm Phục vụ hành chính công tỉnh",
    "bank_code": "970436",
    "bin": "970436",
    "by": "0b8f2c6e-41f0-4d1c-9a57-3f7f1d2c9e10",
    "certificate_serial": "5402AF",
    "channel_reference": "NPSP-261122-000123",
    "check_url": "https://lephi.example/xac-minh/6101234567/EBL01/26TAA/123",
    "code": "00",
    "consumer": "receipt",
    "deciding_agency": "H34.10",
    "decided_by": "0b8f2c6e-41f0-4d1c-9a57-3f7f1d2c9e10",
    "declared_basis": "TT 226/2016/TT-BTC Điều 4",
    "declined_by": "0b8f2c6e-41f0-4d1c-9a57-3f7f1d2c9e11",
    "dossier_code": "H34.10-261122-0007",
    "email": "nguoi.nop@example.vn",
    "error_code": "timeout",
    "evidence_ref": "SO-HO-NGHEO-2026-17",
    "fee_code": "PHI-CHUNGTHUC-BS",
    "fee_name": "Phí chứng thực bản sao từ bản chính",
    "form_symbol": "EBL01",
    "holder": "Trung tâm Phục vụ hành chính công tỉnh",
    "id_number": "062090000001",
    "key": "H34.10-261122-0007",
    "legal_basis": "TT 226/2016/TT-BTC Điều 4",
    "name": "Phí chứng thực bản sao từ bản chính",
    "number": 123,
    "parent_code": "H34",
    "partner": "kontum",
    "payer_group": "HO_NGHEO",
    "phone": "0260 3797 799",
    "procedure_code": "2.000815",
    "procedure_name": "Chứng thực bản sao từ bản chính",
    "reason_code": "waiting_for",
    "receiving_agency": "H34.10",
    "ref": "KB-KONTUM-01",
    "reference": "LP7K2M9Q4T",
    "requested_by": "0b8f2c6e-41f0-4d1c-9a57-3f7f1d2c9e10",
    "serial_symbol": "26TAA",
    "streams": "lephi.payment",
    "succeeded_by": "H34.11",
    "tariff_code": "TF-0001",
    "tax_code": "6101234567",
    "template": "receipt-ready",
    "territory_code": "H34",
    "topic": "lephi.payment",
    "total_in_words": "Một trăm ba mươi lăm nghìn đồng",
    "variant": "DO_THI",
    "variant_name": "Đô thị",
}


def example_of(event: type[Event], *, full: bool = True) -> Event:
    """Return a fact of class ``event`` with every field, or with the required ones only."""
    schema = event.model_json_schema(by_alias=True)
    value = _Maker(schema.get("$defs", {}), full=full).of(schema)
    return event.model_validate_json(json.dumps(value))


def said(event: Event) -> Said:
    """Return circumstances under which the example is said."""
    return Said(
        id=UUID(FIRST_ID),
        source=event.source or "/lephi/receipt",
        time=datetime(2026, 11, 22, 7, 5, 9, 123456, tzinfo=UTC),
        cause=Cause(UUID(FIRST_ID), UUID(FIRST_ID)),
        agency="H34.10",
        sequence=3,
    )


class _Maker:
    """Makes a JSON value for a schema; the field's name chooses among strings."""

    def __init__(self, definitions: dict[str, Any], *, full: bool) -> None:
        self._definitions = definitions
        self._full = full

    def of(self, schema: dict[str, Any], name: str = "", inside: str = "") -> Any:  # noqa: ANN401
        """Return a value that ``schema`` accepts."""
        schema = self._resolved(schema)
        if "enum" in schema:
            return schema["enum"][0]
        match schema["type"]:
            case "object":
                return self._object(schema, name)
            case "array":
                return [self.of(schema["items"], name, inside)]
            case "string":
                return self._string(schema, name, inside)
            case "boolean":
                return True
            case _:
                return self._number(schema)

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        if "anyOf" in schema:
            schema = next(each for each in schema["anyOf"] if each.get("type") != "null")
        if "$ref" in schema:
            schema = self._definitions[schema["$ref"].rpartition("/")[2]]
        return schema

    def _object(self, schema: dict[str, Any], inside: str) -> dict[str, Any]:
        wanted = schema["properties"] if self._full else schema.get("required", ())
        return {name: self.of(schema["properties"][name], name, inside) for name in wanted}

    def _string(self, schema: dict[str, Any], name: str, inside: str) -> str:
        fixed = {
            "uuid": FIRST_ID,
            "date-time": "2026-11-22T07:05:09.123456Z",
            "date": "2026-11-22",
        }.get(schema.get("format", ""))
        if fixed is not None:
            return fixed
        if name.endswith("sha256"):
            return "9f" * 32
        return str(_WORDS.get(f"{inside}.{name}", _WORDS.get(name, "H34.10-261122-0007")))

    def _number(self, schema: dict[str, Any]) -> int:
        return max(int(schema.get("minimum", 1)), 1)
