"""The money of a dossier: what it owes and why, its payments, its receipts."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from dossier.views.board import FeeState, PaymentState
from shared.contracts.envelope import Envelope
from shared.contracts.fee import (
    FeeAssessed,
    FeeExempted,
    FeePending,
    FeeWithdrawn,
    TariffPublished,
)
from shared.contracts.money import RefundScope, RefundSettled
from shared.contracts.payment import (
    PaymentAmended,
    PaymentClosed,
    PaymentRequested,
    PaymentSettled,
)
from shared.contracts.receipt import (
    ReceiptErrorNoticed,
    ReceiptFileReady,
    ReceiptIssued,
    ReceiptRefunded,
    ReceiptReplaced,
)
from shared.db.metadata import ViewBase
from shared.views import Put, View, fold


class FeeRow(ViewBase):
    """What the newest assessment of a dossier says; from ``lephi.fee``."""

    __tablename__ = "fee"

    dossier_code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int | None]
    state: Mapped[FeeState | None]
    lines: Mapped[list[dict[str, Any]] | None]
    reason: Mapped[str | None]
    at: Mapped[datetime | None]


class TariffRow(ViewBase):
    """Whether a tariff row was checked against the official source; from ``lephi.fee``."""

    __tablename__ = "tariff"

    tariff_id: Mapped[UUID] = mapped_column(primary_key=True)
    tariff_code: Mapped[str | None]
    certainty: Mapped[str | None]


class PaymentRow(ViewBase):
    """One payable of a dossier; from ``lephi.payment``."""

    __tablename__ = "payment"

    payment_id: Mapped[UUID] = mapped_column(primary_key=True)
    dossier_code: Mapped[str | None] = mapped_column(index=True)
    supplement_no: Mapped[int | None]
    state: Mapped[PaymentState | None]
    amount_vnd: Mapped[int | None]
    lines: Mapped[list[dict[str, Any]] | None]
    monies: Mapped[list[dict[str, Any]] | None]
    refunded_vnd: Mapped[int] = mapped_column(server_default="0")
    """What of the fee went back."""
    requested_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    close_reason: Mapped[str | None]


class ReceiptRow(ViewBase):
    """One receipt of a dossier; from ``lephi.receipt``."""

    __tablename__ = "receipt"

    receipt_id: Mapped[UUID] = mapped_column(primary_key=True)
    dossier_code: Mapped[str | None] = mapped_column(index=True)
    payment_id: Mapped[UUID | None]
    kind: Mapped[str | None]
    form_symbol: Mapped[str | None]
    serial_symbol: Mapped[str | None]
    number: Mapped[int | None]
    total_vnd: Mapped[int | None]
    line_ids: Mapped[list[str] | None]
    issued_at: Mapped[datetime | None]
    file_ready_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    has_xml: Mapped[bool | None]
    replaced_by: Mapped[UUID | None]
    noticed_at: Mapped[datetime | None]
    refunded_vnd: Mapped[int] = mapped_column(server_default="0")


FeeEvent = (
    Envelope[FeeAssessed] | Envelope[FeePending] | Envelope[FeeExempted] | Envelope[FeeWithdrawn]
)


def _fee(event: FeeEvent, state: FeeState, **columns: Any) -> Put:  # noqa: ANN401
    fee = event.data
    return Put(
        row=FeeRow,
        key={"dossier_code": fee.dossier_code},
        columns={"version": fee.version, "state": state, "at": event.time, **columns},
    )


def _dumped(parts: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [part.model_dump(mode="json", exclude_none=True) for part in parts]


def fee_assessed(event: Envelope[FeeAssessed]) -> Iterator[Put]:
    """Keep the lines with their steps and the law."""
    yield _fee(event, FeeState.ASSESSED, lines=_dumped(event.data.lines), reason=None)


def fee_pending(event: Envelope[FeePending]) -> Iterator[Put]:
    """Keep the lines that wait."""
    reason = event.data.reason_code.value
    yield _fee(event, FeeState.PENDING, lines=_dumped(event.data.lines), reason=reason)


def fee_exempted(event: Envelope[FeeExempted]) -> Iterator[Put]:
    """Keep why nothing is due."""
    yield _fee(event, FeeState.EXEMPTED, lines=_dumped(event.data.lines), reason=None)


def fee_withdrawn(event: Envelope[FeeWithdrawn]) -> Iterator[Put]:
    """The assessment ended; its lines stay to be read."""
    yield _fee(event, FeeState.WITHDRAWN, reason=event.data.reason.value)


def tariff_published(event: Envelope[TariffPublished]) -> Iterator[Put]:
    """Keep how certain the row is."""
    tariff = event.data
    columns = {"tariff_code": tariff.tariff_code, "certainty": tariff.certainty.value}
    yield Put(row=TariffRow, key={"tariff_id": tariff.tariff_id}, columns=columns)


def _payment(payment_id: UUID, **columns: Any) -> Put:  # noqa: ANN401
    return Put(row=PaymentRow, key={"payment_id": payment_id}, columns=columns)


def payment_requested(event: Envelope[PaymentRequested]) -> Iterator[Put]:
    """A payable opened."""
    payment = event.data
    yield _payment(
        payment.payment_id,
        dossier_code=payment.dossier_code,
        supplement_no=payment.supplement_no,
        state=PaymentState.DUE,
        amount_vnd=payment.amount_vnd,
        lines=_dumped(payment.lines),
        requested_at=event.time,
    )


def payment_amended(event: Envelope[PaymentAmended]) -> Iterator[Put]:
    """The assessment changed before payment."""
    payment = event.data
    yield _payment(payment.payment_id, amount_vnd=payment.amount_vnd, lines=_dumped(payment.lines))


def payment_settled(event: Envelope[PaymentSettled]) -> Iterator[Put]:
    """The amount due is in."""
    payment = event.data
    yield _payment(
        payment.payment_id,
        dossier_code=payment.dossier_code,
        state=PaymentState.PAID,
        amount_vnd=payment.amount_vnd,
        lines=_dumped(payment.lines),
        monies=_dumped(payment.monies),
        paid_at=payment.paid_at,
        settled_at=event.time,
    )


def payment_refunded(event: Envelope[RefundSettled]) -> Iterator[Put]:
    """The fee went back, wholly or in part; a surplus is no part of it."""
    refund = event.data
    if refund.scope is RefundScope.PAYABLE and refund.payment_id is not None:
        yield Put(
            row=PaymentRow,
            key={"payment_id": refund.payment_id},
            amounts={"refunded_vnd": refund.amount_vnd},
        )


def payment_closed(event: Envelope[PaymentClosed]) -> Iterator[Put]:
    """The payable ended unpaid."""
    payment = event.data
    yield _payment(payment.payment_id, state=PaymentState.CLOSED, close_reason=payment.reason.value)


def _receipt(receipt_id: UUID, **columns: Any) -> Put:  # noqa: ANN401
    return Put(row=ReceiptRow, key={"receipt_id": receipt_id}, columns=columns)


def receipt_issued(event: Envelope[ReceiptIssued]) -> Iterator[Put]:
    """The number is given."""
    receipt = event.data
    yield _receipt(
        receipt.receipt_id,
        dossier_code=receipt.dossier_code,
        payment_id=receipt.payment_id,
        kind=receipt.kind.value,
        form_symbol=receipt.form_symbol,
        serial_symbol=receipt.serial_symbol,
        number=receipt.number,
        total_vnd=receipt.total_vnd,
        line_ids=[str(line.line_id) for line in receipt.lines],
        issued_at=receipt.issued_at,
    )


def receipt_file(event: Envelope[ReceiptFileReady]) -> Iterator[Put]:
    """The file is stored."""
    receipt = event.data
    yield _receipt(
        receipt.receipt_id,
        file_ready_at=event.time,
        signed_at=receipt.signed_at,
        has_xml=receipt.xml_sha256 is not None,
    )


def receipt_replaced(event: Envelope[ReceiptReplaced]) -> Iterator[Put]:
    """It has a successor and keeps its number."""
    yield _receipt(event.data.receipt_id, replaced_by=event.data.replaced_by)


def receipt_noticed(event: Envelope[ReceiptErrorNoticed]) -> Iterator[Put]:
    """A notice of error stands beside it."""
    yield _receipt(event.data.receipt_id, noticed_at=event.time)


def receipt_refunded(event: Envelope[ReceiptRefunded]) -> Iterator[Put]:
    """Its fee went back, wholly or in part."""
    yield Put(
        row=ReceiptRow,
        key={"receipt_id": event.data.receipt_id},
        amounts={"refunded_vnd": event.data.amount_vnd},
    )


MONEY: Final = View(
    name="money",
    version=2,
    rows=(FeeRow, TariffRow, PaymentRow, ReceiptRow),
    folds=(
        fold(FeeAssessed, fee_assessed),
        fold(FeePending, fee_pending),
        fold(FeeExempted, fee_exempted),
        fold(FeeWithdrawn, fee_withdrawn),
        fold(TariffPublished, tariff_published),
        fold(PaymentRequested, payment_requested),
        fold(PaymentAmended, payment_amended),
        fold(PaymentSettled, payment_settled),
        fold(PaymentClosed, payment_closed),
        fold(RefundSettled, payment_refunded),
        fold(ReceiptIssued, receipt_issued),
        fold(ReceiptFileReady, receipt_file),
        fold(ReceiptReplaced, receipt_replaced),
        fold(ReceiptErrorNoticed, receipt_noticed),
        fold(ReceiptRefunded, receipt_refunded),
    ),
)
