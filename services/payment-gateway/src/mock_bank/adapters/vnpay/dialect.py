"""VNPAY 2.1.0: what a merchant sends, the IPN, querydr. Pure.

Written from the protocol's vectors alone and sharing nothing with the other side of the wire.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from mock_bank.adapters import orders
from mock_bank.adapters.orders import OrderRefusedError
from mock_bank.domain.payments import Channel, TransactionState
from mock_bank.domain.tellings import Result, Told
from mock_bank.use_cases.paying import NewPayment
from shared.days import in_vietnam

BAD_SIGNATURE: Final = "97"
_BAD_DATA: Final = "03"
_FORGED: Final = "0" * 128
_FAILURES: Final = {Result.FAILED: "99", Result.CANCELLED: "24"}
_STATES: Final = {
    TransactionState.SUCCESS: "00",
    TransactionState.NOT_KNOWN_YET: "01",
    TransactionState.FAILED: "02",
}
_QUESTION: Final = [
    "vnp_RequestId",
    "vnp_Version",
    "vnp_Command",
    "vnp_TmnCode",
    "vnp_TxnRef",
    "vnp_TransactionDate",
    "vnp_CreateDate",
    "vnp_IpAddr",
    "vnp_OrderInfo",
]
_ANSWER: Final = [
    "vnp_ResponseId",
    "vnp_Command",
    "vnp_ResponseCode",
    "vnp_Message",
    "vnp_TmnCode",
    "vnp_TxnRef",
    "vnp_Amount",
    "vnp_BankCode",
    "vnp_PayDate",
    "vnp_TransactionNo",
    "vnp_TransactionType",
    "vnp_TransactionStatus",
    "vnp_OrderInfo",
    "vnp_PromotionCode",
    "vnp_PromotionAmount",
]


def signature(parameters: Mapping[str, str], secret: str) -> str:
    """Return HMAC-SHA512 over the sorted, form-urlencoded parameters."""
    text = urlencode(sorted(parameters.items()))
    return hmac.new(secret.encode(), text.encode(), hashlib.sha512).hexdigest()


def read_order(query: str, *, secret: str) -> NewPayment:
    """Return what a signed address asks for; raise OrderRefusedError."""
    given = dict(parse_qsl(query))
    signed = {name: text for name, text in given.items() if not name.startswith("vnp_SecureHash")}
    claimed = given.get("vnp_SecureHash", "")
    if not hmac.compare_digest(claimed.encode(), signature(signed, secret).encode()):
        raise OrderRefusedError(BAD_SIGNATURE)
    hundredths = orders.amount(signed.get("vnp_Amount", ""), _BAD_DATA)
    if signed.get("vnp_Command") != "pay" or hundredths % 100:
        raise OrderRefusedError(_BAD_DATA)
    return NewPayment(
        channel=Channel.VNPAY,
        partner=signed.get("vnp_TmnCode", ""),
        reference=orders.reference(signed.get("vnp_TxnRef", ""), _BAD_DATA),
        amount_vnd=hundredths // 100,
        bank_code=signed.get("vnp_BankCode") or "VNPAY",
        description=signed.get("vnp_OrderInfo", ""),
        dossier_code="",
        collector="",
        details={"return_url": signed.get("vnp_ReturnUrl", "")},
    )


def ipn(told: Told, result: Result, *, secret: str, forged: bool) -> str:
    """Return the query string of the IPN."""
    paid = result is Result.SUCCESS
    parameters = {
        "vnp_Amount": str(told.amount_vnd * 100),
        "vnp_BankCode": "NCB",
        "vnp_BankTranNo": f"VNP{orders.digits(told.transaction_code)}",
        "vnp_CardType": "ATM",
        "vnp_OrderInfo": told.description,
        "vnp_PayDate": _time(told.said_at),
        "vnp_ResponseCode": "00" if paid else _FAILURES[result],
        "vnp_TmnCode": told.partner,
        "vnp_TransactionNo": orders.digits(told.transaction_code),
        "vnp_TransactionStatus": "00" if paid else "02",
        "vnp_TxnRef": told.reference,
    }
    made = _FORGED if forged else signature(parameters, secret)
    return urlencode([*sorted(parameters.items()), ("vnp_SecureHash", made)])


def is_accepted(status: int, raw: bytes) -> bool:
    """Tell whether an IPN is over: RspCode ``00`` or ``02``."""
    try:
        answer = json.loads(raw)
    except ValueError:
        return False
    code = answer.get("RspCode") if isinstance(answer, dict) else None
    return status == HTTPStatus.OK and code in {"00", "02"}


def read_question(message: Mapping[str, Any], *, secret: str) -> tuple[str, str]:
    """Return terminal and reference of a signed querydr; raise OrderRefusedError."""
    values = [orders.text(message, name) for name in _QUESTION]
    claimed = orders.text(message, "vnp_SecureHash")
    if not hmac.compare_digest(claimed.encode(), _piped(values, secret).encode()):
        raise OrderRefusedError(BAD_SIGNATURE)
    return orders.text(message, "vnp_TmnCode"), orders.text(message, "vnp_TxnRef")


def answer(told: Told, state: TransactionState, *, secret: str) -> dict[str, str]:
    """Return querydr's answer, signed."""
    message = {
        "vnp_ResponseId": orders.digits(told.transaction_code) or "0",
        "vnp_Command": "querydr",
        "vnp_ResponseCode": "00",
        "vnp_Message": "QueryDR Success",
        "vnp_TmnCode": told.partner,
        "vnp_TxnRef": told.reference,
        "vnp_Amount": str(told.amount_vnd * 100),
        "vnp_BankCode": "NCB",
        "vnp_PayDate": _time(told.said_at),
        "vnp_TransactionNo": orders.digits(told.transaction_code) or "0",
        "vnp_TransactionType": "01",
        "vnp_TransactionStatus": _STATES[state],
        "vnp_OrderInfo": told.description,
        "vnp_PromotionCode": "",
        "vnp_PromotionAmount": "",
    }
    return {**message, "vnp_SecureHash": _piped([message[name] for name in _ANSWER], secret)}


def refuse(code: str) -> dict[str, str]:
    """Return the answer to a question that is not obeyed."""
    return {"vnp_ResponseCode": code, "vnp_Message": "refused"}


def _piped(values: list[str], secret: str) -> str:
    return hmac.new(secret.encode(), "|".join(values).encode(), hashlib.sha512).hexdigest()


def _time(instant: datetime) -> str:
    return f"{in_vietnam(instant):%Y%m%d%H%M%S}"
