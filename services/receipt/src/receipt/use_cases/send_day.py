"""Send a submission of 01/TH-BLĐT: taken up, acknowledged, or tried again for ever."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.daily_tables import (
    LEASE,
    LIFECYCLE,
    REFUSED_PAUSE,
    SubmissionTrigger,
    pause_after,
)
from receipt.domain.tax import Acknowledgement, TaxRefusedError
from receipt.repository import submissions as rows
from shared.contracts.envelope import Cause
from shared.contracts.receipt import DailyReceiptTableSent
from shared.errors import DomainError
from shared.outbox import emit

SEND: Final = "send-day"
"""Name of the job that sends submissions."""


@dataclass(frozen=True)
class Sending:
    """A submission that is to be sent now."""

    submission_id: UUID
    """Its idempotency key."""
    body: bytes


async def take_due(session: AsyncSession, only: UUID | None, *, now: datetime) -> Sending | None:
    """Return the submission to send next, leased to the caller; None if none is due."""
    row = await rows.claim_due(session, only, now=now, lease=LEASE)
    return None if row is None else Sending(row.id, row.body.encode())


async def mark_accepted(
    session: AsyncSession, submission_id: UUID, taken: Acknowledgement, *, now: datetime
) -> None:
    """Keep the authority's reference and say DailyReceiptTableSent; a second worker's is nothing.

    The fact tells the day as the authority has it now, supplements included.
    """
    row = await rows.lock_submission(session, submission_id)
    await rows.end_outage(session, now=now)
    if not LIFECYCLE.allows(row.status, SubmissionTrigger.ACCEPT):
        return
    row.status = LIFECYCLE.next(row.status, SubmissionTrigger.ACCEPT)
    row.reference, row.accepted_at = taken.reference, now
    row.due_at = row.error_code = row.failed_since = row.refusals = None
    await session.flush()
    table = await rows.read_table(session, row.table_id)
    totals = await rows.accepted_totals(session, row.table_id)
    sent = DailyReceiptTableSent(
        agency_code=table.collector_code,
        day_on=table.day_on,
        count=totals.count,
        total_vnd=totals.sum_vnd,
        reference=taken.reference,
    )
    cause = Cause(correlation_id=row.table_id, causation_id=submission_id)
    await emit(session, sent, cause=cause, agency=table.collector_code, now=now)


async def mark_failed(
    session: AsyncSession, submission_id: UUID, failure: DomainError, *, now: datetime
) -> None:
    """Record why it was not taken, and when to try again; a refusal ends an outage, too."""
    row = await rows.lock_submission(session, submission_id)
    if not LIFECYCLE.allows(row.status, SubmissionTrigger.REFUSE):
        return
    row.failed_since = row.failed_since or now
    if isinstance(failure, TaxRefusedError):
        row.status = LIFECYCLE.next(row.status, SubmissionTrigger.REFUSE)
        row.error_code, row.due_at = failure.reason, now + REFUSED_PAUSE
        row.refusals = {str(line): list(codes) for line, codes in failure.lines.items()}
        await session.flush()
        await rows.end_outage(session, now=now)
    else:
        row.error_code, row.due_at = failure.code, now + pause_after(row.attempts)
        row.outage_id = row.outage_id or await rows.begin_outage(session, now=now)


async def send_again(
    session: AsyncSession, table_id: UUID, agencies: Collection[str], *, now: datetime
) -> list[UUID]:
    """Make due what a table has not had accepted: the same bytes, the same keys, in order."""
    return await rows.make_due(session, table_id, agencies, now=now)
