"""Lists for staff: payments, money without an owner and its refunds; keyset, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import payables, refunds
from payment_gateway.tables.monies import MoneyRow, RefundRow
from payment_gateway.tables.payables import PayableRow
from shared.contracts.parts import PaymentChannel
from shared.contracts.payment import UnmatchedKind


@dataclass(frozen=True)
class PaidLine:
    """One settled payable."""

    id: UUID
    dossier_code: str
    procedure_name: str
    amount_vnd: int
    status: payables.Status
    settled_at: datetime


@dataclass(frozen=True)
class LooseMoney:
    """Money of which a part settles nothing, and its refund if one is open."""

    id: UUID
    kind: UnmatchedKind
    channel: PaymentChannel
    channel_reference: str
    amount_vnd: int
    unmatched_vnd: int
    received_at: datetime
    dossier_code: str | None
    refund_status: refunds.Status | None


async def paid_lines(
    session: AsyncSession, agencies: Sequence[str], *, after: UUID | None, limit: int
) -> Sequence[PaidLine]:
    """Return settled payables that these agencies received or collect, newest payable first."""
    statement = (
        select(PayableRow)
        .where(
            PayableRow.settled_at.is_not(None),
            or_(PayableRow.agency_code.in_(agencies), PayableRow.collector_code.in_(agencies)),
        )
        .order_by(PayableRow.id.desc())
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(PayableRow.id < after)
    return [
        PaidLine(
            row.id, row.dossier_code, str(row.context["procedure_name"]), row.amount_vnd,
            row.status, row.settled_at,
        )
        for row in await session.scalars(statement)
        if row.settled_at is not None
    ]  # fmt: skip


async def loose_monies(
    session: AsyncSession, agencies: Sequence[str], *, limit: int
) -> Sequence[LooseMoney]:
    """Return money of these agencies of which a part settles nothing, newest first."""
    open_refund = RefundRow.status.in_(refunds.OPEN)
    statement = (
        select(MoneyRow, PayableRow.dossier_code, RefundRow.status)
        .outerjoin(PayableRow, PayableRow.id == MoneyRow.payable_id)
        .outerjoin(RefundRow, (RefundRow.money_id == MoneyRow.id) & open_refund)
        .where(
            MoneyRow.problem.is_not(None),
            MoneyRow.unmatched_vnd > 0,
            MoneyRow.agency_code.in_(agencies),
        )
        .order_by(MoneyRow.id.desc())
        .limit(limit)
    )
    return [
        LooseMoney(
            row.id, row.problem, row.channel, row.channel_reference, row.amount_vnd,
            row.unmatched_vnd, row.received_at, code, refund,
        )
        for row, code, refund in await session.execute(statement)
        if row.problem is not None
    ]  # fmt: skip
