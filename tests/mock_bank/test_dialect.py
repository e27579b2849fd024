"""The platform's words against the protocol's vectors."""

import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from mock_bank.adapters.npsp import dialect
from mock_bank.adapters.npsp.bill import make_bill
from mock_bank.adapters.npsp.dialect import NotGenuineError, UnreadableMessageError
from mock_bank.domain.payments import TransactionState
from mock_bank.domain.tellings import Result, Told

VECTORS = json.loads((Path(__file__).parent / "data" / "vectors.json").read_text())["npsp"]
FIELDS = {"INIT": dialect.INIT_FIELDS, "CALLBACK": dialect.CALLBACK_FIELDS}
SECRET: str = VECTORS[0]["secret"]


def told() -> Told:
    return Told(
        partner="DOITAC01",
        reference="dvcH34102510150007T20251015093000",
        amount_vnd=200_000,
        bank_code="VCB",
        description="THANH TOAN HO SO H34.10-251015-0007",
        transaction_code="GD000000001",
        said_at=datetime(2025, 10, 15, 2, 31, 12, tzinfo=UTC),
        details={},
    )


def an_order(**changes: object) -> dict[str, Any]:
    message = {**VECTORS[0]["fields"], **changes}
    return {**message, "MaXacThuc": dialect.sign(message, dialect.INIT_FIELDS, SECRET)}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_given_a_vector_when_it_is_signed_then_the_hash_is_the_published_one(
    vector: dict[str, Any],
) -> None:
    fields = FIELDS[vector["message"]]

    signature = dialect.sign(vector["fields"], fields, vector["secret"])

    assert list(fields) == vector["field_order"]
    assert signature == vector["expected"]


def test_given_the_callback_vector_when_the_bank_tells_it_then_every_byte_agrees() -> None:
    vector = VECTORS[1]

    message = dialect.confirm(told(), Result.SUCCESS, secret=vector["secret"])

    assert message == {**vector["fields"], "MaXacThuc": vector["expected"]}


def test_given_an_amount_as_number_or_text_when_an_order_is_read_then_both_mean_the_same() -> None:
    texts, numbers = an_order(), an_order(SoTien=200_000)

    for message in (texts, numbers):
        dialect.verify(message, dialect.INIT_FIELDS, SECRET)

    assert dialect.read_order(texts) == dialect.read_order(numbers)
    assert dialect.read_order(texts).amount_vnd == 200_000


@pytest.mark.parametrize("field", dialect.INIT_FIELDS)
def test_given_any_signed_field_changed_when_verified_then_it_is_not_genuine(field: str) -> None:
    message = {**an_order(), field: "1"}
    if VECTORS[0]["fields"][field] == "1":
        message[field] = "2"

    with pytest.raises(NotGenuineError):
        dialect.verify(message, dialect.INIT_FIELDS, SECRET)


@pytest.mark.parametrize("signature", ["", "0" * 64, VECTORS[0]["expected"].upper(), None])
def test_given_another_signature_when_verified_then_it_is_not_genuine(signature: object) -> None:
    message = {**an_order(), "MaXacThuc": signature}

    with pytest.raises(NotGenuineError):
        dialect.verify(message, dialect.INIT_FIELDS, SECRET)


@pytest.mark.parametrize(
    "changes",
    [
        {"SoTien": "0"},
        {"SoTien": "-1"},
        {"SoTien": "1e5"},
        {"SoTien": "1000000000000000"},
        {"SoTien": 1.5},
        {"SoTien": True},
        {"MaTienTe": "USD"},
        {"MaThamChieu": ""},
        {"MaThamChieu": "x" * 256},
        {"ThongTinGiaoDich": "a|b"},
    ],
    ids=str,
)
def test_given_a_field_outside_the_protocol_when_read_then_it_is_refused(
    changes: dict[str, object],
) -> None:
    message = {**VECTORS[0]["fields"], **changes, "MaXacThuc": "x"}

    signed = "ThongTinGiaoDich" in changes or isinstance(changes.get("SoTien"), float | bool)
    if signed:
        with pytest.raises(UnreadableMessageError):
            dialect.verify(message, dialect.INIT_FIELDS, SECRET)
        return
    with pytest.raises(UnreadableMessageError):
        dialect.read_order(message)


@pytest.mark.parametrize("raw", [b"", b"[]", b"\xff", b"1"])
def test_given_a_body_that_is_no_object_when_read_then_it_is_refused(raw: bytes) -> None:
    with pytest.raises(UnreadableMessageError):
        dialect.read_message(raw)


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b'{"MaLoi":"0"}'), (200, b'{"MaLoi":"01"}'), (500, b'{"MaLoi":"00"}'), (200, b"OK")],
)
def test_given_another_answer_when_judged_then_the_callback_is_not_over(
    status: int, body: bytes
) -> None:
    assert dialect.is_accepted(200, b'{"MaLoi":"00"}')
    assert not dialect.is_accepted(status, body)


def test_given_a_payment_not_decided_when_asked_then_the_answer_is_three_and_signed() -> None:
    answer = dialect.answer_query(told(), TransactionState.NOT_KNOWN_YET, secret=SECRET)

    assert answer["TrangThaiGD"] == "3"
    assert answer["MaLoi"] != "00"
    dialect.verify(answer, dialect.CALLBACK_FIELDS, SECRET)


def test_given_a_payment_when_its_bill_is_made_then_it_is_a_readable_pdf() -> None:
    text = PdfReader(BytesIO(make_bill(told()))).pages[0].extract_text()

    assert "GD000000001" in text
    assert "200000 VND" in text
    assert "khong phai la bien lai" in text
