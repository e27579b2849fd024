"""Refunds as the mock bank speaks them, from the vectors alone, and what it gives back."""

import json
from pathlib import Path

import pytest

from mock_bank.adapters.momo import dialect as momo
from mock_bank.adapters.orders import OrderRefusedError
from mock_bank.adapters.vnpay import refunds as vnpay
from mock_bank.adapters.zalopay import dialect as zalopay

VECTORS = json.loads((Path(__file__).parent / "data" / "refund_vectors.json").read_text("utf-8"))
VNPAY, MOMO, ZALOPAY = (VECTORS[f"{name}_refund"] for name in ("vnpay", "momo", "zalopay"))
KEYS = (MOMO["fields"]["accessKey"], MOMO["secret"])


def test_given_the_vectors_when_they_are_read_then_every_dialect_asks_for_the_same_refund() -> None:
    asked = VECTORS["zalopay_question"]

    wanted = [
        vnpay.read_refund(
            {**VNPAY["fields"], "vnp_SecureHash": VNPAY["expected"]}, secret=VNPAY["secret"]
        ),
        momo.read_refund({**MOMO["fields"], "signature": MOMO["expected"]}, keys=KEYS),
        zalopay.read_refund(
            {**ZALOPAY["fields"], "mac": ZALOPAY["expected"]}, key1=ZALOPAY["secret"]
        ),
    ]
    name = zalopay.read_refund_question(
        {**asked["fields"], "mac": asked["expected"]}, key1=asked["secret"]
    )

    assert [each.amount_vnd for each in wanted] == [50_000] * 3
    assert (wanted[0].reference, wanted[1].number) == ("LP7Q2M9X4K1TT01", "4014083433")
    assert wanted[2].key == name


@pytest.mark.parametrize("field", VNPAY["field_order"])
def test_given_a_refund_of_vnpay_when_one_field_is_changed_then_it_is_not_obeyed(
    field: str,
) -> None:
    message = {**VNPAY["fields"], field: VNPAY["fields"][field] + "1"}

    with pytest.raises(OrderRefusedError):
        vnpay.read_refund({**message, "vnp_SecureHash": VNPAY["expected"]}, secret=VNPAY["secret"])


@pytest.mark.parametrize("field", [name for name in MOMO["field_order"] if name != "accessKey"])
def test_given_a_refund_of_momo_when_one_field_is_changed_then_it_is_not_obeyed(field: str) -> None:
    message = {**MOMO["fields"], field: MOMO["fields"][field] + "1"}

    with pytest.raises(OrderRefusedError):
        momo.read_refund({**message, "signature": MOMO["expected"]}, keys=KEYS)


@pytest.mark.parametrize("field", ZALOPAY["field_order"])
def test_given_a_refund_of_zalopay_when_one_field_is_changed_then_it_is_not_obeyed(
    field: str,
) -> None:
    form = {**ZALOPAY["fields"], field: ZALOPAY["fields"][field] + "1"}

    with pytest.raises(OrderRefusedError):
        zalopay.read_refund({**form, "mac": ZALOPAY["expected"]}, key1=ZALOPAY["secret"])


@pytest.mark.parametrize("field", VECTORS["zalopay_question"]["field_order"])
def test_given_a_question_to_zalopay_when_one_field_is_changed_then_it_is_not_answered(
    field: str,
) -> None:
    asked = VECTORS["zalopay_question"]
    form = {**asked["fields"], field: asked["fields"][field] + "1"}

    with pytest.raises(OrderRefusedError):
        zalopay.read_refund_question({**form, "mac": asked["expected"]}, key1=asked["secret"])
