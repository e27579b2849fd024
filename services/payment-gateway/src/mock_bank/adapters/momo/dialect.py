"""MoMo v2: create, IPN, query. Pure.

Written from the protocol's vectors alone and sharing nothing with the other side of the wire.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Final

from mock_bank.adapters import orders
from mock_bank.adapters.orders import OrderRefusedError
from mock_bank.domain.payments import Channel, TransactionState
from mock_bank.domain.refunds import GivenBack, RefundState, RefundWanted
from mock_bank.domain.tellings import Result, Told
from mock_bank.use_cases.paying import NewPayment

NOT_FOUND: Final = "42"
_BAD_SIGNATURE: Final = "11"
_BAD_DATA: Final = "20"
_FORGED: Final = "0" * 64
_CODES: Final = {Result.SUCCESS: 0, Result.FAILED: 1080, Result.CANCELLED: 1006}
_STATES: Final = {
    TransactionState.SUCCESS: 0,
    TransactionState.NOT_KNOWN_YET: 1000,
    TransactionState.FAILED: 1006,
}
_CREATE: Final = [
    "accessKey",
    "amount",
    "extraData",
    "ipnUrl",
    "orderId",
    "orderInfo",
    "partnerCode",
    "redirectUrl",
    "requestId",
    "requestType",
]
_QUERY: Final = ["accessKey", "orderId", "partnerCode", "requestId"]
REFUND: Final = [
    "accessKey",
    "amount",
    "description",
    "orderId",
    "partnerCode",
    "requestId",
    "transId",
]
_IPN: Final = [
    "accessKey",
    "amount",
    "extraData",
    "message",
    "orderId",
    "orderInfo",
    "orderType",
    "partnerCode",
    "payType",
    "requestId",
    "responseTime",
    "resultCode",
    "transId",
]


def signature(message: Mapping[str, Any], names: list[str], keys: tuple[str, str]) -> str:
    """Return HMAC-SHA256 over ``k=v&…`` in the order of ``names``; ``keys``: access, secret."""
    access, secret = keys
    values = {**message, "accessKey": access}
    line = "&".join(f"{name}={orders.text(values, name)}" for name in names)
    return hmac.new(secret.encode(), line.encode(), hashlib.sha256).hexdigest()


def read_order(message: Mapping[str, Any], *, keys: tuple[str, str]) -> NewPayment:
    """Return what a signed create asks for; raise OrderRefusedError."""
    _verify(message, _CREATE, keys)
    return NewPayment(
        channel=Channel.MOMO,
        partner=orders.text(message, "partnerCode"),
        reference=orders.reference(orders.text(message, "orderId"), _BAD_DATA),
        amount_vnd=orders.amount(orders.text(message, "amount"), "22"),
        bank_code="MOMO",
        description=orders.text(message, "orderInfo"),
        dossier_code="",
        collector="",
        details={
            "return_url": orders.text(message, "redirectUrl"),
            "requestId": orders.text(message, "requestId"),
            "extraData": orders.text(message, "extraData"),
        },
    )


def read_question(message: Mapping[str, Any], *, keys: tuple[str, str]) -> tuple[str, str]:
    """Return partner and order of a signed query; raise OrderRefusedError."""
    _verify(message, _QUERY, keys)
    return orders.text(message, "partnerCode"), orders.text(message, "orderId")


def created(order: NewPayment, address: str) -> dict[str, object]:
    """Return create's answer: where the payer goes."""
    return {
        "partnerCode": order.partner,
        "requestId": order.details["requestId"],
        "orderId": order.reference,
        "amount": order.amount_vnd,
        "message": "Thành công.",
        "resultCode": 0,
        "payUrl": address,
    }


def ipn(told: Told, result: Result, *, keys: tuple[str, str], forged: bool) -> dict[str, object]:
    """Return the IPN, signed."""
    message = _facts(told, _CODES[result])
    made = _FORGED if forged else signature(message, _IPN, keys)
    return {**message, "signature": made}


def answer(told: Told, state: TransactionState) -> dict[str, object]:
    """Return query's answer; the protocol does not sign it."""
    return _facts(told, _STATES[state])


def refuse(code: str) -> dict[str, object]:
    """Return the answer to a message that is not obeyed."""
    return {"resultCode": int(code), "message": "refused"}


def read_refund(message: Mapping[str, Any], *, keys: tuple[str, str]) -> RefundWanted:
    """Return what a signed refund asks for; raise OrderRefusedError."""
    _verify(message, REFUND, keys)
    return RefundWanted(
        channel=Channel.MOMO,
        partner=orders.text(message, "partnerCode"),
        key=orders.reference(orders.text(message, "orderId"), _BAD_DATA),
        amount_vnd=orders.amount(orders.text(message, "amount"), "22"),
        number=orders.text(message, "transId"),
    )


def refunded(given: GivenBack) -> dict[str, object]:
    """Return what MoMo says of a refund; the protocol does not sign it."""
    paid_back = given.state is RefundState.PAID_BACK
    return {
        "orderId": given.key,
        "amount": given.amount_vnd,
        "transId": int(given.number) if paid_back else 0,
        "resultCode": 0 if paid_back else 1080,
        "message": "Thành công." if paid_back else "Refund rejected.",
        "responseTime": int(given.at.timestamp() * 1000),
    }


def _facts(told: Told, code: int) -> dict[str, object]:
    number = orders.digits(told.transaction_code)
    return {
        "partnerCode": told.partner,
        "orderId": told.reference,
        "requestId": told.details.get("requestId", ""),
        "amount": told.amount_vnd,
        "orderInfo": told.description,
        "orderType": "momo_wallet",
        "transId": int(number) if number else 0,
        "resultCode": code,
        "message": "Successful." if code == 0 else "Transaction denied by user.",
        "payType": "qr",
        "responseTime": int(told.said_at.timestamp() * 1000),
        "extraData": told.details.get("extraData", ""),
    }


def _verify(message: Mapping[str, Any], names: list[str], keys: tuple[str, str]) -> None:
    claimed = orders.text(message, "signature").encode()
    if not hmac.compare_digest(claimed, signature(message, names, keys).encode()):
        raise OrderRefusedError(_BAD_SIGNATURE)
