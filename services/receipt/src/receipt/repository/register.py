"""The receipt register: a series counted, summed and listed by number."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.daily_tables import SubmissionStatus
from receipt.domain.lifecycles import FileStatus, ReceiptStatus
from receipt.domain.register import (
    Count,
    Entry,
    Fate,
    Filter,
    Other,
    Period,
    Report,
    Reporting,
    Totals,
)
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
# issued_at never decreases with the number, so the bounds of a period are found by halving over
# the numbers' own index. A missing number counts as ``$3`` says: on the side that leaves none out.
_HALVED: Final = """
WITH RECURSIVE halved (low, high) AS (
  SELECT 1::bigint, s.last_number::bigint + 1 FROM series s WHERE s.id = $1
  UNION ALL
  SELECT CASE WHEN is_before THEN middle + 1 ELSE low END,
         CASE WHEN is_before THEN high ELSE middle END
  FROM (
    SELECT h.low, h.high, h.middle, coalesce(r.issued_at < $2, $3) AS is_before
    FROM (SELECT low, high, (low + high) / 2 AS middle FROM halved WHERE low < high) h
    LEFT JOIN receipt r ON r.series_id = $1 AND r.number = h.middle
  ) step
)
SELECT max(low) AS number FROM halved
"""
_ALL_NUMBERS: Final = 2**31 - 1
_IN_PERIOD: Final = """r.series_id = $1 AND r.number >= $2 AND r.number < $3
  AND ($4::timestamptz IS NULL OR r.issued_at >= $4)
  AND ($5::timestamptz IS NULL OR r.issued_at < $5)"""
_FATES: Final[Mapping[Fate | None, str]] = {
    None: "",
    Fate.IN_FORCE: " AND r.status <> 'replaced'",
    Fate.REPLACED: (" AND r.id IN (SELECT o.replaces FROM receipt o WHERE o.replaces IS NOT NULL)"),
    Fate.REPLACEMENT: " AND r.replaces IS NOT NULL",
    Fate.NOTICED: " AND r.id IN (SELECT receipt_id FROM error_notice)",
    Fate.REFUNDED: " AND r.id IN (SELECT receipt_id FROM refund_mark)",
    Fate.WITHOUT_FILE: (
        " AND r.id IN (SELECT receipt_id FROM receipt_file WHERE due_at IS NOT NULL)"
    ),
}
# What a series has not reported is all behind its last reported number, and what stands in
# submissions that are still open: both few, so the rest is not looked at (ADR 19).
_OPEN_LINES: Final = """(
  SELECT r.number FROM receipt r WHERE r.series_id = $1 AND r.number > coalesce(
    (SELECT max(l.number) FROM daily_table_line l WHERE l.series_id = $1 AND l.adjusts IS NULL
     AND NOT l.superseded), 0)
  UNION ALL
  SELECT l.number FROM daily_table_submission m JOIN daily_table_line l ON l.submission_id = m.id
  WHERE m.due_at IS NOT NULL AND l.series_id = $1 AND l.adjusts IS NULL AND NOT l.superseded
)"""
_REPORTINGS: Final[Mapping[Reporting | None, str]] = {
    None: "",
    Reporting.UNREPORTED: f" AND r.number = ANY(ARRAY{_OPEN_LINES})",
    Reporting.REPORTED: f" AND r.number NOT IN {_OPEN_LINES}",
}
_UNREPORTED: Final = f"SELECT count(*) FROM {_OPEN_LINES} open"  # noqa: S608 -- constants only
_TOTALS: Final = """
SELECT count(*), coalesce(sum(r.total_vnd), 0)::bigint,
       (SELECT coalesce(sum(m.amount_vnd), 0)::bigint FROM refund_mark m
        JOIN receipt r ON r.id = m.receipt_id WHERE {wanted}),
       count(*) FILTER (WHERE r.status = 'replaced'),
       (SELECT count(DISTINCT n.receipt_id) FROM error_notice n
        JOIN receipt r ON r.id = n.receipt_id WHERE {wanted}),
       (SELECT count(*) FROM receipt_file f
        JOIN receipt r ON r.id = f.receipt_id WHERE f.due_at IS NOT NULL AND {wanted})
FROM receipt r WHERE {wanted}
"""
_ENTRIES: Final = """
WITH page AS MATERIALIZED (
  SELECT r.* FROM receipt r WHERE {wanted} AND r.number > $6 ORDER BY r.number LIMIT $7
)
SELECT r.number, r.id, r.issued_at, r.dossier_code, r.total_vnd, r.status,
       jsonb_path_query_array(r.fact, '$.lines[*].name')::text AS names,
       f.status AS file_status, f.error_code,
       n.id AS new_id, ns.serial_symbol || ' · ' || n.number AS new_symbol,
       p.id AS old_id, ps.serial_symbol || ' · ' || p.number AS old_symbol,
       coalesce(m.refunded_vnd, 0) AS refunded_vnd, coalesce(e.notices, '') AS notices,
       t.table_id, t.day_on, t.supplement_no, t.submission_status, t.reference, c.corrected_in
