"""The view of a payment's receipts, for the page of its payer."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared.contracts.envelope import Envelope
from shared.contracts.parts import FeeKind
from shared.contracts.receipt import ReceiptFileReady, ReceiptIssued
from shared.db.metadata import ViewBase
from shared.views import Put, View, fold

T = TypeVar("T")


class PaymentReceiptRow(ViewBase):
    """A receipt of a payment, for the page of its payer; every column comes from lephi.receipt."""

    __tablename__ = "payment_receipt"

    receipt_id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID | None] = mapped_column(index=True)
    kind: Mapped[FeeKind | None]
    form_symbol: Mapped[str | None]
    serial_symbol: Mapped[str | None]
    number: Mapped[int | None]
    total_vnd: Mapped[int | None]
    issued_at: Mapped[datetime | None]
    file_ready_at: Mapped[datetime | None]


def receipt_issued(event: Envelope[ReceiptIssued]) -> Iterator[Put]:
    """Note a receipt's number; a replacement stands beside the one that it replaces."""
    fact = event.data
    yield Put(
        row=PaymentReceiptRow,
        key={"receipt_id": fact.receipt_id},
        columns={
            "payment_id": fact.payment_id,
            "kind": fact.kind,
            "form_symbol": fact.form_symbol,
            "serial_symbol": fact.serial_symbol,
            "number": fact.number,
            "total_vnd": fact.total_vnd,
            "issued_at": fact.issued_at,
        },
    )


def receipt_file_ready(event: Envelope[ReceiptFileReady]) -> Iterator[Put]:
    """Note that the receipt's file can be opened."""
    yield Put(
        row=PaymentReceiptRow,
        key={"receipt_id": event.data.receipt_id},
        columns={"file_ready_at": event.time},
    )


@dataclass(frozen=True)
class KnownReceipt:
    """A receipt of a payment, as its payer's page shows it."""

    receipt_id: UUID
    kind: FeeKind
    form_symbol: str
    serial_symbol: str
    number: int
    total_vnd: int
    has_file: bool


async def receipts_of(session: AsyncSession, payment_id: UUID) -> Sequence[KnownReceipt]:
    """Return the receipts of a payment whose numbers are given, phí before lệ phí."""
    statement = (
        select(PaymentReceiptRow)
        .where(PaymentReceiptRow.payment_id == payment_id, PaymentReceiptRow.number.is_not(None))
        .order_by(PaymentReceiptRow.kind.desc(), PaymentReceiptRow.number)
    )
    return [_known(row) for row in await session.scalars(statement)]


async def count_receipted(session: AsyncSession, payment_ids: Collection[UUID]) -> int:
    """Return how many of these payments have a receipt."""
    paid_for = PaymentReceiptRow.payment_id
    statement = select(func.count(paid_for.distinct())).where(
        paid_for == any_(literal(list(payment_ids), ARRAY(Uuid))),
        PaymentReceiptRow.number.is_not(None),
    )
    return await session.scalar(statement) or 0


def _known(row: PaymentReceiptRow) -> KnownReceipt:
    return KnownReceipt(
        receipt_id=row.receipt_id, kind=_given(row.kind), form_symbol=_given(row.form_symbol),
        serial_symbol=_given(row.serial_symbol), number=_given(row.number),
        total_vnd=_given(row.total_vnd), has_file=row.file_ready_at is not None,
    )  # fmt: skip


def _given(value: T | None) -> T:
    if value is None:
        raise LookupError("a receipt with a number but without its other columns")
    return value


PAYMENT_RECEIPTS: Final = View(
    name="payment-receipts",
    version=1,
    rows=(PaymentReceiptRow,),
    folds=(fold(ReceiptIssued, receipt_issued), fold(ReceiptFileReady, receipt_file_ready)),
)
