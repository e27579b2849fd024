"""Tell the tax authority of a notice 04/SS-CTĐT: acknowledged, or tried again for ever."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.daily_tables import LEASE, REFUSED_PAUSE, pause_after
from receipt.domain.lifecycles import REPORT_LIFECYCLE, ReportTrigger
from receipt.domain.notices import report_body
from receipt.domain.tax import Acknowledgement, Sending, TaxForm, TaxRefusedError
from receipt.repository import notices
from shared.errors import DomainError


async def take_due(session: AsyncSession, *, now: datetime) -> Sending | None:
    """Return the notice to report next, leased to the caller; None if none is due."""
    notice = await notices.claim_report(session, now=now, lease=LEASE)
    if notice is None:
        return None
    row = await notices.lock_notice(session, notice.notice_id)
    signed = row.report_signed.encode() if row.report_signed else None
    tax_code = notice.receipt.issuer.tax_code
    return Sending(TaxForm.ERROR_NOTICE, row.id, tax_code, report_body(notice), signed)


async def keep_signed(session: AsyncSession, notice_id: UUID, signed: bytes) -> bytes:
    """Keep the signed form before it is sent; return what was kept first."""
    row = await notices.lock_notice(session, notice_id)
    row.report_signed = row.report_signed or signed.decode()
    return row.report_signed.encode()


async def mark_accepted(
    session: AsyncSession, notice_id: UUID, taken: Acknowledgement, *, now: datetime
) -> None:
    """Keep the authority's reference; a second worker's equal answer is nothing."""
    row = await notices.lock_notice(session, notice_id)
    if not REPORT_LIFECYCLE.allows(row.report_status, ReportTrigger.ACCEPT):
        return
    row.report_status = REPORT_LIFECYCLE.next(row.report_status, ReportTrigger.ACCEPT)
    row.report_reference, row.reported_at = taken.reference, now
    row.report_due_at = row.report_error_code = None


async def mark_failed(
    session: AsyncSession, notice_id: UUID, failure: DomainError, *, now: datetime
) -> None:
    """Record why it was not taken, and when to try again; a refusal waits for people, hourly."""
    row = await notices.lock_notice(session, notice_id)
    if not REPORT_LIFECYCLE.allows(row.report_status, ReportTrigger.ACCEPT):
        return
    refused = isinstance(failure, TaxRefusedError)
    row.report_error_code = failure.reason if isinstance(failure, TaxRefusedError) else failure.code
    if refused:
        row.report_signed = None  # Not taken: signed anew, by what is in force at the next try.
    row.report_due_at = now + (REFUSED_PAUSE if refused else pause_after(row.report_attempts))
