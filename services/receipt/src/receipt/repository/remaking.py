"""Refused submissions of 01/TH-BLĐT: read with what is known now, and put aside."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.daily_tables import (
    LIFECYCLE,
    Line,
    SubmissionStatus,
    SubmissionTrigger,
    TableKey,
)
from receipt.domain.remaking import Refused
from receipt.repository.daily_tables import lock_closing
from receipt.tables import (
    AgencyRow,
    DailyTableChangeRow,
    DailyTableLineRow,
    DailyTableRow,
    DailyTableSubmissionRow,
)


async def lock_refused(
    session: AsyncSession, submission_id: UUID, collectors: Collection[str] | None
) -> Refused | None:
    """Return a submission of ``collectors`` (None: of any), locked with all closes.

    None if there is none; raises IllegalStepError if it is not one that may be made anew.
    """
    await lock_closing(session)
    row = await session.get(DailyTableSubmissionRow, submission_id, with_for_update=True)
    if row is None:
        return None
    table = await session.get_one(DailyTableRow, row.table_id)
    if collectors is not None and table.collector_code not in collectors:
        return None
    LIFECYCLE.next(row.status, SubmissionTrigger.REMAKE)
    lines = await session.scalars(
        select(DailyTableLineRow)
        .where(DailyTableLineRow.submission_id == submission_id)
        .order_by(DailyTableLineRow.line_no)
    )
    body = json.loads(row.body)
    return Refused(
        submission_id=row.id,
        table_id=table.id,
        key=TableKey(table.collector_code, table.tax_code, table.day_on),
        collector_name=body["to_chuc_thu"]["ten"],
        supplement_no=row.supplement_no,
        lines_day=row.lines_day,
        body=body,
        lines=[_line(line) for line in lines],
        codes=(row.error_code or "").split(","),
        refusals={int(line): codes for line, codes in (row.refusals or {}).items()},
    )


async def find_open(session: AsyncSession, table_id: UUID, supplement_no: int) -> UUID | None:
    """Return the submission of this number that counts; None if there is none."""
    return await session.scalar(
        select(DailyTableSubmissionRow.id).where(
            DailyTableSubmissionRow.table_id == table_id,
            DailyTableSubmissionRow.supplement_no == supplement_no,
            DailyTableSubmissionRow.status != SubmissionStatus.REMADE,
        )
    )


async def name_now(session: AsyncSession, agency_code: str) -> str | None:
    """Return an agency's name as it was last published."""
    return await session.scalar(select(AgencyRow.name).where(AgencyRow.code == agency_code))


async def lines_before(session: AsyncSession, refused: Refused) -> dict[UUID, Line]:
    """Return the lines that the corrections in ``refused`` correct, by receipt."""
    earlier = DailyTableSubmissionRow.supplement_no < refused.supplement_no
    rows = await session.scalars(
        _lines_of(refused)
        .ext(distinct_on(DailyTableLineRow.receipt_id))
        .where(earlier)
        .order_by(DailyTableLineRow.receipt_id, DailyTableSubmissionRow.supplement_no.desc())
    )
    return {line.receipt_id: _line(line) for line in rows}


async def told_later(session: AsyncSession, refused: Refused) -> set[UUID]:
    """Return the receipts of ``refused`` of which a later supplement tells, too."""
    later = DailyTableSubmissionRow.supplement_no > refused.supplement_no
    rows = await session.scalars(_lines_of(refused).where(later))
    return {line.receipt_id for line in rows}


async def notices_of(
    session: AsyncSession, refused: Refused, *, until: datetime
) -> Sequence[DailyTableChangeRow]:
    """Return the notices that ``refused`` tells of, or that nothing tells of yet; oldest first."""
    rows = await session.scalars(
        select(DailyTableChangeRow)
        .where(
            DailyTableChangeRow.receipt_id.in_([line.receipt_id for line in refused.lines]),
            DailyTableChangeRow.at <= until,
            or_(
                DailyTableChangeRow.submission_id.is_(None),
                DailyTableChangeRow.submission_id == refused.submission_id,
            ),
        )
        .order_by(DailyTableChangeRow.at, DailyTableChangeRow.notice_id)
    )
    return rows.all()


async def put_aside(session: AsyncSession, refused: Refused) -> None:
    """Let another stand in the place of ``refused``: it is kept, and counts no more."""
    row = await session.get_one(DailyTableSubmissionRow, refused.submission_id)
    row.status = LIFECYCLE.next(row.status, SubmissionTrigger.REMAKE)
    row.due_at = None
    await session.execute(
        update(DailyTableLineRow)
        .where(DailyTableLineRow.submission_id == refused.submission_id)
        .values(superseded=True)
    )
    await session.flush()


async def inherit_outage(session: AsyncSession, refused: Refused, submission_id: UUID) -> None:
    """Keep the due day: what an outage held up is due as before, whatever stands in its place."""
    held_up = select(DailyTableSubmissionRow.outage_id).where(
        DailyTableSubmissionRow.id == refused.submission_id
    )
    await session.execute(
        update(DailyTableSubmissionRow)
        .where(DailyTableSubmissionRow.id == submission_id)
        .values(outage_id=held_up.scalar_subquery())
    )


def _lines_of(refused: Refused) -> Select[DailyTableLineRow]:
    """Return how to read what else the table says of the receipts of ``refused``."""
    return (
        select(DailyTableLineRow)
        .join(
            DailyTableSubmissionRow, DailyTableSubmissionRow.id == DailyTableLineRow.submission_id
        )
        .where(
            DailyTableSubmissionRow.table_id == refused.table_id,
            DailyTableLineRow.receipt_id.in_([line.receipt_id for line in refused.lines]),
            ~DailyTableLineRow.superseded,
        )
    )


def _line(row: DailyTableLineRow) -> Line:
    return Line.read(row.said, receipt_id=row.receipt_id, series_id=row.series_id)
