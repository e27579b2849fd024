"""Where a dossier stands, in one word for people, and what it still waits for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from dossier.domain.dossier import is_withdrawn
from dossier.views.board import BoardRow, FeeState, PaymentState
from dossier.views.search import Folded
from shared.contracts.fee import WithdrawalReason


class Standing(StrEnum):
    """The one state of a dossier's money that a list shows."""

    AWAITING_FEE = "awaiting_fee"
    NO_TARIFF = "no_tariff"
    """Chưa có biểu phí, or an agency or procedure is incomplete."""
    EXEMPT = "exempt"
    DUE = "due"
    PAID = "paid"
    REFUNDED = "refunded"
    """All that was paid went back."""
    PAID_ELSEWHERE = "paid_elsewhere"
    """The province collected it itself."""
    CLOSED = "closed"
    """Nothing is asked for any more."""


class Awaited(StrEnum):
    """What has not happened yet."""

    ASSESSMENT = "assessment"
    TARIFF = "tariff"
    PAYABLE = "payable"
    PAYMENT = "payment"
    RECEIPT = "receipt"
    RECEIPT_FILE = "receipt_file"
    PROVINCE = "province"
    PROVINCE_REFUSED = "province_refused"


@dataclass(frozen=True)
class Wait:
    """One thing that is awaited, and since when."""

    what: Awaited
    since: datetime
    code: str | None = None
    """The reason, or which fact."""


_OF_PAYMENT: Final = {PaymentState.DUE: Standing.DUE, PaymentState.PAID: Standing.PAID}
_OF_FEE: Final = {
    FeeState.PENDING: Standing.NO_TARIFF,
    FeeState.EXEMPTED: Standing.EXEMPT,
    FeeState.WITHDRAWN: Standing.CLOSED,
}


def standing_of(line: BoardRow) -> Standing:
    """Return the one word for a line: an open payable, then what was paid, then the fee."""
    if line.payment_state is PaymentState.PAID and line.is_refunded:
        return Standing.REFUNDED
    if line.payment_state in {PaymentState.DUE, PaymentState.PAID}:
        return _OF_PAYMENT[line.payment_state]
    if line.fee_state is FeeState.WITHDRAWN and line.fee_reason == WithdrawalReason.PAID_ELSEWHERE:
        return Standing.PAID_ELSEWHERE
    if line.fee_state is not None and line.fee_state is not FeeState.ASSESSED:
        return _OF_FEE[line.fee_state]
    if line.payment_state is not None or is_withdrawn(line.status):
        return Standing.CLOSED
    return Standing.AWAITING_FEE


def waits_of(folded: Folded) -> list[Wait]:
    """Return what a dossier waits for, and since when, in the order in which it began."""
    found = [*_money_waits(folded), *_receipt_waits(folded), *_province_waits(folded)]
    return sorted(found, key=lambda wait: wait.since)


def _money_waits(folded: Folded) -> list[Wait]:
    line = folded.line
    if line is None:
        return []
    waits = {
        Standing.DUE: (Awaited.PAYMENT, line.requested_at, None),
        Standing.NO_TARIFF: (Awaited.TARIFF, line.fee_at, line.fee_reason),
        Standing.AWAITING_FEE: (Awaited.PAYABLE, line.fee_at, None)
        if line.fee_state is FeeState.ASSESSED
        else (Awaited.ASSESSMENT, line.received_at, None),
    }
    what, since, code = waits.get(standing_of(line), (Awaited.PAYMENT, None, None))
    return [] if since is None else [Wait(what, since, code)]


def _receipt_waits(folded: Folded) -> list[Wait]:
    receipted = {receipt.payment_id for receipt in folded.receipts}
    waits = [
        Wait(Awaited.RECEIPT, payment.settled_at)
        for payment in folded.payments
        if payment.settled_at is not None and payment.payment_id not in receipted
    ]
    unready: Sequence[datetime] = [
        receipt.issued_at
        for receipt in folded.receipts
        if receipt.file_ready_at is None and receipt.issued_at is not None
    ]
    return [*waits, *([Wait(Awaited.RECEIPT_FILE, min(unready))] if unready else [])]


def _province_waits(folded: Folded) -> list[Wait]:
    unanswered = [
        fact.sent_at
        for fact in folded.told
        if fact.answered_at is None and fact.sent_at is not None
    ]
    refused = [
        Wait(Awaited.PROVINCE_REFUSED, fact.answered_at, fact.reason_code)
        for fact in folded.told
        if fact.result == "loi" and fact.answered_at is not None
    ]
    return [*refused, *([Wait(Awaited.PROVINCE, min(unanswered))] if unanswered else [])]
