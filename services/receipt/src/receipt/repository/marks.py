"""Marks of refunds beside receipts (đã hoàn): stored once, set when the receipt is numbered."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.lifecycles import LIFECYCLE
from receipt.tables import ReceiptRow, RefundMarkRow
from shared.contracts.envelope import Cause
from shared.contracts.parts import FeeKind


@dataclass(frozen=True)
class Mark:
    """What went back of one kind of a payment's lines."""

    refund_id: UUID
    kind: FeeKind
    payment_id: UUID
    dossier_code: str
    agency_code: str
    lines: dict[str, int]
    amount_vnd: int
    settled_at: datetime
    cause: Cause


async def insert_mark(session: AsyncSession, mark: Mark) -> bool:
    """Store ``mark`` beside no receipt yet; False if it was stored before."""
    statement = insert(RefundMarkRow).values(
        refund_id=mark.refund_id, kind=mark.kind, payment_id=mark.payment_id,
        dossier_code=mark.dossier_code, agency_code=mark.agency_code, lines=mark.lines,
        amount_vnd=mark.amount_vnd, settled_at=mark.settled_at,
        correlation_id=mark.cause.correlation_id, causation_id=mark.cause.causation_id,
    )  # fmt: skip
    stored = statement.on_conflict_do_nothing().returning(RefundMarkRow.refund_id)
    return await session.scalar(stored) is not None


async def lock_in_force(session: AsyncSession, mark: Mark) -> UUID | None:
    """Lock and return the receipt in force of the mark's payment and kind; None if there is none.

    One that is being replaced meanwhile is none: its successor is found by the next look.
    """
    return await session.scalar(
        select(ReceiptRow.id)
        .where(
            ReceiptRow.dossier_code == mark.dossier_code,
            ReceiptRow.payment_id == mark.payment_id,
            ReceiptRow.kind == mark.kind,
            ReceiptRow.status == LIFECYCLE.initial,
        )
        .with_for_update()
    )


async def place_mark(session: AsyncSession, mark: Mark, receipt_id: UUID) -> bool:
    """Set ``mark`` beside ``receipt_id``; False if it stands beside one already."""
    placed = await session.scalar(
        update(RefundMarkRow)
        .where(
            RefundMarkRow.refund_id == mark.refund_id,
            RefundMarkRow.kind == mark.kind,
            RefundMarkRow.receipt_id.is_(None),
        )
        .values(receipt_id=receipt_id)
        .returning(RefundMarkRow.refund_id)
    )
    return placed is not None


async def waiting(
    session: AsyncSession, *, payment_id: UUID | None = None, limit: int = 100
) -> list[Mark]:
    """Return marks that wait and whose receipt is numbered meanwhile, the oldest first."""
    numbered = exists().where(
        ReceiptRow.dossier_code == RefundMarkRow.dossier_code,
        ReceiptRow.payment_id == RefundMarkRow.payment_id,
        ReceiptRow.kind == RefundMarkRow.kind,
    )
    found = select(RefundMarkRow).where(RefundMarkRow.receipt_id.is_(None), numbered)
    if payment_id is not None:
        found = found.where(RefundMarkRow.payment_id == payment_id)
    rows = await session.scalars(found.order_by(RefundMarkRow.settled_at).limit(limit))
    return [_mark(row) for row in rows]


async def list_of_receipt(session: AsyncSession, receipt_id: UUID) -> list[Mark]:
    """Return the marks beside a receipt, the oldest first."""
    rows = await session.scalars(
        select(RefundMarkRow)
        .where(RefundMarkRow.receipt_id == receipt_id)
        .order_by(RefundMarkRow.settled_at, RefundMarkRow.refund_id)
    )
    return [_mark(row) for row in rows]


def _mark(row: RefundMarkRow) -> Mark:
    return Mark(
        refund_id=row.refund_id, kind=row.kind, payment_id=row.payment_id,
        dossier_code=row.dossier_code, agency_code=row.agency_code, lines=row.lines,
        amount_vnd=row.amount_vnd, settled_at=row.settled_at,
        cause=Cause(correlation_id=row.correlation_id, causation_id=row.causation_id),
    )  # fmt: skip
