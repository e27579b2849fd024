"""Read back what is stored: the proof that files are what was signed (I8 of reliability)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.lifecycles import FILE_LEASE, next_check
from receipt.domain.receipt import FileWork, ReceiptFile
from receipt.repository import certificates, files
from shared.errors import DomainError


async def take_file_to_check(
    session: AsyncSession, only: UUID | None, *, now: datetime
) -> tuple[FileWork, ReceiptFile] | None:
    """Return the stored file to read back next; None when none is due, or files are to be made."""
    row = await files.claim_file_to_check(session, only, now=now, lease=FILE_LEASE)
    if row is None:
        return None
    return await files.file_work(session, row), files.file_of(row)


async def known_certificates(session: AsyncSession, tax_code: str) -> frozenset[str]:
    """Return the fingerprints of all certificates that sign or signed for a collector."""
    return await certificates.fingerprints_of(session, tax_code)


async def mark_checked(
    session: AsyncSession, work: FileWork, fault: DomainError | None, *, now: datetime
) -> None:
    """Record what reading back found."""
    file = await files.lock_file(session, work.fact.receipt_id)
    file.checked_at = now
    file.fault = None if fault is None else fault.code
    receipt_id = work.fact.receipt_id
    file.check_due_at = next_check(receipt_id, fault=fault is not None, now=now)
