"""Reports that a bank took money back: kept, judged, closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import monies, refunds, reversals
from payment_gateway.domain.reversals import LIFECYCLE, Status
from payment_gateway.tables.cases import ReversalReportRow
from payment_gateway.tables.model import among
from payment_gateway.tables.monies import MoneyRow, RefundRow
from payment_gateway.tables.payables import PayableRow
from shared.contracts.parts import PaymentChannel
from shared.ids import new_id

_WAITS: Final = among("status", (Status.WAITING.value,))


@dataclass(frozen=True)
class WaitingReversal:
    """A money that its bank took back, and what stands in the way of an answer."""

    id: UUID
    channel: PaymentChannel
    channel_reference: str
    amount_vnd: int
    dossier_code: str | None
    reported_at: datetime
    refund_id: UUID | None
    """The refund of this money that is open."""
    money_status: monies.Status

    @property
    def has_gone_back(self) -> bool:
        """Tell whether we gave the money back before, so that it left twice."""
        return self.money_status is monies.Status.REFUNDED


async def keep(
    session: AsyncSession, money_id: UUID, *, by: str, reason: str, now: datetime
) -> None:
    """Keep a report; one about the same money that waits is the same one."""
    statement = insert(ReversalReportRow).values(
        id=new_id(), money_id=money_id, status=LIFECYCLE.initial, reported_at=now,
        reported_by=by, reason=reason,
    )  # fmt: skip
    await session.execute(
        statement.on_conflict_do_nothing(index_elements=["money_id"], index_where=_WAITS)
    )


async def waits(session: AsyncSession, money_id: UUID) -> bool:
    """Tell whether a report about this money waits."""
    wanted = select(ReversalReportRow.id).where(ReversalReportRow.money_id == money_id, _WAITS)
    return await session.scalar(wanted) is not None


async def judge(
    session: AsyncSession, money_id: UUID, *, by: str, case_id: UUID | None, now: datetime
) -> None:
    """End the report that waits about a money, if one does."""
    status = LIFECYCLE.next(Status.WAITING, reversals.Trigger.JUDGE)
    values = {"status": status, "case_id": case_id, "ended_by": by, "ended_at": now}
    mine = ReversalReportRow.money_id == money_id
    await session.execute(update(ReversalReportRow).where(mine, _WAITS).values(values))


async def lock_report(
    session: AsyncSession, report_id: UUID
) -> tuple[ReversalReportRow, str] | None:
    """Return a report, locked, and the agency whose money it is about."""
    statement = (
        select(ReversalReportRow, MoneyRow.agency_code)
        .join(MoneyRow, MoneyRow.id == ReversalReportRow.money_id)
        .where(ReversalReportRow.id == report_id)
        .with_for_update(of=ReversalReportRow)
        .execution_options(populate_existing=True)
    )
    row: Any = (await session.execute(statement)).one_or_none()
    return None if row is None else (row[0], row[1])


async def waiting(
    session: AsyncSession, agencies: Sequence[str], *, limit: int
) -> Sequence[WaitingReversal]:
    """Return the reports about money of these agencies that wait, the oldest first."""
    is_open = (RefundRow.money_id == MoneyRow.id) & RefundRow.status.in_(refunds.OPEN)
    statement = (
        select(ReversalReportRow, MoneyRow, PayableRow.dossier_code, RefundRow.id)
        .join(MoneyRow, MoneyRow.id == ReversalReportRow.money_id)
        .outerjoin(PayableRow, PayableRow.id == MoneyRow.payable_id)
        .outerjoin(RefundRow, is_open)
        .where(ReversalReportRow.status == Status.WAITING, MoneyRow.agency_code.in_(agencies))
        .order_by(ReversalReportRow.id)
        .limit(limit)
    )
    return [
        WaitingReversal(
            report.id, money.channel, money.channel_reference, money.amount_vnd, code,
            report.reported_at, refund_id, money.status,
        )
        for report, money, code, refund_id in await session.execute(statement)
    ]  # fmt: skip
