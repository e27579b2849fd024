"""What is signed of a refund, from vectors; and what each answer decides."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from payment_gateway.adapters.momo import dialect as momo_dialect
from payment_gateway.adapters.momo import refunds as momo
from payment_gateway.adapters.vnpay import dialect as vnpay_dialect
from payment_gateway.adapters.vnpay import refunds as vnpay
from payment_gateway.adapters.zalopay import dialect as zalopay_dialect
from payment_gateway.adapters.zalopay import refunds as zalopay
from payment_gateway.domain.refunds import (
    NeverAsked,
    NotPaidBack,
    PaidBack,
    RefundOrder,
    Undecided,
)
from shared.contracts.parts import PaymentChannel

VECTORS = json.loads((Path(__file__).parent / "data" / "refund_vectors.json").read_text("utf-8"))
KEY = UUID("0192f3c4-7a10-7c3e-8a55-0000000000aa")
ORDER = RefundOrder(
    refund_id=KEY, key=KEY, channel=PaymentChannel.VNPAY, attempt_reference="LP7Q2M9X4K1TT01",
    attempt_created_at=datetime(2026, 11, 22, 7, 5, tzinfo=UTC), channel_reference="261122000007",
    paid_vnd=100_000, amount_vnd=50_000, dossier_code="H34.10-261122-0007", by="lanhdao",
    sent_at=datetime(2026, 11, 23, 2, 0, tzinfo=UTC), earlier_references=frozenset({"8"}),
)  # fmt: skip


def test_given_the_vector_of_vnpay_when_a_refund_is_made_then_it_is_the_expected_one() -> None:
    vector = VECTORS["vnpay_refund"]

    message = vnpay.message(ORDER, terminal="LEPHI001", ip="127.0.0.1")

    text = vnpay_dialect.joined(message, vnpay.REFUND_FIELDS)
    assert message == vector["fields"]
    assert list(vnpay.REFUND_FIELDS) == vector["field_order"]
    assert vnpay_dialect.sign(text, vector["secret"]) == vector["expected"]


def test_given_the_vector_of_momo_when_a_refund_is_made_then_it_is_the_expected_one() -> None:
    vector = VECTORS["momo_refund"]
    order = replace(ORDER, channel=PaymentChannel.MOMO, channel_reference="4014083433")

    message = {**momo.message(order, partner="LEPHI"), "accessKey": "AK_FIXTURE"}

    text = momo_dialect.signed_text(message, momo_dialect.REFUND_FIELDS)
    assert message == vector["fields"]
    assert momo_dialect.sign(text, vector["secret"]) == vector["expected"]


def test_given_the_vectors_of_zalopay_when_a_refund_is_made_then_they_are_the_expected_ones() -> (
    None
):
    vector, asked = VECTORS["zalopay_refund"], VECTORS["zalopay_question"]
    order = replace(ORDER, channel_reference="261122000000123")
    later = datetime(2026, 11, 23, 2, 1, tzinfo=UTC)

    message = zalopay.message(order, app_id="2554", key1=vector["secret"])
    question = zalopay.question(order, app_id="2554", key1=asked["secret"], now=later)

    assert message == {**vector["fields"], "mac": vector["expected"]}
    assert question == {**asked["fields"], "mac": asked["expected"]}
    assert len(message["m_refund_id"]) <= 45
    assert zalopay_dialect.mac(vector["signed_string"], vector["secret"]) == message["mac"]


def test_given_the_answer_of_vnpay_when_it_is_verified_then_it_is_that_of_the_vector() -> None:
    vector = VECTORS["vnpay_answer"]

    text = vnpay_dialect.joined(vector["fields"], vnpay_dialect.ASKED_FIELDS)

    assert vnpay_dialect.is_genuine(text, vector["expected"], [vector["secret"]])
    assert vnpay.read_answer(vector["fields"], ORDER) == PaidBack("900000000001")


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, PaidBack("900000000001")),
        ({"vnp_ResponseCode": "95"}, NotPaidBack("vnpay-95")),
        ({"vnp_ResponseCode": "94"}, Undecided()),
        ({"vnp_ResponseCode": "99"}, Undecided()),
        ({"vnp_TransactionStatus": "05"}, Undecided()),
        ({"vnp_TransactionStatus": "09"}, NotPaidBack("vnpay-09")),
        ({"vnp_Amount": "5000100"}, Undecided()),
        ({"vnp_TxnRef": "LP7Q2M9X4K1TT02"}, Undecided()),
        ({"vnp_TransactionType": "01"}, Undecided()),
        ({"vnp_TransactionNo": ""}, Undecided()),
    ],
)
def test_given_an_answer_of_vnpay_when_one_field_is_changed_then_it_never_becomes_a_payment(
    changes: dict[str, str], outcome: object
) -> None:
    answer = {**VECTORS["vnpay_answer"]["fields"], **changes}

    assert vnpay.read_answer(answer, ORDER) == outcome


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, PaidBack("900000000001")),
        ({"vnp_TransactionType": "01"}, NeverAsked()),
        ({"vnp_TransactionNo": "8"}, NeverAsked()),
        ({"vnp_ResponseCode": "91"}, Undecided()),
        ({"vnp_Amount": "100"}, Undecided()),
    ],
)
def test_given_querydr_when_it_tells_of_another_refund_then_it_is_not_taken_for_this_one(
    changes: dict[str, str], outcome: object
) -> None:
    answer = {**VECTORS["vnpay_answer"]["fields"], **changes}

    assert vnpay.read_standing(answer, ORDER) == outcome


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"resultCode": "0", "amount": "50000", "transId": "77"}, PaidBack("77")),
        ({"resultCode": "0", "amount": "50001", "transId": "77"}, Undecided()),
        ({"resultCode": "0", "amount": "50000", "transId": "77", "orderId": "x"}, Undecided()),
        ({"resultCode": "1080"}, NotPaidBack("momo-1080")),
        ({"resultCode": "41"}, Undecided()),
        ({"resultCode": "7002"}, Undecided()),
        ({"resultCode": "42"}, NeverAsked()),
    ],
)
def test_given_an_answer_of_momo_when_it_is_read_then_only_a_clear_yes_or_no_decides(
    answer: dict[str, Any], outcome: object
) -> None:
    assert momo.read_answer({"orderId": KEY.hex, **answer}, ORDER) == outcome


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"return_code": "1", "refund_id": "77"}, PaidBack("77")),
        ({"return_code": "1"}, Undecided()),
        ({"return_code": "2", "sub_return_code": "-13"}, NotPaidBack("zalopay--13")),
        ({"return_code": "2", "sub_return_code": "-68"}, Undecided()),
        ({"return_code": "2", "sub_return_code": "-101"}, NeverAsked()),
        ({"return_code": "3", "refund_id": "77"}, Undecided()),
        ({}, Undecided()),
    ],
)
def test_given_an_answer_of_zalopay_when_it_is_read_then_only_a_clear_yes_or_no_decides(
    answer: dict[str, str], outcome: object
) -> None:
    assert zalopay.read_answer(answer) == outcome
