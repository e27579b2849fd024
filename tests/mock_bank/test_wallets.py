"""VNPAY, MoMo and ZaloPay as the mock speaks them, from the protocols' vectors alone."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from mock_bank.adapters.momo import dialect as momo
from mock_bank.adapters.orders import OrderRefusedError
from mock_bank.adapters.vnpay import dialect as vnpay
from mock_bank.adapters.zalopay import dialect as zalopay
from mock_bank.domain.tellings import Told
from tests.mock_bank.conftest import Bank

VECTORS = json.loads((Path(__file__).parent / "data" / "vectors.json").read_text("utf-8"))
(VNPAY,) = VECTORS["vnpay"]
(MOMO,) = VECTORS["momo"]
CREATE, CALLBACK = VECTORS["zalopay"]
HOME = "/ngan-hang-thu"


def told(**changes: Any) -> Told:  # noqa: ANN401 - any field
    facts: dict[str, Any] = {
        "partner": "2554", "reference": "261122_LP7Q2M9X4K1T", "amount_vnd": 80_000,
        "bank_code": "", "description": "", "transaction_code": "GD261122000000123",
        "said_at": datetime(2026, 11, 22, 7, 0, 12, 345_000, tzinfo=UTC), "details": {},
    }  # fmt: skip
    return Told(**{**facts, **changes})


def test_given_the_vectors_when_they_are_signed_then_every_signature_is_the_expected_one() -> None:
    fields = MOMO["fields"]
    keys = (fields["accessKey"], MOMO["secret"])

    assert vnpay.signature(VNPAY["params"], VNPAY["secret"]) == VNPAY["expected"]
    assert momo.signature(fields, MOMO["field_order"], keys) == MOMO["expected"]
    assert zalopay.mac(CREATE["signed_string"], CREATE["secret"]) == CREATE["expected"]
    assert zalopay.mac(CALLBACK["signed_string"], CALLBACK["secret"]) == CALLBACK["expected"]


def test_given_a_callback_of_zalopay_when_it_is_made_then_its_data_says_what_the_vectors_do() -> (
    None
):
    body = json.loads(zalopay.callback(told(), key2=CALLBACK["secret"], forged=False))

    ours, theirs = json.loads(body["data"]), json.loads(CALLBACK["signed_string"])
    assert set(ours) == set(theirs)
    for name in ("app_id", "app_trans_id", "amount", "zp_trans_id"):
        assert ours[name] == theirs[name]
    assert body["mac"] == zalopay.mac(body["data"], CALLBACK["secret"])


@pytest.mark.parametrize("name", CREATE["field_order"])
def test_given_an_order_of_zalopay_when_one_field_is_changed_then_it_is_refused(name: str) -> None:
    form = {**CREATE["fields"], "mac": CREATE["expected"]}

    assert zalopay.read_order(form, key1=CREATE["secret"]).amount_vnd == 80_000
    with pytest.raises(OrderRefusedError, match="-402"):
        zalopay.read_order({**form, name: form[name] + "1"}, key1=CREATE["secret"])


@pytest.mark.parametrize(
    ("status", "body", "accepted"),
    [(200, b'{"RspCode":"00"}', True), (200, b'{"RspCode":"02"}', True),
     (200, b'{"RspCode":"04"}', False), (500, b'{"RspCode":"00"}', False), (200, b"x", False)],
)  # fmt: skip
def test_given_an_answer_to_vnpays_ipn_when_judged_then_only_00_and_02_end_it(
    status: int,
    body: bytes,
    accepted: bool,  # noqa: FBT001 - a value
) -> None:
    assert vnpay.is_accepted(status, body) is accepted


@pytest.mark.parametrize(
    ("body", "accepted"),
    [(b'{"return_code":1}', True), (b'{"return_code":2}', True), (b'{"return_code":0}', False),
     (b'{"return_code":-1}', False), (b"[]", False)],
)  # fmt: skip
def test_given_an_answer_to_zalopays_callback_when_judged_then_only_1_and_2_end_it(
    body: bytes,
    accepted: bool,  # noqa: FBT001 - a value
) -> None:
    assert zalopay.is_accepted(200, body) is accepted


async def test_given_messages_that_are_not_signed_when_they_come_then_each_dialect_refuses(
    bank: Bank,
) -> None:
    query = urlencode({"vnp_Amount": "100", "vnp_SecureHash": "0" * 128})

    opened = await bank.http.get(f"{HOME}/vnpay/paymentv2/vpcpay.html?{query}")
    asked = await bank.http.post(f"{HOME}/vnpay/merchant_webapi/api/transaction", json={})
    created = await bank.http.post(f"{HOME}/momo/v2/gateway/api/create", json={"amount": 1})
    queried = await bank.http.post(f"{HOME}/momo/v2/gateway/api/query", json={})
    ordered = await bank.http.post(f"{HOME}/zalopay/v2/create", data={"amount": "1"})
    looked = await bank.http.post(f"{HOME}/zalopay/v2/query", data={"app_id": "1"})

    assert opened.status_code == 302
    assert opened.headers["location"].endswith("/Error.html?code=97")
    assert asked.json()["vnp_ResponseCode"] == "97"
    assert (created.json()["resultCode"], queried.json()["resultCode"]) == (11, 11)
    assert (ordered.json()["sub_return_code"], looked.json()["sub_return_code"]) == (-402, -402)
