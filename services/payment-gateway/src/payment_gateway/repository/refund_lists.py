"""Refunds as lists and pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import refunds
from payment_gateway.domain.debits import OurRefund
from payment_gateway.domain.refunds import Refund
from payment_gateway.repository.refunds import refund_of, with_money
from payment_gateway.tables.monies import RefundRow
from payment_gateway.tables.payables import PayableRow
from shared.contracts.parts import PaymentChannel
from shared.db.tables import ApprovalRow


@dataclass(frozen=True)
class RefundLine:
    """One refund in a list, with its money."""

    refund: Refund
    channel: PaymentChannel
    proposed_at: datetime


async def list_refunds(
    session: AsyncSession,
    agencies: Sequence[str],
    statuses: Sequence[refunds.Status],
    *,
    after: UUID | None,
    limit: int,
) -> Sequence[RefundLine]:
    """Return refunds of these agencies, newest first."""
    statement = (
        with_money()
        .where(RefundRow.agency_code.in_(agencies), RefundRow.status.in_(statuses))
        .order_by(RefundRow.id.desc())
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(RefundRow.id < after)
    return [
        RefundLine(refund_of(row), row.MoneyRow.channel, row.RefundRow.proposed_at)
        for row in await session.execute(statement)
    ]


async def count_by_status(
    session: AsyncSession, agencies: Sequence[str]
) -> Mapping[refunds.Status, int]:
    """Return how many refunds of these agencies stand where."""
    statement = (
        select(RefundRow.status, func.count())
        .where(RefundRow.agency_code.in_(agencies))
        .group_by(RefundRow.status)
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


async def paid_as(session: AsyncSession, references: Sequence[str]) -> Mapping[str, OurRefund]:
    """Return the refunds that were paid under these references, by reference."""
    statement = (
        select(RefundRow, PayableRow.dossier_code)
        .outerjoin(PayableRow, PayableRow.id == RefundRow.payable_id)
        .where(
            RefundRow.channel_reference.in_(references),
            RefundRow.status == refunds.Status.SETTLED,
        )
        .order_by(RefundRow.id)
    )
    return {
        str(row.channel_reference): OurRefund(
            str(row.channel_reference), row.amount_vnd, row.agency_code, code
        )
        for row, code in await session.execute(statement)
    }


async def newest_request(session: AsyncSession, act: str, refund_id: UUID) -> ApprovalRow | None:
    """Return the newest request about a refund, None where nobody has asked yet."""
    statement = (
        select(ApprovalRow)
        .where(ApprovalRow.act == act, ApprovalRow.subject == str(refund_id))
        .order_by(ApprovalRow.requested_at.desc())
        .limit(1)
    )
    return await session.scalar(statement)


async def ending_of(session: AsyncSession, refund_id: UUID) -> tuple[datetime | None, str | None]:
    """Return when a refund ended, and the reference of what went back."""
    statement = select(RefundRow.ended_at, RefundRow.channel_reference)
    row = (await session.execute(statement.where(RefundRow.id == refund_id))).one()
    return row[0], row[1]
