"""Lines of a tariff that are wrong in one field each, and the fault that the field has."""

from fee.domain.checking import FaultCode

CHOSEN = {"fee_kind", "channel", "rule", "unit", "certainty"}


BAD_FIELDS = [
    ("tariff_code", "", FaultCode.REQUIRED),
    ("tariff_code", "mã số 1", FaultCode.CODE),
    ("tariff_code", "T" * 65, FaultCode.CODE),
    ("tariff_code", "TF-0001", FaultCode.PUBLISHED),
    ("fee_code", "", FaultCode.REQUIRED),
    ("fee_code", "LP/HỘ TỊCH", FaultCode.CODE),
    ("fee_kind", "", FaultCode.REQUIRED),
    ("fee_kind", "thue", FaultCode.CHOICE),
    ("fee_kind", "gia_dich_vu", FaultCode.SERVICE_PRICE),
    ("fee_kind", "service_price", FaultCode.SERVICE_PRICE),
    ("fee_name_vi", "   ", FaultCode.REQUIRED),
    ("fee_name_vi", "x" * 501, FaultCode.TOO_LONG),
    ("fee_name_vi", "Lệ phí\x07", FaultCode.CHARACTERS),
    ("fee_name_vi", '=HYPERLINK("http://x")', FaultCode.FORMULA),
    ("procedure_code", "1.0 04", FaultCode.CODE),
    ("variant_code", "đô thị", FaultCode.CODE),
    ("variant_name_vi", "@SUM(A1)", FaultCode.FORMULA),
    ("channel", "phone", FaultCode.CHOICE),
    ("territory_code", "H34;H48", FaultCode.CODE),
    ("payer_group", "hộ nghèo", FaultCode.CODE),
    ("rule", "percent", FaultCode.CHOICE),
    ("from_quantity", "", FaultCode.REQUIRED),
    ("from_quantity", "0", FaultCode.FROM_ONE),
    ("from_quantity", "2", FaultCode.NO_RANGE),
    ("from_quantity", "một", FaultCode.NUMBER),
    ("to_quantity", "5", FaultCode.NO_RANGE),
    ("to_quantity", "-1", FaultCode.NUMBER),
    ("unit", "page", FaultCode.UNIT_OF_RULE),
    ("unit", "km", FaultCode.CHOICE),
    ("amount_vnd", "", FaultCode.REQUIRED),
    ("amount_vnd", "-30000", FaultCode.NUMBER),
    ("amount_vnd", "30000.5", FaultCode.NUMBER),
    ("amount_vnd", "30,000", FaultCode.NUMBER),
    ("amount_vnd", "50%", FaultCode.NUMBER),
    ("amount_vnd", "1e5", FaultCode.NUMBER),
    ("amount_vnd", "10000000001", FaultCode.AMOUNT_TOO_LARGE),
    ("amount_vnd", "9" * 16, FaultCode.NUMBER),
    ("exemption_reason_code", "MIEN_THEO_LUAT", FaultCode.REASON_NEEDS_ZERO),
    ("exemption_reason_code", "vì nghèo", FaultCode.CODE),
    ("valid_from", "", FaultCode.REQUIRED),
    ("valid_from", "2026-02-30", FaultCode.DATE),
    ("valid_from", "31/11/2026", FaultCode.DATE),
    ("valid_from", "20260101", FaultCode.DATE),
    ("valid_from", "2016-12-31", FaultCode.DAY_OUT_OF_RANGE),
    ("valid_from", "2100-01-01", FaultCode.DAY_OUT_OF_RANGE),
    ("valid_to", "2025-12-31", FaultCode.ENDS_BEFORE_IT_BEGINS),
    ("valid_to", "mai", FaultCode.DATE),
    ("legal_basis", "", FaultCode.REQUIRED),
    ("legal_basis", "x" * 501, FaultCode.TOO_LONG),
    ("legal_basis", "-1", FaultCode.FORMULA),
    ("certainty", "chắc", FaultCode.CHOICE),
]


ELSEWHERE = [
    ({"amount_vnd": "0"}, "exemption_reason_code", FaultCode.ZERO_NEEDS_REASON),
    (
        {"rule": "tier", "unit": "page", "from_quantity": "5", "to_quantity": "3"},
        "to_quantity",
        FaultCode.RANGE,
    ),
    ({"fee_code": "PHI-CHUNGTHUC-CK"}, "fee_kind", FaultCode.KIND_DIFFERS),
    (
        {"fee_code": "LP-HOCHIEU", "valid_from": "2021-05-22"},
        "valid_from",
        FaultCode.KEY_KNOWN,
    ),
]


IDS = [f"{field}={text[:20]!r}" for field, text, _ in BAD_FIELDS]


CASES = [({field: text}, field, code) for field, text, code in BAD_FIELDS] + ELSEWHERE


CASE_IDS = IDS + [f"{field}: {code}" for _, field, code in ELSEWHERE]
