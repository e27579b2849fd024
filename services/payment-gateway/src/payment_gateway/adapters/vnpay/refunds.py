"""VNPAY's refund: its words and its answers. Pure; the client sends them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from payment_gateway.adapters.reading import Fields
from payment_gateway.adapters.vnpay import dialect
from payment_gateway.domain.monies import channel_reference
from payment_gateway.domain.refunds import (
    NeverAsked,
    NotPaidBack,
    Outcome,
    PaidBack,
    RefundOrder,
    Undecided,
)

REFUND_FIELDS: Final = (
    "vnp_RequestId", "vnp_Version", "vnp_Command", "vnp_TmnCode", "vnp_TransactionType",
    "vnp_TxnRef", "vnp_Amount", "vnp_TransactionNo", "vnp_TransactionDate", "vnp_CreateBy",
    "vnp_CreateDate", "vnp_IpAddr", "vnp_OrderInfo",
)  # fmt: skip
WHOLE: Final = "02"
PART: Final = "03"
_PAYMENT: Final = "01"
_PAID_BACK: Final = "00"
_REFUSED: Final = ("95",)
"""vnp_ResponseCode: not successful at VNPAY, the refund is refused. Others are about the message,
or about one that is being worked on (94), and decide nothing (to confirm)."""
_STATUS_REFUSED: Final = "09"


def message(order: RefundOrder, *, terminal: str, ip: str) -> dict[str, str]:
    """Return what is sent, unsigned; made of the order alone, so that a repeat is the same."""
    return {
        "vnp_RequestId": order.key.hex,
        "vnp_Version": dialect.VERSION,
        "vnp_Command": "refund",
        "vnp_TmnCode": terminal,
        "vnp_TransactionType": WHOLE if order.is_whole else PART,
        "vnp_TxnRef": order.attempt_reference,
        "vnp_Amount": str(order.amount_vnd * dialect.HUNDREDTHS),
        "vnp_TransactionNo": order.channel_reference,
        "vnp_TransactionDate": dialect.wire_time(order.attempt_created_at),
        "vnp_CreateBy": order.by,
        "vnp_CreateDate": dialect.wire_time(order.sent_at),
        "vnp_IpAddr": ip,
        "vnp_OrderInfo": f"Hoan tra ho so {order.dossier_code}".strip(),
    }


def question(order: RefundOrder, *, terminal: str, ip: str, now: datetime) -> Mapping[str, str]:
    """Return querydr about the payment: it tells of its last refund."""
    return {
        "vnp_RequestId": f"{order.refund_id.hex[:20]}{now:%H%M%S%f}",
        "vnp_Version": dialect.VERSION,
        "vnp_Command": "querydr",
        "vnp_TmnCode": terminal,
        "vnp_TxnRef": order.attempt_reference,
        "vnp_TransactionDate": dialect.wire_time(order.attempt_created_at),
        "vnp_CreateDate": dialect.wire_time(now),
        "vnp_IpAddr": ip,
        "vnp_OrderInfo": f"Hoi hoan tra {order.dossier_code}".strip(),
    }


def read_answer(answer: Fields, order: RefundOrder) -> Outcome:
    """Return what a genuine answer to a refund says."""
    code = answer.get("vnp_ResponseCode", "")
    if code in _REFUSED:
        return NotPaidBack(f"vnpay-{channel_reference(code)[:40]}")
    if code != dialect.SUCCESS or not _is_about(answer, order):
        return Undecided()
    return _standing(answer)


def read_standing(answer: Fields, order: RefundOrder) -> Outcome:
    """Return what a genuine querydr says of a refund; another refund's answer decides nothing."""
    if answer.get("vnp_ResponseCode") != dialect.SUCCESS:
        return Undecided()
    if answer.get("vnp_TransactionType") == _PAYMENT:
        return NeverAsked() if answer.get("vnp_TxnRef") == order.attempt_reference else Undecided()
    if answer.get("vnp_TransactionNo", "") in order.earlier_references:
        return NeverAsked()
    return _standing(answer) if _is_about(answer, order) else Undecided()


def _standing(answer: Fields) -> Outcome:
    status = answer.get("vnp_TransactionStatus", "")
    reference = answer.get("vnp_TransactionNo", "")
    if status == _PAID_BACK and reference:
        return PaidBack(channel_reference(reference))
    if status == _STATUS_REFUSED:
        return NotPaidBack(f"vnpay-{status}")
    return Undecided()


def _is_about(answer: Fields, order: RefundOrder) -> bool:
    amount = str(order.amount_vnd * dialect.HUNDREDTHS)
    return (
        answer.get("vnp_TxnRef") == order.attempt_reference
        and answer.get("vnp_Amount") == amount
        and answer.get("vnp_TransactionType") in {WHOLE, PART}
    )
