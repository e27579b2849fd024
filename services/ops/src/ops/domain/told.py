"""Payments and receipts as the streams tell of them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ops.domain.archive import Head
from shared.contracts.payment import PaymentSettled
from shared.contracts.receipt import ReceiptIssued


@dataclass(frozen=True)
class Settled:
    """PaymentSettled, as far as the proof needs it."""

    payment_id: UUID
    dossier_code: str
    time: datetime
    amount_vnd: int
    applied_vnd: int
    due: Mapping[str, int]
    """What is owed per kind, by the lines."""


@dataclass(frozen=True)
class Issued:
    """A receipt, from the stream or from its table."""

    receipt_id: UUID
    payment_id: UUID
    kind: str
    series_id: UUID
    number: int
    total_vnd: int
    issued_at: datetime
    replaces: UUID | None
    """Its predecessor."""
    causation_id: UUID | None = None
    """The event that caused it; None in the table."""
    is_replaced: bool = False
    """The table says that a successor stands in its place; never so on the stream."""


def settled_of(head: Head) -> Settled:
    """Return the payment of PaymentSettled; raise ValidationError if it is none."""
    fact = PaymentSettled.model_validate(head.data)
    due: Counter[str] = Counter()
    for line in fact.lines:
        due[line.kind.value] += line.amount_vnd
    return Settled(
        payment_id=fact.payment_id,
        dossier_code=fact.dossier_code,
        time=head.time,
        amount_vnd=fact.amount_vnd,
        applied_vnd=sum(money.applied_vnd for money in fact.monies),
        due={kind: amount for kind, amount in due.items() if amount},
    )


def issued_of(head: Head) -> Issued:
    """Return the receipt of ReceiptIssued; raise ValidationError if it is none."""
    fact = ReceiptIssued.model_validate(head.data)
    return Issued(
        receipt_id=fact.receipt_id,
        payment_id=fact.payment_id,
        kind=fact.kind.value,
        series_id=fact.series_id,
        number=fact.number,
        total_vnd=fact.total_vnd,
        issued_at=fact.issued_at,
        replaces=fact.replaces,
        causation_id=head.causationid,
    )
