"""The receipt register: a series counted, summed and listed by number."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.lifecycles import FileStatus, ReceiptStatus
from receipt.domain.register import Count, Entry, Period, Totals
from shared.days import start_of_day
from shared.db import driver

_COUNT: Final = """
SELECT s.last_number, c.receipts, c.distinct_numbers, c.smallest, c.largest
FROM series s, LATERAL (
  SELECT count(*) AS receipts, count(DISTINCT r.number) AS distinct_numbers,
         min(r.number) AS smallest, max(r.number) AS largest
  FROM receipt r WHERE r.series_id = s.id
) c WHERE s.id = $1
"""
_MISSING: Final = """
SELECT n FROM series s, generate_series(1, s.last_number) n
WHERE s.id = $1 AND NOT EXISTS (SELECT FROM receipt r WHERE r.series_id = s.id AND r.number = n)
ORDER BY n LIMIT $2
"""
_IN_PERIOD: Final = """r.series_id = $1
  AND ($2::timestamptz IS NULL OR r.issued_at >= $2)
  AND ($3::timestamptz IS NULL OR r.issued_at < $3)"""
_TOTALS: Final = f"""
SELECT count(*) AS receipts, coalesce(sum(r.total_vnd), 0)::bigint AS total_vnd,
       count(*) FILTER (WHERE r.status = 'replaced') AS replaced,
       count(*) FILTER (WHERE f.status <> 'stored') AS without_file
FROM receipt r JOIN receipt_file f ON f.receipt_id = r.id
WHERE {_IN_PERIOD}
"""  # noqa: S608 -- constants only
_ENTRIES: Final = f"""
SELECT r.number, r.id, r.issued_at, r.dossier_code, r.total_vnd, r.status,
       f.status AS file_status, f.error_code,
       ns.serial_symbol || ' · ' || n.number AS replaced_by,
       ps.serial_symbol || ' · ' || p.number AS replaces
FROM receipt r
JOIN receipt_file f ON f.receipt_id = r.id
LEFT JOIN receipt n ON n.replaces = r.id LEFT JOIN series ns ON ns.id = n.series_id
LEFT JOIN receipt p ON p.id = r.replaces LEFT JOIN series ps ON ps.id = p.series_id
WHERE {_IN_PERIOD} AND r.number > $4
ORDER BY r.number LIMIT $5
"""  # noqa: S608 -- constants only


async def count(session: AsyncSession, series_id: UUID) -> Count:
    """Return what the table holds of a series beside its counter, in one snapshot."""
    row = await driver.fetchrow(session, _COUNT, series_id)
    return Count(*row.values()) if row is not None else Count(0, 0, 0, None, None)


async def missing(session: AsyncSession, series_id: UUID, *, limit: int) -> Sequence[int]:
    """Return the first numbers below the counter that nobody has."""
    return [row["n"] for row in await driver.fetch(session, _MISSING, series_id, limit)]


async def totals(session: AsyncSession, series_id: UUID, period: Period) -> Totals:
    """Return the sums of a period of a series."""
    row = await driver.fetchrow(session, _TOTALS, series_id, *_bounds(period))
    return Totals(*row.values()) if row is not None else Totals(0, 0, 0, 0)


async def entries(
    session: AsyncSession, series_id: UUID, period: Period, *, after: int, limit: int
) -> Sequence[Entry]:
    """Return the next ``limit`` numbers of a period behind ``after``."""
    rows = await driver.fetch(session, _ENTRIES, series_id, *_bounds(period), after, limit)
    return [_entry(row) for row in rows]


def _bounds(period: Period) -> tuple[datetime | None, datetime | None]:
    first = None if period.first is None else start_of_day(period.first)
    end = None if period.last is None else start_of_day(period.last + timedelta(days=1))
    return first, end


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry(
        number=row["number"],
        receipt_id=UUID(str(row["id"])),
        issued_at=row["issued_at"],
        dossier_code=row["dossier_code"],
        total_vnd=row["total_vnd"],
        status=ReceiptStatus(row["status"]),
        file_status=FileStatus(row["file_status"]),
        file_error=row["error_code"],
        replaced_by=row["replaced_by"],
        replaces=row["replaces"],
    )
