"""The file of a receipt: taken up, made, or tried again; the number never waits for it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.lifecycles import (
    FILE_LEASE,
    FIRST_CHECK,
    FileTrigger,
    file_after,
    is_stored,
    pause_after,
)
from receipt.domain.receipt import FileWork, MadeFile, Progress, Rendered
from receipt.repository import files
from shared.contracts.receipt import ReceiptFileReady
from shared.days import start_of_day, vietnam_day
from shared.errors import DomainError
from shared.failpoints import hit
from shared.outbox import emit


async def take_due_file(
    session: AsyncSession, only: UUID | None, *, now: datetime
) -> FileWork | None:
    """Return the file to make next, leased to the caller; None if none is due."""
    today = start_of_day(vietnam_day(now))
    file = await files.claim_due_file(session, only, today=today, now=now, lease=FILE_LEASE)
    if file is None:
        return None
    hit("W12")
    return await files.file_work(session, file)


async def mark_stored(
    session: AsyncSession, work: FileWork, rendered: Rendered, made: MadeFile, *, now: datetime
) -> None:
    """Record the stored files and say ReceiptFileReady; what a second worker made is nothing."""
    file = await files.lock_file(session, work.fact.receipt_id)
    if is_stored(file.status):
        return
    file.status = file_after(file.status, FileTrigger.RENDER, FileTrigger.SIGN, FileTrigger.STORE)
    file.render_sha256 = rendered.sha256
    file.pdf_sha256, file.pdf_name = made.pdf_sha256, made.name
    file.xml_sha256, file.xml_name = made.xml_sha256, made.xml_name
    file.signed_at, file.certificate_serial = made.signed_at, made.certificate_serial
    file.stored_at, file.check_due_at = now, now + FIRST_CHECK
    file.due_at = file.error_code = None
    ready = ReceiptFileReady(
        dossier_code=work.fact.dossier_code,
        receipt_id=work.fact.receipt_id,
        render_sha256=rendered.sha256,
        pdf_sha256=made.pdf_sha256,
        xml_sha256=made.xml_sha256,
        signed_at=made.signed_at,
        certificate_serial=made.certificate_serial,
    )
    await session.flush()
    await emit(session, ready, cause=work.cause, agency=work.agency_code, now=now)


async def mark_failed(
    session: AsyncSession,
    work: FileWork,
    failure: DomainError,
    progress: Progress,
    *,
    now: datetime,
) -> None:
    """Record how far a try came, why no further, and when to try again; for ever."""
    file = await files.lock_file(session, work.fact.receipt_id)
    if is_stored(file.status):
        return
    if progress.render_sha256 is not None:
        file.render_sha256 = progress.render_sha256
        file.status = file_after(file.status, FileTrigger.RENDER)
    if progress.is_signed:
        file.status = file_after(file.status, FileTrigger.SIGN)
    file.error_code = failure.code
    file.due_at = now + pause_after(file.attempts)
