"""The dossier board: one line per dossier, folded from the facts of four streams."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.contracts.dossier import (
    DossierChanged,
    DossierClosed,
    DossierReceived,
    DossierReinstated,
    DossierWithdrawn,
)
from shared.contracts.envelope import Envelope
from shared.contracts.fee import FeeAssessed, FeeExempted, FeePending, FeeWithdrawn
from shared.contracts.money import RefundScope, RefundSettled
from shared.contracts.parts import Context, Payee
from shared.contracts.payment import (
    PaymentAmended,
    PaymentClosed,
    PaymentRequested,
    PaymentSettled,
)
from shared.contracts.receipt import ReceiptFileReady, ReceiptIssued
from shared.db.metadata import ViewBase
from shared.views import Put, View, fold

CLOSED_STATUS: Final = 10


class FeeState(StrEnum):
    """What the assessment says."""

    ASSESSED = "assessed"
    PENDING = "pending"
    EXEMPTED = "exempted"
    WITHDRAWN = "withdrawn"


class PaymentState(StrEnum):
    """What the newest payable says."""

    DUE = "due"
    PAID = "paid"
    CLOSED = "closed"


UNREADY: Final = "payment_state = 'paid' AND (receipts = 0 OR receipt_files < receipts)"
"""Paid, and a receipt or its file is still to come."""


def _ordered(name: str, where: str | None = None) -> list[Index]:
    """Return the indexes that give an agency's lines in the order of its list."""
    condition = None if where is None else text(where)
    return [
        Index(
            f"ix_board{name}_{whose}", f"{whose}_agency", "submitted_at", "dossier_code",
            postgresql_where=condition,
        )
        for whose in ("receiving", "collecting")
    ]  # fmt: skip


class BoardRow(ViewBase):
    """One line of *Tra cứu hồ sơ toàn cơ quan*; each column comes from one topic only."""

    __tablename__ = "board"
    __table_args__ = (
        *_ordered(""),
        *_ordered("_due", "payment_state = 'due'"),
        *_ordered("_pending", "fee_state = 'pending'"),
        Index("ix_board_settled", "settled_at"),
        Index("ix_board_unready", "dossier_code", postgresql_where=text(UNREADY)),
    )

    dossier_code: Mapped[str] = mapped_column(primary_key=True)
    # lephi.dossier
    procedure_code: Mapped[str | None]
    procedure_name: Mapped[str | None]
    receiving_agency: Mapped[str | None]
    receiving_agency_name: Mapped[str | None]
    collecting_agency: Mapped[str | None]
    collecting_agency_name: Mapped[str | None]
    status: Mapped[int | None]
    submitted_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    # lephi.fee
    fee_state: Mapped[FeeState | None]
    fee_reason: Mapped[str | None]
    assessed_vnd: Mapped[int | None]
    fee_at: Mapped[datetime | None]
    # lephi.payment
    payment_state: Mapped[PaymentState | None]
    due_vnd: Mapped[int | None]
    requested_at: Mapped[datetime | None]
    paid_vnd: Mapped[int] = mapped_column(server_default="0")
    refunded_vnd: Mapped[int] = mapped_column(server_default="0")
    """What of ``paid_vnd`` went back; a surplus was never paid for the fee."""
    paid_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    # lephi.receipt
    receipts: Mapped[int] = mapped_column(server_default="0")
    receipt_files: Mapped[int] = mapped_column(server_default="0")

    @property
    def is_refunded(self) -> bool:
        """Tell whether all that was paid went back."""
        return 0 < self.paid_vnd <= self.refunded_vnd

    @property
    def is_pending(self) -> bool:
        """Tell whether no amount can be said yet."""
        return self.fee_state is FeeState.PENDING


def _put(dossier_code: str, columns: dict[str, Any], **amounts: int) -> Put:
    return Put(row=BoardRow, key={"dossier_code": dossier_code}, columns=columns, amounts=amounts)


def _of_context(context: Context) -> dict[str, Any]:
    return {
        "procedure_code": context.procedure_code,
        "procedure_name": context.procedure_name,
        "receiving_agency": context.agency_code,
        "receiving_agency_name": context.agency_name,
    }


def _of_payee(payee: Payee | None) -> dict[str, Any]:
    return {
        "collecting_agency": None if payee is None else payee.agency_code,
        "collecting_agency_name": None if payee is None else payee.name,
    }


def board_received(event: Envelope[DossierReceived]) -> Iterator[Put]:
    """Begin the line, or complete one that another stream began."""
    dossier = event.data
    columns = {
        **_of_context(dossier.context),
        **_of_payee(dossier.payee),
        "status": dossier.status,
        "submitted_at": dossier.submitted_at,
        "due_at": dossier.due_at,
        "received_at": event.time,
    }
    yield _put(dossier.dossier_code, columns)


