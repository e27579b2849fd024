"""The table of tab *Lệ phí*: each fee with its law, its receipt, and the way its money took."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dossier.views.board import PaymentState
from dossier.views.money import PaymentRow, ReceiptRow
from dossier.views.search import Folded


@dataclass(frozen=True)
class Way:
    """The way that money took."""

    channel: str
    bank_code: str | None
    received_at: datetime


@dataclass(frozen=True)
class FeeLine:
    """One line of the table."""

    name: str
    kind: str
    copies: int
    pages: int
    amount_vnd: int
    legal_basis: str | None
    explanation: str
    exemption_reason: str | None
    is_uncertain: bool
    """Its tariff was not checked against the official source yet."""
    is_due: bool
    receipt: ReceiptRow | None
    way: Way | None


@dataclass(frozen=True)
class FeeTable:
    """All fees of a dossier, and their sum."""

    lines: Sequence[FeeLine]
    total_vnd: int
    paid_vnd: int
    refunded_vnd: int
    """What of ``paid_vnd`` went back."""


def fee_table(folded: Folded) -> FeeTable:
    """Return what the dossier owes or paid: its payables' lines, then what is left of the fee."""
    lines = list(_lines(folded))
    return FeeTable(
        lines=lines,
        total_vnd=sum(line.amount_vnd for line in lines),
        paid_vnd=sum(
            payment.amount_vnd or 0
            for payment in folded.payments
            if payment.state is PaymentState.PAID
        ),
        refunded_vnd=sum(payment.refunded_vnd for payment in folded.payments),
    )


def _lines(folded: Folded) -> Iterator[FeeLine]:
    receipts = _by_payment_and_line(folded.receipts)
    seen: set[str] = set()
    living = [each for each in folded.payments if each.state is not PaymentState.CLOSED]
    for payment in living:
        for line in payment.lines or ():
            seen.add(line["line_id"])
            receipt = receipts.get((str(payment.payment_id), line["line_id"]))
            yield _line(line, folded, receipt=receipt, payment=payment)
    for line in (folded.fee.lines if folded.fee is not None else None) or ():
        is_left_out = line["line_id"] not in seen and line["amount_vnd"] == 0
        if is_left_out or not living:
            yield _line(line, folded, receipt=None, payment=None)


def _line(
    line: Mapping[str, Any],
    folded: Folded,
    *,
    receipt: ReceiptRow | None,
    payment: PaymentRow | None,
) -> FeeLine:
    steps = line.get("steps", ())
    exemption = line.get("exemption")
    return FeeLine(
        name=line["name"],
        kind=line["kind"],
        copies=line["quantities"]["copies"],
        pages=line["quantities"]["pages"],
        amount_vnd=line["amount_vnd"],
        legal_basis=line.get("legal_basis"),
        explanation=line["explanation_code"],
        exemption_reason=None if exemption is None else exemption["reason_code"],
        is_uncertain=any(step["tariff_id"] in folded.uncertain_tariffs for step in steps),
        is_due=payment is not None and payment.state is PaymentState.DUE,
        receipt=receipt,
        way=None if payment is None else _way(payment),
    )


def _way(payment: PaymentRow) -> Way | None:
    monies = payment.monies or ()
    if not monies:
        return None
    last = max(monies, key=lambda money: datetime.fromisoformat(money["received_at"]))
    return Way(
        channel=last["channel"],
        bank_code=last.get("bank_code"),
        received_at=datetime.fromisoformat(last["received_at"]),
    )


def _by_payment_and_line(receipts: Sequence[ReceiptRow]) -> Mapping[tuple[str, str], ReceiptRow]:
    """Return the receipt in force of each paid line; a replaced one gives way to its successor."""
    return {
        (str(receipt.payment_id), line_id): receipt
        for receipt in receipts
        if receipt.replaced_by is None
        for line_id in receipt.line_ids or ()
    }
