"""The file of a receipt: taken up, made, or tried again; the number never waits for it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.lifecycles import FILE_LEASE, FILE_LIFECYCLE, FileTrigger, pause_after
from receipt.domain.receipt import FileWork, MadeFile
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
    return await files.file_work(session, file.receipt_id)


async def mark_stored(
    session: AsyncSession, work: FileWork, made: MadeFile, *, now: datetime
) -> None:
    """Record the stored file and say ReceiptFileReady; a second worker's equal file is nothing."""
    file = await files.lock_file(session, work.fact.receipt_id)
    if not FILE_LIFECYCLE.allows(file.status, FileTrigger.RENDER):
        return
    rendered = FILE_LIFECYCLE.next(file.status, FileTrigger.RENDER)
    file.status = FILE_LIFECYCLE.next(rendered, FileTrigger.STORE)
    file.render_sha256, file.pdf_sha256 = made.render_sha256, made.pdf_sha256
    file.pdf_name, file.stored_at = made.name, now
    file.due_at = file.error_code = None
    ready = ReceiptFileReady(
        dossier_code=work.fact.dossier_code,
        receipt_id=work.fact.receipt_id,
        render_sha256=made.render_sha256,
        pdf_sha256=made.pdf_sha256,
    )
    await session.flush()
    await emit(session, ready, cause=work.cause, agency=work.agency_code, now=now)


async def mark_failed(
    session: AsyncSession, work: FileWork, failure: DomainError, *, now: datetime
) -> None:
    """Record why the file was not made, and when to try again; it is tried for ever."""
    file = await files.lock_file(session, work.fact.receipt_id)
    if FILE_LIFECYCLE.allows(file.status, FileTrigger.RENDER):
        file.error_code = failure.code
        file.due_at = now + pause_after(file.attempts)
