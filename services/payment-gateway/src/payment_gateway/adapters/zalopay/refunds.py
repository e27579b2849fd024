"""ZaloPay's refund: its words and its answers. Pure; the client sends them."""

from datetime import datetime
from typing import Final

from payment_gateway.adapters.reading import Fields
from payment_gateway.adapters.zalopay import dialect
from payment_gateway.domain.monies import channel_reference
from payment_gateway.domain.refunds import (
    NeverAsked,
    NotPaidBack,
    Outcome,
    PaidBack,
    RefundOrder,
    Undecided,
)
from shared.days import vietnam_day

_PAID_BACK: Final = "1"
_FAILED: Final = "2"
"""return_code; 3 is "in progress"."""
_NO_SUCH_REFUND: Final = "-101"
_OF_THE_MESSAGE: Final = ("-68", "-401", "-402", "-500")
"""sub_return_code of a key that ZaloPay knows, of a message that it cannot read, of its own
trouble: the refund is not decided (to confirm)."""


def refund_id(order: RefundOrder, *, app_id: str) -> str:
    """Return m_refund_id: the day in Vietnam, the app, then our key; 45 characters at most."""
    return f"{vietnam_day(order.sent_at):%y%m%d}_{app_id}_{order.key.hex}"


def message(order: RefundOrder, *, app_id: str, key1: str) -> dict[str, str]:
    """Return what is sent, signed."""
    fields = {
        "app_id": app_id,
        "zp_trans_id": order.channel_reference,
        "amount": str(order.amount_vnd),
        "description": f"Hoan tra ho so {order.dossier_code}".strip(),
        "timestamp": _milliseconds(order.sent_at),
    }
    text = dialect.joined(fields, dialect.REFUND_FIELDS)
    own = {"m_refund_id": refund_id(order, app_id=app_id)}
    return {**fields, **own, "mac": dialect.mac(text, key1)}


def question(order: RefundOrder, *, app_id: str, key1: str, now: datetime) -> dict[str, str]:
    """Return the question about a refund, signed."""
    fields = {
        "app_id": app_id,
        "m_refund_id": refund_id(order, app_id=app_id),
        "timestamp": _milliseconds(now),
    }
    text = dialect.joined(fields, dialect.ASK_REFUND_FIELDS)
    return {**fields, "mac": dialect.mac(text, key1)}


def read_answer(answer: Fields) -> Outcome:
    """Return what ZaloPay answered to a refund, or to a question about one."""
    code, detail = answer.get("return_code"), answer.get("sub_return_code", "")
    if code == _PAID_BACK and answer.get("refund_id"):
        return PaidBack(channel_reference(answer["refund_id"]))
    if code != _FAILED or detail in _OF_THE_MESSAGE:
        return Undecided()
    if detail == _NO_SUCH_REFUND:
        return NeverAsked()
    return NotPaidBack(f"zalopay-{channel_reference(detail or code)[:40]}")


def _milliseconds(instant: datetime) -> str:
    return str(int(instant.timestamp() * 1000))
