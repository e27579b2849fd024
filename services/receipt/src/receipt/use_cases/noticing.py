"""Give notice of an error 04/SS-CTĐT: an accountant asks, a second person approves, it is given."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.corrections import Correctable, Correction
from receipt.domain.errors import NothingPrintedError, NoticeNotFoundError
from receipt.domain.lifecycles import (
    FILE_LEASE,
    NOTICE_LIFECYCLE,
    REPORT_LIFECYCLE,
    NoticeTrigger,
    pause_after,
)
from receipt.domain.notices import Notice, noticed_fact
from receipt.domain.plans import corrections_in, plan_of_notice, still_printed
from receipt.repository import corrections as rows
from receipt.repository import notices
from receipt.use_cases.acting import Acting, correctable
from receipt.use_cases.close_day import note_error
from shared import approvals
from shared.approvals import ApprovalState, Decision, Wanted
from shared.contracts.envelope import Cause
from shared.days import vietnam_day
from shared.db.tables import ApprovalRow
from shared.errors import DomainError
from shared.ids import new_id
from shared.outbox import emit

ACT: Final = "receipt.notice"


async def ask(
    session: AsyncSession,
    receipt_id: UUID,
    corrections: Sequence[Correction],
    reason: str,
    *,
    acting: Acting,
) -> UUID:
    """Ask for a notice; return the request that a second person decides on."""
    receipt = await _printed(session, receipt_id, acting)
    wanted = Wanted(
        act=ACT, subject=str(receipt_id), plan=plan_of_notice(receipt, list(corrections)),
        reason=reason, agency_code=receipt.collector_code,
    )  # fmt: skip
    return (await approvals.request(session, wanted, by=acting.by, now=acting.now)).id


async def decide(
    session: AsyncSession, approval_id: UUID, decision: Decision, *, acting: Acting
) -> UUID | None:
    """End a request; an approval gives the notice in this transaction. Return the notice's id."""
    row = await approvals.decide(session, approval_id, decision, by=acting.by, now=acting.now)
    if row.state != ApprovalState.APPROVED:
        return None
    receipt = await _printed(session, UUID(row.subject), acting)
    wanted = still_printed(receipt, corrections_in(row.plan))
    approvals.check_plan(row, plan_of_notice(receipt, wanted))
    return await _give(session, receipt, wanted, row, acting)


async def find(session: AsyncSession, notice_id: UUID, receipt_id: UUID | None) -> Notice:
    """Return a notice of ``receipt_id``, or of any; raise NoticeNotFoundError."""
    found = await notices.find_notice(session, notice_id)
    if found is None or receipt_id not in {None, found.receipt.receipt_id}:
        raise NoticeNotFoundError
    return found


async def list_of_receipt(session: AsyncSession, receipt_id: UUID) -> list[Notice]:
    """Return the notices of a receipt, the newest first."""
    return await notices.list_of_receipt(session, receipt_id)


async def take_due(session: AsyncSession, only: UUID | None, *, now: datetime) -> Notice | None:
    """Return the notice to print next, leased to the caller; None if none is due."""
    return await notices.claim_due(session, only, now=now, lease=FILE_LEASE)


async def mark_stored(
    session: AsyncSession, notice_id: UUID, stored: tuple[str, str], *, now: datetime
) -> None:
    """Record name and hash of the stored paper; a second worker's file is the same one."""
    row = await notices.lock_notice(session, notice_id)
    if not NOTICE_LIFECYCLE.allows(row.status, NoticeTrigger.STORE):
        return
    row.status = NOTICE_LIFECYCLE.next(row.status, NoticeTrigger.STORE)
    (row.pdf_name, row.pdf_sha256), row.stored_at = stored, now
    row.due_at = row.error_code = None


async def mark_failed(
    session: AsyncSession, notice_id: UUID, failure: DomainError, *, now: datetime
) -> None:
    """Record why the paper was not made, and when to try again; it is tried for ever."""
    row = await notices.lock_notice(session, notice_id)
    if NOTICE_LIFECYCLE.allows(row.status, NoticeTrigger.STORE):
        row.error_code = failure.code
        row.due_at = now + pause_after(row.attempts)


async def _printed(session: AsyncSession, receipt_id: UUID, acting: Acting) -> Correctable:
    receipt = await correctable(session, receipt_id, acting=acting)
    if not receipt.has_file:
        raise NothingPrintedError
    return receipt


async def _give(
    session: AsyncSession,
    receipt: Correctable,
    wanted: Sequence[Correction],
    row: ApprovalRow,
    acting: Acting,
) -> UUID:
    year = vietnam_day(acting.now).year
    notice = Notice(
        notice_id=new_id(), receipt=receipt.fact, payer=receipt.payer, year=year,
        number=await rows.next_notice_number(session, receipt.collector_code, year),
        noticed_at=acting.now, corrections=tuple(wanted), reason=row.reason,
        status=NOTICE_LIFECYCLE.initial, pdf_name=None, pdf_sha256=None,
        report_status=REPORT_LIFECYCLE.initial, report_error=None, report_reference=None,
        reported_at=None,
        cause=Cause(receipt.correlation_id, acting.cause.causation_id),
        agency_code=receipt.agency_code,
    )  # fmt: skip
    await notices.store_notice(
        session, notice, collector_code=receipt.collector_code, approved_by=acting.by.subject
    )
    fact = noticed_fact(notice)
    await note_error(
        session, fact.receipt_id, notice.notice_id, [field.value for field in fact.fields],
        now=acting.now,
    )  # fmt: skip
    await emit(session, fact, cause=notice.cause, agency=receipt.agency_code, now=acting.now)
    return notice.notice_id
