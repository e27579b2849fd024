"""MoMo's refund: its words and its answers. Pure; the client sends them."""

from typing import Final

from payment_gateway.adapters.momo import dialect
from payment_gateway.adapters.reading import Fields
from payment_gateway.domain.monies import channel_reference
from payment_gateway.domain.refunds import (
    NeverAsked,
    NotPaidBack,
    Outcome,
    PaidBack,
    RefundOrder,
    Undecided,
)

_REFUSED: Final = ("1080", "1081", "1088")
"""resultCode: the refund failed; given back already in full; this payment cannot go back. Others
are about the message, or about a key that MoMo knows (40, 41), and decide nothing (to confirm)."""
_NO_SUCH_ORDER: Final = "42"


def message(order: RefundOrder, *, partner: str) -> dict[str, str]:
    """Return what is sent, unsigned; ``orderId`` names the refund, ``transId`` the money."""
    return {
        "partnerCode": partner,
        "orderId": order.key.hex,
        "requestId": order.key.hex,
        "amount": str(order.amount_vnd),
        "transId": order.channel_reference,
        "description": f"Hoan tra ho so {order.dossier_code}".strip(),
    }


def read_answer(answer: Fields, order: RefundOrder) -> Outcome:
    """Return what MoMo answered to a refund, or to a question about one."""
    code = answer.get("resultCode", "")
    if code == _NO_SUCH_ORDER:
        return NeverAsked()
    if answer.get("orderId") != order.key.hex:
        return Undecided()
    if code in _REFUSED:
        return NotPaidBack(f"momo-{code}")
    paid = code == dialect.SUCCESS and answer.get("amount") == str(order.amount_vnd)
    reference = answer.get("transId", "")
    return PaidBack(channel_reference(reference)) if paid and reference else Undecided()
