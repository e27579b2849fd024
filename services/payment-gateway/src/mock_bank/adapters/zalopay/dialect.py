"""ZaloPay v2: create, callback, query. Pure.

Written from the protocol's vectors alone and sharing nothing with the other side of the wire.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from mock_bank.adapters import orders
from mock_bank.adapters.orders import OrderRefusedError
from mock_bank.domain.payments import Channel, TransactionState
from mock_bank.domain.refunds import GivenBack, RefundState, RefundWanted
from mock_bank.domain.tellings import Told
from mock_bank.use_cases.paying import NewPayment

KNOWN_ALREADY: Final = "-68"
NOT_FOUND: Final = "-101"
_BAD_MAC: Final = "-402"
_BAD_DATA: Final = "-401"
_FORGED: Final = "0" * 64
_TRANSACTION: Final = re.compile(r"[0-9]{6}_.{1,33}")
_CREATE: Final = ["app_id", "app_trans_id", "app_user", "amount", "app_time", "embed_data", "item"]
REFUND: Final = ["app_id", "zp_trans_id", "amount", "description", "timestamp"]
ASK_REFUND: Final = ["app_id", "m_refund_id", "timestamp"]
_REFUND_NAME: Final = re.compile(r"[0-9]{6}_[0-9]+_[0-9A-Za-z]{10,32}")
_STATES: Final = {
    TransactionState.SUCCESS: 1,
    TransactionState.FAILED: 2,
    TransactionState.NOT_KNOWN_YET: 3,
}


def mac(text: str, key: str) -> str:
    """Return HMAC-SHA256."""
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def read_order(form: Mapping[str, Any], *, key1: str) -> NewPayment:
    """Return what a signed create asks for; raise OrderRefusedError."""
    _verify(form, "|".join(orders.text(form, name) for name in _CREATE), key1)
    reference = orders.text(form, "app_trans_id")
    if not _TRANSACTION.fullmatch(reference):
        raise OrderRefusedError(_BAD_DATA)
    embedded = json.loads(orders.text(form, "embed_data") or "{}")
    return NewPayment(
        channel=Channel.ZALOPAY,
        partner=orders.text(form, "app_id"),
        reference=reference,
        amount_vnd=orders.amount(orders.text(form, "amount"), _BAD_DATA),
        bank_code="ZALOPAY",
        description=orders.text(form, "description"),
        dossier_code="",
        collector="",
        details={
            "return_url": str(embedded.get("redirecturl", "")),
            **{name: orders.text(form, name) for name in _CREATE[2:]},
        },
    )


def read_question(form: Mapping[str, Any], *, key1: str) -> tuple[str, str]:
    """Return app and transaction of a signed query; raise OrderRefusedError."""
    app, transaction = orders.text(form, "app_id"), orders.text(form, "app_trans_id")
    _verify(form, f"{app}|{transaction}|{key1}", key1)
    return app, transaction


def created(address: str) -> dict[str, object]:
    """Return create's answer: where the payer goes."""
    return {
        "return_code": 1, "return_message": "Giao dịch thành công", "sub_return_code": 1,
        "order_url": address,
    }  # fmt: skip


def callback(told: Told, *, key2: str, forged: bool) -> bytes:
    """Return the callback's body; ``mac`` is over the text of ``data`` as it is sent."""
    data = json.dumps(
        {
            "app_id": int(told.partner),
            "app_trans_id": told.reference,
            "app_time": int(told.details.get("app_time") or 0),
            "app_user": told.details.get("app_user", ""),
            "amount": told.amount_vnd,
            "embed_data": told.details.get("embed_data", "{}"),
            "item": told.details.get("item", "[]"),
            "zp_trans_id": int(orders.digits(told.transaction_code) or 0),
            "server_time": int(told.said_at.timestamp() * 1000),
            "channel": 38,
            "merchant_user_id": "",
            "user_fee_amount": 0,
            "discount_amount": 0,
        }
    )
    made = _FORGED if forged else mac(data, key2)
    return json.dumps({"data": data, "mac": made, "type": 1}).encode()


def is_accepted(status: int, raw: bytes) -> bool:
    """Tell whether a callback is over: return_code 1 or 2."""
    try:
        answer = json.loads(raw)
    except ValueError:
        return False
    code = answer.get("return_code") if isinstance(answer, dict) else None
    return status == HTTPStatus.OK and code in {1, 2}


def answer_query(told: Told, state: TransactionState) -> dict[str, object]:
    """Return query's answer; the protocol does not sign it."""
    return {
        "return_code": _STATES[state],
        "return_message": "",
        "sub_return_code": 1 if state is TransactionState.SUCCESS else -54,
        "is_processing": state is TransactionState.NOT_KNOWN_YET,
        "amount": told.amount_vnd,
        "zp_trans_id": int(orders.digits(told.transaction_code) or 0),
        "server_time": int(told.said_at.timestamp() * 1000),
        "discount_amount": 0,
    }


def refuse(code: str) -> dict[str, object]:
    """Return the answer to a message that is not obeyed."""
    return {"return_code": 2, "return_message": "refused", "sub_return_code": int(code)}


def read_refund(form: Mapping[str, Any], *, key1: str) -> RefundWanted:
    """Return what a signed refund asks for; raise OrderRefusedError."""
    _verify(form, "|".join(orders.text(form, name) for name in REFUND), key1)
    name = orders.text(form, "m_refund_id")
    app = orders.text(form, "app_id")
    if not _REFUND_NAME.fullmatch(name) or f"_{app}_" not in name:
        raise OrderRefusedError(_BAD_DATA)
    return RefundWanted(
        channel=Channel.ZALOPAY,
        partner=app,
        key=name,
        amount_vnd=orders.amount(orders.text(form, "amount"), _BAD_DATA),
        number=orders.text(form, "zp_trans_id"),
    )


def read_refund_question(form: Mapping[str, Any], *, key1: str) -> str:
    """Return which refund a signed question is about; raise OrderRefusedError."""
    _verify(form, "|".join(orders.text(form, name) for name in ASK_REFUND), key1)
    return orders.text(form, "m_refund_id")


def refunded(given: GivenBack) -> dict[str, object]:
    """Return what ZaloPay says of a refund; the protocol does not sign it."""
    if given.state is RefundState.REFUSED:
        return {"return_code": 2, "return_message": "refused", "sub_return_code": -13}
    return {
        "return_code": 1, "return_message": "", "sub_return_code": 1,
        "refund_id": int(given.number),
    }  # fmt: skip


def _verify(form: Mapping[str, Any], signed: str, key: str) -> None:
    claimed = orders.text(form, "mac").encode()
    if not hmac.compare_digest(claimed, mac(signed, key).encode()):
        raise OrderRefusedError(_BAD_MAC)
