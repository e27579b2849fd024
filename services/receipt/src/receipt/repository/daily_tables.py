"""Daily tables as they are made: what no table has yet, what changed, and storing a submission."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.daily_tables import (
    LIFECYCLE,
    Line,
    Place,
    Submission,
    SubmissionStatus,
    TableKey,
)
from receipt.tables import (
    DailyTableChangeRow,
    DailyTableLineRow,
    DailyTableRow,
    DailyTableSubmissionRow,
    ReceiptRow,
    SeriesRow,
)
from shared.days import vietnam_day
from shared.db import driver
from shared.ids import new_id

MOST: Final = 20_000
"""Receipts of one series in one run: more than a collector's day; the rest is a supplement."""

# Numbers are gapless and issued_at never decreases with them, so what a series has not reported
# is all that comes after its last reported number; today's own receipts are not even looked at.
_UNREPORTED: Final = """
WITH behind AS (
  SELECT s.id, s.tax_code, s.form_symbol, s.serial_symbol, coalesce(l.number, 0) AS reported
  FROM series s LEFT JOIN LATERAL (
    SELECT number FROM daily_table_line WHERE series_id = s.id AND adjusts IS NULL
    AND NOT superseded ORDER BY number DESC LIMIT 1
  ) l ON true
  WHERE s.last_number > coalesce(l.number, 0)
    AND ($2::text[] IS NULL OR s.agency_code = ANY($2))
), due AS (
  SELECT behind.* FROM behind CROSS JOIN LATERAL (
    SELECT issued_at FROM receipt WHERE series_id = behind.id AND number > behind.reported
    ORDER BY number LIMIT 1
  ) first WHERE first.issued_at < $1
)
SELECT r.id, r.series_id, r.number, r.issued_at, r.collector_code, r.total_vnd, r.replaces,
       r.fact->'issuer'->>'name' AS collector_name, due.tax_code, due.form_symbol,
       due.serial_symbol, jsonb_path_query_array(r.fact, '$.lines[*].name')::text AS names
FROM due CROSS JOIN LATERAL (
  SELECT * FROM receipt WHERE series_id = due.id AND number > due.reported AND issued_at < $1
  ORDER BY number LIMIT $3
) r
ORDER BY due.form_symbol, due.serial_symbol, r.number
"""
_READ_AGAIN: Final = """
SELECT r.id, r.series_id, r.number, r.issued_at, r.collector_code, r.total_vnd, r.replaces,
       r.fact->'issuer'->>'name' AS collector_name, s.tax_code, s.form_symbol,
       s.serial_symbol, jsonb_path_query_array(r.fact, '$.lines[*].name')::text AS names
FROM receipt r JOIN series s ON s.id = r.series_id WHERE r.id = ANY($1::uuid[])
"""


@dataclass(frozen=True)
class Unreported:
    """A receipt that stands in no submission yet."""

    line: Line
    key: TableKey
    collector_name: str
    replaces: UUID | None


@dataclass(frozen=True)
class Reported:
    """The newest line of a receipt, and the table that it stands in."""

    line: Line
    key: TableKey
    collector_name: str


async def lock_closing(session: AsyncSession) -> None:
    """Let closes wait for each other until the transaction ends."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('receipt.daily_table'))"))


async def find_unreported(
    session: AsyncSession, *, until: datetime, agencies: Collection[str] | None
) -> list[Unreported]:
    """Return what was issued before ``until`` and stands in no submission, in order of number.

    ``agencies``: only series opened for these collectors; None: all.
    """
    chosen = None if agencies is None else list(agencies)
    return [
        _unreported(row) for row in await driver.fetch(session, _UNREPORTED, until, chosen, MOST)
    ]


async def read_again(
    session: AsyncSession, receipt_ids: Collection[UUID]
) -> dict[UUID, Unreported]:
    """Return receipts as they would be reported for the first time, whatever was reported."""
    rows = await driver.fetch(session, _READ_AGAIN, list(receipt_ids))
    return {each.line.receipt_id: each for each in map(_unreported, rows)}


async def places_of(session: AsyncSession, receipt_ids: Collection[UUID]) -> dict[UUID, Place]:
    """Return where receipts stand."""
    return await _places(session, cast("ColumnElement[UUID]", ReceiptRow.id), receipt_ids)


async def successors_of(session: AsyncSession, receipt_ids: Collection[UUID]) -> dict[UUID, Place]:
    """Return the places of those receipts that stand in for ``receipt_ids``, by the replaced."""
    return await _places(session, cast("ColumnElement[UUID]", ReceiptRow.replaces), receipt_ids)


async def newest_lines_of(
    session: AsyncSession, receipt_ids: Collection[UUID]
) -> dict[UUID, Reported]:
    """Return the newest line of each receipt that was reported."""
    statement = (
        select(DailyTableLineRow, DailyTableRow)
        .ext(distinct_on(DailyTableLineRow.receipt_id))
        .join(
            DailyTableSubmissionRow, DailyTableSubmissionRow.id == DailyTableLineRow.submission_id
        )
        .join(DailyTableRow, DailyTableRow.id == DailyTableSubmissionRow.table_id)
        .where(DailyTableLineRow.receipt_id.in_(receipt_ids), ~DailyTableLineRow.superseded)
        .order_by(DailyTableLineRow.receipt_id, DailyTableSubmissionRow.supplement_no.desc())
    )
    return {
        line.receipt_id: Reported(
            Line.read(line.said, receipt_id=line.receipt_id, series_id=line.series_id),
            TableKey(table.collector_code, table.tax_code, table.day_on),
            table.collector_name,
        )
        for line, table in await session.execute(statement)
    }


async def insert_change(
    session: AsyncSession, receipt_id: UUID, notice_id: UUID, fields: Iterable[str], *, at: datetime
) -> None:
    """Keep a notice for the day's table; a repeated one changes nothing."""
    values = {"notice_id": notice_id, "receipt_id": receipt_id, "fields": list(fields), "at": at}
    await session.execute(insert(DailyTableChangeRow).values(values).on_conflict_do_nothing())


