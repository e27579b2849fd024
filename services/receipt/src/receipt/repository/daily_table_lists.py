"""Daily tables as accountants see them."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.daily_states import Outage, SubmissionState, TableSummary, Unreported
from receipt.domain.daily_tables import LineState, SubmissionStatus
from receipt.tables import (
    DailyTableChangeRow,
    DailyTableLineRow,
    DailyTableRow,
    DailyTableSubmissionRow,
    ReceiptRow,
    TaxOutageRow,
)
from shared.contracts.parts import Totals
from shared.db import driver

_UNREPORTED: Final = """
SELECT count(r.id) AS count, coalesce(sum(r.total_vnd), 0)::bigint AS summed,
       min(r.issued_at) AS since
FROM series s LEFT JOIN LATERAL (
  SELECT number FROM daily_table_line WHERE series_id = s.id AND adjusts IS NULL AND NOT superseded
  ORDER BY number DESC LIMIT 1
) l ON true
JOIN receipt r ON r.series_id = s.id AND r.number > coalesce(l.number, 0)
WHERE s.last_number > coalesce(l.number, 0) AND r.collector_code = ANY($1)
"""


async def list_tables(
    session: AsyncSession, collectors: Collection[str], *, before: date | None, limit: int
) -> list[TableSummary]:
    """Return the tables of ``collectors``, newest day first."""
    statement = (
        select(DailyTableRow)
        .where(DailyTableRow.collector_code.in_(collectors))
        .order_by(DailyTableRow.day_on.desc(), DailyTableRow.collector_code)
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(DailyTableRow.day_on < before)
    return await _summaries(session, (await session.scalars(statement)).all())


async def open_tables(session: AsyncSession, collectors: Collection[str]) -> list[TableSummary]:
    """Return the tables of which something is not accepted, oldest day first."""
    waiting = select(DailyTableSubmissionRow.table_id).where(
        DailyTableSubmissionRow.due_at.is_not(None)
    )
    statement = (
        select(DailyTableRow)
        .where(DailyTableRow.id.in_(waiting), DailyTableRow.collector_code.in_(collectors))
        .order_by(DailyTableRow.day_on)
    )
    return await _summaries(session, (await session.scalars(statement)).all())


async def find_table(
    session: AsyncSession, table_id: UUID, collectors: Collection[str]
) -> TableSummary | None:
    """Return one table; None if there is none, or it is another collector's."""
    row = await session.get(DailyTableRow, table_id)
    if row is None or row.collector_code not in collectors:
        return None
    return (await _summaries(session, [row]))[0]


async def count_unreported(session: AsyncSession, collectors: Collection[str]) -> Unreported:
    """Return how much of ``collectors`` stands in no submission yet."""
    row = await driver.fetchrow(session, _UNREPORTED, list(collectors))
    assert row is not None  # noqa: S101 - an aggregate has one row
    return Unreported(Totals(count=row["count"], sum_vnd=row["summed"]), row["since"])


async def present_outage(session: AsyncSession) -> Outage | None:
    """Return the outage that goes on; None if the authority answers."""
    began = await session.scalar(
        select(TaxOutageRow.began_at).where(TaxOutageRow.ended_at.is_(None))
    )
    return None if began is None else Outage(began)


async def lines_of(
    session: AsyncSession, table_id: UUID, *, after: int = 0, limit: int
) -> list[dict[str, Any]]:
    """Return the table's lines as they count now: each number's newest, in order of number."""
    newest = (
        select(DailyTableLineRow)
        .ext(distinct_on(DailyTableLineRow.receipt_id))
        .join(
            DailyTableSubmissionRow, DailyTableSubmissionRow.id == DailyTableLineRow.submission_id
        )
        .where(DailyTableSubmissionRow.table_id == table_id, ~DailyTableLineRow.superseded)
        .order_by(DailyTableLineRow.receipt_id, DailyTableSubmissionRow.supplement_no.desc())
        .subquery()
    )
    statement = (
        select(newest.c.said)
        .order_by(newest.c.series_id, newest.c.number)
        .offset(after)
        .limit(limit)
    )
    found = await session.scalars(statement)
    return [{**said, "stt": after + order} for order, said in enumerate(found, start=1)]


