"""Series, what waits for a number, and marks that waited for one."""

from typing import Final
from uuid import UUID

import structlog
from prometheus_client import Gauge

from receipt.use_cases import refunds
from receipt.use_cases.file_backlog import show_backlog
from receipt.use_cases.issue import number_waiting
from receipt.use_cases.series import alarms, keep_series
from shared.clock import utc_now
from shared.contracts.envelope import Cause
from shared.db.database import Database
from shared.ids import new_id

_log: Final = structlog.get_logger()

_AWAITING: Final = Gauge("lephi_receipts_awaiting_number", "Receipts that no open series numbers.")
_MISSING: Final = Gauge("lephi_series_missing", "Next year's series that are not open in time.")
_LATE_FILES: Final = Gauge("lephi_receipt_files_late", "Numbered receipts whose file is late.")
_FAILING_FILES: Final = Gauge(
    "lephi_receipt_files_failing", "Files whose last try came to nothing."
)
_OLDEST_FILE: Final = Gauge(
    "lephi_receipt_files_oldest_seconds", "Age of the oldest file that is late or failing."
)

WAITING_AT_ONCE: Final = 200
"""Receipts that waited for a series and are numbered in one transaction."""


async def look_after_series(database: Database, _only: UUID | None) -> bool:
    """Open next year's series on its day, close last year's; never due twice at once."""
    cause = Cause(correlation_id=new_id(), causation_id=new_id())
    async with database.transaction() as session:
        await keep_series(session, cause=cause, now=utc_now())
        awaiting, missing = await alarms(session, now=utc_now())
    if awaiting or missing:
        _log.warning("series.alarm", awaiting_number=awaiting, missing_next_year=missing)
    return False


async def count_waiting(database: Database, _only: UUID | None) -> bool:
    """Tell the metrics what waits for a series, a number, a file; always False."""
    now = utc_now()
    async with database.transaction() as session:
        awaiting, missing = await alarms(session, now=now)
        files = await show_backlog(session, None, now=now)
    _AWAITING.set(awaiting)
    _MISSING.set(missing)
    _LATE_FILES.set(files.late)
    _FAILING_FILES.set(files.failing)
    _OLDEST_FILE.set((now - files.oldest_at).total_seconds() if files.oldest_at else 0)
    return False


async def give_numbers(database: Database, _only: UUID | None, *, receipt_url: str) -> bool:
    """Number what waited for a series that is open now; False when nothing did."""
    async with database.transaction() as session:
        return await number_waiting(
            session, clock=utc_now, receipt_url=receipt_url, limit=WAITING_AT_ONCE
        )


async def mark_refunds(database: Database, only: UUID | None) -> bool:
    """Set marks đã hoàn whose receipt was numbered after its refund; False when none was set."""
    async with database.transaction() as session:
        return await refunds.place_waiting(session, only, now=utc_now())