async def waiting_changes(
    session: AsyncSession, *, until: datetime, agencies: Collection[str] | None
) -> Sequence[DailyTableChangeRow]:
    """Return the notices that no submission tells of, oldest first."""
    statement = (
        select(DailyTableChangeRow)
        .join(ReceiptRow, ReceiptRow.id == DailyTableChangeRow.receipt_id)
        .where(DailyTableChangeRow.submission_id.is_(None), DailyTableChangeRow.at < until)
        .order_by(DailyTableChangeRow.at)
    )
    if agencies is not None:
        statement = statement.where(ReceiptRow.collector_code.in_(agencies))
    return (await session.scalars(statement)).all()


async def table_of(session: AsyncSession, key: TableKey, name: str) -> tuple[UUID, int]:
    """Return the day's table, made if there was none, and the number of its next submission."""
    own_id = new_id()
    values = {
        "id": own_id, "collector_code": key.collector_code, "tax_code": key.tax_code,
        "day_on": key.day_on, "collector_name": name,
    }  # fmt: skip
    await session.execute(insert(DailyTableRow).values(values).on_conflict_do_nothing())
    table_id = await session.scalar(
        select(DailyTableRow.id).where(
            DailyTableRow.collector_code == key.collector_code,
            DailyTableRow.tax_code == key.tax_code,
            DailyTableRow.day_on == key.day_on,
        )
    )
    made = await session.scalar(
        select(func.count()).where(
            DailyTableSubmissionRow.table_id == table_id,
            DailyTableSubmissionRow.status != SubmissionStatus.REMADE,
        )
    )
    return table_id or own_id, made or 0


async def store_submission(
    session: AsyncSession, table_id: UUID, submission: Submission, *, lines_day: date
) -> None:
    """Store what is to be sent, and its lines."""
    session.add(
        DailyTableSubmissionRow(
            id=submission.id,
            table_id=table_id,
            supplement_no=submission.supplement_no,
            status=LIFECYCLE.initial,
            line_count=len(submission.lines),
            total_vnd=submission.total_vnd,
            body=submission.body,
            made_at=submission.made_at,
            lines_day=lines_day,
            due_at=submission.made_at,
            attempts=0,
            replaces_id=submission.replaces,
        )
    )
    await session.flush()
    rows = [_row(submission.id, order, line) for order, line in enumerate(submission.lines, 1)]
    await session.execute(insert(DailyTableLineRow), rows)


async def mark_changes(
    session: AsyncSession, notice_ids: Collection[UUID], submission_id: UUID
) -> None:
    """Record which submission tells of notices."""
    await session.execute(
        update(DailyTableChangeRow)
        .where(DailyTableChangeRow.notice_id.in_(notice_ids))
        .values(submission_id=submission_id)
    )


async def _places(
    session: AsyncSession,
    by: ColumnElement[UUID],
    receipt_ids: Collection[UUID],
) -> dict[UUID, Place]:
    if not receipt_ids:
        return {}
    statement = (
        select(by, SeriesRow.form_symbol, SeriesRow.serial_symbol, ReceiptRow.number,
               ReceiptRow.issued_at)
        .join(SeriesRow, SeriesRow.id == ReceiptRow.series_id)
        .where(by.in_(receipt_ids))
    )  # fmt: skip
    return {
        row[0]: Place(row[1], row[2], row[3], vietnam_day(row[4]))
        for row in await session.execute(statement)
    }


def _unreported(row: Any) -> Unreported:  # noqa: ANN401 - asyncpg's Record has no types
    day = vietnam_day(row["issued_at"])
    place = Place(row["form_symbol"], row["serial_symbol"], row["number"], day)
    names = "; ".join(dict.fromkeys(json.loads(row["names"])))
    return Unreported(
        Line(UUID(str(row["id"])), UUID(str(row["series_id"])), place, names, row["total_vnd"]),
        TableKey(row["collector_code"], row["tax_code"], day),
        row["collector_name"],
        row["replaces"] and UUID(str(row["replaces"])),
    )


def _row(submission_id: UUID, order: int, line: Line) -> dict[str, Any]:
    return {
        "submission_id": submission_id, "line_no": order, "receipt_id": line.receipt_id,
        "series_id": line.series_id, "number": line.place.number, "total_vnd": line.total_vnd,
        "state": line.state, "adjusts": line.adjusts, "said": line.said(order),
    }  # fmt: skip