async def body_of(
    session: AsyncSession, table_id: UUID, supplement_no: int, submission_id: UUID | None
) -> str | None:
    """Return what was sent, byte for byte, else what will be signed; None if there is none.

    ``submission_id``: this one, also if it was remade; None: the one that counts.
    """
    which = (
        DailyTableSubmissionRow.status != SubmissionStatus.REMADE
        if submission_id is None
        else DailyTableSubmissionRow.id == submission_id
    )
    return await session.scalar(
        select(func.coalesce(DailyTableSubmissionRow.signed, DailyTableSubmissionRow.body)).where(
            DailyTableSubmissionRow.table_id == table_id,
            DailyTableSubmissionRow.supplement_no == supplement_no,
            which,
        )
    )


async def changes_of(session: AsyncSession, table_id: UUID) -> Sequence[int]:
    """Return the numbers of the table that changed since, and that no submission tells of."""
    own = (
        select(DailyTableLineRow.receipt_id)
        .join(
            DailyTableSubmissionRow, DailyTableSubmissionRow.id == DailyTableLineRow.submission_id
        )
        .where(DailyTableSubmissionRow.table_id == table_id)
    )
    told = (
        select(DailyTableLineRow.receipt_id)
        .join(
            DailyTableSubmissionRow, DailyTableSubmissionRow.id == DailyTableLineRow.submission_id
        )
        .where(
            DailyTableSubmissionRow.table_id == table_id,
            DailyTableLineRow.state == LineState.REPLACED,
            ~DailyTableLineRow.superseded,
        )
    )
    replaced = select(ReceiptRow.replaces).where(
        ReceiptRow.replaces.in_(own), ReceiptRow.replaces.not_in(told)
    )
    noticed = select(DailyTableChangeRow.receipt_id).where(
        DailyTableChangeRow.submission_id.is_(None), DailyTableChangeRow.receipt_id.in_(own)
    )
    statement = (
        select(ReceiptRow.number)
        .where(ReceiptRow.id.in_(replaced) | ReceiptRow.id.in_(noticed))
        .order_by(ReceiptRow.number)
    )
    return (await session.scalars(statement)).all()


async def _summaries(session: AsyncSession, tables: Sequence[DailyTableRow]) -> list[TableSummary]:
    ids = [row.id for row in tables]
    sent = select(DailyTableSubmissionRow, TaxOutageRow.ended_at).outerjoin(
        TaxOutageRow, TaxOutageRow.id == DailyTableSubmissionRow.outage_id
    )
    sent = sent.where(DailyTableSubmissionRow.table_id.in_(ids))
    submissions: dict[UUID, list[SubmissionState]] = {each: [] for each in ids}
    order = (DailyTableSubmissionRow.supplement_no, DailyTableSubmissionRow.made_at)
    for row, ended_at in await session.execute(sent.order_by(*order)):
        submissions[row.table_id].append(_submission(row, ended_at))
    counted = (
        select(
            DailyTableSubmissionRow.table_id, func.count(), func.sum(DailyTableLineRow.total_vnd)
        )
        .join(DailyTableLineRow, DailyTableLineRow.submission_id == DailyTableSubmissionRow.id)
        .where(
            DailyTableSubmissionRow.table_id.in_(ids),
            DailyTableLineRow.adjusts.is_(None),
            ~DailyTableLineRow.superseded,
        )
        .group_by(DailyTableSubmissionRow.table_id)
    )
    totals = {
        row[0]: Totals(count=row[1], sum_vnd=int(row[2])) for row in await session.execute(counted)
    }
    return [
        TableSummary(
            row.id, row.collector_code, row.collector_name, row.tax_code, row.day_on,
            totals[row.id], submissions[row.id],
        )
        for row in tables
    ]  # fmt: skip


def _submission(row: DailyTableSubmissionRow, ended_at: Any) -> SubmissionState:  # noqa: ANN401 - a column
    return SubmissionState(
        id=row.id,
        supplement_no=row.supplement_no,
        status=row.status,
        totals=Totals(count=row.line_count, sum_vnd=row.total_vnd),
        made_at=row.made_at,
        lines_day=row.lines_day,
        attempts=row.attempts,
        error_code=row.error_code,
        refusals={int(line): codes for line, codes in (row.refusals or {}).items()},
        replaces_id=row.replaces_id,
        failed_since=row.failed_since,
        accepted_at=row.accepted_at,
        reference=row.reference,
        is_held_up=row.outage_id is not None,
        outage_ended_at=ended_at,
    )
