"""Every vector of a message that we hear: genuine as it stands, forged with one field changed."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest

from payment_gateway.adapters.channel import Call, Forged, Listener
from payment_gateway.adapters.momo.callback import Merchant, MomoListener
from payment_gateway.adapters.npsp.callback import NpspListener, Partner
from payment_gateway.adapters.vnpay import dialect as vnpay
from payment_gateway.adapters.vnpay.callback import Terminal, VnpayListener
from payment_gateway.adapters.zalopay.callback import App, ZalopayListener
from tests.support.facts import NOON

Vector = Mapping[str, Any]
_DATA: Final = Path(__file__).parent / "data"
_FILES: Final = [json.loads((_DATA / name).read_text("utf-8"))
                 for name in ("vectors.json", "refund_vectors.json")]  # fmt: skip
VECTORS: Final[dict[str, Vector]] = {
    vector["id"]: vector
    for file in _FILES
    for group in file.values()
    for vector in (group if isinstance(group, list) else [group])
    if isinstance(vector, dict) and "secret" in vector
}
BY_THE_MOCK: Final = {
    "npsp-init-1": ("test_dialect.py", "test_given_any_signed_field_changed_when_verified"),
    "zalopay-create-1": ("test_wallets.py", "test_given_an_order_of_zalopay_when_one_field"),
    "vnpay-refund-1": ("test_refunds.py", "test_given_a_refund_of_vnpay_when_one_field"),
    "momo-refund-1": ("test_refunds.py", "test_given_a_refund_of_momo_when_one_field"),
    "zalopay-refund-1": ("test_refunds.py", "test_given_a_refund_of_zalopay_when_one_field"),
    "zalopay-query-refund-1": ("test_refunds.py", "test_given_a_question_to_zalopay_when_one"),
}
"""What only the bank hears, and the test of the bank that changes its fields."""


def heard(listener: Listener, call: Call) -> bool:
    return not isinstance(listener.hear(call), Forged)


def posted(message: object) -> Call:
    return Call(b"", json.dumps(message).encode(), {}, NOON)


def hear_npsp(vector: Vector, fields: Mapping[str, Any]) -> bool:
    listener = NpspListener(Partner("X", (vector["secret"],), "H34.10"))
    return heard(listener, posted({**fields, "MaXacThuc": vector["expected"]}))


def hear_vnpay(vector: Vector, fields: Mapping[str, Any]) -> bool:
    listener = VnpayListener(Terminal("X", (vector["secret"],), "H34.10"))
    query = urlencode({**fields, "vnp_SecureHash": vector["expected"]})
    return heard(listener, Call(query.encode(), b"", {}, NOON))


def hear_momo(vector: Vector, fields: Mapping[str, Any]) -> bool:
    keys = ((fields["accessKey"], vector["secret"]),)
    listener = MomoListener(Merchant("X", keys, "H34.10"))
    return heard(listener, posted({**fields, "signature": vector["expected"]}))


def hear_zalopay(vector: Vector, fields: Mapping[str, Any]) -> bool:
    listener = ZalopayListener(App("X", (vector["secret"],), "H34.10"))
    data = vector["signed_string"]
    for name, text in json.loads(data).items():
        old, new = (f'"{name}":{json.dumps(each)}' for each in (text, fields[name]))
        assert old in data, "the vector's own spelling"
        data = data.replace(old, new)
    return heard(listener, posted({"data": data, "mac": vector["expected"], "type": 1}))


def hear_answer(vector: Vector, fields: Mapping[str, Any]) -> bool:
    text = vnpay.joined(fields, vnpay.ASKED_FIELDS)
    return vnpay.is_genuine(text, vector["expected"], [vector["secret"]])


HEARD: Final[Mapping[str, Callable[[Vector, Mapping[str, Any]], bool]]] = {
    "npsp-callback-1": hear_npsp, "vnpay-ipn-1": hear_vnpay, "momo-ipn-1": hear_momo,
    "zalopay-callback-1": hear_zalopay, "vnpay-refund-answer-1": hear_answer,
}  # fmt: skip


def fields_of(vector: Vector) -> dict[str, Any]:
    if "raw_body" in vector:
        return dict(json.loads(vector["signed_string"]))
    return dict(vector.get("fields") or vector["params"])


def flipped(value: object) -> object:
    if isinstance(value, int):
        return value + 1
    return f"{value}1"


def test_given_the_vectors_when_they_are_counted_then_each_has_its_one_field_control() -> None:
    bank = Path(__file__).parents[1] / "mock_bank"

    assert set(VECTORS) == {*HEARD, *BY_THE_MOCK}
    for file, name in BY_THE_MOCK.values():
        assert f"def {name}" in (bank / file).read_text(), name


@pytest.mark.parametrize("name", HEARD)
def test_given_a_vector_when_any_one_field_is_changed_then_it_is_forged(name: str) -> None:
    vector, hear = VECTORS[name], HEARD[name]
    fields = fields_of(vector)

    assert hear(vector, fields), "genuine as it stands"
    believed = [
        field for field, value in fields.items() if hear(vector, {**fields, field: flipped(value)})
    ]

    assert believed == []