def board_changed(event: Envelope[DossierChanged]) -> Iterator[Put]:
    """Set what changed, and clear what is absent now."""
    dossier = event.data
    columns: dict[str, Any] = {}
    if dossier.context is not None:
        columns |= _of_context(dossier.context)
    if dossier.payee is not None or "payee" in dossier.cleared:
        columns |= _of_payee(dossier.payee)
    for name in ("status", "submitted_at", "due_at"):
        value = getattr(dossier, name)
        if value is not None or name in dossier.cleared:
            columns[name] = value
    yield _put(dossier.dossier_code, columns)


def board_status(event: Envelope[DossierWithdrawn] | Envelope[DossierReinstated]) -> Iterator[Put]:
    """Set the status that a step of its own tells."""
    yield _put(event.data.dossier_code, {"status": event.data.status})


def board_closed(event: Envelope[DossierClosed]) -> Iterator[Put]:
    """The result was handed over."""
    yield _put(event.data.dossier_code, {"status": CLOSED_STATUS})


def _fee(
    event: Envelope[FeeAssessed]
    | Envelope[FeePending]
    | Envelope[FeeExempted]
    | Envelope[FeeWithdrawn],
    state: FeeState,
    *,
    reason: str | None = None,
    assessed_vnd: int | None = None,
) -> Put:
    columns = {
        "fee_state": state,
        "fee_reason": reason,
        "assessed_vnd": assessed_vnd,
        "fee_at": event.time,
    }
    return _put(event.data.dossier_code, columns)


def board_assessed(event: Envelope[FeeAssessed]) -> Iterator[Put]:
    """Set what the dossier owes by law."""
    yield _fee(event, FeeState.ASSESSED, assessed_vnd=event.data.total_vnd)


def board_pending(event: Envelope[FeePending]) -> Iterator[Put]:
    """No amount can be said yet."""
    yield _fee(event, FeeState.PENDING, reason=event.data.reason_code)


def board_exempted(event: Envelope[FeeExempted]) -> Iterator[Put]:
    """Nothing is due (miễn)."""
    yield _fee(event, FeeState.EXEMPTED)


def board_fee_withdrawn(event: Envelope[FeeWithdrawn]) -> Iterator[Put]:
    """Nothing is asked for any more."""
    yield _fee(event, FeeState.WITHDRAWN, reason=event.data.reason)


def board_requested(event: Envelope[PaymentRequested]) -> Iterator[Put]:
    """A payable opened."""
    columns = {
        "payment_state": PaymentState.DUE,
        "due_vnd": event.data.amount_vnd,
        "requested_at": event.time,
    }
    yield _put(event.data.dossier_code, columns)


def board_amended(event: Envelope[PaymentAmended]) -> Iterator[Put]:
    """The open payable has another amount."""
    yield _put(event.data.dossier_code, {"due_vnd": event.data.amount_vnd})


def board_settled(event: Envelope[PaymentSettled]) -> Iterator[Put]:
    """Add what was paid; the line exists even when PaymentSettled is heard first."""
    payment = event.data
    columns = {
        "payment_state": PaymentState.PAID,
        "due_vnd": 0,
        "paid_at": payment.paid_at,
        "settled_at": event.time,
    }
    yield _put(payment.dossier_code, columns, paid_vnd=payment.amount_vnd)


def board_refunded(event: Envelope[RefundSettled]) -> Iterator[Put]:
    """Add what of the fee went back; money that settled nothing was never counted as paid."""
    refund = event.data
    if refund.scope is RefundScope.PAYABLE and refund.dossier_code is not None:
        yield _put(refund.dossier_code, {}, refunded_vnd=refund.amount_vnd)


def board_payment_closed(event: Envelope[PaymentClosed]) -> Iterator[Put]:
    """The open payable ended unpaid."""
    yield _put(event.data.dossier_code, {"payment_state": PaymentState.CLOSED, "due_vnd": 0})


def board_receipt(event: Envelope[ReceiptIssued]) -> Iterator[Put]:
    """Count the receipt."""
    yield _put(event.data.dossier_code, {}, receipts=1)


def board_receipt_file(event: Envelope[ReceiptFileReady]) -> Iterator[Put]:
    """Count the receipt's file."""
    yield _put(event.data.dossier_code, {}, receipt_files=1)


BOARD: Final = View(
    name="board",
    version=3,
    rows=(BoardRow,),
    folds=(
        fold(DossierReceived, board_received),
        fold(DossierChanged, board_changed),
        fold(DossierWithdrawn, board_status),
        fold(DossierReinstated, board_status),
        fold(DossierClosed, board_closed),
        fold(FeeAssessed, board_assessed),
        fold(FeePending, board_pending),
        fold(FeeExempted, board_exempted),
        fold(FeeWithdrawn, board_fee_withdrawn),
        fold(PaymentRequested, board_requested),
        fold(PaymentAmended, board_amended),
        fold(PaymentSettled, board_settled),
        fold(PaymentClosed, board_payment_closed),
        fold(RefundSettled, board_refunded),
        fold(ReceiptIssued, board_receipt),
        fold(ReceiptFileReady, board_receipt_file),
    ),
)
