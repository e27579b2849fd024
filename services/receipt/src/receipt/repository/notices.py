"""Notices of error: stored, printed, listed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.corrections import Correction
from receipt.domain.lifecycles import NOTICE_LIFECYCLE, REPORT_LIFECYCLE
from receipt.domain.notices import Notice
from receipt.domain.payer import Payer
from receipt.tables import ErrorNoticeRow, ReceiptRow
from shared.contracts.envelope import Cause
from shared.contracts.receipt import PrintedField, ReceiptIssued

_Found = Select[ErrorNoticeRow, ReceiptRow]


async def store_notice(
    session: AsyncSession, notice: Notice, *, collector_code: str, approved_by: str
) -> None:
    """Store ``notice``: its paper is due at once, and so is telling the tax authority."""
    session.add(
        ErrorNoticeRow(
            id=notice.notice_id, receipt_id=notice.receipt.receipt_id,
            collector_code=collector_code, year=notice.year, number=notice.number,
            noticed_at=notice.noticed_at, reason=notice.reason, approved_by=approved_by,
            corrections=[
                {"field": each.field.value, "printed": each.printed, "right": each.right}
                for each in notice.corrections
            ],
            status=NOTICE_LIFECYCLE.initial, due_at=notice.noticed_at,
            report_status=REPORT_LIFECYCLE.initial, report_due_at=notice.noticed_at,
            correlation_id=notice.cause.correlation_id, causation_id=notice.cause.causation_id,
        )
    )  # fmt: skip
    await session.flush()


async def find_notice(session: AsyncSession, notice_id: UUID) -> Notice | None:
    """Return one notice; None if there is none."""
    found = await _all(session, _notices().where(ErrorNoticeRow.id == notice_id))
    return found[0] if found else None


async def list_of_receipt(session: AsyncSession, receipt_id: UUID) -> list[Notice]:
    """Return the notices of a receipt, the newest first."""
    wanted = _notices().where(ErrorNoticeRow.receipt_id == receipt_id)
    return await _all(session, wanted.order_by(ErrorNoticeRow.id.desc()))


async def claim_due(
    session: AsyncSession, only: UUID | None, *, now: datetime, lease: timedelta
) -> Notice | None:
    """Return the notice whose paper is to be made next, leased; None if none is due."""
    due = select(ErrorNoticeRow).where(ErrorNoticeRow.due_at <= now)
    if only is not None:
        due = due.where(ErrorNoticeRow.id == only)
    order = due.order_by(ErrorNoticeRow.due_at).limit(1)
    row = await session.scalar(order.with_for_update(skip_locked=True))
    if row is None:
        return None
    row.attempts += 1
    row.due_at = now + lease
    await session.flush()
    return await find_notice(session, row.id)


async def claim_report(session: AsyncSession, *, now: datetime, lease: timedelta) -> Notice | None:
    """Return the notice that the tax authority is to be told of next, leased; None if none is."""
    due = select(ErrorNoticeRow).where(ErrorNoticeRow.report_due_at <= now)
    order = due.order_by(ErrorNoticeRow.report_due_at).limit(1)
    row = await session.scalar(order.with_for_update(skip_locked=True))
    if row is None:
        return None
    row.report_attempts += 1
    row.report_due_at = now + lease
    await session.flush()
    return await find_notice(session, row.id)


async def lock_notice(session: AsyncSession, notice_id: UUID) -> ErrorNoticeRow:
    """Return the notice's row, locked until the transaction ends."""
    return await session.get_one(ErrorNoticeRow, notice_id, with_for_update=True)


def _notices() -> _Found:
    return select(ErrorNoticeRow, ReceiptRow).join(
        ReceiptRow, ReceiptRow.id == ErrorNoticeRow.receipt_id
    )


async def _all(session: AsyncSession, statement: _Found) -> list[Notice]:
    rows: Sequence[Any] = (await session.execute(statement)).all()
    return [_notice(row, receipt) for row, receipt in rows]


def _notice(row: ErrorNoticeRow, receipt: ReceiptRow) -> Notice:
    return Notice(
        notice_id=row.id,
        receipt=ReceiptIssued.model_validate(receipt.fact),
        payer=None if receipt.payer is None else Payer(**receipt.payer),
        year=row.year,
        number=row.number,
        noticed_at=row.noticed_at,
        corrections=tuple(
            Correction(PrintedField(each["field"]), each["printed"], each["right"])
            for each in row.corrections
        ),
        reason=row.reason,
        status=row.status,
        pdf_name=row.pdf_name,
        pdf_sha256=row.pdf_sha256,
        report_status=row.report_status,
        report_error=row.report_error_code,
        report_reference=row.report_reference,
        reported_at=row.reported_at,
        cause=Cause(correlation_id=row.correlation_id, causation_id=row.causation_id),
        agency_code=receipt.agency_code,
    )