FROM page r
JOIN receipt_file f ON f.receipt_id = r.id
LEFT JOIN receipt n ON n.replaces = r.id LEFT JOIN series ns ON ns.id = n.series_id
LEFT JOIN receipt p ON p.id = r.replaces LEFT JOIN series ps ON ps.id = p.series_id
LEFT JOIN LATERAL (
  SELECT sum(amount_vnd)::bigint AS refunded_vnd FROM refund_mark WHERE receipt_id = r.id
) m ON true
LEFT JOIN LATERAL (
  SELECT string_agg(number || '/' || year, ', ' ORDER BY year, number) AS notices
  FROM error_notice WHERE receipt_id = r.id
) e ON true
LEFT JOIN LATERAL (
  SELECT t.id AS table_id, t.day_on, s.supplement_no, s.status AS submission_status, s.reference
  FROM daily_table_line l JOIN daily_table_submission s ON s.id = l.submission_id
  JOIN daily_table t ON t.id = s.table_id WHERE l.receipt_id = r.id AND l.adjusts IS NULL
  AND NOT l.superseded
) t ON true
LEFT JOIN LATERAL (
  SELECT max(s.supplement_no) AS corrected_in
  FROM daily_table_line l JOIN daily_table_submission s ON s.id = l.submission_id
  WHERE l.receipt_id = r.id AND l.adjusts IS NOT NULL AND NOT l.superseded
) c ON true
ORDER BY r.number
"""


async def count(session: AsyncSession, series_id: UUID) -> Count:
    """Return what the table holds of a series beside its counter, in one snapshot."""
    row = await driver.fetchrow(session, _COUNT, series_id)
    return Count(*row.values()) if row is not None else Count(0, 0, 0, None, None)


async def missing(session: AsyncSession, series_id: UUID, *, limit: int) -> Sequence[int]:
    """Return the first numbers below the counter that nobody has."""
    return [row["n"] for row in await driver.fetch(session, _MISSING, series_id, limit)]


async def totals(session: AsyncSession, series_id: UUID, wanted: Filter) -> Totals:
    """Return the sums of what ``wanted`` leaves of a series."""
    bounds = await _bounds(session, series_id, wanted.period)
    row = await driver.fetchrow(session, _TOTALS.format(wanted=_where(wanted)), series_id, *bounds)
    return Totals(*row.values()) if row is not None else Totals()


async def count_unreported(session: AsyncSession, series_id: UUID) -> int:
    """Return how many numbers of a series the tax authority has not taken."""
    row = await driver.fetchrow(session, _UNREPORTED, series_id)
    return 0 if row is None else int(row["count"])


async def entries(
    session: AsyncSession, series_id: UUID, wanted: Filter, *, after: int, limit: int
) -> Sequence[Entry]:
    """Return the next ``limit`` numbers of a series behind ``after`` that ``wanted`` leaves."""
    bounds = await _bounds(session, series_id, wanted.period)
    statement = _ENTRIES.format(wanted=_where(wanted))
    rows = await driver.fetch(session, statement, series_id, *bounds, after, limit)
    return [_entry(row) for row in rows]


def _where(wanted: Filter) -> str:
    return _IN_PERIOD + _FATES[wanted.fate] + _REPORTINGS[wanted.reporting]


async def _bounds(
    session: AsyncSession, series_id: UUID, period: Period
) -> tuple[int, int, datetime | None, datetime | None]:
    """Return the numbers and the instants between which a period lies."""
    first = None if period.first is None else start_of_day(period.first)
    end = None if period.last is None else start_of_day(period.last + timedelta(days=1))
    low = 1 if first is None else await _halved(session, series_id, first, gaps_before=False)
    high = _ALL_NUMBERS if end is None else await _halved(session, series_id, end, gaps_before=True)
    return low, high, first, end


async def _halved(
    session: AsyncSession, series_id: UUID, at: datetime, *, gaps_before: bool
) -> int:
    """Return the first number that was issued at ``at`` or later, else the one to come."""
    row = await driver.fetchrow(session, _HALVED, series_id, at, gaps_before)
    return 1 if row is None or row["number"] is None else int(row["number"])


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry(
        number=row["number"],
        receipt_id=UUID(str(row["id"])),
        issued_at=row["issued_at"],
        dossier_code=row["dossier_code"],
        names="; ".join(dict.fromkeys(json.loads(row["names"]))),
        total_vnd=row["total_vnd"],
        refunded_vnd=row["refunded_vnd"],
        status=ReceiptStatus(row["status"]),
        file_status=FileStatus(row["file_status"]),
        file_error=row["error_code"],
        replaced_by=_other(row["new_id"], row["new_symbol"]),
        replaces=_other(row["old_id"], row["old_symbol"]),
        notices=row["notices"],
        report=None if row["table_id"] is None else _report(row),
    )


def _other(receipt_id: object, symbol: str) -> Other | None:
    return None if receipt_id is None else Other(UUID(str(receipt_id)), symbol)


def _report(row: Mapping[str, Any]) -> Report:
    return Report(
        table_id=UUID(str(row["table_id"])),
        day_on=row["day_on"],
        supplement_no=row["supplement_no"],
        status=SubmissionStatus(row["submission_status"]),
        reference=row["reference"],
        corrected_in=row["corrected_in"],
    )
