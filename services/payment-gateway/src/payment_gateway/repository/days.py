"""What accountants see of reconciled days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import reconciling
from payment_gateway.domain.reconciling import Act
from payment_gateway.tables.payables import PayableRow
from payment_gateway.tables.statements import DayCloseRow, DifferenceRow, ReconciliationRow
from shared.contracts.money import DifferenceKind
from shared.contracts.parts import PaymentChannel, Totals
from shared.days import start_of_day


@dataclass(frozen=True)
class ChannelDay:
    """One channel's day, for the agencies that the accountant sees."""

    channel: PaymentChannel
    ours: Totals
    theirs: Totals
    matched: Totals
    run: int
    closed_at: datetime


@dataclass(frozen=True)
class DaySummary:
    """One day over all channels."""

    day_on: date
    ours: Totals
    theirs: Totals
    open_count: int
    closed_at: datetime


@dataclass(frozen=True)
class ListedDifference:
    """One difference, for people."""

    id: UUID
    channel: PaymentChannel
    kind: DifferenceKind
    act: Act
    status: reconciling.Status
    agency_code: str
    channel_reference: str
    occurrence: int
    dossier_code: str | None
    money_id: UUID | None
    ours_vnd: int | None
    theirs_vnd: int | None
    at_stake_vnd: int
    line_no: int | None
    found_at: datetime
    explanation: str | None

    @property
    def is_open(self) -> bool:
        """Tell whether an accountant still has to do something."""
        return reconciling.LIFECYCLE.allows(self.status, reconciling.Trigger.EXPLAIN)


@dataclass(frozen=True)
class WaitingRun:
    """A run that is not done yet, or could not close its day."""

    channel: PaymentChannel
    due_at: datetime | None
    error_code: str | None
    closed: bool | None


async def channel_days(
    session: AsyncSession, agencies: Sequence[str], day_on: date
) -> Sequence[ChannelDay]:
    """Return each channel's figures of a day."""
    statement = (
        select(
            DayCloseRow.channel,
            func.sum(DayCloseRow.ours_count), func.sum(DayCloseRow.ours_vnd),
            func.sum(DayCloseRow.theirs_count), func.sum(DayCloseRow.theirs_vnd),
            func.sum(DayCloseRow.matched_count), func.sum(DayCloseRow.matched_vnd),
            func.max(DayCloseRow.run), func.max(DayCloseRow.closed_at),
        )
        .where(DayCloseRow.day_on == day_on, DayCloseRow.agency_code.in_(agencies))
        .group_by(DayCloseRow.channel)
        .order_by(DayCloseRow.channel)
    )  # fmt: skip
    return [
        ChannelDay(row[0], _totals(row[1], row[2]), _totals(row[3], row[4]),
                   _totals(row[5], row[6]), int(row[7]), row[8])
        for row in await session.execute(statement)
    ]  # fmt: skip


async def day_summaries(
    session: AsyncSession, agencies: Sequence[str], *, before: date | None, limit: int
) -> Sequence[DaySummary]:
    """Return the days that were closed, newest first, with what is still open in each."""
    still_open = (
        select(DifferenceRow.day_on, func.count().label("count"))
        .where(
            DifferenceRow.agency_code.in_(agencies),
            DifferenceRow.status == reconciling.Status.OPEN,
        )
        .group_by(DifferenceRow.day_on)
        .subquery()
    )
    statement = (
        select(
            DayCloseRow.day_on,
            func.sum(DayCloseRow.ours_count), func.sum(DayCloseRow.ours_vnd),
            func.sum(DayCloseRow.theirs_count), func.sum(DayCloseRow.theirs_vnd),
            func.coalesce(func.max(still_open.c.count), 0), func.max(DayCloseRow.closed_at),
        )
        .outerjoin(still_open, still_open.c.day_on == DayCloseRow.day_on)
        .where(DayCloseRow.agency_code.in_(agencies))
        .group_by(DayCloseRow.day_on)
        .order_by(DayCloseRow.day_on.desc())
        .limit(limit)
    )  # fmt: skip
    if before is not None:
        statement = statement.where(DayCloseRow.day_on < before)
    return [
        DaySummary(row[0], _totals(row[1], row[2]), _totals(row[3], row[4]), int(row[5]), row[6])
        for row in await session.execute(statement)
    ]


async def listed_differences(
    session: AsyncSession, agencies: Sequence[str], day_on: date
) -> Sequence[ListedDifference]:
    """Return a day's differences, open ones first; those that are gone are left out."""
    statement = (
        select(DifferenceRow)
        .where(
            DifferenceRow.day_on == day_on,
            DifferenceRow.agency_code.in_(agencies),
            DifferenceRow.status != reconciling.Status.GONE,
        )
        .order_by(
            DifferenceRow.status.desc(), DifferenceRow.kind, DifferenceRow.channel,
            DifferenceRow.id,
        )
    )  # fmt: skip
    return [
        ListedDifference(
            id=row.id, channel=row.channel, kind=row.kind, act=row.act, status=row.status,
            agency_code=row.agency_code, channel_reference=row.channel_reference,
            occurrence=row.occurrence, dossier_code=row.dossier_code, money_id=row.money_id,
            ours_vnd=row.ours_vnd,
            theirs_vnd=row.theirs_vnd, at_stake_vnd=row.at_stake_vnd, line_no=row.line_no,
            found_at=row.found_at, explanation=row.explanation,
        )
        for row in await session.scalars(statement)
    ]  # fmt: skip


async def waiting_runs(session: AsyncSession, day_on: date) -> Sequence[WaitingRun]:
    """Return the newest run of each channel's day where it waits, or found no file."""
    newest = (
        select(ReconciliationRow)
        .ext(distinct_on(ReconciliationRow.channel))
        .where(ReconciliationRow.day_on == day_on)
        .order_by(ReconciliationRow.channel, ReconciliationRow.id.desc())
    )
    return [
        WaitingRun(row.channel, row.due_at, row.error_code, row.closed)
        for row in await session.scalars(newest)
        if row.due_at is not None or row.error_code is not None or row.closed is False
    ]


async def settled_on(
    session: AsyncSession, agencies: Sequence[str], day_on: date
) -> Mapping[UUID, int]:
    """Return the payments that were settled on a day, and their amounts."""
    since, until = start_of_day(day_on), start_of_day(day_on + timedelta(days=1))
    statement = select(PayableRow.id, PayableRow.amount_vnd).where(
        PayableRow.settled_at >= since,
        PayableRow.settled_at < until,
        or_(PayableRow.agency_code.in_(agencies), PayableRow.collector_code.in_(agencies)),
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


def _totals(count: int | None, summed: int | None) -> Totals:
    return Totals(count=int(count or 0), sum_vnd=int(summed or 0))
