"""Refunds as dossier hears of them."""

from shared.contracts.money import RefundedLine, RefundReason, RefundScope, RefundSettled
from shared.contracts.payment import PaymentSettled
from shared.ids import new_id


def a_refund(paid: PaymentSettled, amount_vnd: int, **changes: object) -> RefundSettled:
    """Return that ``amount_vnd`` of the first line of ``paid`` went back."""
    line = paid.lines[0]
    back = RefundedLine(line_id=line.line_id, kind=line.kind, amount_vnd=amount_vnd)
    values: dict[str, object] = {
        "dossier_code": paid.dossier_code, "agency_code": paid.payee.agency_code,
        "refund_id": new_id(), "money_id": paid.monies[0].money_id,
        "payment_id": paid.payment_id, "scope": RefundScope.PAYABLE, "lines": (back,),
        "amount_vnd": amount_vnd, "reason_code": RefundReason.WITHDRAWN, "by": "staff-1",
        "approved_by": "staff-2", "channel_reference": "FT26332001",
    }  # fmt: skip
    return RefundSettled.model_validate(values | changes)
