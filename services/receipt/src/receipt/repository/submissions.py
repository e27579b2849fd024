"""Submissions of daily tables on their way: which is due, and what became of it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from receipt.domain.daily_tables import LIFECYCLE, SubmissionStatus, SubmissionTrigger
from receipt.tables import (
    DailyTableLineRow,
    DailyTableRow,
    DailyTableSubmissionRow,
    TaxOutageRow,
)
from shared.contracts.parts import Totals
from shared.ids import new_id

_Earlier = aliased(DailyTableSubmissionRow)


async def claim_due(
    session: AsyncSession, only: UUID | None, *, now: datetime, lease: timedelta
) -> DailyTableSubmissionRow | None:
    """Return the submission to send next, leased; None if none is due.

    A table's supplements go in their order: the authority refuses n before n - 1.
    """
    earlier = select(_Earlier.id).where(
        _Earlier.table_id == DailyTableSubmissionRow.table_id,
        _Earlier.supplement_no < DailyTableSubmissionRow.supplement_no,
        _Earlier.status.not_in((SubmissionStatus.ACCEPTED, SubmissionStatus.REMADE)),
    )
    due = select(DailyTableSubmissionRow).where(
        DailyTableSubmissionRow.due_at <= now, ~earlier.exists()
    )
    if only is not None:
        due = due.where(DailyTableSubmissionRow.id == only)
    row = await session.scalar(
        due.order_by(DailyTableSubmissionRow.due_at, DailyTableSubmissionRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is not None:
        row.status = LIFECYCLE.next(row.status, SubmissionTrigger.SEND)
        row.attempts += 1
        row.due_at = now + lease
    return row


async def lock_submission(session: AsyncSession, submission_id: UUID) -> DailyTableSubmissionRow:
    """Return a submission, locked until the transaction ends."""
    return await session.get_one(DailyTableSubmissionRow, submission_id, with_for_update=True)


async def read_table(session: AsyncSession, table_id: UUID) -> DailyTableRow:
    """Return the table that a submission belongs to."""
    return await session.get_one(DailyTableRow, table_id)


async def accepted_totals(session: AsyncSession, table_id: UUID) -> Totals:
    """Return how many numbers of the day the authority has, and their sum."""
    statement = (
        select(func.count(), func.coalesce(func.sum(DailyTableLineRow.total_vnd), 0))
        .join(
            DailyTableSubmissionRow, DailyTableSubmissionRow.id == DailyTableLineRow.submission_id
        )
        .where(
            DailyTableSubmissionRow.table_id == table_id,
            DailyTableSubmissionRow.status == SubmissionStatus.ACCEPTED,
            DailyTableLineRow.adjusts.is_(None),
            ~DailyTableLineRow.superseded,
        )
    )
    count, summed = (await session.execute(statement)).one()
    return Totals(count=count, sum_vnd=int(summed))


async def make_due(
    session: AsyncSession, table_id: UUID, collectors: Collection[str], *, now: datetime
) -> list[UUID]:
    """Make what a table has not had accepted due at once; return the ids, in their order."""
    own = select(DailyTableRow.id).where(
        DailyTableRow.id == table_id, DailyTableRow.collector_code.in_(collectors)
    )
    made = await session.execute(
        update(DailyTableSubmissionRow)
        .where(
            DailyTableSubmissionRow.table_id.in_(own), DailyTableSubmissionRow.due_at.is_not(None)
        )
        .values(due_at=now)
        .returning(DailyTableSubmissionRow.id, DailyTableSubmissionRow.supplement_no)
    )
    return [row[0] for row in sorted(made, key=lambda row: int(row[1]))]


async def begin_outage(session: AsyncSession, *, now: datetime) -> UUID:
    """Return the outage that goes on; it begins now if there is none."""
    await session.execute(
        insert(TaxOutageRow).values(id=new_id(), began_at=now).on_conflict_do_nothing()
    )
    return (
        await session.scalars(select(TaxOutageRow.id).where(TaxOutageRow.ended_at.is_(None)))
    ).one()


async def end_outage(session: AsyncSession, *, now: datetime) -> None:
    """Note that the authority answers; what the outage held up is due at once."""
    ended = await session.scalar(
        update(TaxOutageRow)
        .where(TaxOutageRow.ended_at.is_(None))
        .values(ended_at=now)
        .returning(TaxOutageRow.id)
    )
    if ended is not None:
        await session.execute(
            update(DailyTableSubmissionRow)
            .where(
                DailyTableSubmissionRow.outage_id == ended,
                DailyTableSubmissionRow.due_at.is_not(None),
            )
            .values(due_at=now)
        )
