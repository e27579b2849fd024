"""What payment-gateway says: facts made from payables, attempts and money. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from payment_gateway.domain.attempts import Attempt
from payment_gateway.domain.payables import Payable
from payment_gateway.domain.refunds import BY_RULE
from shared.contracts.money import RefundProposed, RefundReason, RefundScope
from shared.contracts.parts import Money, PaymentChannel, PaymentMethod
from shared.contracts.payment import (
    AttemptOutcome,
    MatchAct,
    MoneyMatched,
    MoneyUnmatched,
    PaymentAmended,
    PaymentAttempted,
    PaymentAttemptEnded,
    PaymentRequested,
    PaymentSettled,
    UnmatchedKind,
)

_CASH: Final = {PaymentChannel.CASH}


def requested(payable: Payable) -> PaymentRequested:
    """Return the fact that a payable opens."""
    return PaymentRequested(
        dossier_code=payable.dossier_code,
        payment_id=payable.id,
        assessment_id=payable.assessment_id,
        version=payable.version,
        context=payable.context,
        payee=payable.payee,
        lines=payable.lines,
        amount_vnd=payable.amount_vnd,
        reference=payable.reference,
        supplement_no=payable.supplement_no,
    )


def amended(payable: Payable) -> PaymentAmended:
    """Return the fact that the assessment changed before payment."""
    return PaymentAmended(
        dossier_code=payable.dossier_code,
        payment_id=payable.id,
        version=payable.version,
        amount_vnd=payable.amount_vnd,
        lines=payable.lines,
        payee=payable.payee,
    )


def attempted(payable: Payable, attempt: Attempt) -> PaymentAttempted:
    """Return the fact that a payer chose a channel."""
    return PaymentAttempted(
        dossier_code=payable.dossier_code,
        payment_id=payable.id,
        attempt_id=attempt.id,
        channel=attempt.channel,
        bank_code=attempt.bank_code,
        amount_vnd=attempt.amount_vnd,
    )


def attempt_ended(
    payable: Payable, attempt: Attempt, outcome: AttemptOutcome, *, code: str
) -> PaymentAttemptEnded:
    """Return the fact that an attempt ended."""
    return PaymentAttemptEnded(
        dossier_code=payable.dossier_code,
        payment_id=payable.id,
        attempt_id=attempt.id,
        outcome=outcome,
        code=code,
    )


def settled(
    payable: Payable, monies: Sequence[Money], *, paid_at: datetime, now: datetime
) -> PaymentSettled:
    """Return the fact that the amount due is in; ``monies`` in the order they came."""
    return PaymentSettled(
        dossier_code=payable.dossier_code,
        payment_id=payable.id,
        context=payable.context,
        payee=payable.payee,
        lines=payable.lines,
        amount_vnd=payable.amount_vnd,
        method=_method(monies),
        monies=tuple(monies),
        paid_at=paid_at,
        settled_at=now,
    )


def _method(monies: Sequence[Money]) -> PaymentMethod:
    cash = [money.channel in _CASH for money in monies]
    if all(cash):
        return PaymentMethod.CASH
    return PaymentMethod.BOTH if any(cash) else PaymentMethod.TRANSFER


@dataclass(frozen=True)
class Surplus:
    """The part of a money that settles nothing, and where it belongs."""

    money_id: UUID
    channel: PaymentChannel
    channel_reference: str
    amount_vnd: int
    unmatched_vnd: int
    agency_code: str
    """Owner of the account that it reached."""
    received_at: datetime
    payable: Payable | None


def unmatched(surplus: Surplus, kind: UnmatchedKind) -> MoneyUnmatched:
    """Return the fact that a part of a money settles nothing."""
    payable = surplus.payable
    return MoneyUnmatched(
        dossier_code=payable.dossier_code if payable is not None else None,
        agency_code=surplus.agency_code,
        money_id=surplus.money_id,
        kind=kind,
        channel=surplus.channel,
        amount_vnd=surplus.amount_vnd,
        unmatched_vnd=surplus.unmatched_vnd,
        payment_id=payable.id if payable is not None else None,
        channel_reference=surplus.channel_reference,
        received_at=surplus.received_at,
    )


def refund_proposed(refund_id: UUID, surplus: Surplus, reason: RefundReason) -> RefundProposed:
    """Return the fact that a rule proposes to give the surplus back."""
    payable = surplus.payable
    return RefundProposed(
        dossier_code=payable.dossier_code if payable is not None else None,
        agency_code=surplus.agency_code,
        refund_id=refund_id,
        money_id=surplus.money_id,
        payment_id=payable.id if payable is not None else None,
        scope=RefundScope.SURPLUS,
        amount_vnd=surplus.unmatched_vnd,
        reason_code=reason,
        by=BY_RULE,
    )


def topped_up(payable: Payable, money_id: UUID) -> MoneyMatched:
    """Return the fact that the rest came, so that earlier short money settles after all."""
    return MoneyMatched(
        dossier_code=payable.dossier_code,
        money_id=money_id,
        payment_id=payable.id,
        act=MatchAct.TOP_UP,
        decided_by=BY_RULE,
    )


def assigned(
    payable: Payable, money_id: UUID, *, decided_by: str, approved_by: str
) -> MoneyMatched:
    """Return the fact that two persons assigned a money to a payable."""
    return MoneyMatched(
        dossier_code=payable.dossier_code,
        money_id=money_id,
        payment_id=payable.id,
        act=MatchAct.ASSIGNED,
        decided_by=decided_by,
        approved_by=approved_by,
    )
