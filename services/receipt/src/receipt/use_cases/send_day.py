"""Send a submission of 01/TH-BLĐT: taken up, acknowledged, or tried again for ever."""

from collections.abc import Collection
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
from receipt.domain.tax import (
    Acknowledgement,
    Sending,
    TaxForm,
    TaxRefusedError,
    TaxUnavailableError,
)
from receipt.repository import submissions as rows
from shared.contracts.envelope import Cause
from shared.contracts.receipt import DailyReceiptTableSent
from shared.errors import DomainError
from shared.outbox import emit

SEND: Final = "send-day"
"""Name of the job that sends submissions."""


async def take_due(session: AsyncSession, only: UUID | None, *, now: datetime) -> Sending | None:
    """Return the submission to send next, leased to the caller; None if none is due."""
    row = await rows.claim_due(session, only, now=now, lease=LEASE)
    if row is None:
        return None
    table = await rows.read_table(session, row.table_id)
    signed = row.signed.encode() if row.signed else None
    return Sending(TaxForm.DAILY_TABLE, row.id, table.tax_code, row.body.encode(), signed)


async def keep_signed(session: AsyncSession, submission_id: UUID, signed: bytes) -> bytes:
    """Keep the signed form before it is sent; return what was kept first."""
    row = await rows.lock_submission(session, submission_id)
    row.signed = row.signed or signed.decode()
    return row.signed.encode()


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
    """Record why it was not taken, and when to try again; a refusal ends an outage, too.

    Where nothing signs it, it waits: that is no outage of the authority, and moves no due day.
    """
    row = await rows.lock_submission(session, submission_id)
    if not LIFECYCLE.allows(row.status, SubmissionTrigger.REFUSE):
        return
    row.failed_since = row.failed_since or now
    if isinstance(failure, TaxRefusedError):
        row.status = LIFECYCLE.next(row.status, SubmissionTrigger.REFUSE)
        row.error_code, row.due_at = failure.reason, now + REFUSED_PAUSE
        row.signed = None  # Not taken: the next try is signed anew, by what is in force then.
        row.refusals = {str(line): list(codes) for line, codes in failure.lines.items()}
        await session.flush()
        await rows.end_outage(session, now=now)
        return
    row.error_code, row.due_at = failure.code, now + pause_after(row.attempts)
    if isinstance(failure, TaxUnavailableError):
        row.outage_id = row.outage_id or await rows.begin_outage(session, now=now)


async def send_again(
    session: AsyncSession, table_id: UUID, agencies: Collection[str], *, now: datetime
) -> list[UUID]:
    """Make due what a table has not had accepted: the same bytes, the same keys, in order."""
    return await rows.make_due(session, table_id, agencies, now=now)
