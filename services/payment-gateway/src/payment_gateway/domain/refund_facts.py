"""What payment-gateway says of refunds. Pure."""

from typing import Any

from payment_gateway.domain.payables import Payable
from payment_gateway.domain.refunds import Refund
from shared.contracts.money import (
    RefundApproved,
    RefundDeclined,
    RefundFailed,
    RefundProposed,
    RefundSettled,
)
from shared.contracts.parts import PaymentChannel


def proposed(refund: Refund) -> RefundProposed:
    """Return the fact that a refund waits for a second person."""
    return RefundProposed(**_common(refund))


def approved(refund: Refund, by: str) -> RefundApproved:
    """Return the fact that a second person agreed."""
    return RefundApproved(**_common(refund), approved_by=by)


def declined(refund: Refund, by: str) -> RefundDeclined:
    """Return the fact that the money stays where it is."""
    return RefundDeclined(**_common(refund), declined_by=by)


def failed(refund: Refund, error_code: str) -> RefundFailed:
    """Return the fact that the channel refused, or never answered."""
    return RefundFailed(
        **_common(refund), approved_by=refund.approved_by or "", error_code=error_code
    )


def settled(
    refund: Refund, payable: Payable | None, *, channel: PaymentChannel | None, reference: str
) -> RefundSettled:
    """Return the fact that the money went back; ``channel`` None: by hand."""
    return RefundSettled(
        **_common(refund),
        approved_by=refund.approved_by or "",
        channel_reference=reference,
        channel=channel,
        context=payable.context if payable is not None else None,
        payee=payable.payee if payable is not None else None,
    )


def _common(refund: Refund) -> dict[str, Any]:
    return {
        "dossier_code": refund.dossier_code,
        "agency_code": refund.agency_code,
        "refund_id": refund.id,
        "money_id": refund.money_id,
        "payment_id": refund.payable_id,
        "scope": refund.scope,
        "lines": refund.lines,
        "amount_vnd": refund.amount_vnd,
        "reason_code": refund.reason_code,
        "by": refund.proposed_by,
    }
